//! The figures over the database: three windows, counted by the conditions of the lists behind the numbers, so that a
//! number and what it opens into cannot disagree. Refuses to round anything.

mod load;
mod previous;

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use async_trait::async_trait;
use chrono::Datelike;
use domain::access::{Action, Caller, Scope};
use domain::agencies::{Agency, AgencyRef};
use domain::count::{Base, Counterpart, CounterpartTally, Facts, HybridCounts, Tally};
use domain::error::{Failure, Outcome};
use domain::figures::{AgencyFigures, BaseFigures, Figures, FiguresFilter, FiguresPort, PartFigures, Reach};
use domain::ids::AgencyId;
use domain::period::Period;
use domain::targets::Targets;

use crate::Backend;
use crate::access::{Within, permit, permit_somewhere};
use crate::counted::months;
use crate::stop::Done;
use crate::{agencies, rules};
use load::{Entered, Part, Parts};
use previous::YearBefore;

#[async_trait]
impl FiguresPort for Backend {
    async fn report(&self, caller: &Caller, filter: FiguresFilter) -> Outcome<Figures> {
        self.outcome(permit_somewhere(caller, Action::ViewFigures))?;
        self.in_expensive_turn(caller, report(self, caller, filter)).await
    }

    async fn agencies(&self, caller: &Caller) -> Outcome<Vec<AgencyRef>> {
        self.outcome(visible(self, caller).await)
    }
}

async fn visible(backend: &Backend, caller: &Caller) -> Done<Vec<AgencyRef>> {
    let within = Within::of(caller, Action::ViewFigures);
    let tree = agencies::all(backend.db()).await?;
    let mut seen: HashSet<AgencyId> = HashSet::new();
    for agency in &tree {
        // Parents come first, so what lies above is decided already.
        let is_below = agency.parent.is_some_and(|parent| seen.contains(&parent));
        if is_below || within.holds(&[agency.id]) {
            seen.insert(agency.id);
        }
    }
    Ok(tree.iter().filter(|agency| seen.contains(&agency.id)).map(Agency::to_ref).collect())
}

/// Everything a report is made of, before it is counted.
struct Material {
    /// The agency and, in a subtree, all below it, in display order.
    agencies: Vec<Agency>,
    parts: Parts,
    with_counterparts: Vec<(Facts, i64)>,
    year_before: YearBefore,
    ceiling_year: YearBefore,
    entered: Entered,
    hybrid: HybridCounts,
    targets: Targets,
}

async fn report(backend: &Backend, caller: &Caller, filter: FiguresFilter) -> Done<Figures> {
    let path = agencies::path(backend.db(), filter.agency).await?;
    permit(caller, Action::ViewFigures, Scope::Agency(&path))?;
    let material = load_all(backend, &filter).await?;
    let own = material.agencies.first().ok_or(Failure::NotFound)?;
    Ok(Figures {
        agency: own.to_ref(),
        agency_name: own.name.clone(),
        reach: filter.reach,
        period: filter.period,
        window: filter.period.window(),
        has_ended: filter.period.window().has_ended(backend.zone().date(caller.now)),
        hybrid: material.hybrid,
        targets: material.targets.clone(),
        conferences: material.base(filter.reach, Base::Conferences),
        all: material.base(filter.reach, Base::All),
        by_counterpart: material.by_counterpart(),
        by_part: material.by_part(&filter.period),
        by_agency: if filter.reach == Reach::Subtree { material.by_agency() } else { Vec::new() },
    })
}

async fn load_all(backend: &Backend, filter: &FiguresFilter) -> Done<Material> {
    let (agency, reach) = (filter.agency, filter.reach);
    let mut db = backend.db().heavy_reader().await?;
    let window = filter.period.window();
    let (before, last_year) = (window.year_before(), window.to.year() - 1);
    let calendar = Period::CalendarYear(last_year).window();
    let hybrid = agencies::hybrid(&mut db).await?;
    let parts = load::parts(&mut db, agency, reach, &filter.period, hybrid).await?;
    let own_before = load::held(&mut db, agency, reach, before).await?;
    let own_calendar = match calendar == before {
        true => own_before.clone(),
        false => load::held(&mut db, agency, reach, calendar).await?,
    };
    // What was entered stands for a whole year, and only for a whole year.
    let year = window.calendar_year().map(|year| year - 1);
    Ok(Material {
        agencies: agencies_of(agencies::all(&mut db).await?, agency, reach),
        parts,
        with_counterparts: load::by_counterpart(&mut db, agency, reach, window).await?,
        year_before: YearBefore { own: own_before, year },
        ceiling_year: YearBefore { own: own_calendar, year: Some(last_year) },
        entered: load::entered(&mut db, agency, reach, [year.unwrap_or(last_year), last_year]).await?,
        hybrid,
        targets: rules::targets(&mut db, window.to).await?,
    })
}

