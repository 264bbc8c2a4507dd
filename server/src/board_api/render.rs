//! What a question about a board is answered with. What reads or renders a whole board waits for its turn,
//! and is rendered off the workers.

use serde::Serialize;

use super::job::{Context, Detail, Published};
use super::kept::{Key, ORIGIN, Rendered};
use super::places::{self, Filed};
use super::shapes::{Board, Jobs, Meta, Sections};
use super::{NO_BOARD, NO_JOB, NotFound, Question};
use crate::db::boards::{BoardRow, PublishedRow};
use crate::db::places::Place;
use crate::harvest::shapes::CustomField;
use crate::heavy::{off_the_workers, turn};
use crate::{App, db};

/// The answer, of the data of this generation or a later one.
pub(super) async fn render(app: &App, key: &Key) -> anyhow::Result<Result<Rendered, NotFound>> {
    let question = key.question;
    let found = db::boards::find(&app.db, &key.token, app.clock.now()).await?;
    let Some((board, answers_until)) = found else {
        let about_job = matches!(question, Question::Job(..));
        return Ok(Err(if about_job { NO_JOB } else { NO_BOARD }));
    };
    let json = match question {
        Question::Board => {
            let content = board.introduction.as_deref();
            text(&Board { name: &board.company_name, content })?
        }
        // A prospect post belongs to a section, and Harvest tells of none.
        Question::Sections => text(&Sections::default())?,
        Question::Job(id, detail) => {
            let row = db::boards::published_one(&app.db, board.id, id).await?;
            let Some(row) = row else { return Ok(Err(NO_JOB)) };
            let exposed = exposed(&job_fields(app).await?)?;
            let context = Context { board: &board, exposed: &exposed, origin: ORIGIN };
            text(&context.published(&row, detail)?.job)?
        }
        Question::Jobs(detail) => {
            let turn = turn().await?;
            let posts = Posts::read(app, board).await?;
            let jobs = move || {
                let _turn = turn;
                let jobs: Vec<_> =
                    posts.published(detail)?.into_iter().map(|one| one.job).collect();
                let meta = Meta { total: jobs.len() };
                text(&Jobs { jobs, meta })
            };
            off_the_workers(jobs).await??
        }
        _ => match filed(app, board, question, key.generation).await? {
            Ok(json) => json,
            Err(missing) => return Ok(Err(missing)),
        },
    };
    Ok(Ok(off_the_workers(move || Rendered::new(json, answers_until)).await?))
}

/// Departments and offices.
async fn filed(
    app: &App,
    board: BoardRow,
    question: Question,
    generation: i64,
) -> anyhow::Result<Result<String, NotFound>> {
    let board_id = board.id;
    let read = async {
        let turn = turn().await?;
        let departments = db::places::all(&app.db, Place::Department).await?;
        let offices = db::places::all(&app.db, Place::Office).await?;
        let posts = Posts::read(app, board).await?;
        let filed = move || {
            let _turn = turn;
            Filed::new(&departments, &offices, posts.published(Detail::default())?)
        };
        Ok(off_the_workers(filed).await??)
    };
    let filed = app.boards.filed(generation, board_id, read).await?;
    // Ids that nothing has are asked for without end: they take no turn.
    match question {
        Question::Department { id, .. } if !filed.has_department(id) => {
            return Ok(Err("Department not found"));
        }
        Question::Office { id, .. } if !filed.has_office(id) => return Ok(Err("Office not found")),
        _ => {}
    }
    let turn = turn().await?;
    let json = move || {
        let _turn = turn;
        match question {
            Question::Department { id, tree: true } => places::branch(filed.departments(), id),
            Question::Department { id, .. } => filed.department(id).as_ref().map(text).transpose(),
            Question::Office { id, tree: true } => places::branch(filed.offices(), id),
            Question::Office { id, .. } => filed.office(id).as_ref().map(text).transpose(),
            Question::Offices { tree } => places::all("offices", filed.offices(), tree).map(Some),
            _ => {
                let tree = matches!(question, Question::Departments { tree: true });
                places::all("departments", filed.departments(), tree).map(Some)
            }
        }
    };
    Ok(off_the_workers(json).await??.ok_or("Resource not found"))
}

/// What a board publishes, as it is kept.
struct Posts {
    board: BoardRow,
    rows: Vec<PublishedRow>,
    fields: Vec<String>,
}

impl Posts {
    async fn read(app: &App, board: BoardRow) -> db::Result<Self> {
        let rows = db::boards::published(&app.db, board.id).await?;
        Ok(Self { board, rows, fields: job_fields(app).await? })
    }

    fn published(&self, detail: Detail) -> serde_json::Result<Vec<Published>> {
        let exposed = exposed(&self.fields)?;
        let context = Context { board: &self.board, exposed: &exposed, origin: ORIGIN };
        self.rows.iter().map(|row| context.published(row, detail)).collect()
    }
}

async fn job_fields(app: &App) -> db::Result<Vec<String>> {
    db::custom_fields::list(&app.db, Some("job"), false, i64::MAX, 0).await
}

/// Those that are meant for the public.
fn exposed(fields: &[String]) -> serde_json::Result<Vec<CustomField>> {
    let fields: Vec<CustomField> =
        fields.iter().map(|field| serde_json::from_str(field)).collect::<Result<_, _>>()?;
    Ok(fields.into_iter().filter(|field| field.expose_in_job_board_api).collect())
}

fn text(shape: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(shape)
}
