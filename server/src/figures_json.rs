//! The figures as programs read them. The names and the shape are a contract: a change here breaks those who read it.
//! Fractions are unreduced counts; what cannot be computed is `null`, never 0.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::count::{Base, CounterpartTally};
use domain::figures::{BaseFigures, Figures, PreviousSource};
use domain::targets::Fraction;
use serde::Serialize;

/// A report.
#[derive(Debug, Serialize)]
pub struct Printed<'a> {
    agency: &'a str,
    scope: &'static str,
    from: NaiveDate,
    to: NaiveDate,
    conferences: PrintedBase<'a>,
    all: PrintedBase<'a>,
    by_counterpart: BTreeMap<&'static str, CounterpartTally>,
}

/// The figures of one base.
#[derive(Debug, Serialize)]
pub struct PrintedBase<'a> {
    held: i64,
    in_person: i64,
    online: i64,
    hybrid: i64,
    hybrid_online: i64,
    counted_online: i64,
    share: Option<Fraction>,
    share_strict: Option<Fraction>,
    share_met: Option<bool>,
    previous: PrintedPrevious<'a>,
    reduction: Option<Fraction>,
    reduction_met: Option<bool>,
    ceiling: Option<i64>,
    exceeded: i64,
    cancelled: i64,
    postponed: i64,
}

#[derive(Debug, Serialize)]
struct PrintedPrevious<'a> {
    held: i64,
    source: PreviousSource,
    missing: &'a [String],
}

impl<'a> Printed<'a> {
    /// The report of the pages in the shape for programs.
    pub fn of(figures: &'a Figures) -> Printed<'a> {
        let by_counterpart = figures.by_counterpart.iter();
        Printed {
            agency: &figures.agency.code,
            scope: figures.reach.code(),
            from: figures.window.from,
            to: figures.window.to,
            conferences: PrintedBase::of(&figures.conferences),
            all: PrintedBase::of(&figures.all),
            by_counterpart: by_counterpart.map(|(counterpart, tally)| (counterpart.code(), *tally)).collect(),
        }
    }
}

impl<'a> PrintedBase<'a> {
    fn of(base: &'a BaseFigures) -> PrintedBase<'a> {
        let tally = &base.tally;
        PrintedBase {
            held: tally.held,
            in_person: tally.in_person,
            online: tally.online,
            hybrid: tally.hybrid,
            hybrid_online: tally.hybrid_online,
            counted_online: tally.counted_online,
            share: base.share,
            share_strict: base.share_strict,
            share_met: base.share_met,
            previous: PrintedPrevious {
                held: base.previous.held,
                source: base.previous.source,
                missing: &base.previous.missing,
            },
            reduction: base.reduction,
            reduction_met: base.reduction_met,
            ceiling: base.ceiling,
            exceeded: tally.exceeded,
            cancelled: tally.cancelled,
            postponed: tally.postponed,
        }
    }
}

/// The same figures in lines for a person at a terminal.
pub fn lines(figures: &Figures) -> String {
    let mut text = format!(
        "{} ({}), {} to {}\n",
        figures.agency_name,
        figures.reach.code(),
        figures.window.from,
        figures.window.to
    );
    for base in Base::BOTH {
        let of = figures.base(base);
        let tally = &of.tally;
        text.push_str(&format!(
            "{}: held {}, of which in person {}, online {}, hybrid {} ({} with a connected site)\n",
            base.code(),
            tally.held,
            tally.in_person,
            tally.online,
            tally.hybrid,
            tally.hybrid_online
        ));
        text.push_str(&format!(
            "  online share {} (strict {}), reduction {} of {} held a year before, over the limit {}, \
             cancelled {}, postponed {}\n",
            fraction(of.share),
            fraction(of.share_strict),
            fraction(of.reduction),
            of.previous.held,
            tally.exceeded,
            tally.cancelled,
            tally.postponed
        ));
    }
    text.trim_end().to_owned()
}

fn fraction(fraction: Option<Fraction>) -> String {
    match fraction {
        None => "not computed".to_owned(),
        Some(Fraction { num, den }) => format!("{num}/{den}"),
    }
}
