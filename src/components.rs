//! What screens are made of. Nothing in here knows a page, the service or who is signed in.
//!
//! Plain functions that return one type: each generic component would be compiled once per use.

pub mod announcer;
pub mod button;
pub mod change_log;
pub mod choices;
pub mod combobox;
pub mod confirm;
pub mod conflict;
pub mod copy;
pub mod dialog;
pub mod facts;
pub mod failure;
pub mod field;
pub mod heading;
pub mod icon;
pub mod listing;
pub mod loading;
pub mod password;
pub mod search;
pub mod status;
pub mod time;
