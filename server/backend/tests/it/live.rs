//! The meeting while it is on: who may sit where, what sitting does to the roll and the figures, and what the chair
//! decides.

use chrono::Duration;
use domain::access::{Caller, Role, Stage};
use domain::attendance::{Attendance, CalledBy, Presence};
use domain::count::Form;
use domain::error::{Failure, FieldProblem, Outcome, Problem, Refusal};
use domain::ids::{ConnectionId, MeetingId, PageId, PaperId};
use domain::live::{Arrival, Coming, Direction, Leaving, Live, LivePort, SEATS_AT_MOST, Seat, ShownPaper};
use domain::meetings::Meetings;
use domain::papers::Papers;

use crate::meetings::{briefing, published};
use crate::support::{World, each_database, instant};

/// A hybrid meeting under way: its secretary, a chair and a delegate who are listed, and somebody of a site.
pub(crate) struct Hybrid {
    pub(crate) meeting: MeetingId,
    pub(crate) secretary: Caller,
    pub(crate) chair: Caller,
    pub(crate) delegate: Caller,
    pub(crate) technician: Caller,
}

impl Hybrid {
    pub(crate) async fn at(world: &World, stage: Stage) -> Hybrid {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (chair, delegate) = (world.person("SNV").await, world.person("STC").await);
        let technician = world.caller(Role::Delegate, "SYT").await;
        let meeting = world
            .meeting("SNV")
            .form(Form::Hybrid)
            .stage(stage)
            .chair(&chair)
            .delegate(&delegate)
            .site("SYT")
            .site("SGD")
            .store()
            .await;
        Hybrid { meeting, secretary, chair, delegate, technician }
    }

    pub(crate) fn site(&self) -> Seat {
        Seat::Site(self.technician.agency.id)
    }

    pub(crate) async fn live(&self, world: &World) -> Live {
        world.backend.live(&self.secretary, self.meeting).await.unwrap()
    }

    pub(crate) async fn sit(&self, world: &World, caller: &Caller, seat: Seat) -> Outcome<ConnectionId> {
        let page = PageId(world.id());
        self.come(world, caller, Arrival { seat, page, how: Coming::Pressed }).await
    }

    pub(crate) async fn come(
        &self,
        world: &World,
        caller: &Caller,
        arrival: Arrival,
    ) -> Outcome<ConnectionId> {
        let connection = self.come_silently(world, caller, arrival).await?;
        world.backend.carried(caller, self.meeting, arrival.seat, connection).await?;
        Ok(connection)
    }

    /// Without picture and sound.
    pub(crate) async fn come_silently(
        &self,
        world: &World,
        caller: &Caller,
        arrival: Arrival,
    ) -> Outcome<ConnectionId> {
        let connection = ConnectionId(world.id());
        world.backend.sit(caller, self.meeting, arrival, connection, None).await.map(|()| connection)
    }

    pub(crate) async fn direct(&self, world: &World, direction: Direction) -> Outcome<()> {
        world.backend.direct(&self.chair, self.meeting, None, direction).await
    }
}

pub(crate) fn later(caller: &Caller, seconds: i64) -> Caller {
    Caller { now: caller.now + Duration::seconds(seconds), ..caller.clone() }
}

#[tokio::test]
async fn everybody_is_told_the_seats_that_are_theirs() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let standing = async |caller: &Caller| {
            let standing = world.backend.standing(caller, at.meeting).await.unwrap();
            (standing.seats, standing.directs)
        };
        assert_eq!(standing(&at.technician).await, (vec![at.site()], false));
        assert_eq!(standing(&at.delegate).await, (vec![Seat::Person(at.delegate.person)], false));
        assert_eq!(standing(&at.chair).await, (vec![Seat::Person(at.chair.person), Seat::Hall], true));
        assert_eq!(standing(&at.secretary).await, (vec![Seat::Hall], true));
        let stranger = world.caller(Role::Delegate, "STP").await;
        assert_eq!(world.backend.standing(&stranger, at.meeting).await, Err(Failure::NotFound));
        assert_eq!(world.backend.live(&stranger, at.meeting).await, Err(Failure::NotFound));
    })
    .await;
}

