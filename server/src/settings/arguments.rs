//! From the command line and the environment to [`Arguments`]. What is empty in the environment is not
//! set, and nothing that was given stands in what clap says of it.

use std::any::TypeId;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue};
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _};
use tracing_subscriber::EnvFilter;

use super::{Arguments, Refusal, Refusals};

/// What is logged when nothing is said.
const LOG: &str = "info,sqlx=warn";
/// sqlx logs the lines of a password file that it cannot read.
const NO_PASSWORDS: &str = "sqlx_postgres::options::pgpass=off";
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Reads `command_line`, with the environment for what is not on it.
///
/// # Errors
/// What clap has to say: a refusal, or a help text.
pub fn arguments(
    command_line: impl IntoIterator<Item = OsString>,
) -> Result<(Arguments, ArgMatches), clap::Error> {
    let mut command = Arguments::command();
    let mut unreadable = Vec::new();
    command = without_empty_variables(command, &mut unreadable);
    if let Some(variable) = unreadable.first() {
        let said = format!("{variable} is not UTF-8\n");
        return Err(command.error(clap::error::ErrorKind::InvalidUtf8, said));
    }
    let matches = command.try_get_matches_from_mut(command_line).map_err(discreet)?;
    let arguments = Arguments::from_arg_matches(&matches).map_err(discreet)?;
    Ok((arguments, matches))
}

/// A variable that is empty is as good as none, for every setting of every command.
fn without_empty_variables(command: clap::Command, unreadable: &mut Vec<String>) -> clap::Command {
    let command = command.mut_args(|arg| {
        let variable = arg.get_env().map(ToOwned::to_owned);
        let value = variable.as_ref().and_then(std::env::var_os);
        let is_path = arg.get_value_parser().type_id() == TypeId::of::<PathBuf>();
        match (variable, value) {
            (Some(_), Some(value)) if value.is_empty() => arg.env(None::<&'static str>),
            (Some(variable), Some(value)) if !is_path && value.to_str().is_none() => {
                unreadable.push(variable.to_string_lossy().into_owned());
                arg
            }
            _ => arg,
        }
    });
    command.mut_subcommands(|command| without_empty_variables(command, unreadable))
}

/// Without the words that were given, where one of them could be a secret: a password that lost its quotes.
fn discreet(mut error: clap::Error) -> clap::Error {
    for kind in [ContextKind::InvalidArg, ContextKind::InvalidValue, ContextKind::InvalidSubcommand]
    {
        let is_option = |value: &ContextValue| match value {
            ContextValue::String(text) => text.starts_with('-') || text.starts_with('<'),
            ContextValue::Strings(texts) => texts.iter().all(|it| it.starts_with(['-', '<'])),
            _ => true,
        };
        if error.get(kind).is_some_and(|value| !is_option(value)) {
            error.insert(kind, ContextValue::String("…".to_owned()));
            error.remove(ContextKind::Suggested);
        }
    }
    error
}

/// What `LATCHKEY_LOG` lets through: a level, and levels of single parts.
///
/// # Errors
/// What was not understood.
pub fn log_filter() -> Result<EnvFilter, Refusals> {
    let given = std::env::var("LATCHKEY_LOG").unwrap_or_default();
    let given = if given.trim().is_empty() { LOG } else { given.trim() };
    let is_level = |word: &str| LEVELS.contains(&word.trim().to_ascii_lowercase().as_str());
    let understood = given.split(',').all(|word| word.contains('=') || is_level(word));
    let filter = EnvFilter::builder().parse(given).ok().filter(|_| understood);
    let filter = filter.ok_or_else(|| {
        let why = format!("it is one of {}, or a list such as {LOG}", LEVELS.join(", "));
        Refusals(vec![Refusal { setting: "log".to_owned(), why }])
    })?;
    Ok(filter.add_directive(NO_PASSWORDS.parse().expect("a directive")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::variable;

    fn all(command: &clap::Command) -> Vec<clap::Arg> {
        let mut args: Vec<clap::Arg> = command.get_arguments().cloned().collect();
        args.extend(command.get_subcommands().flat_map(all));
        args
    }

    #[test]
    fn every_variable_is_named_as_its_option_and_its_value_is_not_in_the_help() {
        let args = all(&Arguments::command());
        let with_variable: Vec<_> = args.iter().filter(|arg| arg.get_env().is_some()).collect();
        assert!(with_variable.len() > 10);
        for arg in with_variable {
            let long = arg.get_long().expect("a long name");
            assert_eq!(arg.get_env().expect("a variable"), variable(long).as_str());
            assert!(arg.is_hide_env_values_set(), "--{long}");
        }
    }
}
