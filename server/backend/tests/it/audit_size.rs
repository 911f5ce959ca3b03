//! How large the trail may become: lines are cut with a mark.

use backend::{Backend, q};
use domain::access::{Role, Stage};
use domain::attendance::{Attendance, Presence};
use domain::ids::{ParticipantId, PersonId};
use domain::meetings::{MeetingInput, Meetings};
use serde_json::{Value, json};

use crate::meetings::{briefing, item, published};
use crate::support::{World, each_database};

/// What the trail may hold of a value, before or after.
const VALUE_BYTES: usize = 16 * 1024;

/// Many people of one agency, with long names.
async fn crowd(world: &World, agency: &str, count: usize) -> Vec<PersonId> {
    let agency = world.agency(agency).await;
    let mut tx = world.backend.db().begin().await.unwrap();
    let mut people = Vec::new();
    for n in 0..count {
        let person = PersonId(world.id());
        q("INSERT INTO person (id, user_name, name, position, agency_id, password_hash, is_active, folded, created_at) \
           VALUES ($1, $2, $3, '', $4, '', TRUE, '', 0)")
            .bind(person)
            .bind(format!("dong{n}"))
            .bind(format!("Công Tằng Tôn Nữ Huyền Trân Nguyễn Phúc Thị Ngọc Ánh {n:04}"))
            .bind(agency)
            .run(&mut tx)
            .await
            .unwrap();
        people.push(person);
    }
    tx.commit().await.unwrap();
    people
}

/// The newest line of a deed as stored: subject, before, after.
async fn stored_line(world: &World, what: &str) -> (String, String, String) {
    q("SELECT subject, before_json, after_json FROM audit WHERE what = $1 ORDER BY seq DESC LIMIT 1")
        .bind(what)
        .one(world.backend.db())
        .await
        .unwrap()
}

async fn assert_whole(world: &World) {
    assert_eq!(Backend::verify_trail(&world.config).await.unwrap().broken, None, "{}", world.engine);
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn one_letter_of_a_meeting_of_hundreds_leaves_a_short_line() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let delegates = crowd(world, "SNV", 200).await.iter().map(|id| format!("p-{id}")).collect();
        let agenda = (0..50).map(|n| item(&format!("{n} {}", "nội dung ".repeat(30)))).collect();
        let input = MeetingInput { delegates, agenda, ..briefing(&secretary, &secretary, &[]) };
        let id = published(world, &secretary, input).await;
        let (_, before, after) = stored_line(world, "meetings.publish").await;
        assert!(before.len() <= VALUE_BYTES && after.len() <= VALUE_BYTES, "{}", after.len());

        let publish = async |how: &dyn Fn(&mut MeetingInput)| {
            let (mut input, saved, _) = world.backend.input(&secretary, id).await.unwrap();
            how(&mut input);
            let saved = world.backend.save(&secretary, Some((id, saved.rev)), input).await.unwrap();
            world.backend.publish(&secretary, id, saved.rev).await.unwrap();
            let (_, before, after) = stored_line(world, "meetings.publish").await;
            (read(&before), read(&after))
        };
        let line = publish(&|input| input.title = "Họp giao ban tuẫn".into()).await;
        assert_eq!(line, (json!({ "title": "Họp giao ban tuần" }), json!({ "title": "Họp giao ban tuẫn" })));

        let (before, after) = publish(&|input| drop(input.delegates.remove(7))).await;
        let gone = before["participants"].as_array().unwrap();
        assert_eq!((gone.len(), &after["participants"]), (1, &json!([])));
        assert!(gone[0]["person"]["name"].as_str().unwrap().ends_with(" 0007"), "{gone:?}");
        assert_eq!(after.as_object().unwrap().len(), 1);

        let (before, after) = publish(&|input| input.delegates.truncate(100)).await;
        assert_eq!(before["participants"][12], "… +87");
        assert_eq!(after["participants"], json!([]));
        assert_whole(world).await;
    })
    .await;
}

#[tokio::test]
async fn a_line_is_cut_to_its_size_with_a_mark_and_the_trail_stays_whole() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let meeting = world.meeting("SNV").stage(Stage::UnderWay).store().await;
        let people = crowd(world, "STC", 600).await;
        let agency = world.agency("STC").await;
        let mut tx = world.backend.db().begin().await.unwrap();
        for person in people {
            q("INSERT INTO participant (id, meeting_id, part, person_id, agency_id, position) \
               VALUES ($1, $2, 'delegate', $3, $4, 1)")
            .bind(ParticipantId(world.id()))
            .bind(meeting)
            .bind(person)
            .bind(agency)
            .run(&mut tx)
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(world.backend.mark_rest(&secretary, meeting, Presence::InRoom).await, Ok(600));
        let (_, before, after) = stored_line(world, "attendance.mark_rest").await;
        assert!(before.len() <= VALUE_BYTES && after.len() <= VALUE_BYTES, "{}", after.len());
        let (before, after) = (read(&before), read(&after));
        assert_eq!(before["delegates"], after["delegates"]);
        let names = after["delegates"].as_array().unwrap();
        assert_eq!(names.last().unwrap(), &json!(format!("… +{}", 601 - names.len())));
        assert_eq!(
            (&before["presence"], &after["presence"]),
            (&json!("not_called"), &json!("in_room")),
            "the rest of the line is complete"
        );

        let title = "Họp ".repeat(20_000);
        let draft = MeetingInput { title, ..briefing(&secretary, &secretary, &[]) };
        world.backend.save(&secretary, None, draft).await.unwrap();
        let (subject, _, after) = stored_line(world, "meetings.draft").await;
        assert_eq!(subject.chars().count(), 501, "500 and the mark");
        assert!(subject.ends_with('…') && after.len() <= VALUE_BYTES);
        assert_whole(world).await;
    })
    .await;
}
