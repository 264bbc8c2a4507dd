//! `POST /api/import`: the same as `latchkey import FILE`, sent to a running server. The body is written to
//! a file as it comes, so however long it is it needs no memory, and the data is read from there.

use std::sync::Arc;

use api::import::ImportReport;
use api::paths;
use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use http_body_util::BodyExt as _;
use tokio::io::AsyncWriteExt as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{By, Import, ImportError};
use crate::App;
use crate::error::{Error, Result};
use crate::input::{Parameters, is_json};
use crate::openapi::{MayBeOvertaken, MayBeSo, MayRefuseData, NeedsUser};
use crate::session::User;

/// The longest body, in bytes.
const BODY_MAX: u64 = 4 * 1024 * 1024 * 1024;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(import))
}

/// How to import.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ImportParameters {
    /// Only say what would change.
    #[serde(default)]
    dry_run: bool,
}

/// Lists of recruiting data in the shapes of the Harvest API; those that are left out stay as they are.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it describes a body that is read piece by piece")]
struct RecruitingData {
    #[schema(nullable = false)]
    jobs: Option<Vec<serde_json::Value>>,
    /// Openings that do not stand in their jobs, each with its `job_id`.
    #[schema(nullable = false)]
    openings: Option<Vec<serde_json::Value>>,
    #[schema(nullable = false)]
    job_posts: Option<Vec<serde_json::Value>>,
    #[schema(nullable = false)]
    job_stages: Option<Vec<serde_json::Value>>,
    #[schema(nullable = false)]
    departments: Option<Vec<serde_json::Value>>,
    #[schema(nullable = false)]
    offices: Option<Vec<serde_json::Value>>,
    #[schema(nullable = false)]
    users: Option<Vec<serde_json::Value>>,
    #[schema(nullable = false)]
    user_roles: Option<Vec<serde_json::Value>>,
    #[schema(nullable = false)]
    close_reasons: Option<Vec<serde_json::Value>>,
    #[schema(nullable = false)]
    custom_fields: Option<Vec<serde_json::Value>>,
    /// In the shapes of the Job Board API: `{token, name, content, jobs}`.
    #[schema(nullable = false)]
    boards: Option<Vec<serde_json::Value>>,
}

/// Imports recruiting data: all of it or nothing. Each kind of thing that is there replaces what was there
/// before of this kind.
#[utoipa::path(post, path = paths::IMPORT, tag = "import", operation_id = "import",
    params(ImportParameters), request_body = RecruitingData, security(("session" = [])),
    responses((status = 200, body = ImportReport), NeedsUser, MayBeSo, MayBeOvertaken,
        MayRefuseData))]
async fn import(
    State(app): State<App>,
    user: User,
    Parameters(parameters): Parameters<ImportParameters>,
    request: Request,
) -> Result<Json<ImportReport>> {
    user.require_editing_boards()?;
    if !is_json(request.headers()) {
        return Err(Error::UnsupportedMediaType);
    }
    let folder = tempfile::tempdir().map_err(no_room)?;
    let file = folder.path().join("request");
    spool(request.into_body(), &file).await?;
    let dry_run = parameters.dry_run;
    let import = Import { path: &file, name: "by request", by: By::User(Box::new(user)), dry_run };
    match app.import(import, Arc::new(|_| {})).await {
        Ok(report) => Ok(Json(report)),
        Err(ImportError::Running) => Err(Error::AlreadySo("Another import is running.")),
        Err(ImportError::Overtaken) => Err(Error::Stale),
        Err(ImportError::Data(fault)) => Err(Error::invalid("", fault)),
        Err(ImportError::Refused(refusal)) => Err(refusal),
        Err(ImportError::Internal(error)) => Err(error.into()),
    }
}

async fn spool(mut body: Body, file: &std::path::Path) -> Result<()> {
    let mut file = tokio::fs::File::create(file).await.map_err(no_room)?;
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame
            .map_err(|_| Error::Malformed("the body broke off, or came too slowly".to_owned()))?;
        let Ok(data) = frame.into_data() else { continue };
        length += data.len() as u64;
        if length > BODY_MAX {
            return Err(Error::TooLarge("4 GiB"));
        }
        file.write_all(&data).await.map_err(no_room)?;
    }
    file.flush().await.map_err(no_room)
}

/// The temporary folder is missing, read-only or full: whoever runs this can mend it.
fn no_room(error: std::io::Error) -> Error {
    let folder = std::env::temp_dir();
    let what = format!("nothing can be written to the temporary folder {}", folder.display());
    Error::NoTemporaryFolder(anyhow::Error::new(error).context(what))
}
