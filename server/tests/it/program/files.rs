//! The files of a store: which one is locked, what is refused, and what a refusal leaves behind.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use super::{DEMO, Program, SERVE, latchkey, names, output, refusal};

fn with<'a>(arguments: &[&'a str], database: &'a str) -> Vec<&'a str> {
    [arguments, &["--database", database]].concat()
}

/// Makes a database with a pepper, by a server that ends as it should.
fn filled(folder: &Path) {
    output(folder, &["create-admin", "--email", "g@example.com", "--name", "Grace"]);
    assert_eq!(names(folder), ["latchkey.db", "latchkey.db.pepper"]);
}

#[tokio::main(flavor = "current_thread")]
async fn change(file: &Path, sql: &str) {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite:{}", file.display());
    let mut connection = sqlx::AnyConnection::connect(&url).await.unwrap();
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    connection.close().await.unwrap();
}

#[test]
fn a_second_server_on_the_same_file_is_refused_whatever_the_file_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let program = Program::start(here, &SERVE);
    let sub = here.join("sub");
    fs::create_dir(&sub).unwrap();
    std::os::unix::fs::symlink("latchkey.db", here.join("soft.db")).unwrap();
    std::os::unix::fs::symlink(here, here.join("loop")).unwrap();
    fs::hard_link(here.join("latchkey.db"), here.join("hard.db")).unwrap();
    let absolute = format!("sqlite://{}", here.join("latchkey.db").display());
    for (cwd, database) in [
        (here, "sqlite:latchkey.db"),
        (here, "sqlite:soft.db"),
        (here, "sqlite:hard.db"),
        (here, "sqlite:loop/latchkey.db"),
        (here, "sqlite:%6Catchkey.db"),
        (here, "sqlite:latchkey%2Edb?mode=rw"),
        (here, "sqlite:./latchkey.db"),
        (here, "sqlite:.//latchkey.db?mode=rwc"),
        (here, "sqlite://latchkey.db"),
        (here, "sqlite:sub/../latchkey.db"),
        (&sub, "sqlite:../latchkey.db"),
        (&sub, &absolute),
    ] {
        let said = refusal(cwd, &with(&SERVE, database));
        assert!(said.contains("another latchkey is using"), "{database}: {said}");
        let said = refusal(cwd, &with(&["import", "nothing"], database));
        assert!(said.contains("another latchkey is using"), "{database}: {said}");
    }
    fs::remove_file(here.join("hard.db")).unwrap();
    drop(program);
    // Afterwards the link leads to the same data, and to the same pepper.
    Program::start(here, &with(&SERVE, "sqlite:soft.db"));
    let there = ["latchkey.db", "latchkey.db.pepper", "loop", "soft.db", "sub"];
    assert_eq!(names(here).into_iter().filter(|it| !it.contains("db-")).collect::<Vec<_>>(), there);
}

#[test]
fn a_file_with_two_names_is_refused_because_its_log_has_only_one() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path());
    fs::hard_link(folder.path().join("latchkey.db"), folder.path().join("b.db")).unwrap();
    let said = refusal(folder.path(), &SERVE);
    assert!(said.contains("it has 2 names (hard links)"), "{said}");
}

