//! What an agency may store at most, at every way in: meetings of a year, people, agencies below it; and the drafts of a
//! person.

use domain::access::{Caller, Role};
use domain::agencies::{AGENCIES_BELOW_AT_MOST, AGENCY_LEVELS_AT_MOST, Agencies, AgencyInput};
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::ids::AgencyId;
use domain::imports::ImportKind;
use domain::meetings::{
    MEETINGS_A_DAY_AT_MOST, MEETINGS_A_YEAR_AT_MOST, MeetingInput, MeetingRecord, Meetings, SittingInput,
};
use domain::people::{PEOPLE_OF_AGENCY_AT_MOST, People, PersonChange, PersonInput};
use futures::future::join_all;

use crate::imports::{bad, meetings, written};
use crate::meetings::{briefing, published};
use crate::meetings_record::{correction, get};
use crate::support::{World, each_busy_database, each_database, instant, sitting};

const YEAR: u32 = MEETINGS_A_YEAR_AT_MOST;

/// The numbers from 1, and what is inserted for each.
pub(crate) fn numbered(count: u32, insert: &str) -> String {
    format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) INSERT INTO {insert} FROM n"
    )
}

/// Identifiers that nothing else has.
pub(crate) fn fresh(world: &World) -> String {
    let id = world.id().to_string();
    format!("'{}' || CAST(100000000000 + i AS TEXT)", &id[..24])
}

/// More meetings of an agency on 2 January of a year: a third attended, a third called off, a third held.
pub(crate) async fn fill_year(world: &World, agency: AgencyId, year: i32, count: u32) {
    let first = format!("'{year}-01-02'");
    let id = fresh(world);
    let insert = format!(
        "meeting (id, rev, agency_id, title, kind, form, side, counterpart, is_unexpected, place, stage, created_at, \
         scope, first_date, last_date) SELECT {id}, 1, '{agency}', 'Họp', 'working', 'online', \
         CASE WHEN i % 3 = 0 THEN 'attended' ELSE 'organised' END, 'internal', FALSE, '', \
         CASE WHEN i % 3 = 1 THEN 'cancelled' ELSE 'held' END, 0, 'meeting', {first}, {first}"
    );
    world.run(&numbered(count, &insert)).await;
}

pub(crate) async fn fill_people(world: &World, agency: AgencyId, count: u32) {
    let (id, name) = (fresh(world), world.id());
    let insert = format!(
        "person (id, user_name, name, position, agency_id, password_hash, is_active, folded, created_at) \
         SELECT {id}, '{name}' || CAST(i AS TEXT), 'Người', '', '{agency}', '', i % 2 = 0, '', 0"
    );
    world.run(&numbered(count, &insert)).await;
}

fn year_full(year: i32) -> Failure {
    Failure::Refused(Refusal::YearFull { year, at_most: YEAR })
}

fn field(name: &str, problem: Problem) -> Failure {
    Failure::Invalid(vec![FieldProblem::new(name, problem)])
}

fn row(title: &str, day: &str) -> String {
    format!("SNV,{title},working,online,{day}T08:00/09:00,held,organised,internal,0")
}

fn file(rows: &[String]) -> String {
    meetings(&rows.iter().map(String::as_str).collect::<Vec<_>>())
}

#[tokio::test]
async fn a_file_fills_a_year_and_no_more() {
    each_database(async |world| {
        let snv = world.agency("SNV").await;
        world.agency("STC").await;
        fill_year(world, snv, 2026, YEAR - 2).await;
        fill_year(world, snv, 2025, YEAR).await;
        let rows: Vec<String> = ["04", "05", "06"].map(|day| row("Họp", &format!("2026-05-{day}"))).into();
        let full = |line, year| (line, "sittings".to_owned(), Problem::YearFull { year, at_most: YEAR });
        assert_eq!(bad(world, ImportKind::Meetings, &file(&rows)).await, [full(4, 2026)], "{}", world.engine);
        assert_eq!(written(world, ImportKind::Meetings, &file(&rows[..2])).await, [2, 2, 0, 0]);
        // Whatever it is, attended and called off too, it is one more.
        for change in [("organised", "attended"), ("held", "cancelled"), ("held", "scheduled")] {
            let more = [row("Họp khác", "2026-06-16").replace(change.0, change.1)];
            assert_eq!(bad(world, ImportKind::Meetings, &file(&more)).await, [full(2, 2026)], "{change:?}");
        }
        let older = [row("Họp", "2025-12-31"), row("Họp", "2024-12-31")];
        assert_eq!(bad(world, ImportKind::Meetings, &file(&older)).await, [full(2, 2025)]);
        // What is there can be put right; other years and other agencies have room.
        let right = rows[0].replace("working", "briefing");
        assert_eq!(written(world, ImportKind::Meetings, &file(&[right])).await, [1, 0, 1, 0]);
        written(world, ImportKind::Meetings, &file(&older[1..])).await;
        written(world, ImportKind::Meetings, &file(&[rows[2].replace("SNV", "STC")])).await;
    })
    .await;
}

