//! The home page: what is next, what waits, and what one's own agency joins.

use chrono::TimeDelta;
use domain::access::{Caller, Role, Stage};
use domain::meetings::{
    DraftHistory, Meeting, MeetingFilter, MeetingInput, Meetings, SittingInput, Today, Typing, Waiting,
    foremost,
};
use uuid::Uuid;

use crate::meetings::{briefing, change, published};
use crate::support::{each_database, instant, sitting};

#[tokio::test]
async fn home_shows_what_is_next_and_what_waits() {
    each_database(async |world| {
        let mut secretary = world.caller(Role::Secretary, "SNV").await;
        let (chair, invited) = (world.person("SNV").await, world.caller(Role::Secretary, "SYT").await);
        let mut delegate = world.person("STC").await;
        let input = MeetingInput {
            delegates: vec![format!("p-{}", delegate.person), format!("a-{}", invited.agency.id)],
            ..briefing(&secretary, &chair, &[])
        };
        let id = published(world, &secretary, input).await;
        let friday =
            world.meeting("STC").stage(Stage::Scheduled).at("2026-06-19T07:30/11:30").delegate(&delegate);
        let friday = friday.store().await;
        let home = world.backend.today(&delegate).await.unwrap();
        assert_eq!(home.next.map(|meeting| meeting.id), Some(id));
        assert_eq!(home.coming.iter().map(|row| row.id).collect::<Vec<_>>(), [friday]);
        let [Waiting::Invited { meeting }] = home.waiting.as_slice() else { panic!("{:?}", home.waiting) };
        assert_eq!(meeting.id, id, "until it is opened");
        world.backend.get(&delegate, id).await.unwrap();
        assert!(world.backend.today(&delegate).await.unwrap().waiting.is_empty());
        assert!(
            world.backend.today(&secretary).await.unwrap().waiting.is_empty(),
            "whoever sends it knows of it"
        );
        let home = world.backend.today(&invited).await.unwrap();
        assert!(home.next.is_none());
        let [Waiting::NameDelegates { meeting, agency, changed }] = home.waiting.as_slice() else {
            panic!("{:?}", home.waiting)
        };
        assert_eq!((meeting.id, meeting.may_open(), agency.id), (id, true, invited.agency.id));
        assert!(changed.is_empty());

        let (mut input, saved, _) = world.backend.input(&secretary, id).await.unwrap();
        input.title = "Họp giao ban tháng".into();
        let saved = world.backend.save(&secretary, Some((id, saved.rev)), input.clone()).await.unwrap();
        world.backend.publish(&secretary, id, saved.rev).await.unwrap();
        let home = world.backend.today(&delegate).await.unwrap();
        let [Waiting::Changed { meeting, what }] = home.waiting.as_slice() else {
            panic!("{:?}", home.waiting)
        };
        assert_eq!((meeting.id, what.as_slice()), (id, ["title".to_owned()].as_slice()));
        let asked = world.backend.today(&invited).await.unwrap().waiting;
        let is_told =
            |of: &Waiting| matches!(of, Waiting::NameDelegates { changed, .. } if *changed == ["title"]);
        assert!(asked.iter().any(is_told), "who is still to be named is told by the agency: {asked:?}");
        world.backend.get(&delegate, id).await.unwrap();
        assert!(world.backend.today(&delegate).await.unwrap().waiting.is_empty());

        let draft = world.backend.save(&secretary, None, input).await.unwrap();
        secretary.now = instant("2026-06-18T12:00");
        let home = world.backend.today(&secretary).await.unwrap();
        let [Waiting::NotClosed { meeting }, Waiting::Draft { meeting: second }] = home.waiting.as_slice()
        else {
            panic!("{:?}", home.waiting)
        };
        assert_eq!((meeting.id, second.id), (id, draft.id));
        delegate.now = secretary.now;
        assert_eq!(world.backend.today(&delegate).await.unwrap().next.map(|m| m.id), Some(friday));
    })
    .await;
}

