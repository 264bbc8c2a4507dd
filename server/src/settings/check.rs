//! `latchkey check-config`: what is understood of the settings and where each comes from, and all that is
//! wrong with them. It opens nothing and creates nothing.

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory as _};

use super::given::Reading;
use super::{Arguments, Given, Refusals, log_filter, variable};

/// One line for each setting that is understood, and what is refused.
///
/// `matches` are those of the command.
pub fn check(given: Given, matches: &ArgMatches) -> (Vec<String>, Result<(), Refusals>) {
    let Reading { understood, refused, settings: _ } = given.reading();
    let mut refused = refused;
    let log = match log_filter() {
        Ok(filter) => vec![("log", filter.to_string())],
        Err(Refusals(why)) => {
            refused.extend(why);
            Vec::new()
        }
    };
    let command = Arguments::command();
    let mut lines = Vec::new();
    for (setting, text) in understood.into_iter().chain(log) {
        lines.push(format!("{setting}: {text} ({})", source(&command, matches, setting)));
    }
    for unknown in unknown_variables(&command) {
        lines.push(format!("{unknown}: not a setting, and ignored (environment)"));
    }
    (lines, if refused.is_empty() { Ok(()) } else { Err(Refusals(refused)) })
}

/// Where the value of a setting comes from.
fn source(command: &clap::Command, matches: &ArgMatches, setting: &str) -> String {
    let mut args = command.get_subcommands().flat_map(clap::Command::get_arguments);
    let arg = args.find(|arg| arg.get_long() == Some(setting));
    match arg.and_then(|arg| matches.value_source(arg.get_id().as_str())) {
        Some(ValueSource::CommandLine) => format!("--{setting}"),
        Some(ValueSource::EnvVariable) => variable(setting),
        // Only a variable says what is logged.
        None if setting == "log"
            && std::env::var_os("LATCHKEY_LOG").is_some_and(|it| !it.is_empty()) =>
        {
            variable(setting)
        }
        _ => "default".to_owned(),
    }
}

/// Variables that look like settings and are none: misspelled, mostly.
fn unknown_variables(command: &clap::Command) -> Vec<String> {
    let args = command.get_subcommands().flat_map(clap::Command::get_arguments);
    let known: Vec<&str> = args.filter_map(|arg| arg.get_env()?.to_str()).collect();
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let mut unknown: Vec<String> = names
        .filter(|name| name.starts_with("LATCHKEY_") && name != "LATCHKEY_LOG")
        .filter(|name| !known.contains(&name.as_str()))
        .collect();
    unknown.sort();
    unknown
}
