//! The calendar file of a meeting.

use domain::meetings::{AgendaInput, MeetingInput, SittingInput};
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
    // Whoever finds it in another program finds the way back, and who chairs.
    let unfolded = answer.text().replace("\r\n ", "");
    let page = format!("/meetings/{meeting}");
    let described = unfolded.lines().find(|line| line.starts_with("DESCRIPTION:")).unwrap();
    assert!(described.contains(&page) && described.contains("Chủ trì:"), "{described}");
    let (stranger, _) = world.person("khach1", "delegate").await;
    let refused = world.ask(Method::GET, &path).signed_in(&stranger).send().await;
    assert!(matches!(refused.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND));
}

/// The lines of one kind, unfolded.
fn lines<'t>(file: &'t str, name: &str) -> Vec<&'t str> {
    file.lines().filter(|line| line.starts_with(name)).collect()
}

#[tokio::test]
async fn what_was_called_off_says_so_in_its_title() {
    let (world, _) = World::claimed().await;
    let (secretary, caller) = world.person("thuky1", "secretary").await;
    let (meeting, _) = world.meeting(&caller).await;
    let path = format!("/meetings/{meeting}/invitation.ics");
    let file =
        async || world.ask(Method::GET, &path).signed_in(&secretary).send().await.text().replace("\r\n ", "");
    let uid = lines(&file().await, "UID:").join(" ");
    world.site.services.meetings.call_off(&caller, meeting, true, "Chủ trì đi công tác").await.unwrap();
    let postponed = file().await;
    assert_eq!(lines(&postponed, "SUMMARY:"), ["SUMMARY:HOÃN: Họp giao ban tuần"]);
    assert_eq!(lines(&postponed, "STATUS:"), ["STATUS:CANCELLED"]);
    assert_eq!(lines(&postponed, "UID:"), [uid.as_str()], "it replaces the entry that is there");
    let page = world.page(&format!("/meetings/{meeting}")).signed_in(&secretary).send().await;
    let page = page.text();
    assert!(page.contains("/invitation.ics") && page.contains("Cập nhật lịch cá nhân"), "{page}");
    assert!(!page.contains("Thêm vào lịch cá nhân"), "nothing is left to be put into a calendar: {page}");
}

#[tokio::test]
async fn the_entry_of_a_meeting_that_nobody_was_invited_to_is_not_offered_once_it_is_off() {
    let (world, _) = World::claimed().await;
    let (secretary, caller) = world.person("thuky1", "secretary").await;
    let (meeting, _) = world.meeting(&caller).await;
    world.site.services.meetings.call_off(&caller, meeting, false, "Không cần nữa").await.unwrap();
    // As a file of past meetings brings them.
    let mut tx = world.site.backend.db().begin().await.unwrap();
    backend::q("UPDATE meeting SET invited_at = NULL WHERE id = $1")
        .bind(meeting)
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let page = world.page(&format!("/meetings/{meeting}")).signed_in(&secretary).send().await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text().contains("/invitation.ics"), "{}", page.text());
    let file = world.ask(Method::GET, &format!("/meetings/{meeting}/invitation.ics")).signed_in(&secretary);
    assert_eq!(file.send().await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_largest_meeting_makes_a_small_file() {
    let (world, _) = World::claimed().await;
    let (secretary, caller) = world.person("thuky1", "secretary").await;
    let (meeting, _) = world.meeting(&caller).await;
    let meetings = &world.site.services.meetings;
    let (first, mut saved, _) = meetings.input(&caller, meeting).await.unwrap();
    // Letters of many bytes, as many as may be.
    let long = "ấ\u{323}\u{331}".repeat(140);
    let agenda: Vec<_> =
        (0..40).map(|_| AgendaInput { title: long.clone(), ..first.agenda[0].clone() }).collect();
    // Two in one morning, then one on another day: each time one is taken out.
    let sitting = |day: u32, from: &str, to: &str| SittingInput {
        date: format!("2026-07-{day:02}"),
        from: from.into(),
        to: to.into(),
        ..SittingInput::default()
    };
    for round in 0..8 {
        let agenda = agenda.iter().map(|item| AgendaInput { minutes: "1".into(), ..item.clone() }).collect();
        let first_of_day = sitting(round + 6, "08:00", "09:00");
        let sittings = if round % 2 == 0 {
            vec![first_of_day, sitting(round + 6, "10:00", "11:00")]
        } else {
            vec![first_of_day]
        };
        let input = MeetingInput { agenda, sittings, kind: "working".into(), ..first.clone() };
        saved = meetings.save(&caller, Some((meeting, saved.rev)), input).await.unwrap();
        saved = meetings.publish(&caller, meeting, saved.rev).await.unwrap();
    }
    let path = format!("/meetings/{meeting}/invitation.ics");
    let answer = world.ask(Method::GET, &path).signed_in(&secretary).send().await;
    assert_eq!(answer.status, StatusCode::OK);
    let unfolded = answer.text().replace("\r\n ", "");
    let described = lines(&unfolded, "DESCRIPTION:");
    assert!(
        described.iter().all(|line| line.len() < 6_000),
        "{:?}",
        described.iter().map(|line| line.len()).max()
    );
    assert!(described[0].contains("nội dung khác trên trang cuộc họp"), "{}", described[0]);
    let cancelled = lines(&unfolded, "STATUS:CANCELLED").len();
    assert!(cancelled > 0);
    let with_agenda = described.iter().filter(|line| line.contains("nội dung khác")).count();
    assert_eq!(
        with_agenda + cancelled,
        lines(&unfolded, "BEGIN:VEVENT").len(),
        "what was taken out has no agenda"
    );
}