#[test]
fn data_and_pepper_are_under_one_name_whatever_signs_are_in_it() {
    for (database, name) in [
        ("sqlite:%41b.db", "Ab.db"),
        ("sqlite:a b.db", "a b.db"),
        ("sqlite:a%20b.db", "a b.db"),
        ("sqlite:100%.db", "100%.db"),
        ("sqlite:a#b.db", "a#b.db"),
        ("sqlite:a%3Fb%2525.db", "a?b%25.db"),
        ("sqlite:g\u{fc}n.db?mode=rwc", "g\u{fc}n.db"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        drop(Program::start(folder.path(), &with(&SERVE, database)));
        let found: Vec<_> = names(folder.path());
        let expected = [name.to_owned(), format!("{name}-shm"), format!("{name}-wal")];
        assert_eq!(found, [&expected[..], &[format!("{name}.pepper")]].concat(), "{database}");
    }
}

#[test]
fn a_refused_first_start_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    fs::create_dir(folder.path().join("dir")).unwrap();
    std::os::unix::fs::symlink("gone", folder.path().join("dangling")).unwrap();
    let before = names(folder.path());
    for (arguments, reason) in [
        (vec!["serve", "--listen", "nowhere"], "is not HOST:PORT"),
        (vec!["serve", "--demo", "--listen", "0.0.0.0:0"], "on loopback only"),
        (with(&SERVE, "sqlite:new.db?mode=rw"), "there is no database new.db"),
        (with(&SERVE, "sqlite:new.db?mode=ro"), "leave ?mode=ro away"),
        (with(&SERVE, "sqlite:new.db?cache=shared"), "only ?mode= can be set"),
        (with(&SERVE, "sqlite:nowhere/new.db"), "the folder of nowhere/new.db cannot be used"),
        (with(&SERVE, "sqlite:file/new.db"), "the folder of file/new.db cannot be used"),
        (with(&SERVE, "sqlite:dir"), "dir"),
        (with(&SERVE, "sqlite:dangling"), "a link to nothing"),
        (vec!["serve", "--listen", "127.0.0.1:0", "--pepper-file", "no/pepper"], "no/pepper"),
        (vec!["serve", "--listen", "127.0.0.1:0", "--pepper-file", "file"], "has 0 bytes"),
        (vec!["import", "nothing"], "nothing"),
        (vec!["verify-log"], "there is no database latchkey.db"),
        (vec!["reset-password", "--email", "a@b.example"], "there is no database latchkey.db"),
    ] {
        let said = refusal(folder.path(), &arguments);
        assert!(said.contains(reason), "{arguments:?}: {said}");
        assert_eq!(names(folder.path()), before, "{arguments:?}");
    }
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = held.local_addr().unwrap().to_string();
    let said = refusal(folder.path(), &["serve", "--listen", &taken]);
    assert!(said.contains("is not free"), "{said}");
    assert_eq!(names(folder.path()), before);
    drop(held);
}

#[test]
fn nothing_starts_empty_where_there_was_something() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    filled(here);
    let (database, pepper) = (here.join("latchkey.db"), here.join("latchkey.db.pepper"));
    let refused = |reason: &str| {
        let before = names(here);
        let admin = ["create-admin", "--email", "b@example.com", "--name", "Ben"];
        for command in [&SERVE[..], &["import", "nothing"], &admin, &["verify-log"]] {
            let said = refusal(here, command);
            assert!(said.contains(reason), "{command:?}: {said}");
            assert_eq!(names(here), before, "{command:?}");
        }
    };
    // The pepper is missing, or was cut off, or is another one.
    let kept = fs::read(&pepper).unwrap();
    fs::remove_file(&pepper).unwrap();
    refused("there is no pepper latchkey.db.pepper");
    fs::write(&pepper, "").unwrap();
    refused("has 0 bytes, and 32 are needed");
    fs::write(&pepper, [7; 32]).unwrap();
    refused("is not the pepper that the keys in the database were made with");
    fs::write(&pepper, &kept).unwrap();
    // The database is missing, or empty.
    let saved = here.join("saved");
    fs::rename(&database, &saved).unwrap();
    for empty in [false, true] {
        if empty {
            fs::write(&database, "").unwrap();
        }
        let before = names(here);
        let said = refusal(here, &SERVE);
        assert!(said.contains("there was something here"), "{said}");
        assert!(said.contains("or remove the pepper to start anew"), "{said}");
        assert_eq!(names(here), before);
    }
    fs::rename(&saved, &database).unwrap();
    Program::start(here, &SERVE);
}

#[test]
fn a_first_start_that_another_was_faster_than_takes_nothing_away() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    // The other has made the file and locked it, and is about to fill it.
    let other = fs::File::create(here.join("latchkey.db")).unwrap();
    other.try_lock().unwrap();
    for ending in ["-journal", "-wal", "-shm"] {
        fs::write(here.join(format!("latchkey.db{ending}")), "").unwrap();
    }
    let before = names(here);
    let admin = ["create-admin", "--email", "g@example.com", "--name", "Grace"];
    for command in [&SERVE[..], &admin] {
        let said = refusal(here, command);
        assert!(said.contains("another latchkey is using latchkey.db"), "{command:?}: {said}");
        assert_eq!(names(here), before, "{command:?}");
    }
}

#[test]
fn nothing_starts_empty_where_a_link_leads_to_a_log() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::create_dir(here.join("data")).unwrap();
    fs::write(here.join("data/real.db"), "").unwrap();
    fs::write(here.join("data/real.db-wal"), "what was written last").unwrap();
    std::os::unix::fs::symlink("data/real.db", here.join("latchkey.db")).unwrap();
    let said = refusal(here, &SERVE);
    assert!(said.contains("real.db-wal: there was something here"), "{said}");
    assert_eq!(fs::read(here.join("data/real.db-wal")).unwrap(), b"what was written last");
    assert_eq!(names(here), ["data", "latchkey.db"]);
}

