//! Which endpoints a credential may call: one bit per permission of the catalogue.

use serde::{Deserialize, Serialize};

/// A permission's name in code and on the wire, such as `jobs:list`. It never changes its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct PermissionId(pub String);

impl PermissionId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A permission's place in a [`PermissionSet`]. Given once, never used again for another permission.
pub type Bit = u8;

const WORDS: usize = 4;

/// A set of permissions. The empty set grants nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct PermissionSet([u64; WORDS]);

impl PermissionSet {
    pub const EMPTY: Self = Self([0; WORDS]);

    pub fn contains(&self, bit: Bit) -> bool {
        self.0[usize::from(bit) / 64] >> (bit % 64) & 1 == 1
    }

    pub fn insert(&mut self, bit: Bit) {
        self.0[usize::from(bit) / 64] |= 1 << (bit % 64);
    }

    pub fn remove(&mut self, bit: Bit) {
        self.0[usize::from(bit) / 64] &= !(1 << (bit % 64));
    }

    /// Adds the permission or takes it away.
    pub fn set(&mut self, bit: Bit, granted: bool) {
        if granted { self.insert(bit) } else { self.remove(bit) }
    }

    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::EMPTY
    }

    /// What is in `self` and not in `other`.
    pub fn difference(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] & !other.0[word]))
    }

    pub fn union(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] | other.0[word]))
    }

    /// The bits, ascending.
    pub fn iter(&self) -> impl Iterator<Item = Bit> + '_ {
        (0..=Bit::MAX).filter(|bit| self.contains(*bit))
    }

    /// As four words, lowest bits first: how the service stores a set.
    pub fn to_words(self) -> [u64; WORDS] {
        self.0
    }

    pub fn from_words(words: [u64; WORDS]) -> Self {
        Self(words)
    }
}

impl FromIterator<Bit> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Bit>>(bits: I) -> Self {
        let mut set = Self::EMPTY;
        for bit in bits {
            set.insert(bit);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        let mut set: PermissionSet = [0, 63, 64, 135, 255].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 63, 64, 135, 255]);
        assert_eq!(set.len(), 5);
        set.set(64, false);
        assert!(!set.contains(64) && set.contains(63));
        assert_eq!(PermissionSet::from_words(set.to_words()), set);
    }

    #[test]
    fn the_difference_is_what_a_person_would_have_to_save() {
        let saved: PermissionSet = [1, 2, 3].into_iter().collect();
        let chosen: PermissionSet = [2, 3, 4, 5].into_iter().collect();
        assert_eq!(chosen.difference(&saved).iter().collect::<Vec<_>>(), [4, 5]);
        assert_eq!(saved.difference(&chosen).iter().collect::<Vec<_>>(), [1]);
        assert_eq!(saved.union(&chosen).len(), 5);
    }
}