#[tokio::test]
async fn another_hour_comes_before_another_agenda_until_it_is_seen() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let chair = world.person("SNV").await;
        let delegate = world.person("STC").await;
        let later = |day: &str| MeetingInput {
            delegates: vec![format!("p-{}", delegate.person)],
            sittings: vec![SittingInput::of(&sitting(&format!("{day}T07:30/11:30")))],
            ..briefing(&secretary, &chair, &[])
        };
        let first = published(world, &secretary, later("2026-06-18")).await;
        let second = published(world, &secretary, later("2026-06-19")).await;
        for meeting in [first, second] {
            world.backend.get(&delegate, meeting).await.unwrap();
        }
        let agenda = |input: &mut MeetingInput| input.agenda[0].title = "Ý khác".into();
        change(world, &secretary, first, agenda).await.unwrap();
        change(world, &secretary, second, |input| {
            input.sittings = vec![SittingInput::of(&sitting("2026-06-19T13:30/16:30"))];
        })
        .await
        .unwrap();
        change(world, &secretary, second, agenda).await.unwrap();

        // What is new is no reason to miss another hour; another agenda can wait.
        let third = published(world, &secretary, later("2026-06-22")).await;
        let home = world.backend.today(&delegate).await.unwrap();
        let order: Vec<_> = home
            .waiting
            .iter()
            .filter_map(|waiting| match waiting {
                Waiting::Changed { meeting, .. } | Waiting::Invited { meeting } => Some(meeting.id),
                _ => None,
            })
            .collect();
        assert_eq!(order, [second, third, first]);
        let told: Vec<_> = home
            .waiting
            .iter()
            .filter_map(|waiting| match waiting {
                Waiting::Changed { meeting, what } => Some((meeting.id, what.join(" "))),
                _ => None,
            })
            .collect();
        assert_eq!(told, [(second, "time agenda".to_owned()), (first, "agenda".to_owned())]);

        let hours = |meeting: &Meeting| {
            let told = foremost(&meeting.changes).unwrap();
            (told.what.join(" "), told.time.unwrap().sittings, told.others.len())
        };
        let was = vec![sitting("2026-06-19T07:30/11:30")];
        let seen = world.backend.get(&delegate, second).await.unwrap();
        assert!(seen.changes.iter().all(|change| change.is_unseen));
        assert_eq!(hours(&seen), ("time agenda".into(), was.clone(), 0));
        let again = world.backend.get(&delegate, second).await.unwrap();
        assert!(again.changes.iter().all(|change| !change.is_unseen));
        assert_eq!(hours(&again), ("time agenda".into(), was, 0));
        let made = world.backend.get(&secretary, second).await.unwrap();
        assert!(made.changes.iter().all(|change| !change.is_unseen), "who is not invited misses nothing");
    })
    .await;
}

#[tokio::test]
async fn an_invitation_waits_until_it_is_opened_and_its_changes_with_it() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let chair = world.person("SNV").await;
        let delegate = world.person("STC").await;
        // Far beyond the days that home shows.
        let input = MeetingInput {
            delegates: vec![format!("p-{}", delegate.person)],
            sittings: vec![SittingInput::of(&sitting("2026-08-18T07:30/11:30"))],
            ..briefing(&secretary, &chair, &[])
        };
        let id = published(world, &secretary, input).await;
        let waits = async |who: &Caller| -> Vec<&'static str> {
            let home = world.backend.today(who).await.unwrap();
            let sort = home.waiting.iter().map(|waiting| match waiting {
                Waiting::Invited { meeting } if meeting.id == id => "invited",
                Waiting::Changed { meeting, .. } if meeting.id == id => "changed",
                _ => "other",
            });
            sort.collect()
        };
        assert_eq!((waits(&delegate).await, waits(&chair).await), (vec!["invited"], vec!["invited"]));
        change(world, &secretary, id, |input| input.title = "Họp khác".into()).await.unwrap();
        assert_eq!(waits(&delegate).await, ["invited"], "what was never seen has not changed");
        world.backend.get(&delegate, id).await.unwrap();
        assert_eq!((waits(&delegate).await, waits(&chair).await), (vec![], vec!["invited"]));
        change(world, &secretary, id, |input| input.title = "Họp khác nữa".into()).await.unwrap();
        assert_eq!(waits(&delegate).await, ["changed"]);
        world.backend.call_off(&secretary, id, false, "Bão").await.unwrap();
        let home = world.backend.today(&chair).await.unwrap();
        assert!(matches!(home.waiting.as_slice(), [Waiting::CalledOff { .. }]), "{:?}", home.waiting);
    })
    .await;
}