#[tokio::test]
async fn a_site_that_connects_was_there_and_makes_the_meeting_count_as_online() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let connection = at.sit(world, &at.technician, at.site()).await.unwrap();
        let marked = world.backend.get(&at.secretary, at.meeting).await.unwrap();
        let connected: Vec<bool> = marked.sites.iter().map(|site| site.is_connected).collect();
        assert_eq!(connected, [true, false]);
        let (counts,): (bool,) = backend::q("SELECT is_connected FROM meeting WHERE id = $1")
            .bind(at.meeting)
            .one(world.backend.db())
            .await
            .unwrap();
        assert!(counts, "a connected site makes a hybrid meeting count as online");
        world.backend.rise(connection, world.now, Leaving::Lost).await.unwrap();
        let left = world.backend.get(&at.secretary, at.meeting).await.unwrap();
        assert!(left.sites[0].is_connected, "leaving takes no mark back");
        assert!(!at.live(world).await.seat(at.site()).unwrap().is_connected);
    })
    .await;
}

#[tokio::test]
async fn a_seat_over_which_nothing_goes_is_not_connected_in_the_roll_nor_in_the_record() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let arrival = Arrival { seat: at.site(), page: PageId(world.id()), how: Coming::Pressed };
        let silent = at.come_silently(world, &at.technician, arrival).await.unwrap();
        let connected =
            async || world.backend.get(&at.secretary, at.meeting).await.unwrap().sites[0].is_connected;
        assert!(!connected().await, "a firewall lets nothing through");
        assert_eq!(world.backend.lines(&at.secretary, at.meeting).await, Ok(vec![]));
        let first = later(&at.technician, 40);
        world.backend.carried(&first, at.meeting, at.site(), silent).await.unwrap();
        world.backend.carried(&later(&first, 9), at.meeting, at.site(), silent).await.unwrap();
        assert!(connected().await);
        let lines = world.backend.lines(&later(&first, 60), at.meeting).await.unwrap();
        assert_eq!(lines[0].joined, first.now, "from the first picture on");
        let other = later(&at.delegate, 60);
        world.backend.carried(&other, at.meeting, Seat::Person(other.person), silent).await.unwrap();
        let roll = world.backend.get(&at.secretary, at.meeting).await.unwrap();
        assert!(
            roll.participants.iter().all(|of| of.presence == Presence::NotCalled),
            "another seat's connection"
        );
    })
    .await;
}

#[tokio::test]
async fn who_waits_before_the_opening_is_marked_by_it() {
    each_database(async |world| {
        let mut secretary = world.caller(Role::Secretary, "SNV").await;
        let (mut chair, mut technician) =
            (world.person("SNV").await, world.caller(Role::Delegate, "SYT").await);
        let input = domain::meetings::MeetingInput {
            form: "hybrid".into(),
            sites: vec![technician.agency.id.to_string()],
            ..briefing(&secretary, &chair, &[])
        };
        let meeting = published(world, &secretary, input).await;
        for caller in [&mut secretary, &mut chair, &mut technician] {
            caller.now = instant("2026-06-18T07:20");
        }
        let seats = [(&technician, Seat::Site(technician.agency.id)), (&chair, Seat::Person(chair.person))];
        for (caller, seat) in seats {
            let arrival = Arrival { seat, page: PageId(world.id()), how: Coming::Pressed };
            let connection = ConnectionId(world.id());
            world.backend.sit(caller, meeting, arrival, connection, None).await.unwrap();
            world.backend.carried(caller, meeting, seat, connection).await.unwrap();
        }
        let silent = Arrival { seat: Seat::Hall, page: PageId(world.id()), how: Coming::Pressed };
        world.backend.sit(&secretary, meeting, silent, ConnectionId(world.id()), None).await.unwrap();
        // Its picture came, and is gone while its page stands.
        let (dark, gone) = (ConnectionId(world.id()), instant("2026-06-18T07:25"));
        let arrival =
            Arrival { seat: Seat::Person(secretary.person), page: PageId(world.id()), how: Coming::Pressed };
        world.backend.sit(&secretary, meeting, arrival, dark, None).await.unwrap();
        world.backend.carried(&secretary, meeting, arrival.seat, dark).await.unwrap();
        world.backend.standing_by(&[(dark, Some(gone))], gone).await.unwrap();
        let waiting = world.backend.get(&secretary, meeting).await.unwrap();
        assert!(!waiting.sites[0].is_connected, "a line that is tried is no meeting");
        assert!(waiting.participants.iter().all(|of| of.presence == Presence::NotCalled));
        world.backend.open(&secretary, meeting).await.unwrap();
        let opened = world.backend.get(&secretary, meeting).await.unwrap();
        assert!(opened.sites[0].is_connected);
        let here = opened.participants.iter().find(|of| of.presence == Presence::Online).unwrap();
        assert_eq!(here.person.as_ref().unwrap().id, chair.person);
        assert_eq!(here.called_by, Some(CalledBy::Joining));
        let presence = async || {
            let opened = world.backend.get(&secretary, meeting).await.unwrap();
            let is_own = |of: &&domain::meetings::Participant| {
                of.person.as_ref().is_some_and(|who| who.id == secretary.person)
            };
            opened.participants.iter().find(is_own).unwrap().presence.clone()
        };
        assert_eq!(presence().await, Presence::NotCalled, "dark at the opening");
        world
            .backend
            .carried(&later(&secretary, 900), meeting, Seat::Person(secretary.person), dark)
            .await
            .unwrap();
        assert_eq!(presence().await, Presence::Online, "and there again");
    })
    .await;
}

