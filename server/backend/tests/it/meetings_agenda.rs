//! The agenda and the list of people while a meeting is changed: nothing that hangs on them is lost.

use domain::access::{Caller, Role};
use domain::attendance::Attendance;
use domain::error::{Failure, Refusal};
use domain::ids::{AgendaItemId, MeetingId};
use domain::meetings::{AgendaInput, Meeting, MeetingInput, Meetings, SittingInput};
use domain::papers::Papers;

use crate::meetings::{briefing, item, published};
use crate::support::{World, each_database, sitting};

/// Saves a change of what was typed last and publishes it.
async fn change(
    world: &World,
    secretary: &Caller,
    id: MeetingId,
    how: impl FnOnce(&mut MeetingInput),
) -> Result<Meeting, Failure> {
    let (mut input, saved, _) = world.backend.input(secretary, id).await?;
    how(&mut input);
    let saved = world.backend.save(secretary, Some((id, saved.rev)), input).await?;
    world.backend.publish(secretary, id, saved.rev).await?;
    world.backend.get(secretary, id).await
}

fn items(meeting: &Meeting) -> Vec<AgendaItemId> {
    meeting.agenda.iter().map(|item| item.id).collect()
}

#[tokio::test]
async fn an_item_keeps_its_paper_until_the_paper_is_withdrawn() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let saved =
            world.backend.save(&secretary, None, briefing(&secretary, &secretary, &[])).await.unwrap();
        let draft = world.backend.get(&secretary, saved.id).await.unwrap();
        let [first, second] = items(&draft)[..] else { panic!("{:?}", draft.agenda) };
        let paper = world.backend.leave_neutral_line(&secretary, first).await.unwrap();
        let (mut input, saved, _) = world.backend.input(&secretary, saved.id).await.unwrap();
        input.agenda.remove(0);
        let saved = world.backend.save(&secretary, Some((saved.id, saved.rev)), input.clone()).await.unwrap();
        let kept = world.backend.get(&secretary, saved.id).await.unwrap();
        assert_eq!(items(&kept), [second, first]);
        assert_eq!(kept.agenda[1].papers.len(), 1);
        let (typed, _, _) = world.backend.input(&secretary, saved.id).await.unwrap();
        assert_eq!(typed.agenda[1].id, first.to_string());

        let published = world.backend.publish(&secretary, saved.id, saved.rev).await.unwrap();
        let kept = change(world, &secretary, published.id, |input| {
            input.agenda.remove(1);
        })
        .await
        .unwrap();
        assert_eq!(items(&kept), [second, first]);
        world.backend.withdraw(&secretary, paper).await.unwrap();
        let gone = change(world, &secretary, published.id, |input| {
            input.agenda.remove(1);
        })
        .await
        .unwrap();
        assert_eq!(items(&gone), [second]);
        let changes: Vec<_> = gone.changes.iter().map(|change| change.what.concat()).collect();
        assert_eq!(changes, ["agenda", "papers"], "what was kept is no change");
    })
    .await;
}

#[tokio::test]
async fn an_item_of_another_meeting_is_taken_for_a_new_one() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let theirs = published(world, &secretary, briefing(&secretary, &secretary, &[])).await;
        let theirs = items(&world.backend.get(&secretary, theirs).await.unwrap());
        let stolen = AgendaInput { id: theirs[0].to_string(), ..item("Việc của họ") };
        let input = MeetingInput { agenda: vec![stolen.clone(), stolen], ..MeetingInput::default() };
        let saved = world.backend.save(&secretary, None, input).await.unwrap();
        let mine = items(&world.backend.get(&secretary, saved.id).await.unwrap());
        assert_eq!(mine.len(), 2);
        assert!(mine[0] != mine[1] && mine.iter().all(|id| !theirs.contains(id)));
    })
    .await;
}

#[tokio::test]
async fn those_an_agency_has_named_stay_while_the_agency_is_listed() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let theirs = world.caller(Role::Secretary, "STC").await;
        let (named, extra) = (world.person("STC").await, world.person("STC").await);
        let agency = theirs.agency.id;
        let input =
            MeetingInput { delegates: vec![format!("a-{agency}")], ..briefing(&secretary, &secretary, &[]) };
        let id = published(world, &secretary, input).await;
        let (mut typed, saved, _) = world.backend.input(&secretary, id).await.unwrap();
        typed.title = "Họp giao ban tháng".into();
        let saved = world.backend.save(&secretary, Some((id, saved.rev)), typed).await.unwrap();
        world.backend.name_delegates(&theirs, id, agency, vec![named.person, extra.person]).await.unwrap();
        let before = world.backend.get(&named, id).await.unwrap().participants;
        world.backend.publish(&secretary, id, saved.rev).await.unwrap();
        let after = world.backend.get(&named, id).await.unwrap();
        assert_eq!(after.participants, before);
        assert_eq!(after.changes[0].what, ["title"]);
        let fewer = change(world, &secretary, id, |input| {
            assert_eq!(input.delegates.len(), 2);
            input.delegates.retain(|code| *code == format!("p-{}", named.person));
        });
        assert_eq!(fewer.await.unwrap().participants.len(), 2);
        assert_eq!(world.backend.get(&extra, id).await, Err(Failure::NotFound));
    })
    .await;
}

#[tokio::test]
async fn a_refused_change_leaves_the_meeting_as_it_was() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (chair, other) = (world.person("SNV").await, world.person("SNV").await);
        let (room, free) = (world.room("A1", "SNV").await, world.room("A2", "SNV").await);
        published(world, &secretary, briefing(&secretary, &chair, &[room])).await;
        let mine = MeetingInput { secretary: String::new(), ..briefing(&secretary, &other, &[free]) };
        let id = published(world, &secretary, mine).await;
        let before = world.backend.get(&secretary, id).await.unwrap();
        let lines = world.count("audit").await;
        let refused = change(world, &secretary, id, |input| {
            input.rooms = vec![room.to_string()];
            input.title = "Đổi phòng".into();
            input.agenda.push(item("Việc mới"));
        });
        assert!(matches!(refused.await, Err(Failure::Refused(Refusal::RoomTaken { .. }))));
        let after = world.backend.get(&secretary, id).await.unwrap();
        assert!(after.has_unpublished);
        let same = Meeting { rev: before.rev, has_unpublished: false, ..after };
        assert_eq!(same, before);
        assert_eq!(world.count("audit").await, lines + 1, "the saved change alone left a line");
    })
    .await;
}

#[tokio::test]
async fn a_meeting_moves_only_to_an_agency_one_composes_for() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let above = world.caller(Role::Secretary, "UBND").await;
        let stc = world.agency("STC").await;
        let id = published(world, &secretary, briefing(&secretary, &secretary, &[])).await;
        let moved = change(world, &secretary, id, |input| input.agency = stc.to_string()).await;
        assert_eq!(moved, Err(Failure::Forbidden));
        let moved = change(world, &above, id, |input| {
            input.agency = stc.to_string();
            input.sittings = vec![SittingInput::of(&sitting("2026-06-19T07:30/11:30"))];
        });
        assert_eq!(moved.await.unwrap().agency.id, stc);
        let mut tx = world.backend.db().begin().await.unwrap();
        backend::q("UPDATE person SET is_active = FALSE WHERE id = $1")
            .bind(secretary.person)
            .run(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let left = change(world, &above, id, |input| input.place = "Phòng họp khác".into()).await;
        assert!(matches!(left, Err(Failure::Invalid(_))), "the chair has left: {left:?}");
    })
    .await;
}