#[tokio::test]
async fn the_invitations_of_one_office_push_out_none_of_another() {
    each_database(async |world| {
        let delegate = world.person("STC").await;
        for day in 1..=26 {
            for hour in [7, 8, 9] {
                let at = format!("2026-07-{day:02}T{hour:02}:00/{hour:02}:30");
                world.meeting("SNV").stage(Stage::Scheduled).at(&at).delegate(&delegate).store().await;
            }
        }
        let other = world.meeting("SYT").stage(Stage::Scheduled).at("2026-08-18T07:30/11:30");
        let other = other.delegate(&delegate).store().await;
        world.run("UPDATE participant SET has_opened = FALSE").await;
        let home = world.backend.today(&delegate).await.unwrap();
        let invited: Vec<_> = home
            .waiting
            .iter()
            .filter_map(|waiting| match waiting {
                Waiting::Invited { meeting } => Some(meeting.id),
                _ => None,
            })
            .collect();
        assert_eq!((invited.len(), invited.last()), (50, Some(&other)), "by their days all the same");
    })
    .await;
}

#[tokio::test]
async fn the_meetings_of_a_day_are_listed_by_their_hours() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        for at in [
            "2026-06-18T09:00/10:00",
            "2026-06-18T07:30/08:30",
            "2026-06-19T08:00/09:00",
            "2026-06-18T14:00/15:00",
        ] {
            world.meeting("SNV").stage(Stage::Scheduled).at(at).store().await;
        }
        let page = world.backend.list(&secretary, MeetingFilter::default()).await.unwrap();
        let hours: Vec<String> =
            page.rows.iter().map(|row| row.first.unwrap().start().format("%d %H:%M").to_string()).collect();
        assert_eq!(hours, ["19 08:00", "18 14:00", "18 09:00", "18 07:30"]);
    })
    .await;
}

#[tokio::test]
async fn a_meeting_that_nobody_closed_does_not_stay_on_top_of_home() {
    each_database(async |world| {
        let mut delegate = world.person("SNV").await;
        let under_way =
            |at: &str| world.meeting("SNV").stage(Stage::UnderWay).at(at).delegate(&delegate).store();
        under_way("2026-05-14T07:30/11:30").await;
        let evening = under_way("2026-06-16T19:00/22:00").await;
        let tomorrow =
            world.meeting("SNV").stage(Stage::Scheduled).at("2026-06-17T07:30/11:30").delegate(&delegate);
        let tomorrow = tomorrow.store().await;
        for (now, next) in [
            ("2026-06-16T21:00", evening),
            ("2026-06-17T00:30", evening),
            ("2026-06-17T07:00", tomorrow),
            ("2026-06-17T09:00", tomorrow),
        ] {
            delegate.now = instant(now);
            let home = world.backend.today(&delegate).await.unwrap();
            assert_eq!(home.next.map(|meeting| meeting.id), Some(next), "{now}");
        }
    })
    .await;
}

/// What is told of meetings that were called off.
fn called_off(home: &Today) -> Vec<(&str, Stage, &str)> {
    let told = home.waiting.iter().filter_map(|waiting| match waiting {
        Waiting::CalledOff { meeting, reason } => {
            Some((meeting.title.as_str(), meeting.stage, reason.as_str()))
        }
        _ => None,
    });
    told.collect()
}

