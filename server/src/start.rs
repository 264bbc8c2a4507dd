//! What must be true before the first request: the right pepper, a filled demo when one was asked for,
//! and no demo in the open.

use std::net::SocketAddr;

use anyhow::Context as _;
use api::users::{DeveloperPermission, Level};

use crate::change::Actor;
use crate::clock::Clock;
use crate::db::users::{self, NewUserRow};
use crate::db::{self, Db, Trouble, Tx, change_log, instance};
use crate::keys::Pepper;
use crate::store::{IS_ANOTHER_PEPPER, Opened};
use crate::{App, demo, password_links, passwords};

/// Where the pepper's fingerprint is kept.
const PEPPER: &str = "pepper";

/// Refuses a pepper other than the one the stored hashes were made with: every key would stop working,
/// and the change log would look forged.
pub async fn check_pepper(db: &Db, pepper: &Pepper) -> anyhow::Result<()> {
    let ours = pepper.fingerprint();
    same_pepper(&known_pepper(db, &ours).await?, &ours)
}

/// The fingerprint of the pepper that counts: ours, unless there is one already.
async fn known_pepper(db: &Db, ours: &str) -> db::Result<String> {
    if let Some(known) = instance::read(db.read(), PEPPER).await? {
        return Ok(known);
    }
    // Of several that start first at once, with a pepper each, one has the pepper that counts.
    let mut tx = begin(db).await?;
    let known = instance::claim(&mut tx, PEPPER, ours).await?;
    tx.commit().await?;
    Ok(known)
}

/// Begins a change, also while another server is at its own first start, which takes a while: it is waited
/// for some twenty seconds.
async fn begin(db: &Db) -> db::Result<Tx> {
    for _ in 0..5 {
        match change_log::begin(db).await {
            Err(error) if Trouble::of(&error) == Some(Trouble::Busy) => {}
            begun => return begun,
        }
    }
    change_log::begin(db).await
}

/// The same for what was just opened. A pepper that was made for nothing is removed again: only when it is
/// known that the database has another one.
pub async fn check_opened(opened: &Opened) -> anyhow::Result<()> {
    let ours = opened.pepper.fingerprint();
    let known = known_pepper(&opened.db, &ours).await?;
    if known != ours {
        opened.remove_new_pepper();
    }
    same_pepper(&known, &ours)
}

fn same_pepper(known: &str, ours: &str) -> anyhow::Result<()> {
    anyhow::ensure!(known == ours, "this {IS_ANOTHER_PEPPER}");
    Ok(())
}

/// A demo database has public passwords: it is never served beyond this machine.
pub fn check_exposure(demo: bool, addresses: &[SocketAddr]) -> anyhow::Result<()> {
    let open = addresses.iter().find(|address| !address.ip().to_canonical().is_loopback());
    match open {
        Some(address) if demo => anyhow::bail!(
            "this database holds the demo, whose passwords are public; it is served on loopback \
             only, not on {address}"
        ),
        _ => Ok(()),
    }
}

/// Where nobody can sign in yet, the one-time address at which the first Site Admin is created. Every
/// start makes a new one.
pub async fn offer_first_site_admin(
    app: &App,
    address: SocketAddr,
) -> anyhow::Result<Option<String>> {
    if users::any(app.db.read()).await? {
        return Ok(None);
    }
    let mut change = app.change_as(Actor::system()).await?;
    if users::any(&mut *change.tx).await? {
        return Ok(None);
    }
    let link = password_links::make(app, &mut change, None).await?;
    change.commit().await?;
    let elsewhere = app.settings.console_origins().first();
    let console = elsewhere.map(ToString::to_string);
    let console = console.or_else(|| app.settings.public_origin().map(ToString::to_string));
    let console = console.unwrap_or_else(|| format!("http://{address}"));
    Ok(Some(password_links::address(&console, &link.token)))
}

/// Fills an empty database with the demo: the organisation, its data, and three people. A database that
/// is a demo already is left as it is; any other is refused.
pub async fn fill_demo(db: &Db, clock: &Clock, password: &str) -> anyhow::Result<()> {
    if instance::read(db.read(), instance::DEMO).await?.is_some() {
        return Ok(());
    }
    let now = clock.now();
    // One hash for all three: the password is public anyway, and hashing is slow on purpose.
    let password_hash = passwords::hash(password, &clock.random())?;
    let mut tx = begin(db).await?;
    // Another replica may have filled it meanwhile.
    if instance::read(&mut *tx, instance::DEMO).await?.is_some() {
        return Ok(());
    }
    anyhow::ensure!(
        !users::any(&mut *tx).await?,
        "--demo fills an empty database only; this one has users already"
    );
    demo::fill(&mut tx, now).await?;
    for (id, email, name, level, developer_permissions) in DEMO_USERS {
        let user = NewUserRow {
            id,
            email,
            name,
            level: *level,
            password_hash: Some(&password_hash),
            developer_permissions,
        };
        anyhow::ensure!(users::create(&mut tx, &user, now).await?, "{email} is there twice");
    }
    instance::save(&mut tx, instance::ORGANIZATION, "Acme Robotics").await?;
    instance::save(&mut tx, instance::DEMO, "yes").await?;
    tx.commit().await.context("the demo data does not fit together")
}

type DemoUser = (&'static str, &'static str, &'static str, Level, &'static [DeveloperPermission]);

/// Who can sign in to the demo: one who may do everything, one who may do nothing, one in between.
const DEMO_USERS: &[DemoUser] = &[
    (
        "user_ada",
        "ada@example.com",
        "Ada Okafor",
        Level::SiteAdmin,
        &[
            DeveloperPermission::ManageAllApiCredentials,
            DeveloperPermission::EditAdvancedPermissions,
        ],
    ),
    ("user_ben", "ben@example.com", "Ben Lindqvist", Level::Basic, &[]),
    (
        "user_cleo",
        "cleo@example.com",
        "Cleo Marchetti",
        Level::JobAdmin,
        &[DeveloperPermission::ManageJobBoardApiCredentials],
    ),
];
