//! What the policy promises.

mod any;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::*;

const AT_MOST: u32 = 1_000_000;

/// A room that tests build up.
#[derive(Clone, Debug)]
struct Hall {
    members: Vec<Member>,
    direction: Direction,
    recent: Vec<u64>,
    loudest: Vec<Option<u64>>,
    before: Plan,
}

impl Hall {
    /// So many seats with camera and a good line, from 1.
    fn of(seats: u64) -> Self {
        let member = |number| Member {
            number,
            camera: true,
            sound: true,
            subscribes: true,
            bits_per_second: 2 * AT_MOST,
            ..Member::default()
        };
        Self {
            members: (1..=seats).map(member).collect(),
            direction: Direction::default(),
            recent: vec![],
            loudest: vec![],
            before: Plan::default(),
        }
    }

    fn room(&self) -> Room<'_> {
        Room {
            members: &self.members,
            direction: &self.direction,
            recent: &self.recent,
            loudest: &self.loudest,
            at_most: AT_MOST,
        }
    }

    fn plan(&mut self) -> &Plan {
        self.before = plan(&self.room(), &self.before);
        &self.before
    }

    fn view(&mut self, seat: u64) -> View {
        self.plan().view(seat).unwrap().clone()
    }

    fn speaks(&mut self, seat: u64) {
        self.recent.retain(|speaker| *speaker != seat);
        self.recent.insert(0, seat);
        self.recent.truncate(8);
    }

    /// A seat's screen comes and is shown.
    fn shares(&mut self, seat: u64) {
        (self.seat(seat).screen, self.seat(seat).screen_comes) = (true, true);
        self.direction.sharing = Some(seat);
    }

    fn seat(&mut self, seat: u64) -> &mut Member {
        self.members.iter_mut().find(|member| member.number == seat).unwrap()
    }
}

fn small(view: &View) -> Vec<u64> {
    view.thumbs.iter().flatten().map(|shown| shown.seat).collect()
}

#[test]
fn the_speaker_is_large_and_the_last_ones_small() {
    let mut hall = Hall::of(76);
    for seat in [5, 9, 7] {
        hall.speaks(seat);
    }
    let view = hall.view(1);
    assert_eq!(view.main, Some(Shown { seat: 7, layer: Layer::High }));
    assert_eq!(small(&view), [9, 5]);
}

#[test]
fn whom_the_chair_makes_large_stays_so_whoever_speaks() {
    let mut hall = Hall::of(76);
    hall.direction.large = Some(70);
    hall.direction.floor = Some(60);
    hall.speaks(3);
    let view = hall.view(1);
    assert_eq!(view.main.unwrap().seat, 70);
    assert_eq!(small(&view), [60, 3]);
    // The large one itself sees who has the floor.
    assert_eq!(hall.view(70).main.unwrap().seat, 60);
}

#[test]
fn the_speaker_sees_who_spoke_before() {
    let mut hall = Hall::of(76);
    hall.speaks(5);
    hall.speaks(9);
    assert_eq!(hall.view(9).main.unwrap().seat, 5);
}

#[test]
fn a_conversation_of_two_changes_no_third_place() {
    let mut hall = Hall::of(76);
    for seat in [20, 5, 9] {
        hall.speaks(seat);
    }
    let mut before = hall.view(1);
    for seat in [5, 9, 5, 9, 5] {
        hall.speaks(seat);
        let now = hall.view(1);
        let changed = (0..THUMBS).filter(|at| before.thumbs[*at] != now.thumbs[*at]).count();
        assert_eq!((now.main.unwrap().seat, changed), (seat, 1));
        assert!(small(&now).contains(&20));
        // Each of the two sees the other all the time.
        assert_eq!((hall.view(5).main.unwrap().seat, hall.view(9).main.unwrap().seat), (9, 5));
        before = now;
    }
}

/// What everybody else sees in the large place and in the first small ones.
struct Seen {
    large: Option<u64>,
    floor: Option<u64>,
    /// Who spoke, the last one last.
    spoke: &'static [u64],
    main: u64,
    small: &'static [u64],
}

