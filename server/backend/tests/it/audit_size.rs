//! How large the trail and a page of it may become: lines are cut with a mark, and a page reads no more than it
//! shows.

use backend::{Backend, q};
use domain::access::{Caller, Grant, Role, Stage};
use domain::attendance::{Attendance, Presence};
use domain::audit::{Audit, AuditEntry, AuditFilter, Deed};
use domain::ids::{AuditId, MeetingId, ParticipantId, PersonId};
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

/// Writes a line directly, as a program without limits did.
async fn old_line(world: &World, of: &Caller, meeting: Option<MeetingId>, bytes: usize) -> AuditId {
    let id = AuditId(world.id());
    let deed = meeting.map_or(Deed::PeopleChange, |_| Deed::MeetingsPublish);
    let mut tx = world.backend.db().begin().await.unwrap();
    let (seq,): (i64,) =
        q("UPDATE audit_head SET seq = seq + 1 WHERE id = 1 RETURNING seq").one(&mut tx).await.unwrap();
    q("INSERT INTO audit (id, at, who, agency_id, meeting_id, what, subject, before_json, after_json, audience, folded, \
       seq) VALUES ($1, $2, 'Ai', $3, $4, $5, 'title', $6, $7, $8, 'old', $9)")
        .bind(id)
        .bind(world.now)
        .bind(of.agency.id)
        .bind(meeting)
        .bind(deed.code())
        .bind(json!({ "name": "x".repeat(bytes / 2), "position": "a" }).to_string())
        .bind(json!({ "name": "x".repeat(bytes / 2), "position": "b" }).to_string())
        .bind(deed.audience().code())
        .bind(seq)
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

fn bytes(lines: &[AuditEntry]) -> usize {
    lines.iter().map(|line| line.before.len() + line.after.len()).sum()
}

#[tokio::test]
async fn a_page_holds_a_bounded_size_and_a_line_without_room_is_shown_alone() {
    each_database(async |world| {
        let own = world.caller(Role::AgencyAdministrator, "SNV").await;
        let meeting = world.meeting("SNV").store().await;
        let list = async |line: Option<AuditId>, by: &Caller| {
            let filter = AuditFilter { line, text: "old".into(), ..AuditFilter::default() };
            Audit::list(&world.backend, by, filter).await.unwrap().rows
        };
        let huge = old_line(world, &own, None, 900_000).await;
        let hidden = old_line(world, &own, Some(meeting), 200_000).await;
        for _ in 0..48 {
            old_line(world, &own, None, 20_000).await;
        }
        let page = list(None, &own).await;
        assert_eq!(page.len(), 50);
        assert!((200_000..=256 * 1024).contains(&bytes(&page)), "{}: {}", world.engine, bytes(&page));
        let of = |id: AuditId| page.iter().find(|line| line.id == id).unwrap();
        assert!(of(huge).is_left_out && of(huge).after.is_empty() && !of(huge).is_withheld);
        assert!(of(hidden).is_withheld && !of(hidden).is_left_out && of(hidden).after.is_empty());
        assert!(page.iter().filter(|line| line.is_left_out).count() > 1);
        assert_eq!(
            page.iter().filter(|line| !line.after.is_empty()).count(),
            13,
            "withheld lines take no room"
        );

        let alone = list(Some(huge), &own).await;
        assert_eq!(alone.len(), 1);
        assert!(!alone[0].is_left_out && bytes(&alone) <= 2 * VALUE_BYTES, "{}", bytes(&alone));
        assert_eq!(
            (&read(&alone[0].before)["position"], &read(&alone[0].after)["position"]),
            (&json!("a"), &json!("b"))
        );
        let alone = list(Some(hidden), &own).await;
        assert!(alone[0].is_withheld && bytes(&alone) == 0);
        // A line of another agency is not found.
        let other = world.caller(Role::AgencyAdministrator, "STC").await;
        assert_eq!(list(Some(huge), &other).await, []);
        let mut writer = own.clone();
        writer.grants.push(Grant { role: Role::Secretary, agency: own.agency.id });
        assert!(bytes(&list(Some(hidden), &writer).await) > 0);
    })
    .await;
}