#[tokio::test]
async fn nothing_more_is_sent_or_entered_in_a_full_year() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let chair = world.person("SNV").await;
        let snv = secretary.agency.id;
        fill_year(world, snv, 2026, YEAR - 1).await;
        fill_year(world, snv, 2025, YEAR).await;
        let last = published(world, &secretary, briefing(&secretary, &chair, &[])).await;
        // What was sent can still be changed and sent again.
        let (input, saved, _) = world.backend.input(&secretary, last).await.unwrap();
        let input = MeetingInput { title: "Họp giao ban đầu tuần".into(), ..input };
        let saved = world.backend.save(&secretary, Some((last, saved.rev)), input).await.unwrap();
        world.backend.publish(&secretary, last, saved.rev).await.unwrap();
        let at = |text: &str| vec![SittingInput::of(&sitting(text))];
        let held = |day: &str| MeetingInput {
            held: "on".into(),
            sittings: at(day),
            ..briefing(&secretary, &chair, &[])
        };
        let to_come =
            MeetingInput { sittings: at("2026-06-19T07:30/11:30"), ..briefing(&secretary, &chair, &[]) };
        for input in [to_come, held("2026-06-15T08:00/10:00")] {
            let saved = world.backend.save(&secretary, None, input).await.unwrap();
            let refused = world.backend.publish(&secretary, saved.id, saved.rev).await;
            assert_eq!(refused.map(drop), Err(year_full(2026)), "{}", world.engine);
        }
        // Another agency's year is its own, whoever else is full.
        let other = world.caller(Role::Secretary, "STC").await;
        let chair = world.person("STC").await;
        published(world, &other, briefing(&other, &chair, &[])).await;
    })
    .await;
}

