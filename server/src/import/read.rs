//! Reading a file of an import piece by piece: however long it is, only a batch of it is in memory. What
//! is wrong is named by file, line and field.

use std::fs::File;
use std::io::BufReader;
use std::marker::PhantomData;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde::{Deserialize, Deserializer, Serialize};

use super::ImportError;
use super::seen::Seen;
use super::source::{Content, Source};
use crate::db::recruiting::Kind;
use crate::encoding::{NOT_UTF8, utf8};
use crate::harvest::shapes::{
    CloseReason, CustomField, Department, HarvestUser, Job, JobPost, JobStage, Office, Opening,
    PayRange, UserRole,
};
use crate::null::has_no_null;

/// One thing that was read.
#[derive(Debug)]
pub(super) enum Item {
    /// A list of this kind begins, which may be empty.
    Begin(Kind),
    Department(Department),
    Office(Office),
    User(HarvestUser),
    UserRole(UserRole),
    CustomField(CustomField),
    CloseReason(CloseReason),
    Job(Box<Job>),
    JobStage(JobStage),
    JobPost(Box<JobPost>),
    Opening(OpeningOfJob),
    Board(BoardItem),
}

/// An opening as a list of many jobs' openings has it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct OpeningOfJob {
    pub job_id: i64,
    #[serde(flatten)]
    pub opening: Opening,
}

/// A board as the Job Board API answers it, with the token that it was asked for by.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct BoardItem {
    #[serde(default)]
    pub token: String,
    pub name: Option<String>,
    /// HTML before the text of every post.
    pub content: Option<String>,
    pub jobs: Option<Vec<BoardJob>>,
}

/// A post on a board: what Harvest does not tell of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct BoardJob {
    pub id: i64,
    pub language: Option<String>,
    pub pay_input_ranges: Option<Vec<PayRange>>,
}

/// Which things of a file are wanted this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// What must be known before the rest: boards, openings and custom fields.
    First,
    /// Everything else.
    Second,
}

/// Reads a file and hands over what is in it, one thing after the other, until `take` has had enough.
/// `seen` is what the files before it had.
pub(super) fn read(
    source: &Source,
    pass: Pass,
    seen: &mut Seen,
    take: &mut dyn FnMut(Item) -> Result<(), String>,
) -> Result<(), ImportError> {
    let file = File::open(&source.file)
        .map_err(|error| ImportError::Data(format!("{} cannot be read: {error}", source.name)))?;
    let text =
        utf8(file).map_err(|error| ImportError::Data(format!("{}: {error}", source.name)))?;
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, text));
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut json, &mut track);
    let reader = Reader { content: &source.content, pass, seen, take };
    let read = reader.deserialize(tracked).and_then(|()| json.end());
    read.map_err(|error| {
        let path = track.path().to_string();
        let field = if path == "." { String::new() } else { format!(", {path}") };
        // What is wrong with all of a file has no line.
        let (name, line, text) = (&source.name, error.line().max(1), error.to_string());
        let detail = match text.split(" at line ").next().unwrap_or(&text) {
            "invalid unicode code point" => NOT_UTF8,
            detail => detail,
        };
        ImportError::Data(format!("{name}, line {line}{field}: {detail}"))
    })
}

struct Reader<'a> {
    content: &'a Content,
    pass: Pass,
    seen: &'a mut Seen,
    take: &'a mut dyn FnMut(Item) -> Result<(), String>,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        let Reader { content, pass, seen, take } = self;
        let first = pass == Pass::First;
        match content {
            Content::Everything => json.deserialize_map(Members { pass, seen, take }),
            Content::Of(kind) if first == (*kind == Kind::CustomFields) => {
                take(Item::Begin(*kind)).map_err(D::Error::custom)?;
                elements(*kind, json, seen, take)
            }
            Content::Openings if first => {
                json.deserialize_seq(Elements::new(&mut |opening| take(Item::Opening(opening))))
            }
            Content::Boards if first => {
                json.deserialize_seq(Elements::new(&mut |board| take(Item::Board(board))))
            }
            Content::Board(token) | Content::BoardJobs(token) if first => {
                let board = BoardItem::deserialize(json)?;
                let board = BoardItem { token: token.clone(), ..board };
                has_no_null(&board).map_err(D::Error::custom)?;
                take(Item::Board(board)).map_err(D::Error::custom)
            }
            _ => IgnoredAny::deserialize(json).map(|_| ()),
        }
    }
}

/// An object with one member for each kind.
struct Members<'a> {
    pass: Pass,
    seen: &'a mut Seen,
    take: &'a mut dyn FnMut(Item) -> Result<(), String>,
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object with lists such as `jobs` and `job_posts`")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<(), M::Error> {
        let Members { pass, seen, take } = self;
        while let Some(name) = members.next_key::<String>()? {
            let content = match name.as_str() {
                "boards" => Content::Boards,
                "openings" => Content::Openings,
                name => Content::Of(Kind::from_name(name).ok_or_else(|| {
                    M::Error::custom(format!("`{name}` is no kind of recruiting data"))
                })?),
            };
            let reader = Reader { content: &content, pass, seen: &mut *seen, take: &mut *take };
            members.next_value_seed(reader)?;
        }
        Ok(())
    }
}

/// The elements of an array, one after the other.
struct Elements<'a, T> {
    take: &'a mut dyn FnMut(T) -> Result<(), String>,
    of: PhantomData<T>,
}

impl<'a, T> Elements<'a, T> {
    fn new(take: &'a mut dyn FnMut(T) -> Result<(), String>) -> Self {
        Self { take, of: PhantomData }
    }
}

impl<'de, T: DeserializeOwned + Serialize> Visitor<'de> for Elements<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut elements: S) -> Result<(), S::Error> {
        while elements.next_element_seed(Elements::new(&mut *self.take))?.is_some() {}
        Ok(())
    }
}

/// One of them. What is wrong with it is said while it is read, so that its place is said as well.
impl<'de, T: DeserializeOwned + Serialize> DeserializeSeed<'de> for Elements<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        let one = T::deserialize(json)?;
        has_no_null(&one).and_then(|()| (self.take)(one)).map_err(D::Error::custom)
    }
}

/// The elements of an array of this kind, none of them twice.
fn elements<'de, D: Deserializer<'de>>(
    kind: Kind,
    json: D,
    seen: &mut Seen,
    take: &mut dyn FnMut(Item) -> Result<(), String>,
) -> Result<(), D::Error> {
    macro_rules! of {
        ($type:ty, $item:expr) => {
            json.deserialize_seq(Elements::<$type>::new(&mut |one| {
                seen.once(kind.as_str(), one.id)?;
                take($item(one))
            }))
        };
    }
    match kind {
        Kind::Departments => of!(Department, Item::Department),
        Kind::Offices => of!(Office, Item::Office),
        Kind::Users => of!(HarvestUser, Item::User),
        Kind::UserRoles => of!(UserRole, Item::UserRole),
        Kind::CustomFields => of!(CustomField, Item::CustomField),
        Kind::CloseReasons => of!(CloseReason, Item::CloseReason),
        Kind::Jobs => of!(Box<Job>, Item::Job),
        Kind::JobStages => of!(JobStage, Item::JobStage),
        Kind::JobPosts => of!(Box<JobPost>, Item::JobPost),
    }
}
