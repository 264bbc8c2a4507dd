//! Loading what jobs refer to: boards, departments, offices, people and their roles, custom fields, close
//! reasons.

use std::collections::BTreeSet;

use super::{Kind, Loads, rows};
use crate::db::statement::{Table, delete};
use crate::db::{Result, Tx};
use crate::harvest::shapes::{HarvestUser, Recruiting, render};

pub(super) async fn load(tx: &mut Tx, data: &Recruiting, loads: &Loads) -> Result<()> {
    departments(tx, loads.of(Kind::Departments), data).await?;
    offices(tx, loads.of(Kind::Offices), data).await?;
    users(tx, loads.of(Kind::Users), data).await?;
    user_roles(tx, loads.of(Kind::UserRoles), data).await?;
    custom_fields(tx, loads.of(Kind::CustomFields), data).await?;
    let reasons =
        rows(&data.close_reasons, |reason| vec![reason.id.into(), (&*reason.name).into()]);
    Table { name: "close_reasons_rows", key: &["id"], others: &["name"] }
        .write_load(tx, loads.of(Kind::CloseReasons), reasons)
        .await
}

pub(super) async fn boards(tx: &mut Tx, data: &Recruiting) -> Result<()> {
    let table = Table {
        name: "boards",
        key: &["id"],
        others: &[
            "token",
            "token_folded",
            "company_name",
            "introduction",
            "conclusion",
            "job_board_url",
            "job_posts_url",
            "live",
            "created_at",
            "updated_at",
            "version",
        ],
    };
    let boards = rows(&data.boards, |board| {
        vec![
            board.id.into(),
            (&*board.token).into(),
            board.token.to_lowercase().into(),
            (&*board.company_name).into(),
            (&board.introduction).into(),
            (&board.conclusion).into(),
            (&board.job_board_url).into(),
            (&board.job_posts_url).into(),
            board.live.into(),
            board.created_at.0.into(),
            board.updated_at.0.into(),
            1.into(),
        ]
    });
    table.write(tx, boards).await
}

/// The columns of a department or an office beside its id.
const PLACE: &[&str] = &["name", "parent_id", "external_id", "document"];

async fn departments(tx: &mut Tx, load: i64, data: &Recruiting) -> Result<()> {
    let departments = rows(&data.departments, |department| {
        vec![
            department.id.into(),
            (&*department.name).into(),
            department.parent_id.into(),
            (&department.external_id).into(),
            render(department).into(),
        ]
    });
    Table { name: "departments_rows", key: &["id"], others: PLACE }
        .write_load(tx, load, departments)
        .await
}

async fn offices(tx: &mut Tx, load: i64, data: &Recruiting) -> Result<()> {
    let offices = rows(&data.offices, |office| {
        vec![
            office.id.into(),
            (&*office.name).into(),
            office.parent_id.into(),
            (&office.external_id).into(),
            render(office).into(),
        ]
    });
    Table { name: "offices_rows", key: &["id"], others: PLACE }.write_load(tx, load, offices).await
}

async fn users(tx: &mut Tx, load: i64, data: &Recruiting) -> Result<()> {
    let table = Table {
        name: "harvest_users_rows",
        key: &["id"],
        others: &["email", "employee_id", "created_at", "updated_at", "document", "attributes"],
    };
    let users = rows(&data.users, |user| {
        vec![
            user.id.into(),
            user.primary_email_address.to_lowercase().into(),
            (&user.employee_id).into(),
            user.created_at.0.into(),
            user.updated_at.0.into(),
            render(user).into(),
            attributes(user).into(),
        ]
    });
    table.write_load(tx, load, users).await?;
    let ids: Vec<i64> = data.users.iter().map(|user| user.id).collect();
    delete(tx, "harvest_user_emails_rows", load, "user_id", &ids).await?;
    let emails = data.users.iter().flat_map(|user| {
        let all = user.emails.iter().chain([&user.primary_email_address]);
        let all: BTreeSet<String> = all.map(|email| email.to_lowercase()).collect();
        all.into_iter().map(|email| vec![user.id.into(), email.into()])
    });
    Table { name: "harvest_user_emails_rows", key: &["user_id", "email"], others: &[] }
        .write_load(tx, load, emails.collect())
        .await
}

/// Two members of a JSON object, without its braces.
fn attributes(user: &HarvestUser) -> String {
    let (fields, keyed) = (render(&user.custom_fields), render(&user.keyed_custom_fields));
    format!("\"custom_fields\":{fields},\"keyed_custom_fields\":{keyed}")
}

async fn user_roles(tx: &mut Tx, load: i64, data: &Recruiting) -> Result<()> {
    let roles = rows(&data.user_roles, |role| {
        vec![role.id.into(), (&*role.kind).into(), (&*role.name).into()]
    });
    Table { name: "user_roles_rows", key: &["id"], others: &["type", "name"] }
        .write_load(tx, load, roles)
        .await
}

async fn custom_fields(tx: &mut Tx, load: i64, data: &Recruiting) -> Result<()> {
    let table = Table {
        name: "custom_fields_rows",
        key: &["id"],
        others: &["field_type", "name_key", "active", "document"],
    };
    let fields = rows(&data.custom_fields, |field| {
        vec![
            field.id.into(),
            (&*field.field_type).into(),
            (&*field.name_key).into(),
            field.active.into(),
            render(field).into(),
        ]
    });
    table.write_load(tx, load, fields).await?;
    let table = Table {
        name: "custom_field_options_rows",
        key: &["id"],
        others: &["custom_field_id", "name"],
    };
    let options = data
        .custom_fields
        .iter()
        .flat_map(|field| field.custom_field_options.iter().map(move |option| (field.id, option)))
        .map(|(field, option)| vec![option.id.into(), field.into(), (&*option.name).into()])
        .collect();
    table.write_load(tx, load, options).await
}
