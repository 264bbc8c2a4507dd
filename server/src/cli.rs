//! What an operator does on the command line, beside serving. A running server need not be stopped: what
//! these change, it reads anew for every request.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::{Context as _, ensure};
use api::import::ImportCounts;
use api::users::{Level, NewUser};
use clap::ArgMatches;

use crate::change::Actor;
use crate::change_log::verify::{Verdict, verify};
use crate::clock::Clock;
use crate::db::users::NewUserRow;
use crate::import::{By, Import};
use crate::password_links::{self, FIRST_MAY};
use crate::settings::{self, Given, Settings, read_public_origin};
use crate::store::{Opened, Purpose, Store};
use crate::{App, db, encoding, passwords, start, users};

/// Who is to be created.
#[derive(Debug, clap::Args)]
pub struct CreateAdmin {
    /// What they sign in with
    #[arg(long)]
    email: String,
    /// As others see them
    #[arg(long)]
    name: String,
    /// Read their password from standard input instead of printing a one-time address
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    pub(crate) console: Console,
}

/// Whose password was lost.
#[derive(Debug, clap::Args)]
pub struct ResetPassword {
    /// What they sign in with
    #[arg(long)]
    email: String,
    #[command(flatten)]
    pub(crate) console: Console,
}

/// Which data, and where its console is.
#[derive(Debug, clap::Args)]
pub struct Console {
    #[command(flatten)]
    pub(crate) store: Store,
    /// The address of the console, for the one-time address that is printed
    #[arg(
        long,
        env = "LATCHKEY_PUBLIC_ORIGIN",
        value_name = "ORIGIN",
        default_value = "http://127.0.0.1:8080",
        hide_env_values = true
    )]
    public_origin: String,
}

/// Which change log, and what it must contain.
#[derive(Debug, clap::Args)]
pub struct VerifyLog {
    #[command(flatten)]
    pub(crate) store: Store,
    /// An entry it must contain: the last one as an earlier check printed it, and as you kept it elsewhere
    #[arg(long, value_name = "SEQ:HASH")]
    contains: Option<String>,
}

/// What to import, and into which data.
#[derive(Debug, clap::Args)]
pub struct ImportData {
    /// A file with everything, a file such as jobs.json, or a folder of such files
    path: PathBuf,
    /// Only say what would change
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    pub(crate) store: Store,
}

/// Creates a Site Admin who may do what the first one may.
pub async fn create_admin(arguments: CreateAdmin) -> anyhow::Result<()> {
    let CreateAdmin { email, name, password_stdin, console } = arguments;
    let (level, developer_permissions) = (Level::SiteAdmin, FIRST_MAY.to_vec());
    let new = NewUser { name: name.clone(), email: email.clone(), level, developer_permissions };
    if let Some(fault) = new.check().into_iter().next() {
        anyhow::bail!("--{}: {}", fault.pointer.trim_start_matches('/'), fault.detail);
    }
    let public_origin = read_public_origin(&console.public_origin)?;
    let (app, opened) = open(console.store, Purpose::Beside).await?;
    let about = [name.as_str(), &email, &app.organization];
    let password_hash =
        if password_stdin { Some(password_from_stdin(&app, &about).await?) } else { None };
    let id = app.clock.new_id("user");
    let new = NewUserRow {
        id: &id,
        email: &email,
        name: name.trim(),
        level: Level::SiteAdmin,
        password_hash: password_hash.as_deref(),
        developer_permissions: FIRST_MAY,
    };
    let mut change = app.change_as(Actor::system()).await?;
    let row = users::add(&mut change, &new).await?.with_context(|| {
        format!(
            "there is a user with the e-mail {email} already; `latchkey reset-password` lets them in"
        )
    })?;
    let link = match password_hash {
        None => Some(password_links::make(&app, &mut change, Some(&row)).await?),
        Some(_) => None,
    };
    change.commit().await?;
    opened.keep().await;
    match link {
        Some(link) => say_link(public_origin.as_str(), &link.token, &link.expires_at),
        None => say(&format!("{email} can sign in now.")),
    }
}

/// Prints a one-time address at which a user chooses a new password. The old one counts until then.
pub async fn reset_password(arguments: ResetPassword) -> anyhow::Result<()> {
    let ResetPassword { email, console } = arguments;
    let public_origin = read_public_origin(&console.public_origin)?;
    let (app, opened) = open(console.store, Purpose::Existing).await?;
    let mut change = app.change_as(Actor::system()).await?;
    let row = db::users::find(&mut *change.tx, &email).await?;
    let row = row.with_context(|| format!("there is no user with the e-mail {email}"))?;
    ensure!(row.disabled_at.is_none(), "{email} is disabled; a Site Admin can enable them");
    let link = password_links::make_again(&app, &mut change, &row).await?;
    change.commit().await?;
    opened.keep().await;
    say_link(public_origin.as_str(), &link.token, &link.expires_at)
}

