//! The report against a count that walks over every meeting, on a few hundred drawn ones.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::{Datelike, Days, NaiveDate};
use domain::count::{Base, Counterpart, Facts, Form, HybridCounts, Outcome, Scope, Side, Tally, What};
use domain::figures::{BaseFigures, Figures, FiguresFilter, FiguresPort, PreviousSource, Reach};
use domain::imports::{ImportKind, ImportMode, Imports};
use domain::period::{Period, Window};

use crate::support::{World, each_database};

const RULE: HybridCounts = HybridCounts::OnlineWhenConnected;
/// Code, the agency above, level.
const TREE: [(&str, &str, &str); 6] = [
    ("UBND", "", "province"),
    ("SNV", "UBND", "department"),
    ("SNV-VP", "SNV", "unit"),
    ("STC", "UBND", "department"),
    ("03646", "UBND", "commune"),
    ("03664", "UBND", "commune"),
];

/// Numbers that are the same on every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }
}

struct Drawn {
    agency: &'static str,
    date: NaiveDate,
    facts: Facts,
}

/// Meetings from November 2024 to July 2026; two agencies only begin in 2026.
fn draw(draw: &mut Draw, count: usize) -> (Vec<Drawn>, String) {
    let mut file = String::from("agency,title,kind,form,sittings,status,role,counterpart,sites_connected\n");
    let mut all = Vec::with_capacity(count);
    let begin: NaiveDate = "2024-11-01".parse().unwrap();
    for number in 0..count {
        let agency = draw.of(&TREE).0;
        let mut date = begin + Days::new(draw.below(620));
        if matches!(agency, "STC" | "03664") && date.year() < 2026 {
            date = "2026-01-01".parse::<NaiveDate>().unwrap() + Days::new(draw.below(190));
        }
        let (kind, scope, limit) = draw.of(&[
            ("review", Scope::Conference, 2),
            ("training", Scope::Conference, 4),
            ("working", Scope::Meeting, 1),
            ("briefing", Scope::Meeting, 1),
        ]);
        let (sitting, sessions) = draw.of(&[("07:30/11:30", 1), ("07:30/17:00", 2), ("07:30/20:00", 3)]);
        let form = draw.of(&[Form::InPerson, Form::Online, Form::Hybrid]);
        let outcome = draw.of(&[
            Outcome::Held,
            Outcome::Held,
            Outcome::Held,
            Outcome::Cancelled,
            Outcome::Postponed,
            Outcome::Pending,
        ]);
        let side = draw.of(&[Side::Organised, Side::Organised, Side::Attended]);
        let (counterpart, sites) = (draw.of(&Counterpart::ALL), draw.below(3));
        // What is yet to come keeps the limit, or the file is refused.
        let sitting = if outcome == Outcome::Pending { "07:30/11:30" } else { sitting };
        let status = if outcome == Outcome::Pending { "scheduled" } else { outcome.code() };
        writeln!(
            file,
            "{agency},Họp {number},{kind},{},{date}T{sitting},{status},{},{},{sites}",
            form.code(),
            side.code(),
            counterpart.code()
        )
        .unwrap();
        let has_exceeded = outcome == Outcome::Held && sessions > limit;
        let facts = Facts { scope, form, is_connected: sites > 0, side, counterpart, outcome, has_exceeded };
        all.push(Drawn { agency, date, facts });
    }
    (all, file)
}

type Entered = BTreeMap<(&'static str, i32, Base), i64>;

struct Naive<'d> {
    all: &'d [Drawn],
    entered: &'d Entered,
    agencies: Vec<&'static str>,
}

