//! Figures: exactly what the rules on counting say, for an agency or its subtree, over a window, for both bases.

use async_trait::async_trait;
use chrono::Datelike;
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::agencies::AgencyRef;
use crate::count::{Base, Counterpart, CounterpartTally, HybridCounts, Tally};
use crate::error::Outcome;
use crate::ids::AgencyId;
use crate::period::{Part, Period, Window};
use crate::targets::{Fraction, Targets};

/// An agency alone, or with all below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// The agency alone.
    Own,
    /// The agency and all below it.
    Subtree,
}

impl Reach {
    /// The code on the command line and in links.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Subtree => "subtree",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Reach> {
        [Self::Own, Self::Subtree].into_iter().find(|r| r.code() == code)
    }
}

/// What a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiguresFilter {
    /// The agency.
    pub agency: AgencyId,
    /// Alone or with all below it.
    pub reach: Reach,
    /// The period.
    pub period: Period,
}

/// Where last year's figure comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PreviousSource {
    /// The system's own meetings.
    Own,
    /// Figures entered or imported with their source.
    Baseline,
    /// Some agencies' own, some entered.
    Mixed,
    /// Nowhere.
    None,
}

/// Last year's figure of a base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    /// Held a year before, over the agencies that have a figure.
    pub held: i64,
    /// … of which counted here: all that was held in the window a year before. The rest was entered.
    pub held_own: i64,
    /// Where it comes from.
    pub source: PreviousSource,
    /// Codes of the agencies of a subtree without one; they are left out of the reduction on both sides.
    pub missing: Vec<String>,
    /// The baselines' sources, when there are any.
    pub documents: Vec<String>,
}

/// The figures of one base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseFigures {
    /// The counts.
    pub tally: Tally,
    /// Counted online over held; none when nothing was held.
    pub share: Option<Fraction>,
    /// The strict share: every hybrid meeting counted as in person.
    pub share_strict: Option<Fraction>,
    /// Whether the share reaches its target.
    pub share_met: Option<bool>,
    /// Last year's figure.
    pub previous: Previous,
    /// Held this year by the agencies that have a figure of last year: what the reduction compares.
    pub held_compared: i64,
    /// Reduction; none when nothing was held last year.
    pub reduction: Option<Fraction>,
    /// Whether the reduction reaches its target.
    pub reduction_met: Option<bool>,
    /// floor(0.9 × held in the calendar year before the window's last day); none without any such figure.
    pub ceiling: Option<i64>,
    /// Forecast: in-person meetings that the share can still bear.
    pub in_person_left: i64,
    /// Forecast: online meetings that would bring the share to its target.
    pub online_needed: i64,
}

/// The bar of one part of the period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartFigures {
    /// Which: a month, in a long window a quarter or years.
    pub part: Part,
    /// Its dates within the period.
    pub window: Window,
    /// Counts of conferences, then of all.
    pub tallies: [Tally; 2],
}

/// An agency's line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgencyFigures {
    /// The agency.
    pub agency: AgencyRef,
    /// Its full name.
    pub name: String,
    /// Counts of conferences, then of all; of the agency alone.
    pub tallies: [Tally; 2],
    /// Held a year before, conferences then all; none without a figure.
    pub previous: [Option<i64>; 2],
}

/// A whole report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// The agency.
    pub agency: AgencyRef,
    /// Its full name.
    pub agency_name: String,
    /// Alone or with all below it.
    pub reach: Reach,
    /// The period.
    pub period: Period,
    /// Its dates.
    pub window: Window,
    /// Whether the window has ended. If not, every verdict on a target is one so far.
    pub has_ended: bool,
    /// How hybrid meetings count.
    pub hybrid: HybridCounts,
    /// The targets.
    pub targets: Targets,
    /// Conferences.
    pub conferences: BaseFigures,
    /// Conferences and meetings.
    pub all: BaseFigures,
    /// By counterpart, over both.
    pub by_counterpart: Vec<(Counterpart, CounterpartTally)>,
    /// By month, in a long window by quarter or years; together all of it.
    pub by_part: Vec<PartFigures>,
    /// By agency, those with meetings in the window or the year before; empty for an agency alone.
    pub by_agency: Vec<AgencyFigures>,
}

impl Figures {
    /// The year whose ceiling is told: the calendar year of the window's last day.
    pub fn ceiling_year(&self) -> i32 {
        self.window.to.year()
    }

    /// The figures of a base.
    pub fn base(&self, base: Base) -> &BaseFigures {
        match base {
            Base::Conferences => &self.conferences,
            Base::All => &self.all,
        }
    }
}

/// Figures, for those who may see the agency's (`ViewFigures`).
#[async_trait]
pub trait FiguresPort: Send + Sync {
    /// The report.
    async fn report(&self, caller: &Caller, filter: FiguresFilter) -> Outcome<Figures>;
    /// Agencies whose figures the caller may see, in display order.
    async fn agencies(&self, caller: &Caller) -> Outcome<Vec<AgencyRef>>;
}