#[tokio::test]
async fn corrected_hours_lead_into_no_full_year() {
    each_database(async |world| {
        let mut secretary = world.caller(Role::Secretary, "SNV").await;
        secretary.now = instant("2026-01-06T09:00");
        let chair = world.person("SNV").await;
        fill_year(world, secretary.agency.id, 2025, YEAR).await;
        let input = MeetingInput {
            held: "on".into(),
            sittings: vec![SittingInput::of(&sitting("2026-01-05T08:00/10:00"))],
            ..briefing(&secretary, &chair, &[])
        };
        let id = published(world, &secretary, input).await;
        let meeting = get(world, &secretary, id).await;
        let items = [("", ""), ("", "")];
        let back = correction("14h00, 30/12/2025", "16h00", &meeting, &items);
        assert_eq!(world.backend.correct(&secretary, id, back).await.map(drop), Err(year_full(2025)));
        let right = correction("14h00, 2/1/2026", "16h00", &meeting, &items);
        world.backend.correct(&secretary, id, right).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn corrected_hours_lead_onto_no_full_day() {
    each_database(async |world| {
        let mut secretary = world.caller(Role::Secretary, "SNV").await;
        secretary.now = instant("2026-01-07T09:00");
        let chair = world.person("SNV").await;
        for _ in 0..MEETINGS_A_DAY_AT_MOST {
            world.meeting("SNV").at("2026-01-06T08:00/09:00").store().await;
        }
        let input = MeetingInput {
            held: "on".into(),
            sittings: vec![SittingInput::of(&sitting("2026-01-05T08:00/10:00"))],
            ..briefing(&secretary, &chair, &[])
        };
        let id = published(world, &secretary, input).await;
        let meeting = get(world, &secretary, id).await;
        let items = [("", ""), ("", "")];
        let onto = correction("14h00, 6/1/2026", "16h00", &meeting, &items);
        let full = Refusal::DayFull { date: "2026-01-06".parse().unwrap(), at_most: MEETINGS_A_DAY_AT_MOST };
        let refused = world.backend.correct(&secretary, id, onto).await.map(drop);
        assert_eq!(refused, Err(Failure::Refused(full)), "{}", world.engine);
        let own = correction("9h00, 5/1/2026", "11h00", &meeting, &items);
        world.backend.correct(&secretary, id, own).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn of_several_meetings_sent_at_once_one_takes_the_last_place_of_the_year() {
    each_busy_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        fill_year(world, secretary.agency.id, 2026, YEAR - 1).await;
        let mut drafts = Vec::new();
        for _ in 0..4 {
            let chair = world.person("SNV").await;
            let typed = MeetingInput { secretary: String::new(), ..briefing(&secretary, &chair, &[]) };
            drafts.push(world.backend.save(&secretary, None, typed).await.unwrap());
        }
        let sent = drafts.iter().map(|saved| world.backend.publish(&secretary, saved.id, saved.rev));
        let sent = join_all(sent).await;
        assert_eq!(sent.iter().filter(|sent| sent.is_ok()).count(), 1, "{}: {sent:?}", world.engine);
        assert_eq!(sent.iter().filter(|sent| **sent == Err(year_full(2026))).count(), 3, "{sent:?}");
    })
    .await;
}

#[tokio::test]
async fn of_several_drafts_begun_at_once_one_is_the_hundredth() {
    each_busy_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (person, agency, id) = (secretary.person, secretary.agency.id, fresh(world));
        let insert = format!(
            "meeting (id, rev, agency_id, title, kind, form, side, counterpart, is_unexpected, place, stage, \
             created_by, created_at, scope) SELECT {id}, 1, '{agency}', '', '', '', 'organised', 'internal', FALSE, \
             '', 'draft', '{person}', 0, 'meeting'"
        );
        world.run(&numbered(99, &insert)).await;
        let begun = (0..4).map(|_| world.backend.save(&secretary, None, MeetingInput::default()));
        let begun = join_all(begun).await;
        assert_eq!(begun.iter().filter(|begun| begun.is_ok()).count(), 1, "{}: {begun:?}", world.engine);
    })
    .await;
}

fn person(user_name: &str, agency: &str) -> PersonInput {
    PersonInput {
        user_name: user_name.into(),
        name: "Chuyên viên".into(),
        position: String::new(),
        agency: agency.into(),
        roles: String::new(),
        password: String::new(),
    }
}

#[tokio::test]
async fn an_agency_takes_no_more_people_than_it_may_have() {
    each_busy_database(async |world| {
        let snv = world.agency("SNV").await;
        world.agency("STC").await;
        fill_people(world, snv, PEOPLE_OF_AGENCY_AT_MOST - 1).await;
        let (people, system): (&dyn People, Caller) = (&world.backend, world.system());
        let full = Problem::PeopleFull { at_most: PEOPLE_OF_AGENCY_AT_MOST };
        let header = "user_name,name,position,agency,roles";
        let two = format!("{header}\ntep1,A,,SNV,\ntep2,B,,SNV,\n");
        let third = (3, "agency".to_owned(), full.clone());
        assert_eq!(bad(world, ImportKind::People, &two).await, [third], "{}", world.engine);
        let names: Vec<String> = (0..4).map(|n| format!("trang{n}")).collect();
        let added = join_all(names.iter().map(|name| people.add(&system, person(name, "SNV")))).await;
        assert_eq!(added.iter().filter(|added| added.is_ok()).count(), 1, "{}: {added:?}", world.engine);
        let refused =
            added.iter().filter(|added| added.as_ref().err() == Some(&field("agency", full.clone())));
        assert_eq!(refused.count(), 3, "{added:?}");
        // Nobody moves in, on the page or by a file; who is there can be changed.
        let (stranger, _) = people.add(&system, person("stc1", "STC")).await.unwrap();
        let change = |name: &str, agency: &str| PersonChange {
            name: name.into(),
            position: String::new(),
            agency: agency.into(),
            roles: String::new(),
        };
        let moved = people.change(&system, stranger, change("Chuyên viên", "SNV")).await;
        assert_eq!(moved, Err(field("agency", full.clone())), "{}", world.engine);
        let moves = format!("{header}\nstc1,A,,SNV,\n");
        assert_eq!(bad(world, ImportKind::People, &moves).await, [(2, "agency".to_owned(), full)]);
        let mine = added.into_iter().find_map(Result::ok).unwrap().0;
        people.change(&system, mine, change("Chuyên viên chính", "SNV")).await.unwrap();
        // A place that somebody leaves is free.
        people.change(&system, mine, change("Chuyên viên chính", "STC")).await.unwrap();
        people.change(&system, stranger, change("Chuyên viên", "SNV")).await.unwrap();
    })
    .await;
}

fn unit(code: &str, parent: &str) -> AgencyInput {
    AgencyInput {
        code: code.into(),
        parent: parent.into(),
        level: "unit".into(),
        name: code.into(),
        short_name: code.into(),
        aliases: String::new(),
    }
}

const AGENCIES: &str = "code,parent,level,name,short_name\n";

fn units(codes: impl Iterator<Item = String>, parent: &str) -> String {
    codes.map(|code| format!("{code},{parent},unit,{code},{code}\n")).collect()
}

#[tokio::test]
async fn one_part_of_the_tree_takes_no_more_agencies_than_it_may_have() {
    each_busy_database(async |world| {
        for agency in ["SNV", "STC"] {
            world.agency(agency).await;
        }
        let (agencies, system): (&dyn Agencies, Caller) = (&world.backend, world.system());
        let below = AGENCIES_BELOW_AT_MOST;
        let full = Problem::BelowFull { at_most: below };
        // One directly below, and all others but one below that.
        let tree = format!("{AGENCIES}{}{}", units(["VP".into()].into_iter(), "SNV"), {
            units((0..below - 2).map(|n| format!("P{n}")), "VP")
        });
        let file = format!("{tree}{}", units((0..3).map(|n| format!("Q{n}")), "P7"));
        let last: Vec<_> =
            [below + 2, below + 3].map(|line| (u64::from(line), "parent".to_owned(), full.clone())).into();
        assert_eq!(bad(world, ImportKind::Agencies, &file).await, last, "{}", world.engine);
        written(world, ImportKind::Agencies, &tree).await;
        let codes: Vec<String> = (0..4).map(|n| format!("T{n}")).collect();
        let added = join_all(codes.iter().map(|code| agencies.add(&system, unit(code, "P7")))).await;
        assert_eq!(added.iter().filter(|added| added.is_ok()).count(), 1, "{}: {added:?}", world.engine);
        assert!(added.contains(&Err(field("parent", full.clone()))), "{added:?}");
        // Nothing moves in either, with all below it; within the part it may, and so may what is renamed.
        let stc = format!("{AGENCIES}{}", units(["STC-VP".into()].into_iter(), "STC"));
        written(world, ImportKind::Agencies, &stc).await;
        for (moved, to) in [("STC-VP", "P3"), ("STC", "SNV")] {
            let file = format!("{AGENCIES}{}", units([moved.into()].into_iter(), to));
            let found = bad(world, ImportKind::Agencies, &file).await;
            assert_eq!(found, [(2, "parent".to_owned(), full.clone())], "{}: {moved}", world.engine);
        }
        written(world, ImportKind::Agencies, &format!("{AGENCIES}P9,P8,unit,Phòng 9,Phòng 9\n")).await;
        // Below the topmost agency there is room.
        agencies.add(&system, unit("SYT", "UBND")).await.unwrap();
        agencies.add(&system, unit("SYT-VP", "SYT")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn no_agency_is_deeper_than_the_tree_may_be() {
    each_database(async |world| {
        world.agency("UBND").await;
        let (agencies, system): (&dyn Agencies, Caller) = (&world.backend, world.system());
        let deep = Problem::TooDeep { at_most: AGENCY_LEVELS_AT_MOST };
        let mut above = "UBND".to_owned();
        for level in 2..=AGENCY_LEVELS_AT_MOST {
            let code = format!("C{level}");
            agencies.add(&system, unit(&code, &above)).await.unwrap();
            above = code;
        }
        let refused = agencies.add(&system, unit("C9", &above)).await;
        assert_eq!(refused, Err(field("parent", deep.clone())), "{}", world.engine);
        // A file that moves an agency takes those below it along.
        agencies.add(&system, unit("D2", "UBND")).await.unwrap();
        agencies.add(&system, unit("D3", "D2")).await.unwrap();
        let moved = |to: &str| format!("{AGENCIES}D2,{to},unit,D2,D2\n");
        let found = bad(world, ImportKind::Agencies, &moved("C7")).await;
        assert_eq!(found, [(2, "parent".to_owned(), deep)], "{}", world.engine);
        assert_eq!(written(world, ImportKind::Agencies, &moved("C6")).await, [1, 0, 1, 0]);
    })
    .await;
}