#[test]
fn the_chair_is_always_seen_and_whoever_speaks_is_large_unless_the_chair_decides() {
    const CHAIR: u64 = 2;
    let nobody = Seen { large: None, floor: None, spoke: &[], main: CHAIR, small: &[1, 3] };
    for seen in [
        Seen { ..nobody },
        Seen { spoke: &[9], main: 9, small: &[CHAIR, 1], ..nobody },
        Seen { spoke: &[9, CHAIR], main: CHAIR, small: &[9, 1], ..nobody },
        Seen { spoke: &[10, 11, 12, 13, 14, 15, 16, 17, 18], main: 18, small: &[CHAIR, 17], ..nobody },
        Seen { spoke: &[CHAIR, 11, 12, 13, 14, 15, 16, 17, 18], main: 18, small: &[CHAIR, 17], ..nobody },
        Seen { floor: Some(60), spoke: &[9], main: 60, small: &[CHAIR, 9], ..nobody },
        Seen { floor: Some(60), spoke: &[60, CHAIR], main: 60, small: &[CHAIR, 1], ..nobody },
        Seen { large: Some(70), floor: Some(60), spoke: &[9], main: 70, small: &[CHAIR, 60] },
        Seen { large: Some(CHAIR), floor: Some(60), spoke: &[9], main: CHAIR, small: &[60, 9] },
    ] {
        let mut hall = Hall::of(76);
        hall.direction =
            Direction { chair: Some(CHAIR), large: seen.large, floor: seen.floor, ..Direction::default() };
        hall.plan();
        seen.spoke.iter().for_each(|seat| {
            hall.speaks(*seat);
            hall.plan();
        });
        let case = format!("{:?} {:?} {:?}", seen.large, seen.floor, seen.spoke);
        let view = hall.view(76);
        assert_eq!(view.main.map(|shown| shown.seat), Some(seen.main), "{case}");
        let mut small = small(&view);
        small.sort_unstable();
        let mut expected = seen.small.to_vec();
        expected.sort_unstable();
        assert_eq!(small, expected, "{case}");
        assert!(hall.plan().stage.contains(&CHAIR) && hall.plan().stage.len() == STAGE, "{case}");
    }
}

#[test]
fn a_chair_with_a_camera_of_their_own_is_seen_before_the_hall_and_both_before_who_spoke() {
    let mut room = Hall::of(76);
    room.direction.chair = Some(20);
    room.direction.hall = Some(30);
    assert_eq!((room.view(70).main.unwrap().seat, small(&room.view(70))[0]), (20, 30));
    (1..=9).for_each(|seat| room.speaks(seat));
    let view = room.view(70);
    assert_eq!(view.main.unwrap().seat, 9);
    assert_eq!(small(&view)[..2], [30, 20], "each where it was");
    assert_eq!(room.before.stage.len(), STAGE);
    let newcomer = Hall { before: Plan::default(), ..room.clone() }.view(70);
    assert_eq!(small(&newcomer)[..2], [20, 30]);
    assert_eq!(small(&room.view(20))[0], 30);
    assert_eq!(room.plan().stage.len(), STAGE);
    room.direction.chair = Some(30);
    assert_eq!(
        small(&room.view(70)).iter().filter(|seat| **seat == 30).count(),
        1,
        "who leads from the hall"
    );
}

#[test]
fn with_the_chair_in_view_two_who_talk_see_each_other_large() {
    let mut hall = Hall::of(76);
    hall.direction.chair = Some(2);
    hall.speaks(5);
    assert_eq!(hall.view(5).main.unwrap().seat, 2, "nobody else has spoken");
    for seat in [9, 5, 9] {
        hall.speaks(seat);
        assert_eq!((hall.view(5).main.unwrap().seat, hall.view(9).main.unwrap().seat), (9, 5));
        assert!(small(&hall.view(5)).contains(&2) && small(&hall.view(1)).contains(&2));
    }
    assert_eq!(hall.view(2).main.unwrap().seat, 9);
}

