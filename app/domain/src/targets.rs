//! The two targets, compared as exact integers and never by rounded figures: the online share and the yearly reduction.
//! Source: S3 I.2, II.4 and row 5 (at least 60 % online; at least 10 % fewer every year).

use serde::{Deserialize, Serialize};

/// An unreduced count over a count. `num` may be negative (a "reduction" that is a rise); `den` is never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fraction {
    /// Numerator.
    pub num: i64,
    /// Denominator, at least 1.
    pub den: i64,
}

impl Fraction {
    /// A fraction; `None` ("không tính", never 0 %) when nothing stands below the line.
    pub fn new(num: i64, den: i64) -> Option<Fraction> {
        (den > 0).then_some(Fraction { num, den })
    }

    /// Whether it reaches another fraction, exactly: 3/5 reaches 60/100.
    ///
    /// ```
    /// use domain::targets::Fraction;
    /// let target = Fraction { num: 60, den: 100 };
    /// assert!(Fraction { num: 3, den: 5 }.reaches(target));
    /// assert!(!Fraction { num: 59_999, den: 100_000 }.reaches(target));
    /// ```
    pub fn reaches(self, target: Fraction) -> bool {
        i128::from(self.num) * i128::from(target.den) >= i128::from(target.num) * i128::from(self.den)
    }

    /// Tenths of a percent for show beside a target, rounded as a calculator does, but never across the target. Never
    /// used to compare.
    ///
    /// ```
    /// use domain::targets::Fraction;
    /// let target = Fraction { num: 60, den: 100 };
    /// assert_eq!(Fraction { num: 2, den: 3 }.permille_shown(target), 667);
    /// assert_eq!(Fraction { num: 5_996, den: 10_000 }.permille_shown(target), 599);
    /// ```
    pub fn permille_shown(self, target: Fraction) -> i64 {
        self.shown_in(1000, target)
    }

    /// The same in whole percent, where there is no room for tenths.
    pub fn percent_shown(self, target: Fraction) -> i64 {
        self.shown_in(100, target)
    }

    fn shown_in(self, parts: i64, target: Fraction) -> i64 {
        let (shown, aim) = (self.rounded_in(parts), target.rounded_in(parts));
        if self.reaches(target) { shown.max(aim) } else { shown.min(aim - 1) }
    }

    /// Halves are rounded away from zero: 9 where there were 8 is a rise of 12.5 %, in whole percent 13.
    fn rounded_in(self, parts: i64) -> i64 {
        let (num, den) = (i128::from(self.num) * i128::from(parts), i128::from(self.den));
        let size = (2 * num.abs() + den).div_euclid(2 * den);
        i64::try_from(if num < 0 { -size } else { size }).unwrap_or(i64::MAX)
    }
}

/// What is aimed at, with its source and the date from which it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Targets {
    /// Least share of online meetings.
    pub share: Fraction,
    /// Least yearly reduction.
    pub reduction: Fraction,
    /// The document that sets them.
    pub source: String,
}

impl Default for Targets {
    /// 60 % and 10 %: KL 226-KL/TW; S3 I.2 and II.4.
    fn default() -> Self {
        Self {
            share: Fraction { num: 60, den: 100 },
            reduction: Fraction { num: 10, den: 100 },
            source: "KL 226-KL/TW; QĐ 534/QĐ-TTg".into(),
        }
    }
}

impl Targets {
    /// Online share: counted online over held. `None` when nothing was held.
    pub fn share_of(counted_online: i64, held: i64) -> Option<Fraction> {
        Fraction::new(counted_online, held)
    }

    /// Reduction: (previous − held) over previous. `None` when nothing was held the year before.
    pub fn reduction_of(previous: i64, held: i64) -> Option<Fraction> {
        Fraction::new(previous - held, previous)
    }

    /// The year's ceiling: floor((1 − reduction) × held last year). With 10 %: floor(0.9 × last year).
    ///
    /// ```
    /// use domain::targets::Targets;
    /// assert_eq!(Targets::default().ceiling(1452), 1306);
    /// assert_eq!(Targets::default().ceiling(11), 9);
    /// ```
    pub fn ceiling(&self, last_year: i64) -> i64 {
        (last_year * (self.reduction.den - self.reduction.num)).div_euclid(self.reduction.den)
    }