/// The agency and, in a subtree, all below it, in display order.
fn agencies_of(tree: Vec<Agency>, agency: AgencyId, reach: Reach) -> Vec<Agency> {
    let mut below = HashSet::from([agency]);
    tree.into_iter()
        .filter(|node| {
            let is_below = node.parent.is_some_and(|parent| below.contains(&parent));
            if is_below && reach == Reach::Subtree {
                below.insert(node.id);
            }
            below.contains(&node.id)
        })
        .collect()
}

/// Counts of one base.
fn sum<'p, Of: 'p>(parts: impl IntoIterator<Item = &'p Part<Of>>, base: Base) -> Tally {
    let mut sum = Tally::default();
    for Part { tally, .. } in parts.into_iter().filter(|part| part.is_in(base)) {
        sum.held += tally.held;
        sum.in_person += tally.in_person;
        sum.online += tally.online;
        sum.hybrid += tally.hybrid;
        sum.hybrid_online += tally.hybrid_online;
        sum.counted_online += tally.counted_online;
        sum.exceeded += tally.exceeded;
        sum.cancelled += tally.cancelled;
        sum.postponed += tally.postponed;
    }
    sum
}

/// Counts of conferences, then of all.
fn both<Of>(parts: Option<&Vec<&Part<Of>>>) -> [Tally; 2] {
    Base::BOTH.map(|base| sum(parts.into_iter().flatten().copied(), base))
}

fn grouped<Of: Copy + Eq + Hash>(parts: &[Part<Of>]) -> HashMap<Of, Vec<&Part<Of>>> {
    let mut groups: HashMap<Of, Vec<&Part<Of>>> = HashMap::new();
    for part in parts {
        groups.entry(part.of).or_default().push(part);
    }
    groups
}

impl Material {
    fn base(&self, reach: Reach, base: Base) -> BaseFigures {
        let tally = sum(&self.parts.by_agency, base);
        let mut held_by: HashMap<AgencyId, i64> = HashMap::new();
        for part in self.parts.by_agency.iter().filter(|part| part.is_in(base)) {
            *held_by.entry(part.of).or_default() += part.tally.held;
        }
        let held_now = |agency| held_by.get(&agency).copied().unwrap_or(0);
        let (previous, held_compared) =
            previous::previous(&self.year_before, &self.entered, &self.agencies, reach, base, held_now);
        let targets = &self.targets;
        let share = Targets::share_of(tally.counted_online, tally.held);
        let reduction = Targets::reduction_of(previous.held, held_compared);
        let last_year = previous::year_total(&self.ceiling_year, &self.entered, &self.agencies, base);
        BaseFigures {
            share,
            share_strict: Targets::share_of(tally.online, tally.held),
            share_met: share.map(|share| share.reaches(targets.share)),
            previous,
            held_compared,
            reduction,
            reduction_met: reduction.map(|reduction| reduction.reaches(targets.reduction)),
            ceiling: last_year.map(|held| targets.ceiling(held)),
            in_person_left: targets.in_person_left(tally.counted_online, tally.held),
            online_needed: targets.online_needed(tally.counted_online, tally.held),
            tally,
        }
    }

    fn by_counterpart(&self) -> Vec<(Counterpart, CounterpartTally)> {
        let tally = |c| CounterpartTally::of(&self.with_counterparts, c, Base::All, self.hybrid);
        Counterpart::ALL.into_iter().map(|c| (c, tally(c))).collect()
    }

    fn by_part(&self, period: &Period) -> Vec<PartFigures> {
        let month = |date| {
            let (civil, report) = months(date);
            if period.follows_decree() { report } else { civil }
        };
        let parts = period.parts().into_iter().map(|(part, window)| {
            let months = month(window.from)..=month(window.to);
            let within: Vec<_> = self.parts.by_month.iter().filter(|p| months.contains(&p.of)).collect();
            PartFigures { part, window, tallies: both(Some(&within)) }
        });
        parts.collect()
    }

    fn by_agency(&self) -> Vec<AgencyFigures> {
        let by_agency = grouped(&self.parts.by_agency);
        let figure = |agency, base| self.year_before.figure(&self.entered, agency, base).map(|f| f.held());
        let lines = self.agencies.iter().filter_map(|agency| {
            let parts = by_agency.get(&agency.id);
            let previous = Base::BOTH.map(|base| figure(agency.id, base));
            let is_shown = parts.is_some() || previous.iter().any(Option::is_some);
            is_shown.then(|| AgencyFigures {
                agency: agency.to_ref(),
                name: agency.name.clone(),
                tallies: both(parts),
                previous,
            })
        });
        lines.collect()
    }
}
