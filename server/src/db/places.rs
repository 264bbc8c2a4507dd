//! Reading departments and offices: two trees of the same shape.

use sqlx::Row as _;

use super::statement::Select;
use super::{Db, Result};

/// Which of the two trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Department,
    Office,
}

/// One place with what makes the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceRow {
    pub id: i64,
    pub parent_id: Option<i64>,
    /// The organisation's own id for it.
    pub external_id: Option<String>,
    /// As it stands in a list.
    pub document: String,
}

/// The documents in ascending id; those with this external id, or all.
pub async fn list(
    db: &Db,
    place: Place,
    external_id: Option<&str>,
    limit: i64,
    offset: i64,
) -> Result<Vec<String>> {
    documents(place)
        .when("external_id = $", external_id)
        .add(" ORDER BY id LIMIT $", limit)
        .add(" OFFSET $", offset)
        .texts(db.read())
        .await
}

/// How many there are with this external id, or at all.
pub async fn count(db: &Db, place: Place, external_id: Option<&str>) -> Result<i64> {
    let select = match place {
        Place::Department => Select::new("SELECT COUNT(*) FROM departments"),
        Place::Office => Select::new("SELECT COUNT(*) FROM offices"),
    };
    select.when("external_id = $", external_id).number(db.read()).await
}

/// The document of one place.
pub async fn read(db: &Db, place: Place, id: i64) -> Result<Option<String>> {
    Ok(documents(place).when("id = $", Some(id)).texts(db.read()).await?.pop())
}

fn documents(place: Place) -> Select {
    Select::new(match place {
        Place::Department => "SELECT document FROM departments",
        Place::Office => "SELECT document FROM offices",
    })
}

/// All places in ascending id.
pub async fn all(db: &Db, place: Place) -> Result<Vec<PlaceRow>> {
    let select = match place {
        Place::Department => {
            Select::new("SELECT id, parent_id, external_id, document FROM departments")
        }
        Place::Office => Select::new("SELECT id, parent_id, external_id, document FROM offices"),
    };
    let rows = select.add(" ORDER BY id LIMIT $", i64::MAX).rows(db.read()).await?;
    let places = rows.iter().map(|row| {
        Ok(PlaceRow {
            id: row.try_get("id")?,
            parent_id: row.try_get("parent_id")?,
            external_id: row.try_get("external_id")?,
            document: row.try_get("document")?,
        })
    });
    places.collect()
}
