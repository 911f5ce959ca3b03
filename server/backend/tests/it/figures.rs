//! The figures people are judged by: worked out by hand, and against a count meeting by meeting.

use domain::access::{Role, Stage};
use domain::count::{Base, Counterpart, Form, Side, What};
use domain::error::Failure;
use domain::figures::{Figures, FiguresFilter, FiguresPort, PreviousSource, Reach};
use domain::imports::{ImportKind, ImportMode, Imports};
use domain::meetings::{MeetingFilter, Meetings};
use domain::period::{Part, Period, Window};
use domain::targets::Fraction;

use crate::support::{World, each_database};

async fn report(world: &World, agency: &str, reach: Reach, period: Period) -> Figures {
    let agency = world.agency(agency).await;
    let filter = FiguresFilter { agency, reach, period };
    FiguresPort::report(&world.backend, &world.system(), filter).await.unwrap()
}

fn days(from: &str, to: &str) -> Period {
    Period::Custom(Window::new(from.parse().unwrap(), to.parse().unwrap()).unwrap())
}

fn fraction(num: i64, den: i64) -> Option<Fraction> {
    Some(Fraction { num, den })
}

async fn baseline(world: &World, rows: &str) {
    let file = format!("agency,year,base,held,source\n{rows}");
    let (system, kind) = (world.system(), ImportKind::Baseline);
    let report = Imports::import(&world.backend, &system, kind, file.as_bytes().to_vec(), ImportMode::Write);
    assert!(report.await.unwrap().is_written);
}