#[test]
fn a_chair_without_a_camera_takes_nobodys_place() {
    let mut hall = Hall::of(76);
    (1..=8).for_each(|seat| hall.speaks(seat));
    let before = hall.view(70);
    hall.direction.chair = Some(20);
    hall.seat(20).camera = false;
    let now = hall.view(70);
    assert_eq!((now.main, now.thumbs), (before.main, before.thumbs));
}

#[test]
fn one_voice_is_kept_for_the_floor_else_for_the_chair_whoever_is_louder() {
    let mut hall = Hall::of(10);
    hall.loudest = vec![Some(5), Some(6), Some(7), Some(8)];
    let heard = |hall: &mut Hall, seat: u64| {
        let mut voices: Vec<u64> = hall.view(seat).voices.into_iter().flatten().collect();
        voices.sort_unstable();
        voices
    };
    assert_eq!(heard(&mut hall, 1), [5, 6, 7]);
    hall.direction.chair = Some(2);
    assert_eq!(heard(&mut hall, 1), [2, 5, 6]);
    let places = hall.view(1).voices;
    hall.direction.floor = Some(3);
    assert_eq!(heard(&mut hall, 1), [3, 5, 6]);
    let changed = places.iter().zip(hall.view(1).voices).filter(|(before, now)| **before != *now).count();
    assert_eq!(changed, 1, "the others keep their places");
    assert_eq!(heard(&mut hall, 3), [2, 5, 6], "who has the floor hears the chair");
    hall.seat(3).sound = false;
    assert_eq!(heard(&mut hall, 1), [2, 5, 6], "who sends nothing takes no place");
    hall.direction.muted = BTreeSet::from([2]);
    assert_eq!(heard(&mut hall, 1), [5, 6, 7]);
    hall.direction.muted.clear();
    hall.loudest = vec![None, Some(2), Some(6), None];
    assert_eq!(heard(&mut hall, 1), [2, 6], "among the loudest it is heard once");
}

#[test]
fn silence_changes_nothing() {
    let mut hall = Hall::of(30);
    hall.speaks(9);
    let before = hall.plan().clone();
    assert_eq!(hall.plan(), &before);
}

#[test]
fn few_cameras_send_however_many_seats_there_are() {
    let mut hall = Hall::of(76);
    let sending = hall.plan().sends.iter().filter(|(_, sending)| *sending != Sending::default()).count();
    assert!((3..=STAGE).contains(&sending), "{sending}");
    assert!(!hall.before.sending(76).low);
    hall.speaks(76);
    let sends = hall.plan().sending(76);
    assert!(sends.low && sends.high && !sends.screen);
}

#[test]
fn a_screen_comes_before_faces_and_its_owner_does_not_see_it() {
    let mut hall = Hall::of(10);
    hall.seat(4).screen = true;
    assert_eq!(hall.view(1).screen, None, "nobody sees what the chair has not put up");
    hall.shares(4);
    let view = hall.view(1);
    assert_eq!(view.screen, Some(4));
    assert_eq!(view.main.unwrap().layer, Layer::Mid);
    assert_eq!(hall.view(4).screen, None);
    assert!(hall.plan().sending(4).screen);
    hall.seat(4).screen = false;
    assert_eq!(hall.view(1).screen, None);
}

#[test]
fn a_screen_that_is_only_announced_is_asked_for_and_takes_nobodys_place() {
    let mut hall = Hall::of(10);
    hall.speaks(5);
    let before = hall.view(1);
    hall.seat(4).screen = true;
    hall.direction.sharing = Some(4);
    let view = hall.view(1);
    assert_eq!((view.main, view.thumbs, view.screen), (before.main, before.thumbs, None));
    assert!(hall.plan().sending(4).screen);
    // It comes, and then its owner only says that it does.
    hall.seat(4).screen_comes = true;
    assert_eq!(hall.view(1).screen, Some(4));
    hall.seat(4).screen_comes = false;
    assert_eq!((hall.view(1).main, hall.view(1).screen), (before.main, None));
    // Where nobody could see it, it is not asked for.
    hall.members.iter_mut().for_each(|member| member.look = Look::AudioOnly);
    assert!(!hall.plan().sending(4).screen);
}

