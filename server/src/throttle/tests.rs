//! The throttle, as its guests see it.

use proptest::prelude::*;

use super::*;

const NOW: Millis = 1_700_000_000_000;
const HOUR: Millis = 60 * 60 * 1000;

fn at<'a>(account: &'a str, address: &str) -> Attempt<'a> {
    Attempt { account, address: address.parse().unwrap(), device: None }
}

/// How many attempts are let in before the first is refused, and how long that one must wait.
fn burst(throttle: &Throttle, who: &Attempt<'_>) -> (usize, Millis) {
    let mut attempts = (0..1000).map(|_| throttle.attempt(who, NOW));
    let let_in = attempts.by_ref().take_while(Result::is_ok).count();
    (let_in, throttle.attempt(who, NOW).unwrap_err())
}

/// Guesses at the account from an address of its own each time.
fn guess_from_everywhere(throttle: &Throttle, account: &str) -> usize {
    let addresses = (0..200).map(|n| format!("203.0.113.{n}"));
    addresses.filter(|address| throttle.attempt(&at(account, address), NOW).is_ok()).count()
}

#[test]
fn five_guesses_at_an_account_and_then_one_every_thirty_seconds() {
    let throttle = Throttle::new();
    let who = at("ada@example.com", "203.0.113.7");
    assert_eq!(burst(&throttle, &who), (5, 30));
    assert_eq!(throttle.attempt(&who, NOW + 29_000).unwrap_err(), 1);
    assert!(throttle.attempt(&who, NOW + 30_000).is_ok());
    assert_eq!(throttle.attempt(&who, NOW + 30_001).unwrap_err(), 30);
}

#[test]
fn an_account_is_the_same_however_it_is_typed_and_whether_or_not_it_exists() {
    let throttle = Throttle::new();
    for typed in ["nobody@example.com", " Nobody@Example.com", "NOBODY@EXAMPLE.COM\n"] {
        assert!(throttle.attempt(&at(typed, "203.0.113.7"), NOW).is_ok());
    }
    assert_eq!(burst(&throttle, &at("nobody@example.com", "203.0.113.7")), (2, 30));
}

#[test]
fn an_address_that_tries_one_account_after_the_other_gets_twenty_and_then_one_every_six_seconds() {
    let throttle = Throttle::new();
    let accounts = (0..100).map(|n| format!("{n}@example.com"));
    let let_in =
        accounts.filter(|account| throttle.attempt(&at(account, "203.0.113.7"), NOW).is_ok());
    assert_eq!(let_in.count(), 20);
    let another = at("another@example.com", "203.0.113.7");
    assert_eq!(throttle.attempt(&another, NOW).unwrap_err(), 6);
    assert!(throttle.attempt(&another, NOW + 6_000).is_ok());
    assert!(throttle.attempt(&at("another@example.com", "203.0.113.8"), NOW).is_ok());
}

#[test]
fn an_ipv6_network_is_one_address() {
    let throttle = Throttle::new();
    let neighbours = (0..100).map(|n| format!("2001:db8:1:2::{n:x}"));
    let let_in = neighbours.filter(|it| throttle.attempt(&at("ada@example.com", it), NOW).is_ok());
    assert_eq!(let_in.count(), 5);
    assert!(throttle.attempt(&at("ada@example.com", "2001:db8:1:3::1"), NOW).is_ok());
    assert_eq!(network("::ffff:203.0.113.7".parse().unwrap()).to_string(), "203.0.113.7");
}

#[test]
fn guesses_at_an_account_from_everywhere_are_about_a_hundred_an_hour() {
    let throttle = Throttle::new();
    assert_eq!(guess_from_everywhere(&throttle, "ada@example.com"), 30);
    let stranger = at("ada@example.com", "198.51.100.1");
    assert_eq!(throttle.attempt(&stranger, NOW).unwrap_err(), 36);
    let seconds = (1..=3600).map(|second| (second, format!("198.51.100.{}", second % 250)));
    let within_an_hour = seconds.filter(|(second, address)| {
        throttle.attempt(&at("ada@example.com", address), NOW + second * 1000).is_ok()
    });
    assert_eq!(within_an_hour.count(), 100);
}

#[test]
fn strangers_do_not_slow_the_owner_in_a_browser_the_account_knows() {
    let throttle = Throttle::new();
    assert_eq!(guess_from_everywhere(&throttle, "ada@example.com"), 30);
    let owner = at("ada@example.com", "198.51.100.1");
    assert!(throttle.attempt(&owner, NOW).is_err(), "a new browser has to wait");
    let owner = Attempt { device: Some("device_1"), ..owner };
    assert_eq!(burst(&throttle, &owner), (5, 30));
    let other = Attempt { device: Some("device_2"), ..owner };
    assert!(throttle.attempt(&other, NOW).is_ok(), "each browser counts by itself");
    let other_account = Attempt { account: "bob@example.com", ..owner };
    assert!(throttle.attempt(&other_account, NOW).is_ok(), "and for each account");
}

