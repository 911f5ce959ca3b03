//! What was changed in the form of a sent meeting, and not sent.

use domain::access::{Caller, Role};
use domain::error::{Failure, Refusal};
use domain::meetings::{CHANGES_TOLD, GuestInput, MeetingInput, Meetings, SittingInput, Waiting};

use crate::meetings::{briefing, published};
use crate::support::each_database;

#[tokio::test]
async fn changes_that_were_not_sent_are_dropped_and_the_form_shows_the_meeting_again() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (chair, other) = (world.person("SNV").await, world.caller(Role::Secretary, "STC").await);
        let id = published(world, &secretary, briefing(&secretary, &chair, &[])).await;
        let meetings: &dyn Meetings = &world.backend;
        let wrong = Err(Failure::Refused(Refusal::WrongState));
        assert_eq!(meetings.drop_changes(&secretary, id).await, wrong, "nothing was changed");
        let (sent, saved, _) = meetings.input(&secretary, id).await.unwrap();
        let changed = MeetingInput { title: "Tên khác".into(), place: "Nơi khác".into(), ..sent.clone() };
        let kept = meetings.save(&secretary, Some((id, saved.rev)), changed.clone()).await.unwrap();
        // What was sent is told beside it, to those who write it.
        assert_eq!(meetings.sent(&secretary, id).await, Ok(Some(sent.clone())));
        assert_eq!(meetings.sent(&other, id).await, Err(Failure::NotFound));
        assert_eq!(meetings.sent(&chair, id).await, Err(Failure::Forbidden));

        assert_eq!(meetings.drop_changes(&other, id).await, Err(Failure::NotFound), "{}", world.engine);
        assert_eq!(meetings.drop_changes(&chair, id).await, Err(Failure::Forbidden));
        // Whoever may not send is told nothing of the revision.
        for rev in [saved.rev, kept.rev, kept.rev + 7] {
            assert_eq!(meetings.publish(&chair, id, rev).await.err(), Some(Failure::Forbidden), "{rev}");
        }
        assert!(meetings.get(&secretary, id).await.unwrap().has_unpublished);
        let waits = async |of: &Caller| {
            let waiting = meetings.today(of).await.unwrap().waiting;
            // It says who kept the change.
            let is_it = |of: &&Waiting| matches!(of, Waiting::Unsent { meeting, by, .. } if meeting.id == id && *by == secretary.name);
            waiting.iter().filter(is_it).count()
        };
        assert_eq!((waits(&secretary).await, waits(&chair).await, waits(&other).await), (1, 0, 0));

        meetings.drop_changes(&secretary, id).await.unwrap();
        assert!(!meetings.get(&secretary, id).await.unwrap().has_unpublished);
        assert_eq!(waits(&secretary).await, 0);
        let (typed, now, _) = meetings.input(&secretary, id).await.unwrap();
        assert_eq!(typed, sent);
        // A tab that still has the changes overwrites nothing.
        let stale = meetings.save(&secretary, Some((id, kept.rev)), changed).await;
        assert_eq!(stale, Err(Failure::Stale));
        assert!(now.rev > kept.rev);
        assert_eq!(meetings.drop_changes(&secretary, id).await, wrong, "they are gone");
        let told: Vec<(String, String)> =
            backend::q("SELECT before_json, after_json FROM audit WHERE what = 'meetings.drop_changes'")
                .all(world.backend.db())
                .await
                .unwrap();
        assert_eq!(told.len(), 1);
        assert!(told[0].0.contains("Tên khác") && !told[0].1.contains("Tên khác"), "{told:?}");
    })
    .await;
}

#[tokio::test]
async fn a_draft_has_nothing_to_go_back_to() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let typed = briefing(&secretary, &secretary, &[]);
        let draft = world.backend.save(&secretary, None, typed).await.unwrap();
        assert_eq!(world.backend.sent(&secretary, draft.id).await, Ok(None));
        let refused = world.backend.drop_changes(&secretary, draft.id).await;
        assert_eq!(refused, Err(Failure::Refused(Refusal::WrongState)), "{}", world.engine);
    })
    .await;
}

