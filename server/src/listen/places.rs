//! How many connections there are, of whom, and which of them makes room when there is none.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use slab::Slab;
use tokio::task::AbortHandle;

use super::Bounds;
use super::watch::{Watch, Worth};
use crate::throttle::network;

/// So many connections are compared when one has to go: the longest silent of all would take too long to
/// find for each of thousands that come.
const COMPARED: usize = 64;

/// So many connections at most were told to make room and are not closed yet.
const LEAVING: usize = 32;

/// See the module.
#[derive(Debug)]
pub(super) struct Places {
    bounds: Arc<Bounds>,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    connections: Slab<Connection>,
    /// Of addresses that are no trusted proxies.
    by_network: HashMap<IpAddr, usize>,
    /// Counts the connections, so that a number that is used again is not taken for the one before.
    serial: u64,
    /// Connections that had to make room and are not closed yet.
    leaving: usize,
    /// Where the next comparison begins.
    hand: usize,
}

#[derive(Debug)]
struct Connection {
    serial: u64,
    /// None: a trusted proxy, which stands for many.
    network: Option<IpAddr>,
    watch: Arc<Watch>,
    task: Option<AbortHandle>,
}

/// A connection's place, given back when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    number: usize,
    serial: u64,
}

impl Places {
    pub(super) fn new(bounds: Arc<Bounds>) -> Self {
        Self { bounds, held: Mutex::default() }
    }

    /// A place for a connection from `address`; if there is none, somebody's who makes no use of it.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr, watch: &Arc<Watch>) -> Option<Place> {
        let address = address.to_canonical();
        let trusted = self.bounds.trusted.trust(address);
        let network = (!trusted).then(|| network(address));
        let mut held = self.held();
        let count = network.and_then(|network| held.by_network.get(&network)).copied();
        if count.unwrap_or(0) >= self.bounds.per_address {
            return None;
        }
        if held.connections.len() >= self.bounds.total && !held.make_room() {
            return None;
        }
        if let Some(network) = network {
            *held.by_network.entry(network).or_default() += 1;
        }
        held.serial += 1;
        let serial = held.serial;
        let connection = Connection { serial, network, watch: watch.clone(), task: None };
        let number = held.connections.insert(connection);
        Some(Place { places: self.clone(), number, serial })
    }

    /// Whether those who had to make room are to be waited for: their files are still open.
    pub(super) fn is_crowded(&self) -> bool {
        self.held().leaving >= LEAVING
    }

    /// The connection in this place is served by this task.
    pub(super) fn started(&self, number: usize, task: AbortHandle) {
        if let Some(connection) = self.held().connections.get_mut(number) {
            connection.task = Some(task);
        }
    }

    /// Ends the connections on which nobody asks for anything.
    pub(super) fn let_go_of_the_idle(&self) {
        for (_, connection) in &self.held().connections {
            let worth = connection.watch.worth();
            if worth.is_some_and(|(worth, _)| worth < Worth::Waiting) {
                connection.end();
            }
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().expect("no panic under this lock")
    }
}

impl Connection {
    fn end(&self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

impl Held {
    /// Ends the least valuable of some connections. False: something is being done for each of them.
    fn make_room(&mut self) -> bool {
        let numbers = self.connections.capacity();
        let from_hand = (0..numbers).map(|step| (self.hand + step) % numbers);
        let candidates = from_hand.filter_map(|number| {
            let connection = self.connections.get(number)?;
            connection.task.as_ref()?;
            Some((connection.watch.worth()?, number))
        });
        let compared: Vec<_> = candidates.take(COMPARED).collect();
        let Some(&(_, least)) = compared.iter().min() else { return false };
        self.hand = compared.last().map_or(0, |(_, number)| number + 1);
        if let Some(connection) = self.remove(least) {
            connection.end();
            self.leaving += 1;
        }
        true
    }

    fn remove(&mut self, number: usize) -> Option<Connection> {
        let connection = self.connections.try_remove(number)?;
        if let Some(network) = connection.network
            && let Some(count) = self.by_network.get_mut(&network)
        {
            *count -= 1;
            if *count == 0 {
                self.by_network.remove(&network);
            }
        }
        Some(connection)
    }
}

impl Place {
    pub(super) fn number(&self) -> usize {
        self.number
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.places.held();
        let mine = held.connections.get(self.number).is_some_and(|it| it.serial == self.serial);
        if mine {
            held.remove(self.number);
        } else {
            held.leaving -= 1;
        }
    }
}
