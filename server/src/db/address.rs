//! The address of the database as an operator gives it, read into what it means. It can hold a password, so
//! it is never printed: [`Address`] shows what was understood, and a refusal says the right form only.

use std::fmt;

use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use url::Url;

use super::Engine;
use super::file::SqliteFile;
use super::pooler::PARAMETER;

const FORM: &str = "give sqlite:FILE or postgres://USER@HOST:PORT/NAME";
/// Parameters of a PostgreSQL address that sqlx reads; it logs any other with its value.
const PARAMETERS: [&str; 19] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
    PARAMETER,
];
/// Those of them whose values are no secret.
const SHOWN: [&str; 9] = [
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "sslmode",
    "ssl-mode",
    "statement-cache-capacity",
    PARAMETER,
];
const SSL_MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/// Which database is meant. `Display` and `Debug` say what was understood, without password and parameters.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    kind: Kind,
    /// What must not be repeated by anybody: the password and the values of parameters.
    hidden: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Memory,
    File(String),
    Postgres { place: String, name: Option<String>, user: String },
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong and the right form, in a sentence that repeats nothing of `text`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let lower = text.to_ascii_lowercase();
        if let Some(rest) = text.strip_prefix("sqlite:") {
            sqlite(rest, text)
        } else if lower.starts_with("postgres://") || lower.starts_with("postgresql://") {
            postgres(text)
        } else if lower.starts_with("jdbc:") {
            Err(format!("this is an address for JDBC; {FORM}"))
        } else if !text.contains("://") && text.contains('=') {
            Err(format!("words such as host=… are not read; {FORM}"))
        } else {
            Err(format!("this names neither SQLite nor PostgreSQL; {FORM}"))
        }
    }

    pub fn engine(&self) -> Engine {
        match self.kind {
            Kind::Memory | Kind::File(_) => Engine::Sqlite,
            Kind::Postgres { .. } => Engine::Postgres,
        }
    }

    /// Whether the database is gone with this process.
    pub fn is_memory(&self) -> bool {
        self.kind == Kind::Memory
    }

    /// What somebody else says about this address, without what must not be repeated.
    pub fn hide(&self, said: &str) -> String {
        let hide = |said: String, hidden: &String| said.replace(hidden.as_str(), "…");
        self.hidden.iter().fold(said.to_owned(), hide)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Memory => f.write_str("SQLite, in memory"),
            Kind::File(file) => write!(f, "SQLite, file {file}"),
            Kind::Postgres { place, name, user } => {
                write!(f, "PostgreSQL, {place}, ")?;
                if let Some(name) = name {
                    write!(f, "database {name}, ")?;
                }
                write!(f, "user {user}")
            }
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

fn sqlite(rest: &str, text: &str) -> Result<Address, String> {
    let name = rest.strip_prefix("//").unwrap_or(rest);
    let first = name.split(['/', '?']).next().unwrap_or_default();
    if first.contains('@') && first.contains(':') {
        return Err(format!("SQLite takes no user and no host; {FORM}"));
    }
    let kind = match SqliteFile::of(text)? {
        None => Kind::Memory,
        Some(file) => Kind::File(file.path().display().to_string()),
    };
    Ok(Address { kind, hidden: Vec::new() })
}

fn postgres(text: &str) -> Result<Address, String> {
    let url = Url::parse(text).map_err(|_| unreadable())?;
    if url.fragment().is_some() || url.path().trim_start_matches('/').contains('/') {
        return Err(unreadable());
    }
    let mut hidden: Vec<String> = url.password().map(both_readings).unwrap_or_default();
    for (key, value) in url.query_pairs() {
        check_parameter(&key, &value)?;
    }
    for (key, value) in
        url.query().unwrap_or_default().split('&').filter_map(|it| it.split_once('='))
    {
        if !SHOWN.contains(&key) {
            hidden.extend(both_readings(value));
        }
    }
    hidden.retain(|value| !value.is_empty());
    // Longest first: one may stand in another.
    hidden.sort_by_key(|value| std::cmp::Reverse(value.len()));
    let options = options(url).map_err(|_| unreadable())?;
    let (user, name) = (options.get_username(), options.get_database());
    let place = match options.get_socket() {
        Some(folder) => format!("socket in {}", folder.display()),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    for (what, value, signs) in [
        ("host", place.as_str(), ".-_:/[]% "),
        ("user", user, ".-_@$+ "),
        ("database's name", name.unwrap_or_default(), ".-_$ "),
    ] {
        let plain = |sign: char| sign.is_alphanumeric() || signs.contains(sign);
        if !value.chars().all(plain) || value.len() > 255 {
            return Err(format!("the {what} has signs that it cannot have; {}", unreadable()));
        }
    }
    let kind = Kind::Postgres { place, name: name.map(str::to_owned), user: user.to_owned() };
    Ok(Address { kind, hidden })
}

/// As sqlx reads the address, which does not know the parameter of our own.
fn options(mut url: Url) -> sqlx::Result<PgConnectOptions> {
    let others: Vec<_> =
        url.query_pairs().into_owned().filter(|(key, _)| key != PARAMETER).collect();
    url.set_query(None);
    if !others.is_empty() {
        url.query_pairs_mut().extend_pairs(others);
    }
    PgConnectOptions::from_url(&url)
}

fn unreadable() -> String {
    format!(
        "{FORM}; a password with one of : / ? # @ % & = or a space is given in PGPASSWORD, or with \
         these as %3A %2F %3F %23 %40 %25 %26 %3D %20"
    )
}

/// As it stands there, and decoded.
fn both_readings(text: &str) -> Vec<String> {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    vec![text.to_owned(), decoded]
}

/// Refuses what sqlx, or PostgreSQL, would refuse with the value in its sentence.
fn check_parameter(key: &str, value: &str) -> Result<(), String> {
    let named = key.strip_prefix("options[").and_then(|rest| rest.strip_suffix(']'));
    let is_known = named.is_some_and(is_word) || PARAMETERS.contains(&key);
    let rule = match key {
        _ if !is_known => {
            let known = PARAMETERS.join(", ");
            return Err(format!("a parameter is unknown; known are {known}; {}", unreadable()));
        }
        "sslmode" | "ssl-mode" => {
            (!SSL_MODES.contains(&value)).then(|| format!("one of {}", SSL_MODES.join(", ")))
        }
        "port" => value.parse::<u16>().is_err().then(|| "a number up to 65535".to_owned()),
        "statement-cache-capacity" => {
            value.parse::<usize>().is_err().then(|| "a number".to_owned())
        }
        PARAMETER => (value != "transaction").then(|| "transaction".to_owned()),
        "hostaddr" => {
            value.parse::<std::net::IpAddr>().is_err().then(|| "an IP address".to_owned())
        }
        _ => None,
    };
    rule.map_or(Ok(()), |rule| Err(format!("the parameter {key} is {rule}")))
}

fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn understood(text: &str) -> String {
        Address::parse(text).unwrap().to_string()
    }

    #[test]
    fn an_address_shows_what_was_understood() {
        for (given, shown) in [
            ("sqlite:latchkey.db", "SQLite, file latchkey.db"),
            ("sqlite:///var/lib/a b.db?mode=ro", "SQLite, file /var/lib/a b.db"),
            ("sqlite::memory:", "SQLite, in memory"),
            ("postgres://u:S@h/db", "PostgreSQL, h:5432, database db, user u"),
            ("POSTGRESQL://u@h:1/db", "PostgreSQL, h:1, database db, user u"),
            ("postgres://h/db?user=u&password=S", "PostgreSQL, h:5432, database db, user u"),
            (
                "postgres://h/?dbname=d&user=u%40azure",
                "PostgreSQL, h:5432, database d, user u@azure",
            ),
            (
                "postgres://u:p@%2Frun%2Fpostgresql/db",
                "PostgreSQL, socket in /run/postgresql, database db, user u",
            ),
        ] {
            assert_eq!(understood(given), shown, "{given}");
        }
    }

    /// Also where it stands in the wrong place, as a password does whose signs are not encoded.
    #[test]
    fn a_secret_is_neither_in_a_refusal_nor_in_what_is_shown() {
        for text in [
            "postgres://u:hunter2@h/db",
            "postgres://h/db?user=u&password=hunter2",
            "postgres://h/db?password=hunter2",
            "postgres://u:hun/hunter2@h/db",
            "postgres://u:12/hunter2@h/db",
            "postgres://u:12?hunter2@h/db",
            "postgres://u:12#hunter2@h/db",
            "postgres://u:12/x?hunter2=1@h/db",
            "postgres://u:p@hunter2@h/db",
            "postgres://u:p hunter2@h/db",
            "postgres://h/db;password=hunter2",
            "postgres://h;password=hunter2/db",
            "postgres://u;password=hunter2@h/db",
            "postgres://h/db?user=u;password=hunter2",
            "postgres://h/db?user=u%26password=hunter2",
            "postgres://h/db?dbname=x%20password%3Dhunter2",
            "postgres://h/db?passwrd=hunter2",
            "postgres://h/db?hunter2",
            "postgres://h/db?sslmode=hunter2",
            "postgres://h/db?port=hunter2",
            "postgres://h/db?hostaddr=hunter2",
            "postgres://h/db?pooler=hunter2",
            "postgres://h/db?options=hunter2",
            "postgres://h/db?options[a hunter2]=1",
            "postgres:u:hunter2@h/db",
            "jdbc:postgresql://h/db?user=u&password=hunter2",
            "host=h user=u password=hunter2",
            "h/db?password=hunter2",
            "mysql://u:hunter2@h/db",
            "sqlite://u:hunter2@h/db",
            "sqlite:f.db?key=hunter2",
            "sqlite:f.db?hunter2",
            "sqlite:f.db?vfs=hunter2",
            "hunter2",
        ] {
            let said = match Address::parse(text) {
                Ok(address) => format!("{address} {address:?}"),
                Err(refusal) => refusal,
            };
            assert!(!said.contains("hunter2"), "{text}: {said}");
        }
    }

    #[test]
    fn what_others_say_about_an_address_is_told_without_its_secrets() {
        let address = Address::parse("postgres://u:a%40b@h/db?options=-c%20x&user=u").unwrap();
        let said = "user u cannot use a%40b or a@b with -c x or -c%20x";
        assert_eq!(address.hide(said), "user u cannot use … or … with … or …");
    }
}