#[tokio::test]
async fn joining_online_never_moves_somebody_out_of_the_room() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let presence = async || {
            let meeting = world.backend.get(&at.secretary, at.meeting).await.unwrap();
            let of = meeting.participants.into_iter().find(|of| of.part == domain::access::Part::Delegate);
            let of = of.unwrap();
            (of.id, of.presence, of.called_by)
        };
        let (id, ..) = presence().await;
        world.backend.mark(&at.secretary, at.meeting, id, Presence::InRoom).await.unwrap();
        at.sit(world, &at.delegate, Seat::Person(at.delegate.person)).await.unwrap();
        assert_eq!(presence().await, (id, Presence::InRoom, Some(CalledBy::Hand)));
        let absent = Presence::Absent { reason: "Đi công tác".into() };
        world.backend.mark(&at.secretary, at.meeting, id, absent).await.unwrap();
        at.sit(world, &at.delegate, Seat::Person(at.delegate.person)).await.unwrap();
        assert_eq!(presence().await, (id, Presence::Online, Some(CalledBy::Joining)));
    })
    .await;
}

#[tokio::test]
async fn a_paper_that_is_withdrawn_no_longer_lies_open() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let paper = PaperId(world.id());
        store_paper(world, &at.secretary, at.meeting, paper).await;
        at.direct(world, Direction::Paper(Some(ShownPaper { paper, page: 2 }))).await.unwrap();
        Papers::withdraw(&world.backend, &at.secretary, paper).await.unwrap();
        assert_eq!(at.live(world).await.paper, None);
    })
    .await;
}

#[tokio::test]
async fn the_trail_tells_that_a_paper_was_opened_and_closed_and_of_no_turned_page() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let paper = PaperId(world.id());
        store_paper(world, &at.secretary, at.meeting, paper).await;
        for page in [1, 2, 3, 2, 2, 1] {
            at.direct(world, Direction::Paper(Some(ShownPaper { paper, page }))).await.unwrap();
            assert_eq!(at.live(world).await.paper, Some(ShownPaper { paper, page }));
        }
        assert_eq!(world.count("audit WHERE what = 'live.show_paper'").await, 1);
        for _ in 0..3 {
            at.direct(world, Direction::Paper(None)).await.unwrap();
        }
        assert_eq!(world.count("audit WHERE what = 'live.show_paper'").await, 2);
        for is_muted in [false, true, true, true, false, false] {
            at.direct(world, Direction::Mute { seat: at.site(), is_muted }).await.unwrap();
        }
        for seat in [None, Some(at.site()), Some(at.site()), None] {
            at.direct(world, Direction::Large(seat)).await.unwrap();
        }
        assert_eq!(
            world.count("audit WHERE what = 'live.direct'").await,
            4,
            "what changes nothing is no line"
        );
        assert_eq!(world.count("audit WHERE what = 'live.direct' AND audience = 'meeting'").await, 4);
        assert_eq!(world.count("audit WHERE what = 'live.show_paper' AND audience = 'papers'").await, 2);
    })
    .await;
}

