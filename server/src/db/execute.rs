//! A statement and its values, taken out of a query of sqlx so that it can be run again.

use sqlx::any::{AnyArguments, AnyStatement};
use sqlx::error::BoxDynError;
use sqlx::{Any, Execute, SqlSafeStr as _, SqlStr};

use super::{Error, Result};

/// See the module.
pub(super) struct Statement {
    sql: SqlStr,
    /// None: the text is run as it is, and may be several statements.
    arguments: Option<AnyArguments>,
    persistent: bool,
}

impl Statement {
    pub(super) fn of<'q>(mut query: impl Execute<'q, Any>) -> Result<Self> {
        let arguments = query.take_arguments().map_err(Error::Encode)?;
        let persistent = query.persistent();
        Ok(Self { sql: query.sql(), arguments, persistent })
    }

    /// The same; without `prepared`, as one that the connection does not remember.
    pub(super) fn prepared(mut self, prepared: bool) -> Self {
        self.persistent &= prepared;
        self
    }

    /// A copy.
    pub(super) fn again(&self) -> Self {
        let arguments = self.arguments.as_ref().map(|arguments| {
            let mut copy = AnyArguments::default();
            copy.values.0.clone_from(&arguments.values.0);
            copy
        });
        Self { sql: self.sql.clone(), arguments, persistent: self.persistent }
    }
}

impl From<&'static str> for Statement {
    fn from(text: &'static str) -> Self {
        Self { sql: text.into_sql_str(), arguments: None, persistent: false }
    }
}

impl Execute<'_, Any> for Statement {
    fn sql(self) -> SqlStr {
        self.sql
    }

    fn statement(&self) -> Option<&AnyStatement> {
        None
    }

    fn take_arguments(&mut self) -> std::result::Result<Option<AnyArguments>, BoxDynError> {
        Ok(self.arguments.take())
    }

    fn persistent(&self) -> bool {
        self.persistent
    }
}