#[tokio::test]
async fn a_meeting_that_is_changed_without_end_tells_the_newest_changes_and_those_of_its_hours() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let chair = world.person("SNV").await;
        let id = published(world, &secretary, briefing(&secretary, &chair, &[])).await;
        let (first, mut saved, _) = world.backend.input(&secretary, id).await.unwrap();
        // Long texts of many bytes a letter.
        let long = "ẫ\u{323}\u{302}".repeat(180);
        let guest = |number: usize| GuestInput {
            name: format!("Khách {number} {long}"),
            position: long.clone(),
            organisation: long.clone(),
            ..GuestInput::default()
        };
        let told_at_most = usize::try_from(CHANGES_TOLD).unwrap();
        let mut input = first.clone();
        for time in 0..(told_at_most + 12) {
            input.guests = (0..8).map(|number| guest(100 * time + number)).collect();
            // Two of them, among the oldest, concern the hours.
            let ends = [(1, "11:15"), (3, "11:00")];
            if let Some((_, to)) = ends.into_iter().find(|(at, _)| *at == time) {
                input.sittings = vec![SittingInput { to: to.into(), ..first.sittings[0].clone() }];
            }
            saved = world.backend.save(&secretary, Some((id, saved.rev)), input.clone()).await.unwrap();
            saved = world.backend.publish(&secretary, id, saved.rev).await.unwrap();
        }
        let meeting = world.backend.get(&chair, id).await.unwrap();
        let hours = |change: &&domain::meetings::Change| change.what.iter().any(|what| what == "time");
        assert_eq!(meeting.changes.len(), told_at_most + 2, "{}", world.engine);
        assert_eq!(meeting.changes.iter().filter(hours).count(), 2);
        let older = meeting.changes.iter().filter(hours).filter_map(|change| change.before());
        assert!(older.clone().all(|before| before.guests.is_none() && !before.sittings.is_empty()));
        assert_eq!(older.count(), 2);
        assert!(meeting.changes.windows(2).all(|pair| pair[0].at >= pair[1].at), "the newest first");
        let longest = meeting.changes.iter().map(|change| change.before.len()).max().unwrap();
        assert!(longest < 6_000, "{longest} bytes of one change");
        let before = meeting.changes[0].before().unwrap().guests.unwrap();
        assert!(before.first[0].contains("Khách ") && before.more == 3, "{before:?}");
        // Home tells the change of the hours to whoever has not seen it.
        let waiting = world.backend.today(&chair).await.unwrap().waiting;
        assert!(
            waiting.iter().all(|one| !matches!(one, Waiting::Changed { meeting, .. } if meeting.id == id)),
            "it was opened"
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_as_it_was_is_neither_written_nor_sent_again() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let id = published(world, &secretary, briefing(&secretary, &secretary, &[])).await;
        let meetings: &dyn Meetings = &world.backend;
        // Whatever writes the rows writes this one.
        let spoil = async || {
            let mut tx = world.backend.db().begin().await.unwrap();
            let spoilt = backend::q("UPDATE meeting SET month_civil = 0 WHERE id = $1").bind(id);
            spoilt.run(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
        };
        let is_written = async || {
            let (month,): (i64,) =
                backend::q("SELECT CAST(month_civil AS BIGINT) FROM meeting WHERE id = $1")
                    .bind(id)
                    .one(world.backend.db())
                    .await
                    .unwrap();
            month != 0
        };
        let again = async |title: &str| {
            let (input, saved, _) = meetings.input(&secretary, id).await.unwrap();
            let input = MeetingInput { title: title.into(), ..input };
            let saved = meetings.save(&secretary, Some((id, saved.rev)), input).await.unwrap();
            spoil().await;
            meetings.publish(&secretary, id, saved.rev).await.unwrap();
            assert!(!meetings.get(&secretary, id).await.unwrap().has_unpublished);
            is_written().await
        };
        let title = meetings.get(&secretary, id).await.unwrap().title;
        assert!(!again(&title).await, "{}", world.engine);
        assert!(again("Họp giao ban quý").await);

        let draft = briefing(&secretary, &secretary, &[]);
        let id = meetings.save(&secretary, None, draft).await.unwrap().id;
        let (typed, ..) = meetings.input(&secretary, id).await.unwrap();
        let save = async |title: &str| {
            let (_, saved, _) = meetings.input(&secretary, id).await.unwrap();
            let input = MeetingInput { title: title.into(), ..typed.clone() };
            let mut tx = world.backend.db().begin().await.unwrap();
            let spoilt = backend::q("UPDATE meeting SET title = '' WHERE id = $1").bind(id);
            spoilt.run(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
            meetings.save(&secretary, Some((id, saved.rev)), input).await.unwrap();
            meetings.get(&secretary, id).await.unwrap().title
        };
        assert_eq!(save(&typed.title).await, "");
        assert_eq!(save("Họp khác").await, "Họp khác");
    })
    .await;
}

#[tokio::test]
async fn delegates_are_put_in_another_order_and_half_of_them_left_out() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let mut people = Vec::new();
        for _ in 0..60 {
            people.push(format!("p-{}", world.person("SYT").await.person));
        }
        let listed =
            |delegates: Vec<String>| MeetingInput { delegates, ..briefing(&secretary, &secretary, &[]) };
        let id = published(world, &secretary, listed(people.clone())).await;
        let meetings: &dyn Meetings = &world.backend;
        let ids = async || {
            let listed = "SELECT 'p-' || person_id, id FROM participant \
                          WHERE meeting_id = $1 AND part = 'delegate' ORDER BY position";
            let listed = backend::q(listed).bind(id).all::<(String, String)>(world.backend.db());
            listed.await.unwrap()
        };
        let before = ids().await;
        let mut other: Vec<String> = people.iter().step_by(2).cloned().collect();
        other.reverse();
        let (input, saved, _) = meetings.input(&secretary, id).await.unwrap();
        let input = MeetingInput { delegates: other.clone(), ..input };
        let saved = meetings.save(&secretary, Some((id, saved.rev)), input).await.unwrap();
        meetings.publish(&secretary, id, saved.rev).await.unwrap();
        let after = ids().await;
        assert_eq!(after.iter().map(|(person, _)| person.clone()).collect::<Vec<_>>(), other);
        assert!(after.iter().all(|kept| before.contains(kept)), "who stays keeps their identifier");
    })
    .await;
}