#[tokio::test]
async fn what_lies_open_is_read_by_whoever_sits_at_a_site_and_only_then() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let (shown, other) = (PaperId(world.id()), PaperId(world.id()));
        store_paper(world, &at.secretary, at.meeting, shown).await;
        store_paper(world, &at.secretary, at.meeting, other).await;
        let reads = async |paper| {
            world.backend.open_file(&at.technician, paper, backend::FileUse::Download).await.map(|_| ())
        };
        at.direct(world, Direction::Paper(Some(ShownPaper { paper: shown, page: 1 }))).await.unwrap();
        assert_eq!(reads(shown).await, Err(Failure::Forbidden), "nobody of the site sits there");
        let connection = at.sit(world, &at.technician, at.site()).await.unwrap();
        assert_eq!(reads(shown).await, Ok(()));
        assert_eq!(reads(other).await, Err(Failure::Forbidden));
        world.backend.rise(connection, world.now, Leaving::Lost).await.unwrap();
        assert_eq!(reads(shown).await, Err(Failure::Forbidden));
        at.sit(world, &at.technician, at.site()).await.unwrap();
        at.direct(world, Direction::Paper(None)).await.unwrap();
        assert_eq!(reads(shown).await, Err(Failure::Forbidden));
    })
    .await;
}

#[tokio::test]
async fn the_floor_is_asked_for_in_turn_and_given_by_the_chair() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let me = Seat::Person(at.delegate.person);
        at.direct(world, Direction::MuteAll).await.unwrap();
        world.backend.ask(&at.delegate, at.meeting, me, true).await.unwrap();
        world.backend.ask(&later(&at.delegate, 60), at.meeting, me, true).await.unwrap();
        let live = at.live(world).await;
        assert_eq!(live.seat(me).unwrap().asked, Some(world.now), "asking again keeps one's place");
        assert!(live.seat(me).unwrap().is_muted && !live.seat(Seat::Hall).unwrap().is_muted);
        let refused =
            world.backend.direct(&at.delegate, at.meeting, Some(me), Direction::Floor(Some(me))).await;
        assert_eq!(refused, Err(Failure::Forbidden));
        let refused = world.backend.ask(&at.delegate, at.meeting, at.site(), true).await;
        assert_eq!(refused, Err(Failure::Forbidden));
        at.direct(world, Direction::Floor(Some(me))).await.unwrap();
        let live = at.live(world).await;
        assert_eq!((live.floor, live.seat(me).unwrap().asked), (Some(me), None));
        assert!(!live.seat(me).unwrap().is_muted, "who has the floor is heard");
        at.direct(world, Direction::MuteAll).await.unwrap();
        assert!(!at.live(world).await.seat(me).unwrap().is_muted, "the floor is taken, not silenced");
        at.direct(world, Direction::Floor(None)).await.unwrap();
        assert_eq!(at.live(world).await.floor, None);
    })
    .await;
}

#[tokio::test]
async fn who_is_sent_out_stays_out_until_the_chair_lets_them_in() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        at.sit(world, &at.technician, at.site()).await.unwrap();
        at.direct(world, Direction::Large(Some(at.site()))).await.unwrap();
        at.direct(world, Direction::Remove(at.site())).await.unwrap();
        let live = at.live(world).await;
        let seat = live.seat(at.site()).unwrap();
        assert!(seat.is_removed && !seat.is_connected);
        assert_eq!(live.large, None);
        let refused = at.sit(world, &at.technician, at.site()).await;
        assert_eq!(refused, Err(Failure::Refused(Refusal::SentOut)));
        at.direct(world, Direction::Admit(at.site())).await.unwrap();
        at.sit(world, &at.technician, at.site()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn only_papers_of_the_meeting_are_opened_and_only_at_pages_they_have() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let paper = PaperId(world.id());
        store_paper(world, &at.secretary, at.meeting, paper).await;
        let open =
            async |paper, page| at.direct(world, Direction::Paper(Some(ShownPaper { paper, page }))).await;
        let beyond = Failure::Invalid(vec![FieldProblem::new("page", Problem::NotInRange(1, 3))]);
        assert_eq!(open(paper, 4).await, Err(beyond.clone()));
        assert_eq!(open(paper, 0).await, Err(beyond));
        assert_eq!(open(PaperId(world.id()), 1).await, Err(Failure::NotFound));
        open(paper, 3).await.unwrap();
        assert_eq!(at.live(world).await.paper, Some(ShownPaper { paper, page: 3 }));
        at.direct(world, Direction::Paper(None)).await.unwrap();
        assert_eq!(at.live(world).await.paper, None);
    })
    .await;
}

