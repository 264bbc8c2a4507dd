//! All descriptions in memory: in texts of a few hundred, each searched as one.

use api::credentials::{ApiType, CredentialFilter, Status};
use api::partners::PartnerId;
use memchr::memmem::Finder;

use crate::clock::Millis;
use crate::db::credentials::Cursor;
use crate::db::whole::Described;

/// So many descriptions stand in one text: enough to be searched at once, few enough to be written anew
/// when one of them changes.
const BLOCK: usize = if cfg!(test) { 4 } else { 512 };

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

    /// The ids of the first credentials that are wanted, newest first.
    pub(super) fn find(&self, wanted: &Wanted) -> Vec<String> {
        if wanted.needle.contains('\n') {
            return Vec::new();
        }
        let filter = &wanted.filter;
        let place =
            |partner: &PartnerId| self.partners.iter().position(|known| *known == partner.0);
        let partner = filter.partner.as_ref().map(place);
        let fits = |facts: Facts| {
            wanted.types.contains(&facts.api_type)
                && filter.api_type.is_none_or(|api_type| api_type == facts.api_type)
                && filter.status.is_none_or(|status| status == facts.status)
                && partner.is_none_or(|place| place == Some(usize::from(facts.partner)))
        };
        let is_behind =
            |key| wanted.after.as_ref().is_none_or(|after| key < (after.created_at, &*after.id));
        let finder = Finder::new(&wanted.needle);
        let blocks = self.blocks.iter().rev().filter(|block| is_behind(block.key(0)));
        blocks
            // A needle that stands in every text is looked for only where the rest fits.
            .filter(|block| block.lines.iter().any(|line| fits(line.facts)))
            .flat_map(|block| block.matches(&finder).into_iter().rev().map(move |at| (block, at)))
            .filter(|(block, at)| fits(block.lines[*at].facts) && is_behind(block.key(*at)))
            .take(wanted.limit)
            .map(|(block, at)| block.id(at).to_owned())
            .collect()
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
