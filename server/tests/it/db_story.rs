//! One story for both engines, straight on the database: what a change is, and that two of them cannot
//! both win.

use api::credentials::{ApiType, CredentialFilter};
use api::permissions::PermissionSet;
use server::clock::Clock;
use server::db::credentials::{self, NewCredentialRow};
use server::db::{Db, instance, secrets};
use server::keys::{ApiKey, Pepper};

use crate::app::World;

fn new(clock: &Clock, pepper: &Pepper, description: &str) -> NewCredentialRow {
    let key = ApiKey::make(clock, ApiType::Harvest);
    NewCredentialRow {
        id: clock.new_id("cred"),
        api_type: ApiType::Harvest,
        partner: "jobtarget".to_owned(),
        description: description.to_owned(),
        permissions: [83, 84, 135].into_iter().collect(),
        created_at: clock.now(),
        created_by: Some("user_ada".to_owned()),
        secret_id: clock.new_id("secret"),
        hash: pepper.hash(&key),
        key_hint: key.hint().to_owned(),
    }
}

async fn listed(db: &Db) -> usize {
    let filter = CredentialFilter::default();
    credentials::list(db, &ApiType::ALL, &filter, None, 100).await.unwrap().len()
}

#[tokio::test]
async fn the_life_of_a_row() {
    let world = World::new().await;
    let (db, clock, pepper) = (&world.app.db, &world.clock, world.app.keys.pepper());
    let row = new(clock, pepper, "Écrit ÀÉÎ 日本 100%");

    // A change that is dropped never happened.
    let mut tx = db.write().await.unwrap();
    credentials::create(&mut tx, &row).await.unwrap();
    drop(tx);
    assert_eq!(listed(db).await, 0);

    // A change that is committed is read back as it was written.
    let mut tx = db.write().await.unwrap();
    credentials::create(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    let read = credentials::read(db.read(), &row.id).await.unwrap().unwrap();
    assert_eq!((&read.description, read.permissions), (&row.description, row.permissions));
    assert_eq!((read.version, read.revoked_at, read.stored_at), (1, None, None));
    assert_eq!(read.created_by, "Ada Okafor");

    // Folding is ours, not the engine's.
    let filter = CredentialFilter { q: Some("écrit àéî".to_owned()), ..Default::default() };
    let found = credentials::list(db, &ApiType::ALL, &filter, None, 10).await.unwrap();
    assert_eq!(found.len(), 1);

    // Of two changes made from one version, the second is told so.
    let mut first = read.clone();
    first.permissions = PermissionSet::EMPTY;
    let mut tx = db.write().await.unwrap();
    assert!(credentials::update(&mut tx, &first).await.unwrap());
    assert!(!credentials::update(&mut tx, &read).await.unwrap());
    tx.commit().await.unwrap();

    // The secret opens what the credential says now, and nothing once it is revoked.
    let (_, grant) = secrets::read_active(db, &row.hash).await.unwrap().unwrap();
    assert_eq!(grant.permissions, PermissionSet::EMPTY);
    let mut revoked = credentials::read(db.read(), &row.id).await.unwrap().unwrap();
    revoked.revoked_at = Some(clock.now());
    let mut tx = db.write().await.unwrap();
    assert!(credentials::update(&mut tx, &revoked).await.unwrap());
    tx.commit().await.unwrap();
    assert!(secrets::read_active(db, &row.hash).await.unwrap().is_none());
    assert!(secrets::list_of(db, &row.id).await.unwrap()[0].1.is_none());
}

#[tokio::test]
async fn the_same_hash_cannot_stand_twice() {
    let world = World::new().await;
    let row = new(&world.clock, world.app.keys.pepper(), "one");
    let twin = NewCredentialRow {
        id: world.clock.new_id("cred"),
        secret_id: world.clock.new_id("secret"),
        ..new(&world.clock, world.app.keys.pepper(), "two")
    };
    let twin = NewCredentialRow { hash: row.hash, ..twin };
    let mut tx = world.app.db.write().await.unwrap();
    credentials::create(&mut tx, &row).await.unwrap();
    assert!(credentials::create(&mut tx, &twin).await.is_err());
    drop(tx);
    assert_eq!(listed(&world.app.db).await, 0);
}

#[tokio::test]
async fn writers_take_turns() {
    let world = World::new().await;
    let db = &world.app.db;
    let writers = (0..20).map(|number| {
        let db = db.clone();
        tokio::spawn(async move {
            let mut tx = db.write().await.unwrap();
            instance::save(&mut tx, "last writer", &number.to_string()).await.unwrap();
            tx.commit().await.unwrap();
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert!(instance::read(db.read(), "last writer").await.unwrap().is_some());
}

#[tokio::test]
async fn another_pepper_is_refused() {
    let world = World::new().await;
    let other = Pepper::new(b"another pepper");
    let refused = server::start::check_pepper(&world.app.db, &other).await.unwrap_err();
    assert!(refused.to_string().contains("--pepper-file"), "{refused}");
}