pub(crate) async fn store_paper(world: &World, by: &Caller, meeting: MeetingId, paper: PaperId) {
    let mut tx = world.backend.db().begin().await.unwrap();
    let item = world.id().to_string();
    backend::q(
        "INSERT INTO agenda_item (id, meeting_id, position, title, minutes, presenter, is_discussion) \
                VALUES ($1, $2, 0, 'Báo cáo', 30, '', FALSE)",
    )
    .bind(&item)
    .bind(meeting)
    .run(&mut tx)
    .await
    .unwrap();
    backend::q("INSERT INTO paper (id, meeting_id, item_id, position, is_neutral, title, version, hash, bytes, pages, \
                added_by, added_at) VALUES ($1, $2, $3, 0, FALSE, 'Báo cáo', 1, 'aabbccdd', 1, 3, $4, 0)")
        .bind(paper)
        .bind(meeting)
        .bind(&item)
        .bind(by.person)
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_site_calls_the_roll_of_those_behind_its_camera_and_of_nobody_else() {
    each_database(async |world| {
        let technician = world.caller(Role::Secretary, "SYT").await;
        let (first, second, other) =
            (world.person("SYT").await, world.person("SYT").await, world.person("STC").await);
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let meeting = world
            .meeting("SNV")
            .form(Form::Online)
            .stage(Stage::UnderWay)
            .delegate(&first)
            .delegate(&second)
            .delegate(&other)
            .site("SYT")
            .store()
            .await;
        let listed = world.backend.get(&secretary, meeting).await.unwrap().participants;
        let of = |person: &Caller| {
            listed.iter().find(|of| of.person.as_ref().is_some_and(|p| p.id == person.person)).unwrap().id
        };
        let behind = async |present: Vec<_>| {
            world.backend.behind(&technician, meeting, technician.agency.id, present).await
        };
        assert_eq!(behind(vec![of(&first), of(&other)]).await, Err(Failure::NotFound));
        assert_eq!(presences(world, &secretary, meeting).await, ["not_called"; 3], "all of it or nothing");
        behind(vec![of(&first), of(&second)]).await.unwrap();
        // The one of STC comes before those of SYT.
        assert_eq!(presences(world, &secretary, meeting).await, ["not_called", "online", "online"]);
        world.backend.mark(&secretary, meeting, of(&second), Presence::Online).await.unwrap();
        behind(vec![]).await.unwrap();
        assert_eq!(
            presences(world, &secretary, meeting).await,
            ["not_called", "not_called", "online"],
            "what the secretary marked stays"
        );
    })
    .await;
}

async fn presences(world: &World, caller: &Caller, meeting: MeetingId) -> Vec<&'static str> {
    let meeting = world.backend.get(caller, meeting).await.unwrap();
    meeting.participants.iter().map(|of| of.presence.code()).collect()
}

#[tokio::test]
async fn nothing_is_taken_or_decided_when_the_meeting_is_not_on() {
    each_database(async |world| {
        for stage in [Stage::Held, Stage::Cancelled] {
            let at = Hybrid::at(world, stage).await;
            let known = world.backend.get(&at.secretary, at.meeting).await.unwrap();
            let wrong = Err(Failure::Refused(known.state.refusal()));
            assert_ne!(wrong, Err(Failure::Refused(Refusal::WrongState)));
            assert_eq!(at.sit(world, &at.technician, at.site()).await.map(|_| ()), wrong, "{stage:?}");
            assert_eq!(at.direct(world, Direction::MuteAll).await, wrong, "{stage:?}");
            assert_eq!(
                world.backend.ask(&at.technician, at.meeting, at.site(), true).await,
                wrong,
                "{stage:?}"
            );
            assert_eq!(world.backend.standing(&at.technician, at.meeting).await.unwrap().seats, []);
        }
    })
    .await;
}

#[tokio::test]
async fn a_meeting_that_is_full_says_so_and_harms_nobody_in_it() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let mut tx = world.backend.db().begin().await.unwrap();
        for number in 0..SEATS_AT_MOST {
            backend::q("INSERT INTO seat_connection (id, meeting_id, seat, began_at, seen_at) VALUES ($1, $2, $3, 0, 0)")
                .bind(ConnectionId(world.id()))
                .bind(at.meeting)
                .bind(format!("full {number}"))
                .run(&mut tx)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        let full = at.sit(world, &at.technician, at.site()).await;
        assert_eq!(full, Err(Failure::Refused(Refusal::MeetingFull { at_most: SEATS_AT_MOST })));
    })
    .await;
}
