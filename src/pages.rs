//! One module per screen: its data, its view, its actions. Pages do not know each other.

pub mod account;
pub mod board;
pub mod change_log;
pub mod choose_password;
pub mod credentials;
pub mod dev_center;
pub mod not_found;
pub mod sign_in;
pub mod users;