#[tokio::test]
async fn what_was_called_off_is_told_first_as_such_to_everybody_who_would_have_come() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (chair, delegate) = (world.person("SNV").await, world.person("STC").await);
        let (mut invited, mut joined) =
            (world.caller(Role::Secretary, "SYT").await, world.caller(Role::Delegate, "SKH").await);
        let stranger = world.caller(Role::Secretary, "SCT").await;
        let above = world.caller(Role::Secretary, "UBND").await;
        let form = |title: &str| MeetingInput {
            title: title.into(),
            form: "hybrid".into(),
            delegates: vec![format!("p-{}", delegate.person), format!("a-{}", invited.agency.id)],
            sites: vec![joined.agency.id.to_string()],
            ..briefing(&secretary, &chair, &[])
        };
        let cancelled = published(world, &secretary, form("Họp A")).await;
        world.backend.call_off(&secretary, cancelled, false, "Chủ trì bận").await.unwrap();
        let postponed = published(world, &secretary, form("Họp B")).await;
        world.backend.call_off(&secretary, postponed, true, "Mưa lũ").await.unwrap();
        let both = [("Họp A", Stage::Cancelled, "Chủ trì bận"), ("Họp B", Stage::Postponed, "Mưa lũ")];
        for caller in [&delegate, &invited, &joined] {
            let home = world.backend.today(caller).await.unwrap();
            let mut told = called_off(&home);
            told.sort_by_key(|told| told.0);
            assert_eq!(told, both, "{}", world.engine);
            assert!(home.waiting.iter().take(2).all(|waiting| matches!(waiting, Waiting::CalledOff { .. })));
            assert!(!home.waiting.iter().any(|waiting| matches!(waiting, Waiting::Changed { .. })));
        }
        for caller in [&stranger, &above] {
            let home = world.backend.today(caller).await.unwrap();
            assert!(called_off(&home).is_empty(), "{:?}", home.waiting);
        }
        // A page that lay open and was drawn anew has told nobody.
        world.backend.follow(&delegate, cancelled).await.unwrap();
        assert_eq!(called_off(&world.backend.today(&delegate).await.unwrap()).len(), both.len());
        world.backend.get(&delegate, cancelled).await.unwrap();
        let home = world.backend.today(&delegate).await.unwrap();
        assert_eq!(called_off(&home), both[1..], "a delegate who has seen it need not be told again");
        let after = instant("2026-06-19T08:00");
        for caller in [&mut invited, &mut joined] {
            caller.now = after;
            let home = world.backend.today(caller).await.unwrap();
            assert!(called_off(&home).is_empty(), "nobody travels any more");
        }
    })
    .await;
}

#[tokio::test]
async fn only_ones_own_agency_is_asked_to_name_who_comes() {
    each_database(async |world| {
        let above = world.caller(Role::Secretary, "UBND").await;
        let (first, second) = (world.agency("SYT").await, world.agency("SKH").await);
        let own = world.caller(Role::Leader, "SYT").await;
        let input = MeetingInput {
            delegates: vec![format!("a-{first}"), format!("a-{second}")],
            ..briefing(&above, &above, &[])
        };
        published(world, &above, input).await;
        let asked = async |caller: &Caller| {
            let home = world.backend.today(caller).await.unwrap();
            let named = home.waiting.iter().filter_map(|waiting| match waiting {
                Waiting::NameDelegates { agency, .. } => Some(agency.id),
                _ => None,
            });
            named.collect::<Vec<_>>()
        };
        assert_eq!(asked(&own).await, [first], "{}", world.engine);
        assert_eq!(asked(&above).await, [], "whoever invites does not do the work of those below");
    })
    .await;
}