#[test]
fn a_weak_line_falls_step_by_step_and_keeps_a_voice() {
    let mut hall = Hall::of(10);
    hall.shares(4);
    hall.loudest = vec![Some(5), Some(6), Some(7)];
    hall.seat(1).line = LineState::Thumbs;
    let view = hall.view(1);
    assert!(view.main.is_none_or(|shown| shown.layer == Layer::Low) && view.screen.is_some());
    hall.seat(1).line = LineState::AudioAndScreen;
    let view = hall.view(1);
    assert_eq!((view.main, small(&view).len(), view.screen), (None, 0, Some(4)));
    hall.seat(1).bits_per_second = 150_000;
    let view = hall.view(1);
    assert_eq!((view.screen, view.voices), (None, [Some(5), Some(6), Some(7)]));
    hall.seat(1).bits_per_second = 0;
    assert_eq!(hall.view(1).voices.iter().flatten().count(), 1);
}

#[test]
fn nobodys_weak_line_touches_another() {
    let mut hall = Hall::of(76);
    hall.speaks(7);
    let good = hall.view(2);
    hall.seat(1).line = LineState::AudioAndScreen;
    hall.seat(1).bits_per_second = 10_000;
    assert_eq!(hall.view(2), good);
}

#[test]
fn an_estimate_that_wavers_changes_nothing() {
    let mut hall = Hall::of(76);
    hall.speaks(7);
    hall.seat(1).bits_per_second = 1_100_000;
    let before = hall.view(1);
    for bits in [1_000_000, 1_050_000, 960_000, 1_040_000, 955_000] {
        hall.seat(1).bits_per_second = bits;
        assert_eq!(hall.view(1), before, "{bits}");
    }
    hall.seat(1).bits_per_second = 900_000;
    let poorer = hall.view(1);
    assert_eq!(poorer.main.unwrap().layer, Layer::Mid);
    hall.seat(1).bits_per_second = 1_000_000;
    assert_eq!(hall.view(1), poorer, "a little better is not good enough");
    hall.seat(1).bits_per_second = 1_100_000;
    assert_eq!(hall.view(1), before);
}

#[test]
fn low_data_means_voices_alone() {
    let mut hall = Hall::of(10);
    hall.shares(4);
    hall.loudest = vec![Some(2), Some(3)];
    hall.seat(1).look = Look::AudioOnly;
    let view = hall.view(1);
    assert_eq!((view.main, small(&view).len(), view.screen), (None, 0, None));
    assert_eq!(view.voices, [Some(2), Some(3), None]);
}

#[test]
fn a_mirror_shows_one_self_alone_as_large_as_the_line_bears() {
    let mut hall = Hall::of(10);
    hall.loudest = vec![Some(2), Some(3)];
    hall.seat(1).look = Look::Mirror;
    let view = hall.view(1);
    assert_eq!(view.main, Some(Shown { seat: 1, layer: Layer::High }));
    assert_eq!((small(&view).len(), view.screen, view.voices), (0, None, [None; VOICES]));
    assert!(hall.plan().sending(1).high);
    hall.loudest = vec![Some(1), Some(2)];
    let others = hall.view(2);
    assert!(
        others.voices == [None; VOICES] && others.main.unwrap().seat != 1 && !small(&others).contains(&1)
    );
    hall.seat(1).bits_per_second = 400_000;
    assert_eq!(hall.view(1).main.unwrap().layer, Layer::Mid);
    hall.seat(1).camera = false;
    assert_eq!(hall.view(1).main, None);
}

