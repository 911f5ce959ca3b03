//! A caller who may not open a meeting gets the same answer for it, in every stage, as for one that does not exist. Every
//! operation that takes the identifier of a meeting, an item or a paper is in the table.

use std::fmt::Debug;

use backend::q;
use domain::access::{Caller, Role, Stage};
use domain::attendance::{Attendance, Presence};
use domain::count::Form;
use domain::error::{Failure, Outcome};
use domain::ids::{AgencyId, AgendaItemId, ConnectionId, MeetingId, PageId, PaperId, ParticipantId};
use domain::live::rehearsal::Rehearsal;
use domain::live::{Arrival, Coming, Direction, LivePort, Seat};
use domain::meetings::{CorrectionInput, MeetingInput, MeetingRecord, Meetings, Typing};
use domain::papers::{Level, Papers};

use crate::attendance::invite;
use crate::support::{World, each_database};

/// What a caller names: a meeting with what belongs to it, or what nobody has.
struct Named {
    meeting: MeetingId,
    item: AgendaItemId,
    paper: PaperId,
    participant: ParticipantId,
    /// The agency that joins as a site and is invited.
    agency: AgencyId,
}

/// Every operation with its answer, without the value of a success.
async fn answers(world: &World, caller: &Caller, named: &Named) -> Vec<(String, Outcome<()>)> {
    let Named { meeting, item, paper, participant, agency } = *named;
    let backend = &world.backend;
    let mut all: Vec<(String, Outcome<()>)> = Vec::new();
    let mut add = |name: &str, answer: Outcome<()>| all.push((name.to_owned(), answer));
    fn bare<T: Debug>(answer: Outcome<T>) -> Outcome<()> {
        answer.map(|_| ())
    }

    add("get", bare(Meetings::get(backend, caller, meeting).await));
    add("follow", bare(Meetings::follow(backend, caller, meeting).await));
    add("input", bare(backend.input(caller, meeting).await));
    add("check", bare(backend.check(caller, Some(meeting), MeetingInput::default()).await));
    for rev in [1, 9] {
        let input = MeetingInput::default();
        add("save", bare(backend.save(caller, Some((meeting, rev)), input.clone()).await));
        let typing = Typing { page: world.id(), turn: 1 };
        add("keep", bare(backend.keep(caller, Some((meeting, rev)), typing, input).await));
        add("publish", bare(backend.publish(caller, meeting, rev).await));
    }
    for postponed in [false, true] {
        add("call_off", backend.call_off(caller, meeting, postponed, "Bão").await);
    }
    add("open", backend.open(caller, meeting).await);
    add("take_back", backend.take_back(caller, meeting).await);
    add("discuss", backend.discuss(caller, meeting, Some(item)).await);
    add("close", backend.close(caller, meeting, None, "", true).await);

    let began = "2026-06-16T08:00:00".parse().unwrap();
    add("open_since", backend.open_since(caller, meeting, began).await);
    add("undo_step", backend.undo_step(caller, meeting).await);
    add("reopen", backend.reopen(caller, meeting).await);
    add("sent", backend.sent(caller, meeting).await.map(drop));
    add("last_saved", backend.last_saved(caller, meeting).await.map(drop));
    add("drop_changes", backend.drop_changes(caller, meeting).await);
    add("back_to_draft", backend.back_to_draft(caller, meeting, "Ghi nhầm").await);
    add("correct", backend.correct(caller, meeting, CorrectionInput::default()).await);

    add("read", bare(Papers::read(backend, caller, paper).await));
    add("open_file", bare(backend.open_file(caller, paper, backend::FileUse::Download).await.map(|_| ())));
    add("rename", backend.rename(caller, paper, "Báo cáo").await);
    add("mark_read", backend.mark_read(caller, paper).await);
    add("withdraw", backend.withdraw(caller, paper).await);
    add("restore", backend.restore(caller, paper).await);
    add("leave_neutral_line", bare(backend.leave_neutral_line(caller, item).await));
    add("may_manage_papers", backend.may_manage_papers(caller, meeting).await);
    for level in [Level::Open, Level::Secret] {
        add("begin_upload", backend.begin_upload(caller, item, "Báo cáo", level).await.map(|_| ()));
    }

    add("mark", backend.mark(caller, meeting, participant, Presence::InRoom).await);
    add("mark_rest", bare(backend.mark_rest(caller, meeting, Presence::InRoom).await));
    add("mark_site", backend.mark_site(caller, meeting, agency, true).await);
    add("name_delegates", backend.name_delegates(caller, meeting, agency, vec![caller.person]).await);
    add("nameable", bare(backend.nameable(caller, meeting, agency, "").await));
    add("take_off", backend.take_off(caller, meeting, participant).await);
    add("hall", bare(backend.hall(caller, meeting).await));
    add("scan", bare(backend.scan(caller, meeting, "2222-2222").await));

    add("standing", bare(backend.standing(caller, meeting).await));
    add("live", bare(LivePort::live(backend, caller, meeting).await));
    add("lines", bare(backend.lines(caller, meeting).await));
    add("rehearsals", bare(backend.rehearsals(caller, meeting).await));
    let seats = [Seat::Hall, Seat::Site(agency), Seat::Person(caller.person)];
    for seat in seats {
        for how in [Coming::Pressed, Coming::Back, Coming::Rehearsing] {
            let arrival = Arrival { seat, page: PageId(world.id()), how };
            let connection = ConnectionId(world.id());
            let sat = backend.sit(caller, meeting, arrival, connection, None).await;
            add(&format!("sit {seat} {how:?}"), sat);
        }
        add(&format!("ask {seat}"), backend.ask(caller, meeting, seat, true).await);
        let what = Rehearsal::default();
        add(&format!("rehearsed {seat}"), backend.rehearsed(caller, meeting, seat, what).await);
        let direct = backend.direct(caller, meeting, Some(seat), Direction::MuteAll).await;
        add(&format!("direct {seat}"), direct);
        add(
            &format!("carried {seat}"),
            backend.carried(caller, meeting, seat, ConnectionId(world.id())).await,
        );
    }
    add("behind", backend.behind(caller, meeting, agency, vec![participant]).await);
    add("delegates_of", bare(backend.delegates_of(caller, meeting, agency).await));
    all
}