#[tokio::test]
async fn a_site_finds_the_meetings_that_it_joins_those_under_way_first() {
    each_database(async |world| {
        let technician = world.caller(Role::Delegate, "SKH").await;
        let seed = |stage: Stage, at: &str| world.meeting("SNV").stage(stage).at(at).site("SKH").store();
        let tomorrow = seed(Stage::Scheduled, "2026-06-17T07:30/11:30").await;
        let now = seed(Stage::UnderWay, "2026-06-16T08:00/11:30").await;
        seed(Stage::Scheduled, "2026-06-16T07:30/08:30").await;
        seed(Stage::Scheduled, "2026-06-25T07:30/11:30").await;
        seed(Stage::UnderWay, "2026-05-14T07:30/11:30").await;
        seed(Stage::Held, "2026-06-15T07:30/11:30").await;
        world.meeting("SNV").stage(Stage::Scheduled).at("2026-06-17T13:30/15:00").site("SYT").store().await;
        let sites = async |caller: &Caller| {
            let sites = world.backend.today(caller).await.unwrap().sites;
            sites.iter().map(|site| (site.meeting.id, site.site.id)).collect::<Vec<_>>()
        };
        let own = technician.agency.id;
        assert_eq!(sites(&technician).await, [(now, own), (tomorrow, own)], "{}", world.engine);
        assert_eq!(sites(&world.caller(Role::Secretary, "UBND").await).await, []);
        assert_eq!(sites(&world.person("SKH").await).await, [], "without a role nobody speaks for a site");
    })
    .await;
}

#[tokio::test]
async fn a_draft_in_a_list_tells_its_secretariat_who_began_it_and_when_it_was_saved_last() {
    each_database(async |world| {
        let one = world.caller(Role::Secretary, "SNV").await;
        let other = world.caller(Role::Secretary, "SNV").await;
        let later = |caller: &Caller, minutes| Caller {
            now: world.now + TimeDelta::minutes(minutes),
            ..caller.clone()
        };
        let typed = |title: &str| MeetingInput { title: title.into(), ..MeetingInput::default() };
        let told = async |caller: &Caller| {
            let filter = MeetingFilter { stage: Some(Stage::Draft), page: 1, ..MeetingFilter::default() };
            let rows = world.backend.list(caller, filter).await.unwrap().rows;
            rows.into_iter().map(|row| row.draft).collect::<Vec<_>>()
        };
        let history = |minutes| {
            let changed = world.now + TimeDelta::minutes(minutes);
            Some(DraftHistory { begun_by: one.name.clone(), changed })
        };

        let saved = world.backend.save(&one, None, typed("Họp giao ban")).await.unwrap();
        assert_eq!(told(&other).await, [history(0)]);
        let next = Some((saved.id, saved.rev));
        let saved = world.backend.save(&later(&other, 5), next, typed("Họp giao ban tuần")).await.unwrap();
        assert_eq!(told(&one).await, [history(5)]);
        // What is saved as it was is no change.
        let next = Some((saved.id, saved.rev));
        let saved = world.backend.save(&later(&one, 7), next, typed("Họp giao ban tuần")).await.unwrap();
        assert_eq!(told(&one).await, [history(5)]);
        let next = Some((saved.id, saved.rev));
        let typing = Typing { page: Uuid::from_u128(7), turn: 1 };
        world.backend.keep(&later(&one, 9), next, typing, typed("Họp giao ban 1")).await.unwrap();
        assert_eq!(told(&other).await, [history(9)]);
        let home = world.backend.today(&other).await.unwrap();
        let [Waiting::Draft { meeting }] = home.waiting.as_slice() else { panic!("{:?}", home.waiting) };
        assert_eq!(meeting.draft, history(9));

        // What is published tells of no draft any more.
        let id = published(world, &one, briefing(&one, &one, &[])).await;
        let all = MeetingFilter { page: 1, ..MeetingFilter::default() };
        let rows = world.backend.list(&one, all).await.unwrap().rows;
        assert_eq!(rows.iter().find(|row| row.id == id).unwrap().draft, None);
    })
    .await;
}
