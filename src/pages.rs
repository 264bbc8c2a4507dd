//! One module per screen: its data, its view, its actions. Pages do not know each other.

use crate::screen;

mod account;
mod board;
mod change_log;
mod choose_password;
mod credentials;
mod dev_center;
pub mod not_found;
pub mod sign_in;
mod users;

screen!(choose_password(), rest, choose_password::page);
screen!(dev_center(), list, dev_center::page);
screen!(credentials(), list, credentials::page);
screen!(credential(id: String), editor, credentials::edit::page);
screen!(board(), rest, board::page);
screen!(users(), people, users::page);
screen!(user(id: String), people, users::edit::page);
screen!(change_log(), rest, change_log::page);
screen!(account(), rest, account::page);
