//! Said again, it leaves no line: whatever changes nothing is not told in the trail, which is kept for ever.

use domain::access::{Role, Stage};
use domain::agencies::{Agencies, AgencyChange, HoursInput};
use domain::attendance::{Attendance, Presence};
use domain::count::{Form, HybridCounts};
use domain::ids::{PageId, ParticipantId};
use domain::imports::ImportKind;
use domain::live::{Arrival, Coming, Direction, LivePort, Seat};
use domain::meetings::Meetings;
use domain::papers::Papers;
use domain::people::{People, PersonChange};
use domain::rooms::{RoomChange, Rooms};
use domain::rules::Rules;
use domain::time::Hours;

use crate::imports::import;
use crate::live::Hybrid;
use crate::meetings::{briefing, published};
use crate::support::{World, each_database, instant};

/// Does something twice: the first time leaves a line, the second none.
async fn twice(world: &World, name: &str, call: impl AsyncFn()) {
    let before = world.count("audit").await;
    call().await;
    let first = world.count("audit").await;
    assert!(first > before, "{}: {name} left no line", world.engine);
    call().await;
    assert_eq!(world.count("audit").await, first, "{}: {name} left a line again", world.engine);
}

#[tokio::test]
async fn what_administrators_say_again_leaves_no_line() {
    each_database(async |world| {
        let (backend, system) = (&world.backend, world.caller(Role::SystemAdministrator, "UBND").await);
        let snv = world.agency("SNV").await;
        let room = world.room("P1", "SNV").await;
        let person = world.person("SNV").await.person;
        twice(world, "set_hours", async || {
            let hours = HoursInput { blocked_days: "25".into(), ..HoursInput::of(&Hours::default(), &[]) };
            Agencies::set_hours(backend, &system, snv, hours).await.unwrap();
        })
        .await;
        twice(world, "agencies.change", async || {
            let change =
                AgencyChange {
                    name: "Sở Nội vụ".into(), short_name: "SNV".into(), aliases: String::new()
                };
            Agencies::change(backend, &system, snv, change).await.unwrap();
        })
        .await;
        twice(world, "rooms.change", async || {
            let change =
                RoomChange { name: "Phòng 1".into(), capacity: "20".into(), ..RoomChange::default() };
            Rooms::change(backend, &system, room, change).await.unwrap();
        })
        .await;
        twice(world, "people.change", async || {
            let change = PersonChange {
                name: "An".into(),
                position: "Chuyên viên".into(),
                agency: "SNV".into(),
                roles: "secretary".into(),
            };
            People::change(backend, &system, person, change).await.unwrap();
        })
        .await;
        twice(world, "people.set_active", async || {
            People::set_active(backend, &system, person, false).await.unwrap();
        })
        .await;
        let other = match Rules::hybrid(backend, &system).await.unwrap() {
            HybridCounts::OnlineWhenConnected => HybridCounts::InPerson,
            HybridCounts::InPerson => HybridCounts::OnlineWhenConnected,
        };
        twice(world, "set_hybrid", async || Rules::set_hybrid(backend, &system, other).await.unwrap()).await;
        let files = [
            (ImportKind::Agencies, "code,parent,level,name,short_name\nSX,UBND,department,Sở Xây dựng,SXD\n"),
            (ImportKind::Rooms, "code,name,agency,capacity\nP9,Phòng 9,SNV,10\n"),
            (ImportKind::People, "user_name,name,position,agency\ntk1,Thư ký 1,Chuyên viên,SNV\n"),
            (ImportKind::Baseline, "agency,year,base,held,source\nSNV,2025,all,10,BC 01\n"),
            (
                ImportKind::Meetings,
                "agency,title,kind,form,sittings,status,role,counterpart,sites_connected\n\
                 SNV,Họp,briefing,in_person,2026-06-15T07:30/08:30,held,organised,internal,0\n",
            ),
        ];
        for (kind, file) in files {
            twice(world, &format!("{kind:?}"), async || {
                let report = import(world, &system, kind, file).await.unwrap();
                assert!(report.is_written && report.bad.is_empty(), "{kind:?} {:?}", report.bad);
            })
            .await;
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_said_again_of_a_meeting_leaves_no_line() {
    each_database(async |world| {
        let backend = &world.backend;
        let mut secretary = world.caller(Role::Secretary, "SNV").await;
        let chair = world.person("SNV").await;
        let meeting = published(world, &secretary, briefing(&secretary, &chair, &[])).await;
        twice(world, "publish", async || {
            let (mut input, saved, _) = backend.input(&secretary, meeting).await.unwrap();
            input.title = "Họp giao ban tháng".into();
            let saved = backend.save(&secretary, Some((meeting, saved.rev)), input).await.unwrap();
            backend.publish(&secretary, meeting, saved.rev).await.unwrap();
        })
        .await;
        let items = Meetings::get(backend, &secretary, meeting).await.unwrap().agenda;
        twice(world, "neutral_line", async || {
            backend.leave_neutral_line(&secretary, items[0].id).await.unwrap();
        })
        .await;
        secretary.now = instant("2026-06-18T07:30");
        backend.open(&secretary, meeting).await.unwrap();
        for item in [Some(items[0].id), Some(items[1].id), None] {
            twice(world, "discuss", async || backend.discuss(&secretary, meeting, item).await.unwrap()).await;
        }
        let lines = world.count("audit").await;
        backend.discuss(&secretary, meeting, None).await.unwrap();
        assert_eq!(world.count("audit").await, lines);
    })
    .await;
}

#[tokio::test]
async fn what_is_said_again_of_papers_and_the_roll_leaves_no_line() {
    each_database(async |world| {
        let backend = &world.backend;
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let paper = domain::ids::PaperId(world.id());
        crate::live::store_paper(world, &at.secretary, at.meeting, paper).await;
        for title in ["Báo cáo tuần", "Báo cáo  tháng"] {
            twice(world, "rename", async || backend.rename(&at.secretary, paper, title).await.unwrap()).await;
        }
        let seen = Meetings::get(backend, &at.secretary, at.meeting).await.unwrap();
        let listed: Vec<ParticipantId> = seen.participants.iter().map(|of| of.id).collect();
        twice(world, "mark", async || {
            backend.mark(&at.secretary, at.meeting, listed[0], Presence::InRoom).await.unwrap();
        })
        .await;
        twice(world, "mark_rest", async || {
            backend.mark_rest(&at.secretary, at.meeting, Presence::InRoom).await.unwrap();
        })
        .await;
        let site = at.technician.agency.id;
        twice(world, "mark_site", async || {
            backend.mark_site(&at.secretary, at.meeting, site, true).await.unwrap();
        })
        .await;
        let behind = world.person("SYT").await;
        let other = world.meeting("SNV").form(Form::Hybrid).stage(Stage::UnderWay).delegate(&behind);
        let other = other.site("SYT").store().await;
        let of = Meetings::get(backend, &at.secretary, other).await.unwrap().participants[0].id;
        twice(world, "behind", async || {
            backend.behind(&at.technician, other, site, vec![of]).await.unwrap();
        })
        .await;
        let arrival = Arrival { seat: at.site(), page: PageId(world.id()), how: Coming::Pressed };
        let joined = world.meeting("SNV").form(Form::Hybrid).stage(Stage::UnderWay).site("SYT").store().await;
        twice(world, "join", async || {
            let connection = domain::ids::ConnectionId(world.id());
            backend.sit(&at.technician, joined, arrival, connection, None).await.unwrap();
            backend.carried(&at.technician, joined, at.site(), connection).await.unwrap();
        })
        .await;
        let own = Seat::Person(at.delegate.person);
        let shown = domain::live::ShownPaper { paper, page: 1 };
        for direction in [
            Direction::Mute { seat: own, is_muted: true },
            Direction::Mute { seat: own, is_muted: false },
            Direction::MuteAll,
            Direction::UnmuteAll,
            Direction::Floor(Some(own)),
            Direction::Floor(None),
            Direction::Large(Some(own)),
            Direction::Large(None),
            Direction::Remove(own),
            Direction::Admit(own),
            Direction::Paper(Some(shown)),
            Direction::Paper(None),
        ] {
            twice(world, &format!("{direction:?}"), async || at.direct(world, direction).await.unwrap())
                .await;
        }
    })
    .await;
}
