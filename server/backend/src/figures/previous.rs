//! Last year's figure, decided agency by agency: the system's own meetings where it has any, else what was entered for
//! the whole year, else nothing. Pure.

use std::collections::HashMap;

use domain::agencies::Agency;
use domain::count::Base;
use domain::figures::{Previous, PreviousSource, Reach};
use domain::ids::AgencyId;

use super::load::{Entered, Held};

/// What is known of a year before.
#[derive(Debug)]
pub(super) struct YearBefore {
    /// The system's own meetings in the window.
    pub(super) own: HashMap<AgencyId, Held>,
    /// The calendar year whose entered figures may stand in; none when the window is not a whole one.
    pub(super) year: Option<i32>,
}

/// One agency's figure of a base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Figure<'e> {
    /// Counted here.
    Own(i64),
    /// Entered, with its document.
    Entered(i64, &'e str),
}

impl Figure<'_> {
    pub(super) fn held(&self) -> i64 {
        match self {
            Figure::Own(held) | Figure::Entered(held, _) => *held,
        }
    }
}

impl YearBefore {
    /// The figure of an agency, if there is one.
    pub(super) fn figure<'e>(
        &self,
        entered: &'e Entered,
        agency: AgencyId,
        base: Base,
    ) -> Option<Figure<'e>> {
        let own = self.own.get(&agency).map_or(0, |held| held[base as usize]);
        if own > 0 {
            return Some(Figure::Own(own));
        }
        let (held, source) = entered.get(&(agency, i64::from(self.year?), base))?;
        Some(Figure::Entered(*held, source))
    }
}

/// The figures of all agencies together. `held_now` is what each held in the window itself; the second number is its
/// sum over those that have a figure, so that both sides of the reduction speak of the same agencies.
pub(super) fn previous(
    before: &YearBefore,
    entered: &Entered,
    agencies: &[Agency],
    reach: Reach,
    base: Base,
    held_now: impl Fn(AgencyId) -> i64,
) -> (Previous, i64) {
    let (mut held, mut held_own, mut compared) = (0, 0, 0);
    let (mut has_own, mut has_entered) = (false, false);
    let (mut missing, mut documents) = (Vec::new(), Vec::new());
    for agency in agencies {
        let Some(figure) = before.figure(entered, agency.id, base) else {
            missing.push(agency.code.clone());
            continue;
        };
        held += figure.held();
        compared += held_now(agency.id);
        match figure {
            Figure::Own(own) => {
                has_own = true;
                held_own += own;
            }
            Figure::Entered(_, document) => {
                has_entered = true;
                documents.push(document.to_owned());
            }
        }
    }
    documents.sort();
    documents.dedup();
    let source = match (has_own, has_entered) {
        (true, true) => PreviousSource::Mixed,
        (true, false) => PreviousSource::Own,
        (false, true) => PreviousSource::Baseline,
        (false, false) => PreviousSource::None,
    };
    if reach == Reach::Own {
        missing.clear();
    }
    (Previous { held, held_own, source, missing, documents }, compared)
}

/// Held in a whole year, over the agencies that have a figure; none when no agency has one.
pub(super) fn year_total(
    before: &YearBefore,
    entered: &Entered,
    agencies: &[Agency],
    base: Base,
) -> Option<i64> {
    let figures = agencies.iter().filter_map(|agency| before.figure(entered, agency.id, base));
    figures.map(|figure| figure.held()).reduce(|sum, held| sum + held)
}