/// An item, a paper and a seat kept for the agency, as rows: no use case adds them in every stage.
async fn furnish(world: &World, meeting: MeetingId, by: &Caller, agency: AgencyId) -> Named {
    let named = Named {
        meeting,
        item: AgendaItemId(world.id()),
        paper: PaperId(world.id()),
        participant: ParticipantId(world.id()),
        agency,
    };
    let mut tx = world.backend.db().begin().await.unwrap();
    q("INSERT INTO agenda_item (id, meeting_id, position, title, minutes, presenter, is_discussion) \
       VALUES ($1, $2, 0, 'Báo cáo', 30, '', FALSE)")
    .bind(named.item)
    .bind(meeting)
    .run(&mut tx)
    .await
    .unwrap();
    q("INSERT INTO paper (id, meeting_id, item_id, position, is_neutral, title, version, hash, bytes, pages, added_by, \
       added_at) VALUES ($1, $2, $3, 0, FALSE, 'Báo cáo', 1, 'aabbccdd', 1, 3, $4, 0)")
    .bind(named.paper)
    .bind(meeting)
    .bind(named.item)
    .bind(by.person)
    .run(&mut tx)
    .await
    .unwrap();
    q("INSERT INTO participant (id, meeting_id, part, person_id, agency_id, position) \
       VALUES ($1, $2, 'delegate', $3, $4, 5)")
    .bind(named.participant)
    .bind(meeting)
    .bind(by.person)
    .bind(agency)
    .run(&mut tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    invite(world, meeting, "SYT").await;
    named
}

#[tokio::test]
async fn whoever_may_not_open_a_meeting_learns_of_none_whatever_they_ask() {
    each_database(async |world| {
        let (chair, listed) = (world.person("SNV").await, world.person("SYT").await);
        let mut callers = Vec::new();
        for (role, agency) in [
            // Of the agency that is invited and joins as a site: they open the meeting once invitations are out.
            (Role::Secretary, "SYT"),
            (Role::Leader, "SYT"),
            (Role::Delegate, "SYT"),
            (Role::AgencyAdministrator, "SYT"),
            // Of the agency that holds it.
            (Role::AgencyAdministrator, "SNV"),
            (Role::Delegate, "SNV"),
            // Of none of them.
            (Role::Secretary, "STP"),
            (Role::SystemAdministrator, "UBND"),
        ] {
            callers.push(world.caller(role, agency).await);
        }
        callers.extend([chair.clone(), world.person("STP").await]);
        let agency = world.agency("SYT").await;
        let mut differing = Vec::new();
        for stage in Stage::ALL {
            let meeting = world.meeting("SNV").form(Form::Hybrid).stage(stage);
            let meeting = meeting.chair(&chair).site("SYT").store().await;
            let real = furnish(world, meeting, &listed, agency).await;
            let mut compared = 0;
            for caller in &callers {
                if Meetings::get(&world.backend, caller, meeting).await != Err(Failure::NotFound) {
                    continue;
                }
                compared += 1;
                let made_up = Named {
                    meeting: MeetingId(world.id()),
                    item: AgendaItemId(world.id()),
                    paper: PaperId(world.id()),
                    participant: ParticipantId(world.id()),
                    agency,
                };
                let of_nothing = answers(world, caller, &made_up).await;
                for ((name, told), (_, expected)) in
                    answers(world, caller, &real).await.into_iter().zip(of_nothing)
                {
                    if told != expected {
                        let who: Vec<_> = caller.grants.iter().map(|grant| grant.role).collect();
                        let agency = &caller.agency.code;
                        differing.push(format!(
                            "{stage:?} {name} of {who:?} {agency}: {told:?}, not {expected:?}"
                        ));
                    }
                }
            }
            let expected = if stage == Stage::Draft { callers.len() } else { 5 };
            assert_eq!(compared, expected, "{stage:?}");
        }
        assert!(differing.is_empty(), "{}: {differing:#?}", world.engine);
    })
    .await;
}
