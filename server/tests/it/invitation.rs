//! The calendar file of a meeting.

use http::{Method, StatusCode, header};

use crate::world::World;

#[tokio::test]
async fn a_meeting_goes_into_its_peoples_calendars() {
    let (world, _) = World::claimed().await;
    let (secretary, caller) = world.person("thuky1", "secretary").await;
    let (meeting, _) = world.meeting(&caller).await;
    let path = format!("/meetings/{meeting}/invitation.ics");
    let answer = world.ask(Method::GET, &path).signed_in(&secretary).send().await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.header(header::CONTENT_TYPE).starts_with("text/calendar"));
    // 08:00 on 18 June in Viet Nam.
    for line in [
        "DTSTART:20260618T010000Z",
        "SUMMARY:Họp giao ban tuần",
        "LOCATION:Phòng họp số 1",
        "STATUS:CONFIRMED",
    ] {
        assert!(answer.text().contains(line), "{line} in {}", answer.text());
    }
    let (stranger, _) = world.person("khach1", "delegate").await;
    let refused = world.ask(Method::GET, &path).signed_in(&stranger).send().await;
    assert!(matches!(refused.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND));
}
