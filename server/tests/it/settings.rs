//! What an operator sets, as the program takes it: everything is read at the start, a refusal names the
//! right form, and no secret is ever printed.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A word that stands nowhere but in a secret.
const SECRET: &str = "hunter2-S3CRET";

fn latchkey(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LATCHKEY_")
            || name.to_string_lossy().starts_with("PG")
        {
            command.env_remove(name);
        }
    }
    command
}

fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!("{}{}", String::from_utf8_lossy(out), String::from_utf8_lossy(err))
}

/// What `check-config` says, and whether it found nothing wrong.
fn check(arguments: &[&str], variables: &[(&str, &str)]) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = latchkey(folder.path(), &["check-config"]);
    let output = command.args(arguments).envs(variables.iter().copied()).output().unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "it makes no file");
    (output.status.success(), said(&output))
}

#[test]
fn check_config_says_what_is_understood_and_where_it_comes_from() {
    let (is_right, said) = check(
        &["--public-origin", "HTTPS://K.example.com:443/", "--trusted-proxy", "10.0.0.1,fd00::/8"],
        &[
            ("LATCHKEY_DATABASE", "postgres://latchkey:hunter2-S3CRET@db:5433/keys"),
            ("LATCHKEY_RATE_LIMIT", "0"),
            ("LATCHKEY_VERIFY_FROM", "ingress-nginx"),
            ("LATCHKEY_PUBLIC_ORGIN", "a typing error"),
            ("LATCHKEY_LOG", ""),
        ],
    );
    assert!(is_right, "{said}");
    expect_test::expect![[r#"
        listen: 127.0.0.1:8080 (default)
        database: PostgreSQL, db:5433, database keys, user latchkey (LATCHKEY_DATABASE)
        pepper-file: latchkey.pepper (default)
        public-origin: https://k.example.com (--public-origin)
        console-origin: none (default)
        trusted-proxy: 10.0.0.1/32, fd00::/8 (--trusted-proxy)
        forwarded-headers: x-forwarded (default)
        rate-limit: off (LATCHKEY_RATE_LIMIT)
        verify-from: original-url: X-Original-Method and X-Original-URL (LATCHKEY_VERIFY_FROM)
        verify-accel-redirect: none (default)
        demo: no (default)
        demo-password: (hidden) (default)
        log: sqlx_postgres::options::pgpass=off,sqlx=warn,info (default)
        LATCHKEY_PUBLIC_ORGIN: not a setting, and ignored (environment)
    "#]]
    .assert_eq(&said);
}

#[test]
fn check_config_names_everything_that_is_wrong_at_once() {
    let (is_right, said) = check(
        &[
            "--listen=8080",
            "--database=mysql://u:hunter2-S3CRET@h/db",
            "--public-origin=k.example.com",
            "--console-origin=*",
            "--trusted-proxy=10.0.0.1/8",
            "--forwarded-headers=both",
            "--rate-limit=many",
            "--verify-from=apache",
            "--verify-accel-redirect=granted",
            "--demo-password=",
        ],
        &[("LATCHKEY_LOG", "loud")],
    );
    assert!(!is_right);
    for part in [
        "--listen (LATCHKEY_LISTEN): 8080 is not HOST:PORT",
        "--database (LATCHKEY_DATABASE): this names neither SQLite nor PostgreSQL",
        "--public-origin (LATCHKEY_PUBLIC_ORIGIN): k.example.com has no scheme; write https://k.example.com",
        "--console-origin (LATCHKEY_CONSOLE_ORIGIN): a wildcard names no origin",
        "--trusted-proxy (LATCHKEY_TRUSTED_PROXY): 10.0.0.1/8 is an address and a network; write 10.0.0.1",
        "--forwarded-headers (LATCHKEY_FORWARDED_HEADERS): it is x-forwarded or forwarded",
        "--rate-limit (LATCHKEY_RATE_LIMIT): many is no whole number",
        "--verify-from (LATCHKEY_VERIFY_FROM): apache is none of original, nginx, haproxy",
        "--verify-accel-redirect (LATCHKEY_VERIFY_ACCEL_REDIRECT): it starts with @ or /",
        "--demo-password (LATCHKEY_DEMO_PASSWORD): it has 0 characters",
        "--log (LATCHKEY_LOG): it is one of off, error",
    ] {
        assert!(said.contains(part), "{part:?} is not in: {said}");
    }
    assert!(!said.contains(SECRET));
}

/// What was accepted and ignored, or ended the program after it had said that it listens.
#[test]
fn a_server_does_not_start_with_a_setting_it_does_not_understand() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, right_form) in [
        (["--public-origin", "k.example.com"], "https://k.example.com"),
        (["--public-origin", ""], "leave it out"),
        (["--public-origin", "https://k.example.com/latchkey"], "write https://k.example.com"),
        (["--console-origin", "*"], "https://console.example.com"),
        (
            ["--console-origin", "https://a.example,console.example.com"],
            "https://console.example.com",
        ),
        (["--trusted-proxy", ","], "leave it out"),
        (["--listen", "unix:/run/latchkey.sock"], "127.0.0.1:8080"),
    ] {
        let output = latchkey(folder.path(), &["serve"]).args(arguments).output().unwrap();
        let said = said(&output);
        assert!(!output.status.success() && said.contains(arguments[0]), "{arguments:?}: {said}");
        assert!(said.contains(right_form), "{arguments:?}: {said}");
        assert!(!said.contains("listening on"), "{arguments:?}: {said}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "it makes no file");
    let demo = ["--demo", "--listen", "0.0.0.0:0"];
    let output = latchkey(folder.path(), &["serve"]).args(demo).output().unwrap();
    assert!(said(&output).contains("on loopback only"), "{}", said(&output));
    let mixed =
        ["--public-origin", "https://k.example.com", "--console-origin", "http://c.example.com"];
    let (is_right, said) = check(&mixed, &[]);
    assert!(!is_right && said.contains("serve it by https too"), "{said}");
}

#[test]
fn a_variable_that_is_empty_is_not_set() {
    let names = [
        "LISTEN",
        "DATABASE",
        "PEPPER_FILE",
        "PUBLIC_ORIGIN",
        "CONSOLE_ORIGIN",
        "TRUSTED_PROXY",
        "FORWARDED_HEADERS",
        "RATE_LIMIT",
        "VERIFY_FROM",
        "VERIFY_ACCEL_REDIRECT",
        "DEMO_PASSWORD",
        "LOG",
    ];
    let names = names.map(|name| format!("LATCHKEY_{name}"));
    let empty: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    let (is_right, said) = check(&[], &empty);
    assert!(is_right, "{said}");
    assert_eq!(said, check(&[], &[]).1);
    assert_eq!(
        said.matches("(default)").count(),
        names.len() + 1,
        "all of them, and --demo: {said}"
    );
    // Also for the other commands.
    let folder = tempfile::tempdir().unwrap();
    let admin = ["create-admin", "--email", "a@b.example", "--name", "Ada"];
    let output = latchkey(folder.path(), &admin).envs(empty).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("http://127.0.0.1:8080/choose"));
}

/// Each is a way to write an address with a password; none of them leads to a database.
#[test]
fn the_password_in_the_address_of_the_database_is_never_printed() {
    let folder = tempfile::tempdir().unwrap();
    let addresses = [
        "postgres://u:SECRET@127.0.0.1:1/db",
        "postgres://127.0.0.1:1/db?user=u&password=SECRET",
        "postgres://127.0.0.1:1/db?user=u&password=SECRET&sslmode=nonsense-SECRET",
        "postgres://127.0.0.1:1/db?passwrd=SECRET",
        "postgres://u:x/SECRET@127.0.0.1:1/db",
        "postgres://u:1/SECRET@127.0.0.1:1/db",
        "postgres://u:1@SECRET@127.0.0.1:1/db",
        "postgres://127.0.0.1:1/db;password=SECRET",
        "postgres://u:SECRET@127.0.0.1:1/db?sslrootcert=/nowhere/SECRET.pem",
        "host=127.0.0.1 port=1 user=u password=SECRET dbname=db",
        "jdbc:postgresql://127.0.0.1:1/db?user=u&password=SECRET",
        "mysql://u:SECRET@127.0.0.1:1/db",
        "sqlite://u:SECRET@h/x.db",
        "sqlite:x.db?key=SECRET",
        "SECRET",
    ];
    let addresses = addresses.map(|address| address.replace("SECRET", SECRET));
    // sqlx would log the lines it cannot read.
    let passwords = folder.path().join(".pgpass");
    std::fs::write(&passwords, format!("{SECRET}\n")).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&passwords, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    std::thread::scope(|scope| {
        for address in &addresses {
            let folder = folder.path();
            scope.spawn(move || {
                for (arguments, variable) in [
                    (vec!["serve", "--database", address], ""),
                    (vec!["verify-log"], address.as_str()),
                    (vec!["check-config"], address.as_str()),
                ] {
                    let mut command = latchkey(folder, &arguments);
                    command.env("HOME", folder).env("LATCHKEY_LOG", "debug");
                    let output = command.env("LATCHKEY_DATABASE", variable).output().unwrap();
                    let said = said(&output);
                    assert!(!said.contains(SECRET), "{arguments:?} {variable:?}: {said}");
                    assert!(arguments[0] == "check-config" || !output.status.success());
                }
            });
        }
    });
}

/// A password that has lost its quotes, or its option.
#[test]
fn what_clap_refuses_is_not_repeated_by_it() {
    let folder = tempfile::tempdir().unwrap();
    let password = format!("password={SECRET}");
    for arguments in [
        vec!["serve", "--database", "host=h", &password],
        vec!["serve", SECRET],
        vec![SECRET],
        vec!["serve", "--", SECRET],
        vec!["serve", &format!("--demo={SECRET}")],
        vec!["serve", &format!("--databse={SECRET}")],
        vec!["serve", "--rate-limit", SECRET, "--database", SECRET],
        vec!["import", "a", SECRET],
        vec!["create-admin", &format!("--password-stdin={SECRET}")],
        vec!["verify-log", "--help"],
        vec!["serve", "--help"],
    ] {
        let output = latchkey(folder.path(), &arguments)
            .env("LATCHKEY_DATABASE", SECRET)
            .env("LATCHKEY_DEMO_PASSWORD", SECRET)
            .output()
            .unwrap();
        let said = said(&output).replace(&format!("{SECRET} is no whole number"), "");
        assert!(!said.is_empty() && !said.contains(SECRET), "{arguments:?}: {said}");
    }
}