/// Imports recruiting data, all of it or nothing, and says what was new, changed and gone.
pub async fn import(arguments: ImportData) -> anyhow::Result<()> {
    let ImportData { path, dry_run, store } = arguments;
    let (app, opened) = open(store, Purpose::Alone).await.context(
        "a running server takes an import at POST /api/import; this command needs it stopped",
    )?;
    let name = path.display().to_string();
    let import = Import { path: &path, name: &name, by: By::System, dry_run };
    let said = AtomicI64::new(0);
    let clock = app.clock.clone();
    let progress = move |read| {
        let now = clock.now();
        if now - said.load(Ordering::Relaxed) >= 1000 {
            said.store(now, Ordering::Relaxed);
            tracing::info!("{read} things read");
        }
    };
    let report = app.import(import, Arc::new(progress)).await.map_err(anyhow::Error::new)?;
    opened.keep().await;
    for kind in &report.kinds {
        let ImportCounts { kind, new, changed, gone, same } = kind;
        say(&format!("{kind}: {new} new, {changed} changed, {gone} gone, {same} the same"))?;
    }
    say(match (dry_run, report.changes_something()) {
        (_, false) => "Nothing is different.",
        (true, true) => "This was a dry run: nothing was changed.",
        (false, true) => "Imported.",
    })
}

/// Proves that the change log is what was written, or names the first entry that is not.
pub async fn verify_log(arguments: VerifyLog) -> anyhow::Result<()> {
    let anchor = arguments.contains.as_deref().map(|text| {
        let (seq, hash) = text.split_once(':').context("--contains is SEQ:HASH")?;
        anyhow::Ok((seq.parse().context("--contains is SEQ:HASH")?, hash))
    });
    let anchor = anchor.transpose()?;
    let reading = arguments.store.open_to_read().await?;
    let verdict = verify(&reading.db, &reading.pepper, anchor).await;
    reading.close().await;
    match verdict? {
        Verdict::Intact { last: 0, .. } => say("The change log is empty."),
        Verdict::Intact { last, hash } => {
            let entries = if last == 1 { "entry" } else { "entries" };
            say(&format!("The change log is intact: {last} {entries}."))?;
            say(&format!("Keep the last one elsewhere, for --contains: {last}:{hash}"))
        }
        Verdict::Broken { seq } => {
            anyhow::bail!("the change log is broken: entry {seq} is not what was written there")
        }
        Verdict::CutOff { at, expected } => anyhow::bail!(
            "the change log is cut off: it ends at entry {at}, and should end at {expected}"
        ),
        Verdict::Replaced { seq } => anyhow::bail!(
            "the change log was replaced: entry {seq} is not the one you have the hash of"
        ),
    }
}

/// Says what is understood of the settings, and all that is wrong with them.
pub fn check_config(given: Given, matches: &ArgMatches) -> anyhow::Result<()> {
    let (_, matches) = matches.subcommand().context("no command")?;
    let (lines, refused) = settings::check(given, matches);
    for line in lines {
        say(&line)?;
    }
    Ok(refused?)
}

/// The service without its socket. What was made on the way stays when it is kept.
async fn open(store: Store, purpose: Purpose) -> anyhow::Result<(App, Opened)> {
    let clock = Clock::system();
    let opened = store.open(&clock, purpose).await?;
    start::check_opened(&opened).await?;
    let app = App::new(opened.db.clone(), clock, opened.pepper.clone(), Settings::of(store));
    Ok((app.await?, opened))
}

async fn password_from_stdin(app: &App, about: &[&str]) -> anyhow::Result<String> {
    // On a thread of its own: whoever types nothing can still interrupt it.
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        let typed = encoding::utf8(std::io::stdin().lock())?;
        BufReader::new(typed).read_line(&mut line)?;
        anyhow::Ok(line)
    });
    let line = read.await?.context("no password on standard input")?;
    let password = line.trim_end_matches(['\r', '\n']);
    if let Some(refusal) = passwords::refusal(password, about) {
        anyhow::bail!("{refusal}");
    }
    passwords::hash(password, &app.clock.random())
}

/// The one-time address on a line of its own, for scripts.
fn say_link(console: &str, token: &str, expires_at: &str) -> anyhow::Result<()> {
    tracing::info!("the address below is good once, until {expires_at}");
    say(&password_links::address(console, token))
}

/// Standard output is for what other programs wait for; everything else is logged.
pub fn say(line: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{line}").context("cannot write to standard output")
}
