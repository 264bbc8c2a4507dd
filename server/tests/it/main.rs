//! The integration tests: the whole service in one process, through its own HTTP surface, on a database
//! of its own (SQLite in memory, or PostgreSQL when `LATCHKEY_TEST_DATABASE` names a server), with a
//! fixed clock and fixed dice. The modules mirror the addresses; `app` is the language they are told in.

mod app;
mod authority;
mod board_api;
mod boards;
mod catalogue;
mod change_log;
mod clock;
mod credentials;
mod db_story;
mod document;
mod harvest;
mod idempotency;
mod import;
mod input;
mod late;
mod listen;
mod lists;
mod openapi;
mod operations;
mod origins;
mod outage;
mod password_links;
mod postgres;
mod program;
mod proxy;
mod replicas;
mod secrets;
mod security;
mod session;
mod sessions;
mod settings;
mod step_up;
mod strangers;
mod text;
mod tidy;
mod usage;
mod users;
mod verify;
