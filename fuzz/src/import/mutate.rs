//! Changing a document in a place or two, so that it stays JSON: bytes changed at random seldom get further
//! than the first brace.

use std::mem::discriminant;

use serde_json::{Value, json};

/// Changes one to three places. None: the input is no JSON, or becomes too long, or it is time for bytes.
pub(crate) fn mutate(data: &mut [u8], size: usize, most: usize, seed: u32) -> Option<usize> {
    let mut dice = Dice(u64::from(seed) + 1);
    if dice.roll(3) == 0 {
        return None;
    }
    let (name, content) = super::split(&data[..size]);
    let mut document: Value = serde_json::from_slice(content).ok()?;
    for _ in 0..=dice.roll(3) {
        let other = nth(&mut document, dice.roll(1 << 16)).clone();
        change(nth(&mut document, dice.roll(1 << 16)), other, &mut dice);
    }
    let mutated = [name, b"\n", document.to_string().as_bytes()].concat();
    data.get_mut(..mutated.len().min(most + 1))?.copy_from_slice(&mutated);
    (mutated.len() <= most).then_some(mutated.len())
}

fn change(place: &mut Value, other: Value, dice: &mut Dice) {
    match (dice.roll(8), place) {
        (0, place) => *place = other,
        (1, Value::Array(list)) if !list.is_empty() => {
            list.remove(dice.roll(list.len()));
        }
        (_, Value::Array(list)) if !list.is_empty() => {
            let twin = list[dice.roll(list.len())].clone();
            list.insert(dice.roll(list.len()), twin);
        }
        (1, Value::Object(members)) if !members.is_empty() => {
            let key = members.keys().nth(dice.roll(members.len())).cloned();
            members.remove(&key.unwrap_or_default());
        }
        (2, Value::Object(members)) if !members.is_empty() => {
            let key = members.keys().nth(dice.roll(members.len())).cloned();
            members.insert(key.unwrap_or_default(), other);
        }
        (3, Value::Object(members)) => drop(members.insert("unheard_of".to_owned(), other)),
        (_, Value::Object(_)) => {}
        (_, place) => *place = extreme(place, dice),
    }
}

/// Mostly of the same type as what it stands for: the rest is refused at once.
fn extreme(like: &Value, dice: &mut Dice) -> Value {
    let all = [
        json!(null),
        json!(true),
        json!([]),
        json!({}),
        json!(""),
        json!("\u{0}"),
        json!("é\u{1F511}\u{202E}"),
        json!("</script>"),
        json!(0),
        json!(-1),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(0.1),
        json!(-1e-7),
        json!(1.797e308),
        json!("9999-12-31T23:59:59.9999Z"),
        json!("-009999-01-01T00:00:00Z"),
        json!("2024-02-29T24:00:00+23:59"),
        json!("open"),
        json!([null]),
        json!([{ "id": 1, "name": "one" }]),
    ];
    let same: Vec<&Value> =
        all.iter().filter(|one| discriminant(*one) == discriminant(like)).collect();
    if same.is_empty() || dice.roll(8) == 0 {
        return all[dice.roll(all.len())].clone();
    }
    same[dice.roll(same.len())].clone()
}

/// The value at this place, counted through the whole document and round again.
fn nth(document: &mut Value, place: usize) -> &mut Value {
    let place = place % count(document);
    find(document, place)
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

fn find(value: &mut Value, place: usize) -> &mut Value {
    if place == 0 {
        return value;
    }
    let mut before = 1;
    let inner: Vec<&mut Value> = match value {
        Value::Array(list) => list.iter_mut().collect(),
        Value::Object(members) => members.values_mut().collect(),
        _ => Vec::new(),
    };
    for one in inner {
        let size = count(one);
        if place < before + size {
            return find(one, place - before);
        }
        before += size;
    }
    unreachable!("the place is one of the document's")
}

/// Xorshift: the fuzzer gives the seed, and the same seed must give the same change.
struct Dice(u64);

impl Dice {
    /// A number below `sides`.
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 ^= self.0 >> 29;
        usize::try_from(self.0 >> 20).unwrap_or(usize::MAX) % sides.max(1)
    }
}
