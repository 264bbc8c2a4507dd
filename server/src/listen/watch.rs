//! What one connection waits for, and since when: the next request, bytes of a body, an answer to be
//! taken, or ourselves.

use std::sync::{Arc, Mutex, MutexGuard};

use slab::Slab;
use tokio::time::Instant;

use super::Bounds;

/// Whose turn it is in one request.
#[derive(Debug, Clone, Copy)]
pub(super) enum Turn {
    Ours,
    /// The peer has more of its body to send.
    Sends(Instant),
    /// The peer has a piece of its answer to take.
    Takes(Instant),
}

/// See the module. Shared by everything that belongs to the connection.
#[derive(Debug)]
pub(super) struct Watch {
    bounds: Arc<Bounds>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// When the last answer was done; before the first request, when the connection was made.
    idle_since: Instant,
    /// Whether there was a request.
    served: bool,
    requests: Slab<Turn>,
    /// The peer's system takes no more bytes.
    blocked: Option<Blocked>,
}

#[derive(Debug, Clone, Copy)]
struct Blocked {
    since: Instant,
    taken: u64,
}

impl Watch {
    pub(super) fn new(bounds: Arc<Bounds>) -> Self {
        let state = State {
            idle_since: Instant::now(),
            served: false,
            requests: Slab::new(),
            blocked: None,
        };
        Self { bounds, state: Mutex::new(state) }
    }

    pub(super) fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// A request's headers are complete.
    pub(super) fn begin(self: &Arc<Self>) -> InFlight {
        let mut state = self.state();
        state.served = true;
        InFlight { number: state.requests.insert(Turn::Ours), watch: self.clone() }
    }

    /// Bytes wait to be taken.
    pub(super) fn block(&self) {
        self.state().blocked = Some(Blocked { since: Instant::now(), taken: 0 });
    }

    /// Some were taken; `all` of them, if none wait any more.
    pub(super) fn took(&self, bytes: usize, all: bool) {
        let mut state = self.state();
        if all {
            state.blocked = None;
            state.idle_since = Instant::now();
        } else if let Some(blocked) = &mut state.blocked {
            blocked.taken += bytes as u64;
        }
    }

    /// Why the peer was waited for too long, if it was. Bodies being sent have their own deadline, because
    /// whoever sends one gets an answer.
    pub(super) fn overdue(&self) -> Option<&'static str> {
        let (state, now, bounds) = (self.state(), Instant::now(), &*self.bounds);
        if let Some(Blocked { since, taken }) = state.blocked {
            let patience = bounds.silence + bounds.earned(taken);
            return (now > since + patience).then_some("its answer is not read");
        }
        if state.requests.is_empty() {
            let patience = if state.served { bounds.idle } else { bounds.first_request };
            return (now > state.idle_since + patience).then_some("it asks for nothing");
        }
        let mut turns = state.requests.iter().map(|(_, turn)| turn);
        let stuck =
            turns.any(|turn| matches!(turn, Turn::Takes(since) if now > *since + bounds.silence));
        stuck.then_some("an answer is not taken")
    }

    /// How little is lost when this connection is closed, and since when that is so; the least first. None:
    /// something is being done for it.
    pub(super) fn worth(&self) -> Option<(Worth, Instant)> {
        let state = self.state();
        if let Some(blocked) = state.blocked {
            return Some((Worth::Waiting, blocked.since));
        }
        if state.requests.is_empty() {
            let worth = if state.served { Worth::Idle } else { Worth::Nothing };
            return Some((worth, state.idle_since));
        }
        let turns = state.requests.iter().map(|(_, turn)| match turn {
            Turn::Ours => None,
            Turn::Sends(since) | Turn::Takes(since) => Some(*since),
        });
        let since = turns.collect::<Option<Vec<_>>>()?.into_iter().max()?;
        Some((Worth::Waiting, since))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic under this lock")
    }
}

/// What a connection is worth that nothing is being done for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Worth {
    /// It never asked for anything.
    Nothing,
    /// It asked, and has its answer.
    Idle,
    /// It is in the middle of sending or taking.
    Waiting,
}

/// A request, from the end of its headers to the end of its answer.
#[derive(Debug)]
pub(super) struct InFlight {
    watch: Arc<Watch>,
    number: usize,
}

impl InFlight {
    pub(super) fn turn(&self, turn: Turn) {
        self.watch.state().requests[self.number] = turn;
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut state = self.watch.state();
        state.requests.remove(self.number);
        state.idle_since = Instant::now();
    }
}