#[tokio::test]
async fn forms_share_and_strict_share_of_both_bases() {
    each_database(async |world| {
        // Conferences: one in person, one online, one hybrid connected. Meetings: one online, one hybrid alone.
        let conference = || world.meeting("SNV").kind("review").at("2026-05-14T07:30/11:30");
        conference().store().await;
        conference().form(Form::Online).store().await;
        conference().form(Form::Hybrid).connected("03646").store().await;
        let meeting = || world.meeting("SNV").at("2026-05-15T07:30/11:30");
        meeting().form(Form::Online).store().await;
        meeting().form(Form::Hybrid).store().await;
        // None of these is counted as held.
        meeting().form(Form::Online).side(Side::Attended).counterpart(Counterpart::Ministries).store().await;
        meeting().stage(Stage::Cancelled).store().await;
        meeting().stage(Stage::Postponed).store().await;
        meeting().stage(Stage::Scheduled).store().await;
        meeting().at("2026-05-16T07:30/11:30").store().await;
        world.meeting("STC").at("2026-05-15T07:30/11:30").store().await;

        let figures = report(world, "SNV", Reach::Own, days("2026-04-16", "2026-05-15")).await;
        let (conferences, all) = (&figures.conferences, &figures.all);
        assert_eq!((conferences.tally.held, all.tally.held), (3, 5));
        assert_eq!(
            (all.tally.in_person, all.tally.online, all.tally.hybrid, all.tally.hybrid_online),
            (1, 2, 2, 1)
        );
        assert_eq!((conferences.share, conferences.share_strict), (fraction(2, 3), fraction(1, 3)));
        assert_eq!((all.share, all.share_strict), (fraction(3, 5), fraction(2, 5)));
        assert_eq!((conferences.share_met, all.share_met), (Some(true), Some(true)));
        assert_eq!((all.tally.cancelled, all.tally.postponed, conferences.tally.cancelled), (1, 1, 0));
        let ministries =
            figures.by_counterpart.iter().find(|(c, _)| *c == Counterpart::Ministries).unwrap().1;
        assert_eq!((ministries.attended, ministries.attended_online, ministries.organised_online), (1, 1, 0));
        let internal = figures.by_counterpart.iter().find(|(c, _)| *c == Counterpart::Internal).unwrap().1;
        assert_eq!((internal.organised_online, internal.attended), (3, 0));
        assert!(figures.by_agency.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_agency_without_meetings_has_no_share_and_no_reduction() {
    each_database(async |world| {
        let figures = report(world, "SNV", Reach::Own, Period::CalendarYear(2026)).await;
        let all = &figures.all;
        assert_eq!((all.share, all.share_met, all.reduction, all.reduction_met), (None, None, None, None));
        assert_eq!((all.previous.source, all.previous.held, all.ceiling), (PreviousSource::None, 0, None));
        assert_eq!(all.previous.missing, Vec::<String>::new());
        assert_eq!(figures.by_part.len(), 12);
        assert_eq!((all.in_person_left, all.online_needed), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn last_years_own_meetings_come_before_what_was_entered() {
    each_database(async |world| {
        world.agency("SNV").await;
        baseline(world, "SNV,2025,all,40,Báo cáo 2025\nSNV,2025,conferences,8,Báo cáo 2025\n").await;
        // Own meetings of 2025: two meetings, no conference.
        world.meeting("SNV").at("2025-01-02T07:30/11:30").store().await;
        world.meeting("SNV").at("2025-12-31T07:30/11:30").store().await;
        world.meeting("SNV").at("2026-03-02T07:30/11:30").store().await;
        let figures = report(world, "SNV", Reach::Own, Period::CalendarYear(2026)).await;
        assert_eq!((figures.all.previous.source, figures.all.previous.held), (PreviousSource::Own, 2));
        assert_eq!((figures.all.reduction, figures.all.reduction_met), (fraction(1, 2), Some(true)));
        assert_eq!((figures.all.ceiling, figures.conferences.ceiling), (Some(1), Some(7)));
        assert_eq!((figures.ceiling_year(), figures.has_ended), (2026, false), "what is met is met so far");
        let conferences = &figures.conferences;
        assert_eq!((conferences.previous.source, conferences.previous.held), (PreviousSource::Baseline, 8));
        assert_eq!(conferences.previous.documents, ["Báo cáo 2025"]);
        assert_eq!(conferences.reduction, fraction(8, 8));
        // The year of the report regime is not the calendar year: what was entered does not speak of it.
        let decree = report(world, "SNV", Reach::Own, Period::Year(2026)).await;
        assert_eq!(decree.conferences.previous.source, PreviousSource::None);
        assert!(report(world, "SNV", Reach::Own, Period::Month(2026, 5)).await.has_ended);
        assert_eq!((decree.all.previous.source, decree.all.previous.held), (PreviousSource::Own, 1));
        // The ceiling is the calendar year's, whatever the window.
        assert_eq!((decree.conferences.ceiling, decree.all.ceiling), (Some(7), Some(1)));
        let by_hand = report(world, "SNV", Reach::Own, days("2026-01-01", "2026-12-31")).await;
        assert_eq!(by_hand.conferences.previous.source, PreviousSource::Baseline);
    })
    .await;
}

#[tokio::test]
async fn agencies_without_a_figure_are_left_out_on_both_sides() {
    each_database(async |world| {
        world.agency("STC").await;
        world.agency("SNV").await;
        world.agency_below("03646", "UBND", "commune").await;
        baseline(world, "STC,2025,all,10,Báo cáo STC\n").await;
        world.meeting("SNV").at("2025-06-02T07:30/11:30").store().await;
        world.meeting("SNV").at("2025-07-02T07:30/11:30").store().await;
        for agency in ["SNV", "STC", "03646", "03646", "UBND"] {
            world.meeting(agency).at("2026-03-02T07:30/11:30").store().await;
        }
        let figures = report(world, "UBND", Reach::Subtree, Period::CalendarYear(2026)).await;
        let all = &figures.all;
        assert_eq!((all.tally.held, all.held_compared), (5, 2));
        assert_eq!((all.previous.source, all.previous.held), (PreviousSource::Mixed, 12));
        assert_eq!(all.previous.missing, ["UBND", "03646"]);
        assert_eq!((all.reduction, all.ceiling), (fraction(10, 12), Some(10)));
        assert_eq!(figures.conferences.previous.source, PreviousSource::None);
        assert_eq!(figures.conferences.previous.missing, ["UBND", "SNV", "STC", "03646"]);
        let lines: Vec<(&str, i64, Option<i64>)> = figures
            .by_agency
            .iter()
            .map(|a| (a.agency.code.as_str(), a.tallies[1].held, a.previous[1]))
            .collect();
        assert_eq!(lines, [("UBND", 1, None), ("SNV", 1, Some(2)), ("STC", 1, Some(10)), ("03646", 2, None)]);
    })
    .await;
}

/// How many meetings the list behind a number holds.
async fn listed(world: &World, base: Base, window: Window, is_compared: bool) -> i64 {
    let filter = MeetingFilter {
        agency: Some(world.agency("UBND").await),
        with_subtree: true,
        window: Some(window),
        counted: Some((base, What::Held)),
        is_compared,
        ..MeetingFilter::default()
    };
    let caller = world.caller(Role::ReportingOfficer, "UBND").await;
    Meetings::list(&world.backend, &caller, filter).await.unwrap().total
}

#[tokio::test]
async fn both_sides_of_the_reduction_open_into_their_meetings() {
    each_database(async |world| {
        for agency in ["STC", "SYT", "SNV"] {
            world.agency(agency).await;
        }
        world.agency_below("03646", "UBND", "commune").await;
        baseline(world, "STC,2025,all,10,a\nSNV,2025,all,9,b\nSNV,2025,conferences,4,b\nSYT,2024,all,3,c\n")
            .await;
        // SNV's own figure goes before what was entered; the commune has one for June alone.
        for (agency, kind) in [("SNV", "working"), ("SNV", "working"), ("03646", "review")] {
            world.meeting(agency).kind(kind).at("2025-06-02T07:30/11:30").store().await;
        }
        for agency in ["SNV", "STC", "SYT", "03646", "03646", "UBND"] {
            world.meeting(agency).kind("review").at("2026-06-02T07:30/11:30").store().await;
            world.meeting(agency).at("2026-03-02T07:30/11:30").store().await;
        }
        for period in
            [Period::CalendarYear(2026), Period::Year(2026), Period::Month(2026, 6), Period::Month(2026, 3)]
        {
            let figures = report(world, "UBND", Reach::Subtree, period).await;
            for base in Base::BOTH {
                let found = figures.base(base);
                let (window, before) = (figures.window, figures.window.year_before());
                assert_eq!(
                    listed(world, base, window, true).await,
                    found.held_compared,
                    "{period:?} {base:?}"
                );
                assert_eq!(listed(world, base, window, false).await, found.tally.held, "{period:?} {base:?}");
                assert_eq!(
                    listed(world, base, before, false).await,
                    found.previous.held_own,
                    "{period:?} {base:?}"
                );
            }
        }
        let all = report(world, "UBND", Reach::Subtree, Period::CalendarYear(2026)).await.all;
        assert_eq!(
            (all.previous.source, all.previous.held, all.previous.held_own),
            (PreviousSource::Mixed, 13, 3)
        );
        assert_eq!((all.tally.held, all.held_compared), (12, 8));
    })
    .await;
}

#[tokio::test]
async fn the_parts_of_a_long_window_add_up_to_its_total() {
    each_database(async |world| {
        for date in ["2016-05-01", "2019-12-31", "2020-01-01", "2023-07-01", "2026-06-30"] {
            world.meeting("SNV").at(&format!("{date}T07:30/11:30")).store().await;
        }
        for from in ["2016-05-01", "2019-12-31", "2023-07-01", "2025-01-01"] {
            let figures = report(world, "SNV", Reach::Own, days(from, "2026-06-30")).await;
            let sum: i64 = figures.by_part.iter().map(|part| part.tallies[1].held).sum();
            assert_eq!(sum, figures.all.tally.held, "{from}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_rise_is_a_negative_reduction_and_nothing_held_last_year_gives_none() {
    each_database(async |world| {
        world.agency("SNV").await;
        baseline(world, "SNV,2025,all,2,x\nSNV,2025,conferences,0,x\n").await;
        for _ in 0..3 {
            world.meeting("SNV").kind("review").at("2026-03-02T07:30/11:30").store().await;
        }
        let figures = report(world, "SNV", Reach::Own, Period::CalendarYear(2026)).await;
        assert_eq!((figures.all.reduction, figures.all.reduction_met), (fraction(-1, 2), Some(false)));
        let conferences = &figures.conferences;
        assert_eq!((conferences.previous.source, conferences.previous.held), (PreviousSource::Baseline, 0));
        assert_eq!((conferences.reduction, conferences.reduction_met), (None, None));
        assert_eq!((conferences.ceiling, figures.all.ceiling), (Some(0), Some(1)));
    })
    .await;
}

#[tokio::test]
async fn months_follow_the_period() {
    each_database(async |world| {
        world.meeting("SNV").at("2026-05-14T07:30/11:30").store().await;
        world.meeting("SNV").at("2026-05-15T07:30/11:30").store().await;
        world.meeting("SNV").at("2026-05-31T07:30/11:30 2026-06-20T07:30/11:30").store().await;
        let held = |figures: &Figures| -> Vec<(u32, i64)> {
            let of = |part| if let Part::Month(month) = part { month } else { 0 };
            figures.by_part.iter().map(|part| (of(part.part), part.tallies[1].held)).collect()
        };
        let decree = report(world, "SNV", Reach::Own, Period::Quarter(2026, 2)).await;
        assert_eq!(held(&decree), [(4, 0), (5, 1), (6, 2)]);
        let by_hand = report(world, "SNV", Reach::Own, days("2026-05-15", "2026-06-30")).await;
        assert_eq!(held(&by_hand), [(5, 2), (6, 0)]);
    })
    .await;
}

#[tokio::test]
async fn figures_are_for_those_who_answer_for_them() {
    each_database(async |world| {
        let (snv, stc) = (world.agency("SNV").await, world.agency("STC").await);
        let ask = async |role, agency| {
            let caller = world.caller(role, "SNV").await;
            let filter = FiguresFilter { agency, reach: Reach::Own, period: Period::Year(2026) };
            let seen = FiguresPort::agencies(&world.backend, &caller).await.unwrap().len();
            (FiguresPort::report(&world.backend, &caller, filter).await.map(|_| ()), seen)
        };
        assert_eq!(ask(Role::ReportingOfficer, snv).await, (Ok(()), 1));
        assert_eq!(ask(Role::Secretary, stc).await, (Err(Failure::Forbidden), 1));
        assert_eq!(ask(Role::Delegate, snv).await, (Err(Failure::Forbidden), 0));
        assert_eq!(ask(Role::SystemAdministrator, stc).await, (Ok(()), 3));
        let nowhere = domain::ids::AgencyId(uuid::Uuid::from_u128(1));
        assert_eq!(ask(Role::Leader, nowhere).await.0, Err(Failure::NotFound));
    })
    .await;
}
