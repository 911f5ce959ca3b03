//! Pages of a meeting that come too late: each says what became of the meeting and since when, and leads on.

use chrono::{DateTime, Utc};
use domain::access::Caller;
use domain::attendance::Presence;
use domain::ids::MeetingId;
use domain::meetings::MeetingInput;
use http::StatusCode;

use crate::world::World;

/// Every page of a meeting that has nothing to do once it is over.
const PAGES: [&str; 6] = ["in", "rehearsal", "live", "delegates", "hall", "edit"];

/// A meeting with an agency that has named nobody, as it stands when its invitations are out.
async fn invited(world: &World, caller: &Caller) -> MeetingId {
    let meetings = &world.site.services.meetings;
    let (id, _) = world.meeting(caller).await;
    let (input, saved, _) = meetings.input(caller, id).await.unwrap();
    let input = MeetingInput { delegates: vec![format!("a-{}", caller.agency.id)], ..input };
    let saved = meetings.save(caller, Some((id, saved.rev)), input).await.unwrap();
    meetings.publish(caller, id, saved.rev).await.unwrap();
    id
}

#[tokio::test]
async fn every_page_of_a_meeting_that_is_over_says_so_and_leads_on() {
    let (world, _) = World::claimed().await;
    let (cookie, caller) = world.person("thuky1", "secretary").await;
    let meetings = &world.site.services.meetings;
    let at = |text: &str| {
        let now: DateTime<Utc> = format!("2026-06-{text}:00+07:00").parse().unwrap();
        Caller { now, ..caller.clone() }
    };
    for (stage, said) in [
        ("cancelled", ["Cuộc họp đã hủy", "Hủy lúc 15:20, 17/6/2026"]),
        ("postponed", ["Cuộc họp đã hoãn", "Hoãn lúc 15:20, 17/6/2026"]),
        ("held", ["Cuộc họp đã kết thúc", "Kết thúc lúc 09:45, 18/6/2026"]),
    ] {
        let id = invited(&world, &caller).await;
        match stage {
            "held" => {
                meetings.open(&at("18T08:00"), id).await.unwrap();
                let attendance = &world.site.services.attendance;
                attendance.mark_rest(&at("18T08:05"), id, Presence::InRoom).await.unwrap();
                meetings.close(&at("18T09:45"), id, None, "", true).await.unwrap();
            }
            _ => meetings.call_off(&at("17T15:20"), id, stage == "postponed", "Bão").await.unwrap(),
        }
        for page in PAGES {
            // A postponed meeting is edited, so that it gets its new date.
            if (stage, page) == ("postponed", "edit") {
                continue;
            }
            let answer = world.page(&format!("/meetings/{id}/{page}")).signed_in(&cookie).send().await;
            // The form alone is refused as a whole; the others still have something of the meeting to show.
            assert_eq!(answer.status == StatusCode::OK, page != "edit", "{stage} {page}: {}", answer.status);
            let text = answer.text().replace("<!>", "");
            let was_present = text.contains("Bạn đã được điểm danh có mặt tại cuộc họp này.");
            assert_eq!(was_present, (stage, page) == ("held", "in"), "{stage} {page}: {text}");
            for words in said {
                assert!(text.contains(words), "{stage} {page}: {words}: {text}");
            }
            assert!(text.contains(&format!("href=\"/meetings/{id}\"")), "{stage} {page}: {text}");
            // In the hall nobody waits for an item of a meeting that does not take place.
            if page == "hall" {
                assert_eq!(text.contains("Báo cáo tuần"), stage == "held", "{stage}: {text}");
            }
        }
    }
}