    /// How many more in-person meetings the share can bear before it falls below the target. 0 when it already has.
    ///
    /// Held `h` with `o` online bears `x` more while o/(h+x) still reaches the target.
    pub fn in_person_left(&self, counted_online: i64, held: i64) -> i64 {
        let most = (counted_online * self.share.den).div_euclid(self.share.num);
        (most - held).max(0)
    }

    /// How many more online meetings would bring the share to the target. 0 when it is there.
    pub fn online_needed(&self, counted_online: i64, held: i64) -> i64 {
        let short = self.share.num * held - self.share.den * counted_online;
        if short <= 0 {
            return 0;
        }
        let gain = self.share.den - self.share.num;
        (short + gain - 1).div_euclid(gain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn three_of_five_meets_sixty_percent() {
        let targets = Targets::default();
        assert!(Targets::share_of(3, 5).unwrap().reaches(targets.share));
        assert!(!Targets::share_of(59, 99).unwrap().reaches(targets.share));
        assert_eq!(Targets::share_of(0, 0), None);
    }

    #[test]
    fn a_rise_is_a_negative_reduction() {
        let rise = Targets::reduction_of(10, 12).unwrap();
        assert_eq!(rise, Fraction { num: -2, den: 10 });
        assert!(!rise.reaches(Targets::default().reduction));
        assert_eq!(rise.permille_shown(Targets::default().reduction), -200);
        assert_eq!(Targets::reduction_of(0, 3), None);
    }

    #[test]
    fn percentages_are_rounded_as_a_calculator_does_but_never_across_the_target() {
        let Targets { share, reduction, .. } = Targets::default();
        let cases = [
            (2, 3, share, 667, 67),
            (2, 7, share, 286, 29),
            (1_284, 2_019, share, 636, 64),
            (597, 1_000, share, 597, 59),
            (5_996, 10_000, share, 599, 59),
            (599_999, 1_000_000, share, 599, 59),
            (3, 5, share, 600, 60),
            (60_001, 100_000, share, 600, 60),
            (9 - 10, 9, reduction, -111, -11),
            (-1, 8, reduction, -125, -13),
            (1_999, 2_000, share, 1_000, 100),
            (1, 2_000, share, 1, 0),
            (9_996, 100_000, reduction, 99, 9),
            (0, 7, share, 0, 0),
        ];
        for (num, den, target, permille, percent) in cases {
            let of = Fraction { num, den };
            assert_eq!((of.permille_shown(target), of.percent_shown(target)), (permille, percent), "{of:?}");
        }
        // A target that is no whole number of tenths is shown as a calculator does too.
        let third = Fraction { num: 1, den: 3 };
        assert_eq!(Fraction { num: 33_332, den: 100_000 }.permille_shown(third), 332);
        assert_eq!(third.permille_shown(third), 333);
    }

    proptest! {
        #[test]
        fn shown_figures_stand_on_their_side_of_the_target_and_near_themselves(num in -5000i64..5000, den in 1i64..5000) {
            let Targets { share, reduction, .. } = Targets::default();
            for (target, permille) in [(share, 600), (reduction, 100)] {
                let f = Fraction { num: num.min(den), den };
                let shown = f.permille_shown(target);
                prop_assert_eq!(shown >= permille, f.reaches(target));
                prop_assert!((shown * den - 1000 * f.num).abs() <= den, "within a tenth");
            }
        }

        #[test]
        fn the_last_bearable_meeting_is_really_the_last(online in 0i64..3000, rest in 0i64..3000) {
            let (targets, held) = (Targets::default(), online + rest);
            prop_assume!(held > 0);
            if Targets::share_of(online, held).unwrap().reaches(targets.share) {
                let left = targets.in_person_left(online, held);
                prop_assert!(Fraction::new(online, held + left).unwrap().reaches(targets.share));
                prop_assert!(!Fraction::new(online, held + left + 1).unwrap().reaches(targets.share));
            }
            let needed = targets.online_needed(online, held);
            prop_assert!(Fraction::new(online + needed, held + needed).unwrap().reaches(targets.share));
            if needed > 0 {
                prop_assert!(!Fraction::new(online + needed - 1, held + needed - 1).unwrap().reaches(targets.share));
            }
        }
    }
}
