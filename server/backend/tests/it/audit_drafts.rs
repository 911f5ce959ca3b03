//! What saves of a draft write to the trail: the differences, once per person and 15 minutes.

use backend::q;
use domain::access::{Caller, Role};
use domain::ids::MeetingId;
use domain::meetings::{MeetingInput, Meetings};
use serde_json::{Value, json};

use crate::meetings::{briefing, item, published};
use crate::support::{World, each_database};

fn later(caller: &Caller, minutes: i64) -> Caller {
    Caller { now: caller.now + chrono::Duration::minutes(minutes), ..caller.clone() }
}

/// The lines of saves, oldest first: person, before and after.
async fn saves(world: &World) -> Vec<(String, Value, Value)> {
    let rows: Vec<(String, String, String)> =
        q("SELECT who, before_json, after_json FROM audit WHERE what = 'meetings.save' ORDER BY seq")
            .all(world.backend.db())
            .await
            .unwrap();
    let json = |text: String| serde_json::from_str(&text).unwrap();
    rows.into_iter().map(|(who, before, after)| (who, json(before), json(after))).collect()
}

async fn save(world: &World, by: &Caller, id: MeetingId, how: impl FnOnce(&mut MeetingInput)) {
    let (mut input, saved, _) = world.backend.input(by, id).await.unwrap();
    how(&mut input);
    world.backend.save(by, Some((id, saved.rev)), input).await.unwrap();
}

#[tokio::test]
async fn a_thousand_saves_of_an_hour_leave_a_few_short_lines() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let agenda = (0..40).map(|n| item(&format!("{n}{}", " nội dung".repeat(20)))).collect();
        let input = MeetingInput { agenda, ..briefing(&secretary, &secretary, &[]) };
        let mut saved = world.backend.save(&secretary, None, input.clone()).await.unwrap();
        for number in 0..1000 {
            let now = secretary.now + chrono::Duration::milliseconds(number * 3600);
            let caller = Caller { now, ..secretary.clone() };
            let input = MeetingInput { place: format!("Phòng {number}"), ..input.clone() };
            saved = world.backend.save(&caller, Some((saved.id, saved.rev)), input).await.unwrap();
        }
        let (lines, bytes): (i64, i64) = q("SELECT CAST(COUNT(*) AS BIGINT), \
                CAST(SUM(LENGTH(before_json) + LENGTH(after_json)) AS BIGINT) FROM audit WHERE what LIKE 'meetings.%'")
            .one(world.backend.db())
            .await
            .unwrap();
        assert!((2..=5).contains(&lines), "{lines}");
        assert!(bytes < 5 * 16 * 1024, "{bytes}");
        assert_eq!(world.count("draft_line").await, 1);
        assert_eq!(world.backend.input(&secretary, saved.id).await.unwrap().0.place, "Phòng 999");
    })
    .await;
}

#[tokio::test]
async fn a_line_tells_what_differs_from_the_line_before_it() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let id =
            world.backend.save(&secretary, None, briefing(&secretary, &secretary, &[])).await.unwrap().id;
        save(world, &later(&secretary, 5), id, |input| input.title = "Giữa chừng".into()).await;
        assert_eq!(saves(world).await, [], "the draft was begun in this quarter");
        save(world, &later(&secretary, 15), id, |input| input.place = "Phòng 2".into()).await;
        save(world, &later(&secretary, 29), id, |input| input.title = "Họp".into()).await;
        save(world, &later(&secretary, 31), id, |input| input.title = "Họp tháng".into()).await;
        let found = saves(world).await;
        let first = (
            json!({ "title": "Họp giao ban tuần", "place": "Hội trường" }),
            json!({ "title": "Giữa chừng", "place": "Phòng 2" }),
        );
        let second = (json!({ "title": "Giữa chừng" }), json!({ "title": "Họp tháng" }));
        let expected = [first, second].map(|(before, after)| (secretary.name.clone(), before, after));
        assert_eq!(found, expected);
    })
    .await;
}

#[tokio::test]
async fn two_people_on_one_draft_have_a_line_each_and_who_saved_between_is_named() {
    each_database(async |world| {
        let one = world.caller(Role::Secretary, "SNV").await;
        let other = world.caller(Role::Secretary, "SNV").await;
        let id = world.backend.save(&one, None, briefing(&one, &one, &[])).await.unwrap().id;
        for minute in 0..6 {
            save(world, &later(&one, minute), id, |input| input.place = format!("A{minute}")).await;
            save(world, &later(&other, minute), id, |input| input.place = format!("B{minute}")).await;
        }
        let found = saves(world).await;
        assert_eq!(found.len(), 1, "{found:?}");
        let after = json!({ "place": "B0", "saved_by": [one.name] });
        assert_eq!(found[0], (other.name.clone(), json!({ "place": "Hội trường" }), after));
    })
    .await;
}

#[tokio::test]
async fn a_change_after_the_invitations_is_told_against_what_was_published() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let id = published(world, &secretary, briefing(&secretary, &secretary, &[])).await;
        assert_eq!(world.count("draft_line").await, 0, "the meeting's own line was written");
        save(world, &later(&secretary, 1), id, |input| input.place = "Phòng 9".into()).await;
        let expected = (json!({ "place": "Hội trường" }), json!({ "place": "Phòng 9" }));
        let found = saves(world).await;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].1.clone(), found[0].2.clone()), expected);
        let rev = world.backend.input(&secretary, id).await.unwrap().1.rev;
        world.backend.publish(&later(&secretary, 2), id, rev).await.unwrap();
        assert_eq!(
            world.count("audit WHERE what = 'meetings.publish'").await,
            2,
            "sending always leaves a line"
        );
    })
    .await;
}
