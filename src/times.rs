//! Which words say how long ago something was. The words themselves come from the browser
//! (`components/time.rs`); only the choice of the unit is made here, and tested natively.

/// A number of units, in the past when negative, as `Intl.RelativeTimeFormat` wants them.
pub fn relative(seconds: f64) -> (f64, &'static str) {
    let units = [
        (60.0, 1.0, "second"),
        (3_600.0, 60.0, "minute"),
        (86_400.0, 3_600.0, "hour"),
        (30.0 * 86_400.0, 86_400.0, "day"),
        (365.0 * 86_400.0, 30.0 * 86_400.0, "month"),
        (f64::INFINITY, 365.0 * 86_400.0, "year"),
    ];
    // Clocks differ, and a second is not worth a word: the last moments are "now".
    let seconds = if seconds.abs() < 20.0 { 0.0 } else { seconds };
    let (_, length, unit) =
        units.into_iter().find(|(below, ..)| seconds.abs() < *below).unwrap_or(units[5]);
    // `+ 0.0` makes a plain zero of a negative one, which would be "0 seconds ago".
    ((seconds / length).trunc() + 0.0, unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_is_the_largest_that_fits() {
        assert_eq!(relative(-3.0), (0.0, "second"));
        assert_eq!(relative(5.0), (0.0, "second"));
        assert_eq!(relative(-59.0), (-59.0, "second"));
        assert_eq!(relative(-61.0), (-1.0, "minute"));
        assert_eq!(relative(-3.0 * 3_600.0 - 5.0), (-3.0, "hour"));
        assert_eq!(relative(-86_400.0 * 29.0), (-29.0, "day"));
        assert_eq!(relative(-86_400.0 * 45.0), (-1.0, "month"));
        assert_eq!(relative(-86_400.0 * 800.0), (-2.0, "year"));
        assert!(relative(-1.0).0.is_sign_positive());
    }
}