#[test]
fn the_grid_turns_page_by_page_and_ends_at_the_last() {
    let mut hall = Hall::of(15);
    let page = |hall: &mut Hall, page| {
        hall.seat(1).look = Look::Grid { page };
        let mut seats = small(&hall.view(1));
        seats.sort_unstable();
        seats
    };
    assert_eq!(pages(&hall.room(), 1), 3);
    assert_eq!(page(&mut hall, 0), [2, 3, 4, 5, 6, 7]);
    assert_eq!(page(&mut hall, 1), [8, 9, 10, 11, 12, 13]);
    assert_eq!(page(&mut hall, 2), [14, 15]);
    assert_eq!(page(&mut hall, 999), [14, 15]);
    hall.speaks(3);
    let view = hall.view(1);
    assert_eq!(view.main.unwrap().seat, 3, "who speaks is seen on every page");
    assert!(
        view.thumbs.iter().flatten().all(|shown| shown.layer == Layer::Mid),
        "two have room to be sharper"
    );
}

#[test]
fn hidden_cameras_are_shown_to_nobody_and_muted_voices_heard_by_nobody() {
    let mut hall = Hall::of(10);
    hall.speaks(5);
    hall.loudest = vec![Some(5), Some(6)];
    hall.direction.hidden = BTreeSet::from([5]);
    hall.direction.muted = BTreeSet::from([6]);
    let view = hall.view(1);
    assert!(view.main.unwrap().seat != 5 && !small(&view).contains(&5));
    assert_eq!(view.voices, [Some(5), None, None]);
    assert_eq!(hall.plan().sending(5), Sending::default());
}

#[test]
fn each_of_the_three_loudest_hears_three_others() {
    let mut hall = Hall::of(10);
    hall.loudest = vec![Some(1), Some(2), Some(3), Some(4)];
    assert_eq!(hall.view(9).voices, [Some(1), Some(2), Some(3)]);
    assert_eq!(hall.view(2).voices.iter().flatten().count(), 3);
    assert!(!hall.view(2).voices.contains(&Some(2)));
}

#[test]
fn a_size_that_is_not_sent_is_never_waited_for() {
    let only = |sent: Layer| move |size: Layer| size == sent;
    assert_eq!(nearest(Layer::High, only(Layer::Low)), Layer::Low);
    assert_eq!(nearest(Layer::Low, only(Layer::High)), Layer::High);
    assert_eq!(nearest(Layer::High, |size| size < Layer::High), Layer::Mid);
    assert_eq!(nearest(Layer::Low, |_| true), Layer::Low);
    assert_eq!(nearest(Layer::Mid, |_| false), Layer::Off);
    assert_eq!(nearest(Layer::Off, |_| true), Layer::Off);
}

#[test]
fn more_is_asked_for_at_once_and_less_after_a_while() {
    let start = Instant::now();
    let high = Sending { low: true, high: true, ..Sending::default() };
    let mut asks = Asks::default();
    let mut told = Vec::new();
    let mut at = |asks: &mut Asks, seconds: u64, sending: Sending| {
        told.clear();
        asks.update(start + Duration::from_secs(seconds), &[(1, sending)], |_, sending| told.push(sending));
        told.clone()
    };
    assert_eq!(at(&mut asks, 0, Sending::default()), [Sending::default()], "a new seat is told in any case");
    assert_eq!(at(&mut asks, 1, high), [high]);
    assert_eq!(at(&mut asks, 2, Sending::default()), []);
    assert_eq!(asks.wake(), Some(start + Duration::from_secs(2) + LINGER));
    assert_eq!(at(&mut asks, 5, high), [], "back on the stage, still warm");
    assert_eq!(at(&mut asks, 6, Sending::default()), []);
    assert_eq!(at(&mut asks, 14, Sending::default()), [Sending::default()]);
    assert_eq!((asks.wake(), asks.asked(1)), (None, Sending::default()));
}

#[test]
fn a_screen_taken_down_is_stopped_at_once() {
    let start = Instant::now();
    let mut asks = Asks::default();
    asks.update(start, &[(1, Sending { low: true, screen: true, ..Sending::default() })], |_, _| {});
    let mut told = None;
    asks.update(start, &[(1, Sending::default())], |_, sending| told = Some(sending));
    assert_eq!(told, Some(Sending { low: true, ..Sending::default() }));
}
