//! All descriptions in memory: in texts of a few hundred, each searched as one.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Mutex;

use api::credentials::{ApiType, CredentialFilter, CredentialSort, Status};
use api::partners::PartnerId;
use memchr::memmem::Finder;

use crate::clock::Millis;
use crate::db::credentials::Cursor;
use crate::db::whole::Described;

/// So many descriptions stand in one text: enough to be searched at once, few enough to be written anew
/// when one of them changes.
const BLOCK: usize = if cfg!(test) { 4 } else { 512 };

/// So many totals are kept.
const TOTALS: usize = 64;

/// What is searched for.
#[derive(Debug)]
pub(super) struct Wanted {
    /// In lower case, as is all that is held.
    pub(super) needle: String,
    pub(super) types: &'static [ApiType],
    pub(super) filter: CredentialFilter,
    pub(super) after: Option<Cursor>,
    pub(super) limit: usize,
}

/// All credentials, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Held {
    blocks: Vec<Block>,
    /// Every partner of a credential, once.
    partners: Vec<String>,
    /// What was counted since the last change, by what was asked.
    totals: Mutex<HashMap<String, i64>>,
}

/// Some credentials that follow each other, at least one.
#[derive(Debug, Default)]
struct Block {
    lines: Vec<Line>,
    ids: String,
    /// The descriptions, and a line feed behind each: no description holds one.
    text: String,
}

/// A credential in a [`Block`], and where its id and its description end there.
#[derive(Debug)]
struct Line {
    created_at: Millis,
    id_end: u32,
    text_end: u32,
    facts: Facts,
}

/// What else narrows a list.
#[derive(Debug, Clone, Copy)]
struct Facts {
    api_type: ApiType,
    status: Status,
    /// Its place in [`Held::partners`].
    partner: u16,
}

/// A credential by itself.
#[derive(Debug)]
struct Entry {
    created_at: Millis,
    id: String,
    description: String,
    facts: Facts,
}

impl Held {
    /// Adds many: in order, so that nearly all of them go behind the last.
    pub(super) fn put_all(&mut self, mut some: Vec<Described>) {
        some.sort_unstable_by(|one, other| {
            (one.created_at, &one.id).cmp(&(other.created_at, &other.id))
        });
        for described in some {
            self.put(described);
        }
    }

    /// Adds a credential, or replaces what is held of it.
    pub(super) fn put(&mut self, described: Described) {
        let entry = self.entry(described);
        self.totals.get_mut().expect("no panic under this lock").clear();
        let is_last = self.blocks.last().is_none_or(|last| last.last_key() < entry.key());
        if is_last {
            return self.append(&entry);
        }
        let at = self.blocks.partition_point(|block| block.last_key() < entry.key());
        let mut entries = self.blocks[at].entries();
        match entries.binary_search_by(|known| known.key().cmp(&entry.key())) {
            Ok(known) => entries[known] = entry,
            Err(place) => entries.insert(place, entry),
        }
        self.blocks.splice(at..=at, entries.chunks(BLOCK).map(Block::of));
    }

    fn append(&mut self, entry: &Entry) {
        match self.blocks.last_mut() {
            Some(last) if last.lines.len() < BLOCK => last.push(entry),
            last => {
                last.map(Block::shrink);
                self.blocks.push(Block::of(std::slice::from_ref(entry)));
            }
        }
    }

    fn entry(&mut self, described: Described) -> Entry {
        let known = self.partners.iter().position(|partner| *partner == described.partner);
        let partner = known.unwrap_or_else(|| {
            self.partners.push(described.partner);
            self.partners.len() - 1
        });
        let facts = Facts {
            api_type: described.api_type,
            status: described.status,
            partner: u16::try_from(partner).expect("fewer than 65,536 partners"),
        };
        let Described { id, created_at, description, .. } = described;
        Entry { created_at, id, description, facts }
    }

    /// The ids of the first credentials that are wanted, in the order of the filter, and how many there are
    /// on all pages.
    pub(super) fn find(&self, wanted: &Wanted) -> (Vec<String>, i64) {
        if wanted.needle.contains('\n') {
            return (Vec::new(), 0);
        }
        let fits = self.fits(wanted);
        let finder = Finder::new(&wanted.needle);
        let sort = wanted.filter.sort.unwrap_or_default();
        let after = wanted.after.as_ref();
        let ids: Vec<String> = match sort {
            CredentialSort::CreatedAtDescending => {
                let behind = |key| after.is_none_or(|after| key < (after.number, &*after.id));
                let blocks = self.blocks.iter().rev().filter(|block| behind(block.key(0)));
                let found = blocks.flat_map(|block| block.found(&finder, &fits).into_iter().rev());
                let found = found.filter(|line| behind(line.key()));
                found.take(wanted.limit).map(|line| line.id().to_owned()).collect()
            }
            CredentialSort::CreatedAt => {
                let behind = |key| after.is_none_or(|after| key > (after.number, &*after.id));
                let blocks = self.blocks.iter().filter(|block| behind(block.last_key()));
                let found = blocks.flat_map(|block| block.found(&finder, &fits));
                let found = found.filter(|line| behind(line.key()));
                found.take(wanted.limit).map(|line| line.id().to_owned()).collect()
            }
            CredentialSort::Description => {
                let behind = |key| after.is_none_or(|after| key > (&*after.text, &*after.id));
                let all = self.blocks.iter().flat_map(|block| block.found(&finder, &fits));
                let all = all.map(Found::by_text).filter(|key| behind(*key));
                first(all, wanted.limit).into_iter().map(|(_, id)| id.to_owned()).collect()
            }
            CredentialSort::DescriptionDescending => {
                let behind = |key| after.is_none_or(|after| key < (&*after.text, &*after.id));
                let all = self.blocks.iter().flat_map(|block| block.found(&finder, &fits));
                let all = all.map(Found::by_text).filter(|key| behind(*key)).map(Reverse);
                first(all, wanted.limit).into_iter().map(|Reverse((_, id))| id.to_owned()).collect()
            }
        };
        (ids, self.total(wanted, &finder, &fits))
    }

