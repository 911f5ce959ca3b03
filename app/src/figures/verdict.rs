//! The word for a figure against its target. Exact: a point above the target is compared as a fraction too.

use domain::targets::Fraction;

use crate::text::Text;
use crate::text::keys::*;
use crate::ui::BadgeTone;

/// How a figure stands to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Reached.
    Met,
    /// Reached, by less than one point.
    Near,
    /// Not reached.
    Missed,
    /// There is nothing to divide by.
    NotCounted,
}

impl Verdict {
    /// The verdict on a figure whose comparison was already made.
    pub(super) fn of(value: Option<Fraction>, is_met: Option<bool>, target: Fraction) -> Verdict {
        match (value, is_met) {
            (Some(value), Some(true)) if !value.reaches(a_point_above(target)) => Verdict::Near,
            (Some(_), Some(true)) => Verdict::Met,
            (Some(_), Some(false)) => Verdict::Missed,
            _ => Verdict::NotCounted,
        }
    }

    pub(super) fn tone(self) -> BadgeTone {
        match self {
            Verdict::Met => BadgeTone::Met,
            Verdict::Near => BadgeTone::Risk,
            Verdict::Missed => BadgeTone::Missed,
            Verdict::NotCounted => BadgeTone::Plain,
        }
    }

    /// The word for it; of a period that has not ended, that it is so far.
    pub(super) fn word(self, has_ended: bool) -> Text {
        match (self, has_ended) {
            (Verdict::Met, true) => FIGURES_MET,
            (Verdict::Met, false) => FIGURES_MET_SO_FAR,
            (Verdict::Near, true) => FIGURES_NEAR,
            (Verdict::Near, false) => FIGURES_NEAR_SO_FAR,
            (Verdict::Missed, true) => FIGURES_MISSED,
            (Verdict::Missed, false) => FIGURES_MISSED_SO_FAR,
            (Verdict::NotCounted, _) => FIGURES_NOT_COUNTED,
        }
    }
}

fn a_point_above(target: Fraction) -> Fraction {
    Fraction { num: target.num * 100 + target.den, den: target.den * 100 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::t;

    #[test]
    fn less_than_one_point_above_is_near() {
        let target = Fraction { num: 60, den: 100 };
        let verdict = |num, den| {
            let value = Fraction { num, den };
            Verdict::of(Some(value), Some(value.reaches(target)), target)
        };
        assert_eq!(verdict(3, 5), Verdict::Near);
        assert_eq!(verdict(609, 1000), Verdict::Near);
        assert_eq!(verdict(61, 100), Verdict::Met);
        assert_eq!(verdict(59_999, 100_000), Verdict::Missed);
        assert_eq!(Verdict::of(None, None, target), Verdict::NotCounted);
    }

    #[test]
    fn a_verdict_on_a_period_that_still_runs_says_so() {
        // What is missed is "not yet" in Vietnamese in any case.
        for verdict in [Verdict::Met, Verdict::Near] {
            let [ended, so_far] = [true, false].map(|has_ended| t(verdict.word(has_ended)));
            assert!(so_far.contains("Đang") && !ended.contains("Đang"), "{ended} {so_far}");
        }
    }
}