#[test]
fn guesses_in_a_known_browser_do_not_slow_the_account_elsewhere() {
    let throttle = Throttle::new();
    let known = Attempt { device: Some("device_1"), ..at("ada@example.com", "203.0.113.7") };
    assert_eq!(burst(&throttle, &known), (5, 30));
    assert_eq!(guess_from_everywhere(&throttle, "ada@example.com"), 30);
}

#[test]
fn the_right_password_costs_nothing_and_is_a_new_beginning_for_its_address_only() {
    let throttle = Throttle::new();
    let who = at("ada@example.com", "203.0.113.7");
    for _ in 0..4 {
        let _wrong = throttle.attempt(&who, NOW).unwrap();
    }
    let right = throttle.attempt(&who, NOW).unwrap();
    throttle.succeeded(right, NOW + 50);
    assert_eq!(burst(&throttle, &who), (5, 30));
    // The account as a whole remembers the four and these five: 21 of 30 are left.
    assert_eq!(guess_from_everywhere(&throttle, "ada@example.com"), 21);
}

#[test]
fn who_always_knows_the_password_never_waits() {
    let throttle = Throttle::new();
    for _ in 0..100 {
        let ticket = throttle.attempt(&at("ada@example.com", "203.0.113.7"), NOW).unwrap();
        throttle.succeeded(ticket, NOW);
    }
    assert_eq!(throttle.held().len(), 0, "nothing is left behind");
}

#[test]
fn a_refused_attempt_costs_nothing_anywhere() {
    let throttle = Throttle::new();
    let who = at("ada@example.com", "203.0.113.7");
    assert_eq!(burst(&throttle, &who), (5, 30));
    for _ in 0..1000 {
        assert_eq!(throttle.attempt(&who, NOW).unwrap_err(), 30);
    }
    assert_eq!(burst(&throttle, &at("bob@example.com", "203.0.113.7")), (5, 30));
    assert_eq!(guess_from_everywhere(&throttle, "ada@example.com"), 25);
}

#[test]
fn guesses_at_the_same_time_count() {
    let throttle = Throttle::new();
    let let_in = std::thread::scope(|scope| {
        let guess = || throttle.attempt(&at("ada@example.com", "203.0.113.7"), NOW).is_ok();
        let threads: Vec<_> = (0..20).map(|_| scope.spawn(guess)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).filter(|let_in| *let_in).count()
    });
    assert_eq!(let_in, 5);
}

#[test]
fn a_proof_of_the_password_counts_by_itself() {
    let throttle = Throttle::new();
    for _ in 0..5 {
        let _wrong = throttle.attempt_proof("user_1", NOW).unwrap();
    }
    assert_eq!(throttle.attempt_proof("user_1", NOW).unwrap_err(), 30);
    assert!(throttle.attempt_proof("user_2", NOW).is_ok());
    let right = throttle.attempt_proof("user_1", NOW + 30_000).unwrap();
    throttle.succeeded(right, NOW + 30_000);
    assert!(throttle.attempt_proof("user_1", NOW + 30_000).is_ok());
}

#[test]
fn a_clock_that_is_set_back_locks_nobody_out() {
    let throttle = Throttle::new();
    let who = at("ada@example.com", "203.0.113.7");
    assert_eq!(burst(&throttle, &who), (5, 30));
    assert_eq!(throttle.attempt(&who, NOW - 24 * HOUR).unwrap_err(), 36);
}

#[test]
fn memory_is_bounded_and_an_account_under_attack_stays_in_it() {
    let throttle = Throttle { empty_at: Mutex::new(Cache::new(500)) };
    assert_eq!(guess_from_everywhere(&throttle, "ada@example.com"), 30);
    for n in 0..5_000 {
        let address = format!("10.0.{}.{}", n / 250, n % 250);
        let _flood = throttle.attempt(&at(&format!("{n}@example.com"), &address), NOW);
        assert!(throttle.attempt(&at("ada@example.com", &address), NOW).is_err());
    }
    assert!(throttle.held().len() <= 500);
}

#[test]
fn who_tries_to_sign_in_is_not_in_debug_output() {
    let throttle = Throttle::new();
    let who = at("ada@example.com", "203.0.113.7");
    let ticket = throttle.attempt(&who, NOW).unwrap();
    let printed = format!("{who:?} {ticket:?} {throttle:?}");
    assert!(!printed.contains("ada") && !printed.contains("203.0.113"), "{printed}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The model: water in a leaking bucket, as much as `every` for each attempt.
    #[test]
    fn a_rule_is_a_leaking_bucket(
        burst in 1_i64..6,
        every in 1_i64..5_000,
        pauses in prop::collection::vec(0_i64..6_000, 1..60),
    ) {
        let rule = Rule { burst, every };
        let (mut now, mut empty_at, mut water) = (NOW, NOW, 0);
        for pause in pauses {
            now += pause;
            water = (water - pause).max(0);
            let room = burst * every - water;
            match rule.charge(empty_at, now) {
                Ok(next) => {
                    prop_assert!(room >= every);
                    empty_at = next;
                    water += every;
                }
                Err(early) => prop_assert_eq!(early, every - room),
            }
        }
    }
}
