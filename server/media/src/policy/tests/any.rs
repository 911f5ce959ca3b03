//! What holds of any room, whatever came before it.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{AT_MOST, Hall, small};
use crate::chance::settings;
use crate::policy::*;

fn looks() -> impl Strategy<Value = Look> {
    prop_oneof![3 => Just(Look::Speaker), 2 => (0..20_u16).prop_map(|page| Look::Grid { page }), 1 => Just(Look::AudioOnly), 1 => Just(Look::Mirror)]
}

fn lines() -> impl Strategy<Value = LineState> {
    prop_oneof![4 => Just(LineState::Full), 1 => Just(LineState::Thumbs), 1 => Just(LineState::AudioAndScreen)]
}

prop_compose! {
    fn members()(all in prop::collection::btree_map(1..90_u64, (any::<bool>(), any::<[bool; 2]>(), any::<bool>(), any::<bool>(), looks(), lines(), 0..2_000_000_u32), 0..80)) -> Vec<Member> {
        all.into_iter().map(|(number, (camera, [screen, screen_comes], sound, subscribes, look, line, bits_per_second))| {
            Member { number, camera, screen, screen_comes, sound, subscribes, look, line, bits_per_second }
        }).collect()
    }
}

prop_compose! {
    /// Any state, seats that are not there named as well.
    fn halls()(
        members in members(),
        large in prop::option::of(1..90_u64),
        floor in prop::option::of(1..90_u64),
        chair in prop::option::of(1..90_u64),
        hall in prop::option::of(1..90_u64),
        sharing in prop::option::of(1..90_u64),
        muted in prop::collection::btree_set(1..90_u64, 0..10),
        hidden in prop::collection::btree_set(1..90_u64, 0..10),
        recent in prop::collection::vec(1..90_u64, 0..8),
        loudest in prop::collection::btree_set(1..90_u64, 0..4),
    ) -> Hall {
        let direction = Direction { large, floor, muted, hidden, sharing, chair, hall, is_under_way: false };
        let loudest = loudest.into_iter().map(Some).collect();
        Hall { members, direction, recent, loudest, before: Plan::default() }
    }
}

/// What must hold of any plan, whatever came before it.
fn assert_sound(hall: &Hall, plan: &Plan) -> Result<(), TestCaseError> {
    let member = |seat: u64| hall.members.iter().find(|member| member.number == seat);
    prop_assert!(plan.stage.len() <= STAGE);
    prop_assert_eq!(plan.views.len(), hall.members.iter().filter(|member| member.subscribes).count());
    for view in &plan.views {
        let me = member(view.seat).expect("a view is of a member");
        let faces: Vec<Shown> = view.shows().collect();
        let seats: BTreeSet<u64> = faces.iter().map(|shown| shown.seat).collect();
        prop_assert_eq!(seats.len(), faces.len(), "nobody is seen twice");
        let sees_itself = seats.contains(&view.seat) || view.screen == Some(view.seat);
        prop_assert!(!sees_itself || me.look == Look::Mirror, "a seat sees itself");
        prop_assert!(!view.voices.contains(&Some(view.seat)), "a seat hears itself");
        for shown in &faces {
            prop_assert!(member(shown.seat).is_some_and(|member| member.camera));
            prop_assert!(!hall.direction.hidden.contains(&shown.seat) && shown.layer > Layer::Off);
            let sending = plan.sending(shown.seat);
            prop_assert!(sending.low && (shown.layer != Layer::High || sending.high));
            prop_assert!(shown.layer != Layer::Mid || sending.mid);
        }
        for voice in view.voices.iter().flatten() {
            let is_kept = [hall.direction.floor, hall.direction.chair].contains(&Some(*voice));
            prop_assert!(hall.loudest.contains(&Some(*voice)) || is_kept);
            prop_assert!(!hall.direction.muted.contains(voice));
        }
        prop_assert!(
            view.screen
                .is_none_or(|screen| hall.direction.sharing == Some(screen) && plan.sending(screen).screen)
        );
        // Voices have their share, all else is within what the line bears and the server allows.
        let bears = me.bits_per_second.min(AT_MOST);
        let voices = (bears / 5).clamp(VOICE, VOICES as u32 * VOICE);
        prop_assert!(
            view.bits_per_second() <= bears.saturating_sub(voices),
            "{} of {bears}",
            view.bits_per_second()
        );
        prop_assert!(me.line != LineState::AudioAndScreen || faces.is_empty());
        prop_assert!(me.line == LineState::Full || faces.iter().all(|shown| shown.layer == Layer::Low));
    }
    let watched = |seat: u64| plan.views.iter().any(|view| view.shows().any(|shown| shown.seat == seat));
    for (seat, sending) in &plan.sends {
        prop_assert_eq!(sending.low, watched(*seat), "an unwatched camera rests");
    }
    Ok(())
}

proptest! {
    #![proptest_config(settings(256))]

    #[test]
    fn any_room_has_a_sound_plan(first in halls(), second in halls()) {
        let one = plan(&first.room(), &Plan::default());
        assert_sound(&first, &one)?;
        // After any other room at all, and once more.
        let two = plan(&second.room(), &one);
        assert_sound(&second, &two)?;
        let again = plan(&second.room(), &two);
        assert_sound(&second, &again)?;
        prop_assert_eq!(&plan(&second.room(), &again), &again, "a plan of the same room does not change any more");
    }

    #[test]
    fn a_better_line_never_sees_less(hall in halls(), more in 0..1_000_000_u32) {
        let before = Plan::default();
        let poor = plan(&hall.room(), &before);
        let mut better = hall.clone();
        for member in &mut better.members {
            member.bits_per_second += more;
        }
        let rich = plan(&better.room(), &before);
        for (poor, rich) in poor.views.iter().zip(&rich.views) {
            // With room for one more voice a picture may have to wait; faces are compared where voices are equal.
            let beside = |view: &View| (view.voices.iter().flatten().count(), view.screen);
            if beside(poor) == beside(rich) && hall.members.iter().all(|member| member.bits_per_second >= 250_000) {
                prop_assert!(rich.small() >= poor.small());
                let large = |view: &View| view.main.map_or(Layer::Off, |shown| shown.layer);
                prop_assert!(large(rich) >= large(poor));
            }
        }
    }

    #[test]
    fn who_stays_in_view_stays_in_place(hall in halls(), speaker in 1..90_u64) {
        let mut hall = hall;
        let before = hall.plan().clone();
        hall.speaks(speaker);
        let now = hall.plan();
        for (old, new) in before.views.iter().zip(&now.views) {
            let place = |view: &View, seat: u64| view.thumbs.iter().position(|shown| shown.is_some_and(|shown| shown.seat == seat));
            for seat in small(old) {
                prop_assert!(place(new, seat).is_none() || place(new, seat) == place(old, seat));
            }
        }
    }
}
