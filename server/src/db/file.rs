//! The file of an SQLite database. An address is read into a path here and nowhere else, so that the data,
//! the lock and the pepper are always at the same place.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What may be done with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Read,
    /// It has to be there.
    Write,
    Create,
}

/// An SQLite file, as an operator names it. What stands for it on the disk is [`real`](Self::real).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteFile {
    path: PathBuf,
    /// The name before it was percent-decoded: earlier versions kept the pepper beside that.
    pub raw: PathBuf,
    pub mode: Mode,
}

impl SqliteFile {
    /// The file that an address names; none: it names a database in memory, or PostgreSQL.
    ///
    /// # Errors
    /// What is wrong with the address, in a sentence.
    pub fn of(address: &str) -> Result<Option<Self>, &'static str> {
        let Some(rest) = address.strip_prefix("sqlite:") else { return Ok(None) };
        let (name, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let name = name.strip_prefix("//").unwrap_or(name);
        let mut mode = Mode::Create;
        for (key, value) in form_urlencoded::parse(parameters.as_bytes()) {
            mode = match (&*key, &*value) {
                ("mode", "ro") => Mode::Read,
                ("mode", "rw") => Mode::Write,
                ("mode", "rwc") => Mode::Create,
                ("mode", "memory") => return Ok(None),
                ("mode", _) => return Err("the mode of an SQLite file is ro, rw or rwc"),
                _ => {
                    return Err("of an SQLite file only ?mode= can be set; a ? in its name is \
                                written %3F");
                }
            };
        }
        if name == ":memory:" {
            return Ok(None);
        }
        let path = percent_decode_str(name).decode_utf8();
        let path =
            path.map_err(|_| "the name of an SQLite file is text: what follows its % is not")?;
        if path.is_empty() || path.contains('\0') {
            return Err("an SQLite database has a file: sqlite:FILE");
        }
        Ok(Some(Self { path: PathBuf::from(&*path), raw: PathBuf::from(name), mode }))
    }

    /// As the operator names it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where it is, without a symbolic link on the way: what SQLite opens, so that its log is always beside
    /// the file itself. The file need not be there, its folder must be.
    pub fn real(&self) -> std::io::Result<PathBuf> {
        match self.path.canonicalize() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let folder = folder_of(&self.path).canonicalize()?;
                Ok(folder.join(self.path.file_name().unwrap_or_default()))
            }
            real => real,
        }
    }
}

/// The folder that a file is in, or would be.
pub fn folder_of(file: &Path) -> &Path {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// What stands beside a file, under its name and this ending.
pub fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(ending);
    name.into()
}

/// The address by which sqlx opens exactly this file, whatever signs are in its name. The file has to be
/// there.
pub fn address_of(file: &Path) -> String {
    format!("sqlite:{}?mode=rw", utf8_percent_encode(&file.to_string_lossy(), NON_ALPHANUMERIC))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_address_names_one_file() {
        for (address, path) in [
            ("sqlite:a.db", "a.db"),
            ("sqlite://a.db", "a.db"),
            ("sqlite:///var/a.db?mode=rw", "/var/a.db"),
            ("sqlite:a%41%20b.db", "aA b.db"),
            ("sqlite:a b.db", "a b.db"),
            ("sqlite:100%.db", "100%.db"),
            ("sqlite:a%3Fb%23c.db", "a?b#c.db"),
            ("sqlite:a#b.db", "a#b.db"),
            ("sqlite:g%C3%BCn.db", "gün.db"),
            ("sqlite:gün.db", "gün.db"),
        ] {
            let file = SqliteFile::of(address).unwrap().unwrap();
            assert_eq!(file.path(), Path::new(path), "{address}");
        }
        for address in
            ["sqlite::memory:", "sqlite://:memory:", "sqlite:x?mode=memory", "postgres://h/d"]
        {
            assert_eq!(SqliteFile::of(address), Ok(None), "{address}");
        }
        for address in
            ["sqlite:", "sqlite:a?b.db", "sqlite:a%FF", "sqlite:a?vfs=unix-none", "sqlite:a%00"]
        {
            assert!(SqliteFile::of(address).is_err(), "{address}");
        }
    }

    #[test]
    fn sqlx_opens_the_file_that_is_meant() {
        let file = Path::new("/a b/100%41?#ü.db");
        let address = address_of(file);
        assert_eq!(SqliteFile::of(&address).unwrap().unwrap().path(), file, "{address}");
    }
}