impl Naive<'_> {
    fn count(&self, agencies: &[&str], window: Window, base: Base, what: What) -> i64 {
        let counted = self.all.iter().filter(|m| {
            agencies.contains(&m.agency)
                && window.contains(m.date)
                && m.facts.is_in(base)
                && m.facts.count_in(what, RULE)
        });
        i64::try_from(counted.count()).unwrap()
    }

    fn tally(&self, agencies: &[&str], window: Window, base: Base) -> Tally {
        let count = |what| self.count(agencies, window, base, what);
        Tally {
            held: count(What::Held),
            in_person: count(What::InPerson),
            online: count(What::Online),
            hybrid: count(What::Hybrid),
            hybrid_online: count(What::HybridOnline),
            counted_online: count(What::CountedOnline),
            exceeded: count(What::Exceeded),
            cancelled: count(What::Cancelled),
            postponed: count(What::Postponed),
        }
    }

    /// Whether the figure is the system's own, and the figure.
    fn figure(
        &self,
        agency: &'static str,
        window: Window,
        year: Option<i32>,
        base: Base,
    ) -> Option<(bool, i64)> {
        match self.count(&[agency], window, base, What::Held) {
            0 => year.and_then(|year| self.entered.get(&(agency, year, base))).map(|held| (false, *held)),
            own => Some((true, own)),
        }
    }

    fn check(&self, figures: &Figures, period: Period) {
        let window = period.window();
        for base in Base::BOTH {
            let found: &BaseFigures = figures.base(base);
            assert_eq!(found.tally, self.tally(&self.agencies, window, base), "{period:?} {base:?}");
            self.check_previous(found, window, base);
        }
        for (counterpart, tally) in &figures.by_counterpart {
            let count = |what| self.count(&self.agencies, window, Base::All, what);
            assert_eq!(tally.organised_online, count(What::OrganisedOnline(*counterpart)));
            assert_eq!(tally.attended, count(What::Attended(*counterpart)));
            assert_eq!(tally.attended_online, count(What::AttendedOnline(*counterpart)));
        }
        for month in &figures.by_part {
            let expected = Base::BOTH.map(|base| self.tally(&self.agencies, month.window, base));
            assert_eq!(month.tallies, expected, "{period:?} {:?}", month.window);
        }
        for line in &figures.by_agency {
            let own = [line.agency.code.as_str()];
            assert_eq!(line.tallies, Base::BOTH.map(|base| self.tally(&own, window, base)));
        }
    }

    fn check_previous(&self, found: &BaseFigures, window: Window, base: Base) {
        let year = window.calendar_year().map(|year| year - 1);
        let before = window.year_before();
        let (mut held, mut now, mut kinds, mut missing) = (0, 0, [false; 2], Vec::new());
        for agency in &self.agencies {
            match self.figure(agency, before, year, base) {
                Some((is_own, figure)) => {
                    held += figure;
                    now += self.count(&[agency], window, base, What::Held);
                    kinds[usize::from(is_own)] = true;
                }
                None => missing.push((*agency).to_owned()),
            }
        }
        let source = match kinds {
            [false, false] => PreviousSource::None,
            [true, false] => PreviousSource::Baseline,
            [false, true] => PreviousSource::Own,
            [true, true] => PreviousSource::Mixed,
        };
        assert_eq!((found.previous.source, found.previous.held, found.held_compared), (source, held, now));
        let mut listed = found.previous.missing.clone();
        listed.sort();
        missing.sort();
        if self.agencies.len() > 1 {
            assert_eq!(listed, missing);
        }
        assert_eq!(found.reduction.map(|f| (f.num, f.den)), (held > 0).then_some((held - now, held)));
        assert_eq!(found.reduction_met, (held > 0).then_some(10 * (held - now) >= held));
        let last = window.to.year() - 1;
        let calendar = Period::CalendarYear(last).window();
        let ceilings = self.agencies.iter().filter_map(|a| self.figure(a, calendar, Some(last), base));
        assert_eq!(
            found.ceiling,
            ceilings.map(|(_, held)| held).reduce(|a, b| a + b).map(|sum| sum * 9 / 10)
        );
    }
}

fn below(agency: &str) -> Vec<&'static str> {
    let parent = |code: &str| TREE.iter().find(|node| node.0 == code).map_or("", |node| node.1);
    let is_below = |code: &str| {
        let mut at = code;
        while !at.is_empty() && at != agency {
            at = parent(at);
        }
        at == agency
    };
    TREE.iter().map(|node| node.0).filter(|code| is_below(code)).collect()
}

async fn import(world: &World, kind: ImportKind, file: &str) {
    // Once all of them are over.
    let mut system = world.system();
    system.now += chrono::TimeDelta::days(60);
    let imported =
        Imports::import(&world.backend, &system, kind, file.as_bytes().to_vec(), ImportMode::Write);
    let report = imported.await.unwrap();
    assert!(report.is_written, "{:?}", report.bad);
}

#[tokio::test]
async fn every_number_is_what_counting_one_by_one_gives() {
    each_database(async |world| {
        for (code, parent, level) in TREE {
            world.agency_below(code, parent, level).await;
        }
        let (all, file) = draw(&mut Draw(42), 700);
        import(world, ImportKind::Meetings, &file).await;
        let entered: Entered = [
            (("STC", 2025, Base::All), 31),
            (("STC", 2025, Base::Conferences), 0),
            (("03664", 2024, Base::All), 12),
            (("SNV", 2025, Base::All), 999),
        ]
        .into();
        let mut file = String::from("agency,year,base,held,source\n");
        for ((agency, year, base), held) in &entered {
            writeln!(file, "{agency},{year},{},{held},Báo cáo", base.code()).unwrap();
        }
        import(world, ImportKind::Baseline, &file).await;
        let days = |from: &str, to: &str| {
            Period::Custom(Window::new(from.parse().unwrap(), to.parse().unwrap()).unwrap())
        };
        let periods = [
            Period::Month(2026, 1),
            Period::Quarter(2026, 2),
            Period::HalfYear(2026, 1),
            Period::Year(2026),
            Period::CalendarYear(2025),
            Period::CalendarYear(2026),
            days("2026-04-16", "2026-05-15"),
            days("2025-02-28", "2026-03-01"),
        ];
        for (agency, ..) in TREE {
            for period in periods {
                for reach in [Reach::Own, Reach::Subtree] {
                    let id = world.agency(agency).await;
                    let filter = FiguresFilter { agency: id, reach, period };
                    let figures = FiguresPort::report(&world.backend, &world.system(), filter).await.unwrap();
                    let agencies = if reach == Reach::Own { vec![agency] } else { below(agency) };
                    Naive { all: &all, entered: &entered, agencies }.check(&figures, period);
                }
            }
        }
    })
    .await;
}
