//! When a line that broke is asked for again: at once, then ever more seldom. Pages that lost it together, because the
//! server began anew, come back apart.

use domain::live::wire::SILENT_SECONDS;

/// The first pause: a server that is started anew is back after some of these.
const FIRST_MILLISECONDS: f64 = 500.0;
/// The longest: a line that is back is used within this.
const LONGEST_MILLISECONDS: f64 = 8_000.0;

/// How long to wait before the next attempt, in milliseconds, after so many that failed. `chance` is in 0..1: half of the
/// pause hangs on it.
pub(super) fn pause(failed: u32, chance: f64) -> u32 {
    let longest =
        (FIRST_MILLISECONDS * f64::from(2_u32.saturating_pow(failed.min(8)))).min(LONGEST_MILLISECONDS);
    // At most eight thousand, so that nothing is cut off.
    (longest * (0.5 + 0.5 * chance)) as u32
}

/// Whether a line on which nothing was heard since then is dead; both in milliseconds of the same clock.
pub(super) fn is_dead(heard: f64, now: f64) -> bool {
    now - heard > f64::from(SILENT_SECONDS) * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_their_longest_and_are_spread_over_half_of_it() {
        assert_eq!((pause(0, 0.0), pause(0, 1.0)), (250, 500));
        assert_eq!(pause(2, 1.0), 2_000);
        assert_eq!((pause(30, 0.0), pause(30, 1.0)), (4_000, 8_000));
    }

    #[test]
    fn a_line_is_dead_when_two_signs_of_life_are_missing() {
        assert!(!is_dead(1_000.0, 11_000.0));
        assert!(is_dead(1_000.0, 13_001.0));
    }
}