#[test]
fn a_damaged_database_is_named_at_once() {
    for (damage, reason) in [
        (
            &(|_: &[u8]| b"not a database at all, and long enough for a header. ".repeat(99))
                as &dyn Fn(&[u8]) -> Vec<u8>,
            "file is not a database",
        ),
        (&|all: &[u8]| all[..all.len() / 2].to_vec(), "malformed"),
        (&|all: &[u8]| [&[0; 100], &all[100..]].concat(), "file is not a database"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        filled(folder.path());
        let file = folder.path().join("latchkey.db");
        let damaged = damage(&fs::read(&file).unwrap());
        fs::write(&file, damaged).unwrap();
        for command in [&SERVE[..], &["verify-log"]] {
            let said = refusal(folder.path(), command);
            assert!(said.contains(reason), "{said}");
            assert!(said.contains("restore it from a backup"), "{said}");
            assert!(!said.contains("timed out"), "{said}");
        }
    }
}

#[test]
fn the_log_is_verified_on_a_copy_without_a_trace() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let program = Program::start(here, &DEMO);
    output(here, &["create-admin", "--email", "g@example.com", "--name", "Grace"]);
    // As a backup would be made of a server that crashed: the file and its log.
    drop(program);
    let copies = tempfile::tempdir().unwrap();
    for ending in ["", "-wal", ".pepper"] {
        let name = format!("latchkey.db{ending}");
        fs::copy(here.join(&name), copies.path().join(&name)).unwrap();
    }
    let contents = || {
        names(copies.path())
            .into_iter()
            .map(|name| {
                let bytes = fs::read(copies.path().join(&name)).unwrap();
                (name, bytes)
            })
            .collect::<Vec<_>>()
    };
    let before = contents();
    assert!(
        output(copies.path(), &["verify-log"]).starts_with("The change log is intact: 1 entry.\n")
    );
    assert!(contents() == before, "{:?}", names(copies.path()));
    // The same without a pepper, and with a schema of before.
    fs::remove_file(copies.path().join("latchkey.db.pepper")).unwrap();
    let before = contents();
    let said = refusal(copies.path(), &["verify-log"]);
    assert!(said.contains("there is no pepper latchkey.db.pepper"), "{said}");
    assert!(contents() == before, "{:?}", names(copies.path()));
    fs::copy(here.join("latchkey.db.pepper"), copies.path().join("latchkey.db.pepper")).unwrap();
    change(&copies.path().join("latchkey.db"), "DELETE FROM _sqlx_migrations WHERE version > 7");
    let before = contents();
    let said = refusal(copies.path(), &["verify-log"]);
    assert!(said.contains("has the schema version 7, and "), "{said}");
    assert!(contents() == before, "{:?}", names(copies.path()));
    // And of a version to come.
    change(
        &copies.path().join("latchkey.db"),
        "UPDATE _sqlx_migrations SET version = 9999 WHERE version = 7",
    );
    for command in [&["verify-log"][..], &SERVE] {
        let before = contents();
        let said = refusal(copies.path(), command);
        assert!(said.contains("it was used by a newer one"), "{said}");
        assert!(contents() == before, "{:?}", names(copies.path()));
    }
}

#[test]
fn what_is_stored_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &DEMO);
    let there = names(folder.path());
    assert!(there.len() >= 4, "{there:?}");
    for name in there {
        let mode = folder.path().join(&name).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    drop(program);
    // What is there already is not changed, but named.
    let file = folder.path().join("latchkey.db");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let program = Program::start(folder.path(), &DEMO);
    let said = program.stop("TERM");
    assert!(said.contains("latchkey.db can be read by others"), "{said}");
}

#[test]
fn a_log_that_is_no_terminal_has_no_colours() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &DEMO);
    let said = program.stop("TERM");
    assert!(said.contains("INFO"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
}

#[test]
fn an_upload_without_a_temporary_folder_names_the_setting_that_mends_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = latchkey(folder.path(), &DEMO);
    command.env("TMPDIR", folder.path().join("missing"));
    let program = Program::spawned(command);
    let answer = program.post_as_ada("/api/import", &serde_json::json!({}));
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("can name another with TMPDIR"), "{answer}");
}