    /// How many there are. Whoever turns pages asks again and again, so it is counted once until something
    /// changes.
    fn total(&self, wanted: &Wanted, finder: &Finder<'_>, fits: &impl Fn(Facts) -> bool) -> i64 {
        let CredentialFilter { status, api_type, partner, .. } = &wanted.filter;
        let asked = format!("{:?}", (&wanted.needle, wanted.types, status, api_type, partner));
        let totals = || self.totals.lock().expect("no panic under this lock");
        if let Some(total) = totals().get(&asked) {
            return *total;
        }
        let found = self.blocks.iter().map(|block| block.found(finder, fits).len());
        let total = i64::try_from(found.sum::<usize>()).unwrap_or(i64::MAX);
        let mut totals = totals();
        if totals.len() >= TOTALS {
            totals.clear();
        }
        totals.insert(asked, total);
        total
    }

    fn fits(&self, wanted: &Wanted) -> impl Fn(Facts) -> bool {
        let filter = &wanted.filter;
        let place =
            |partner: &PartnerId| self.partners.iter().position(|known| *known == partner.0);
        let partner = filter.partner.as_ref().map(place);
        let (types, api_type, status) = (wanted.types, filter.api_type, filter.status);
        move |facts: Facts| {
            types.contains(&facts.api_type)
                && api_type.is_none_or(|api_type| api_type == facts.api_type)
                && status.is_none_or(|status| status == facts.status)
                && partner.is_none_or(|place| place == Some(usize::from(facts.partner)))
        }
    }
}

/// The first of these in ascending order, so many at most: no more than that is in memory.
fn first<T: Ord>(all: impl Iterator<Item = T>, limit: usize) -> Vec<T> {
    let mut first = BinaryHeap::with_capacity(limit + 1);
    for one in all {
        if first.len() < limit || first.peek().is_some_and(|last| one < *last) {
            first.push(one);
            if first.len() > limit {
                first.pop();
            }
        }
    }
    first.into_sorted_vec()
}

/// A line that was found.
#[derive(Debug, Clone, Copy)]
struct Found<'a> {
    block: &'a Block,
    at: usize,
}

impl<'a> Found<'a> {
    fn id(self) -> &'a str {
        self.block.id(self.at)
    }

    fn key(self) -> (Millis, &'a str) {
        self.block.key(self.at)
    }

    /// Description and id.
    fn by_text(self) -> (&'a str, &'a str) {
        let ends = |at: usize| self.block.lines[at].text_end as usize;
        let start = self.at.checked_sub(1).map_or(0, ends);
        (&self.block.text[start..ends(self.at) - 1], self.id())
    }
}

impl Block {
    fn of(entries: &[Entry]) -> Self {
        let mut block = Self::default();
        for entry in entries {
            block.push(entry);
        }
        block
    }

    fn push(&mut self, entry: &Entry) {
        let end = |text: &str| u32::try_from(text.len()).expect("a block is short");
        self.ids.push_str(&entry.id);
        self.text.push_str(&entry.description);
        self.text.push('\n');
        self.lines.push(Line {
            created_at: entry.created_at,
            id_end: end(&self.ids),
            text_end: end(&self.text),
            facts: entry.facts,
        });
    }

    /// Lets go of the room for more.
    fn shrink(&mut self) {
        self.lines.shrink_to_fit();
        self.ids.shrink_to_fit();
        self.text.shrink_to_fit();
    }

    fn entries(&self) -> Vec<Entry> {
        let entries = self.lines.iter().zip(self.text.split('\n')).enumerate();
        let entries = entries.map(|(at, (line, description))| Entry {
            created_at: line.created_at,
            id: self.id(at).to_owned(),
            description: description.to_owned(),
            facts: line.facts,
        });
        entries.collect()
    }

    fn id(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(0, |before| self.lines[before].id_end);
        &self.ids[start as usize..self.lines[at].id_end as usize]
    }

    fn key(&self, at: usize) -> (Millis, &str) {
        (self.lines[at].created_at, self.id(at))
    }

    fn last_key(&self) -> (Millis, &str) {
        self.key(self.lines.len() - 1)
    }

    /// The lines that hold this and fit, the oldest first. A needle that stands in every text is looked for
    /// only where the rest fits.
    fn found(&self, finder: &Finder<'_>, fits: &impl Fn(Facts) -> bool) -> Vec<Found<'_>> {
        if !self.lines.iter().any(|line| fits(line.facts)) {
            return Vec::new();
        }
        let found = self.matches(finder).into_iter().filter(|at| fits(self.lines[*at].facts));
        found.map(|at| Found { block: self, at }).collect()
    }

    /// Where the lines stand that hold this, the oldest first.
    fn matches(&self, finder: &Finder<'_>) -> Vec<usize> {
        let mut matches = Vec::new();
        let (mut line, mut from) = (0, 0);
        while let Some(found) = finder.find(&self.text.as_bytes()[from..]) {
            let holds = |line: &Line| line.text_end as usize > from + found;
            line += self.lines[line..].iter().position(holds).expect("every text is a line's");
            matches.push(line);
            from = self.lines[line].text_end as usize;
        }
        matches
    }
}

impl Entry {
    fn key(&self) -> (Millis, &str) {
        (self.created_at, &self.id)
    }
}
