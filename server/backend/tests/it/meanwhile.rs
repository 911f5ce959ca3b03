//! What is asked for while somebody else writes to the same meeting: it waits, and is then judged by what that one has left.

use std::future::Future;
use std::pin::{Pin, pin};

use backend::{Q, q};
use domain::access::{Caller, Role, Stage};
use domain::attendance::{Added, Attendance, Presence};
use domain::error::Failure;
use domain::ids::{AgendaItemId, MeetingId, PaperId, ParticipantId};
use domain::live::LivePort;
use domain::papers::Papers;

use crate::attendance::invite;
use crate::guests::guest;
use crate::live::Hybrid;
use crate::meetings_record::get;
use crate::papers::{PDF, add, saying};
use crate::support::{World, each_busy_database};

/// An operation under way, by its name.
type Write<'a> = (&'static str, Pin<Box<dyn Future<Output = Result<(), Failure>> + 'a>>);

fn write<'a, T>(name: &'static str, one: impl Future<Output = Result<T, Failure>> + 'a) -> Write<'a> {
    (name, Box::pin(async move { one.await.map(drop) }))
}

/// Waits until no more come to wait for a lock. One of this program waits for the meeting's row, the others of the same
/// meeting behind it. Where one transaction writes at a time anyway nobody is seen to wait.
async fn until_waiting(world: &World) {
    /// Asked so often in a row.
    const ALIKE: u32 = 50;
    if world.engine != "PostgreSQL" {
        return;
    }
    let (mut before, mut alike) = (0, 0);
    while before == 0 || alike < ALIKE {
        let (waiting,): (i64,) = q("SELECT CAST(COUNT(*) AS BIGINT) FROM pg_stat_activity \
             WHERE datname = current_database() AND wait_event_type = 'Lock'")
        .one(world.backend.db())
        .await
        .unwrap();
        alike = if waiting == before { alike + 1 } else { 0 };
        before = waiting;
        tokio::task::yield_now().await;
    }
}

/// Begins to write to a meeting as `change` says, has the operations asked for meanwhile, and ends. Gives what came of them.
async fn meanwhile(
    world: &World,
    change: Q,
    asked: Vec<Write<'_>>,
) -> Vec<(&'static str, Result<(), Failure>)> {
    let mut tx = world.backend.db().begin().await.unwrap();
    change.run(&mut tx).await.unwrap();
    let (names, asked): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
    let mut all = pin!(futures::future::join_all(asked));
    let early = tokio::select! {
        outcomes = &mut all => Some(outcomes),
        () = until_waiting(world) => None,
    };
    tx.commit().await.unwrap();
    let outcomes = match early {
        Some(outcomes) => outcomes,
        None => all.await,
    };
    names.into_iter().zip(outcomes).collect()
}

/// An item with a paper, one more to be renamed, and one that is withdrawn.
async fn papers(world: &World, secretary: &Caller, meeting: MeetingId) -> (AgendaItemId, [PaperId; 3]) {
    let item = AgendaItemId(world.id());
    world
        .run(&format!(
            "INSERT INTO agenda_item (id, meeting_id, position, title, minutes, presenter, is_discussion) \
             VALUES ('{item}', '{meeting}', 1, 'Báo cáo', 30, '', FALSE)"
        ))
        .await;
    let backend = &world.backend;
    let here = add(backend, secretary, item, "Báo cáo", PDF).await.unwrap();
    let renamed = add(backend, secretary, item, "Phụ lục", &saying("Phu luc")).await.unwrap();
    let gone = add(backend, secretary, item, "Tờ trình", &saying("To trinh")).await.unwrap();
    backend.withdraw(secretary, gone).await.unwrap();
    (item, [here, renamed, gone])
}

#[tokio::test]
async fn what_was_asked_for_while_the_meeting_was_closed_changes_it_no_more() {
    each_busy_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let (backend, id, secretary) = (&world.backend, at.meeting, &at.secretary);
        let (item, [here, renamed, gone]) = papers(world, secretary, id).await;
        let added = vec![Added::Guest(guest("Khách", "", ""))];
        Attendance::add(backend, secretary, id, added).await.unwrap();
        let wrong = get(world, secretary, id).await.guests[0].id;
        let agency = invite(world, id, "STC").await;
        let leader = world.caller(Role::Leader, "STC").await;
        let named = world.person("STC").await.person;
        let late = world.person("STC").await.person;
        let lines = world.count("audit").await;

        let closes =
            q("UPDATE meeting SET stage = 'held', closed_at = $2 WHERE id = $1").bind(id).bind(world.now);
        let asked = vec![
            write("withdraw", backend.withdraw(secretary, here)),
            write("rename", backend.rename(secretary, renamed, "Tên khác")),
            write("restore", backend.restore(secretary, gone)),
            write("leave_neutral_line", backend.leave_neutral_line(secretary, item)),
            write("add", Attendance::add(backend, secretary, id, vec![Added::Person(late)])),
            write("take_off", backend.take_off(secretary, id, wrong)),
            write("name_delegates", backend.name_delegates(&leader, id, agency, vec![named])),
            write("behind", backend.behind(&at.technician, id, at.technician.agency.id, Vec::new())),
        ];
        for (name, outcome) in meanwhile(world, closes, asked).await {
            assert!(outcome.is_err(), "{}: {name} was done after the closing", world.engine);
        }
        assert_eq!(world.count("audit").await, lines, "{}", world.engine);
    })
    .await;
}

#[tokio::test]
async fn what_two_ask_for_at_once_is_done_and_told_once() {
    each_busy_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let (backend, id, secretary) = (&world.backend, at.meeting, &at.secretary);
        let (item, [here, renamed, gone]) = papers(world, secretary, id).await;
        let of: ParticipantId = get(world, secretary, id).await.participants[0].id;
        let site = at.technician.agency.id;
        for name in ["withdraw", "rename", "restore", "leave_neutral_line", "mark", "mark_rest", "mark_site"]
        {
            let one = || match name {
                "withdraw" => write(name, backend.withdraw(secretary, here)),
                "rename" => write(name, backend.rename(secretary, renamed, "Tên khác")),
                "restore" => write(name, backend.restore(secretary, gone)),
                "leave_neutral_line" => write(name, backend.leave_neutral_line(secretary, item)),
                "mark" => write(name, backend.mark(secretary, id, of, Presence::InRoom)),
                "mark_rest" => write(name, backend.mark_rest(secretary, id, Presence::Online)),
                _ => write(name, backend.mark_site(secretary, id, site, true)),
            };
            let lines = world.count("audit").await;
            let other = q("UPDATE meeting SET rev = rev WHERE id = $1").bind(id);
            let outcomes = meanwhile(world, other, vec![one(), one()]).await;
            assert!(outcomes.iter().any(|(_, outcome)| outcome.is_ok()), "{}: {outcomes:?}", world.engine);
            assert_eq!(world.count("audit").await, lines + 1, "{}: {name}", world.engine);
        }
    })
    .await;
}
