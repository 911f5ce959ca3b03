//! Papers that come a second time, that are put back, and when one counts as read.

use backend::{Answers, FileUse};
use chrono::TimeDelta;
use domain::access::{Caller, Stage};
use domain::error::{Failure, Refusal};
use domain::ids::{AgendaItemId, HeldPaperId, MeetingId, PaperId};
use domain::meetings::{Meetings, Waiting};
use domain::papers::{FileKind, Level, Papers, Unread, WithdrawnPaper};

use crate::papers::{PDF, add, meeting, saying, unseen};
use crate::support::{World, each_database};

/// Sends a file without an answer in advance.
async fn send(
    world: &World,
    caller: &Caller,
    item: AgendaItemId,
    title: &str,
    bytes: &[u8],
) -> Result<PaperId, Failure> {
    let mut upload = world.backend.begin_upload(caller, item, title, Level::Open).await?;
    upload.write(bytes).await?;
    upload.finish().await
}

fn same(sent: Result<PaperId, Failure>) -> (String, String, HeldPaperId) {
    match sent {
        Err(Failure::Refused(Refusal::SamePaper { name, title, kept })) => (name, title, kept),
        other => panic!("{other:?}"),
    }
}

async fn withdrawn(world: &World, caller: &Caller, meeting: MeetingId) -> Vec<WithdrawnPaper> {
    let seen = world.backend.get(caller, meeting).await.unwrap();
    seen.agenda.into_iter().flat_map(|item| item.withdrawn).collect()
}

fn later(caller: &Caller, by: TimeDelta) -> Caller {
    Caller { now: caller.now + by, ..caller.clone() }
}

#[tokio::test]
async fn the_same_file_twice_in_one_item_is_asked_about() {
    each_database(async |world| {
        let (id, item, secretary, _) = meeting(world, Stage::Scheduled).await;
        let backend = &world.backend;
        let paper = send(world, &secretary, item, "Báo cáo.pdf", PDF).await.unwrap();
        let (name, title, kept) = same(send(world, &secretary, item, "Báo cáo (1).pdf", PDF).await);
        assert_eq!((name.as_str(), title.as_str()), ("Báo cáo (1)", "Báo cáo"));
        assert_eq!(world.count("paper").await, 1);
        send(world, &secretary, item, "Phụ lục", &saying("Phu luc")).await.unwrap();
        let again = Answers { is_declared: false, is_again: true };
        backend.finish_held(&secretary, id, kept, again).await.unwrap();
        assert_eq!(world.count("paper").await, 3, "it may be there twice");
        // Another item may have it too, and a withdrawn paper is no reason to ask.
        let (_, other, ..) = meeting(world, Stage::Scheduled).await;
        send(world, &secretary, other, "Báo cáo", PDF).await.unwrap();
        backend.withdraw(&secretary, paper).await.unwrap();
        let (_, title, _) = same(send(world, &secretary, item, "x", PDF).await);
        assert_eq!(title, "Báo cáo (1)", "the one that is left");
    })
    .await;
}

#[tokio::test]
async fn a_file_that_needs_both_answers_is_asked_about_twice_and_sent_once() {
    each_database(async |world| {
        let (id, item, secretary, _) = meeting(world, Stage::Scheduled).await;
        let scanned = saying("");
        let declared = Answers { is_declared: true, is_again: false };
        let mut first = world.backend.begin_upload(&secretary, item, "Bản quét", Level::Open).await.unwrap();
        first.answer(declared);
        first.write(&scanned).await.unwrap();
        first.finish().await.unwrap();
        let (.., kept) = same(send(world, &secretary, item, "Bản quét", &scanned).await);
        let again = Answers { is_declared: false, is_again: true };
        let refused = world.backend.finish_held(&secretary, id, kept, again).await;
        let title = "Bản quét".to_owned();
        let unread = Refusal::FirstPageUnread { why: Unread::NoText, title, kept };
        assert_eq!(refused, Err(Failure::Refused(unread)), "one answer is not the other");
        world.backend.finish_held(&secretary, id, kept, declared).await.unwrap();
        assert_eq!(world.count("paper").await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_nobody_can_read_is_named_and_refused() {
    each_database(async |world| {
        let (_, item, secretary, _) = meeting(world, Stage::Scheduled).await;
        let form = String::from_utf8(PDF.to_vec()).unwrap().replace(
            "/Pages 2 0 R>>endobj",
            "/Pages 2 0 R/AcroForm<</XFA[(x)]/Fields[]>>/NeedsRendering true>>endobj",
        );
        for (bytes, kind) in [
            (form.as_bytes(), FileKind::Form),
            (b"%PDF-1.7\n", FileKind::Cut),
            (b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pa", FileKind::Cut),
        ] {
            let refused = send(world, &secretary, item, "x", bytes).await;
            assert_eq!(refused, Err(Failure::Refused(Refusal::NotPdf { kind })));
        }
        assert_eq!(world.count("paper").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_withdrawn_paper_leaves_a_trace_and_is_put_back_within_a_quarter_of_an_hour() {
    each_database(async |world| {
        let (id, item, secretary, delegate) = meeting(world, Stage::Scheduled).await;
        let backend = &world.backend;
        let paper = add(backend, &secretary, item, "Báo cáo", PDF).await.unwrap();
        backend.mark_read(&delegate, paper).await.unwrap();
        backend.withdraw(&secretary, paper).await.unwrap();
        let trace = WithdrawnPaper { id: paper, title: "Báo cáo".into(), at: world.now };
        assert_eq!(withdrawn(world, &secretary, id).await, [trace]);
        assert_eq!(withdrawn(world, &delegate, id).await, [], "only who manages papers is told");
        assert_eq!(backend.restore(&delegate, paper).await, Err(Failure::Forbidden));
        let late = later(&secretary, TimeDelta::minutes(16));
        let refused = Err(Failure::Refused(Refusal::RestoredTooLate { minutes: 15 }));
        assert_eq!(backend.restore(&late, paper).await, refused);
        let soon = later(&secretary, TimeDelta::minutes(15));
        backend.restore(&soon, paper).await.unwrap();
        backend.restore(&soon, paper).await.unwrap();
        assert_eq!(withdrawn(world, &secretary, id).await, []);
        let seen = backend.get(&delegate, id).await.unwrap();
        assert!(seen.papers().any(|found| found.id == paper && found.is_read), "nobody need read it again");
        assert_eq!(world.count("audit WHERE what = 'papers.restore'").await, 1);
        backend.read(&delegate, paper).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_neutral_line_that_is_removed_leaves_no_trace() {
    each_database(async |world| {
        let (id, item, secretary, _) = meeting(world, Stage::Scheduled).await;
        let line = world.backend.leave_neutral_line(&secretary, item).await.unwrap();
        world.backend.withdraw(&secretary, line).await.unwrap();
        assert_eq!(withdrawn(world, &secretary, id).await, []);
        assert_eq!(world.backend.restore(&secretary, line).await, Err(Failure::NotFound));
    })
    .await;
}

#[tokio::test]
async fn a_paper_counts_as_read_once_its_first_page_is_seen_and_not_by_an_opening_that_fails() {
    each_database(async |world| {
        let (_, item, secretary, delegate) = meeting(world, Stage::Scheduled).await;
        let paper = add(&world.backend, &secretary, item, "Báo cáo", PDF).await.unwrap();
        world.backend.read(&delegate, paper).await.unwrap();
        world.backend.open_file(&delegate, paper, FileUse::Reader).await.unwrap();
        assert_eq!(world.count("paper_reading").await, 0, "the bytes alone are not a page");
        world.backend.mark_read(&delegate, paper).await.unwrap();
        world.backend.mark_read(&delegate, paper).await.unwrap();
        assert_eq!(world.count("paper_reading").await, 1);
        let stranger = world.person("STC").await;
        assert_eq!(world.backend.mark_read(&stranger, paper).await, Err(Failure::NotFound));
    })
    .await;
}

#[tokio::test]
async fn a_locked_or_damaged_paper_is_told_as_such_on_the_agenda() {
    each_database(async |world| {
        let (id, item, secretary, delegate) = meeting(world, Stage::Scheduled).await;
        let mut upload = world.backend.begin_upload(&secretary, item, "x", Level::Open).await.unwrap();
        upload.answer(Answers { is_declared: true, is_again: false });
        upload.write(b"%PDF-1.7\n%a paper of no pages\n%%EOF\n").await.unwrap();
        upload.finish().await.unwrap();
        let seen = world.backend.get(&delegate, id).await.unwrap();
        let told: Vec<_> = seen.papers().map(|paper| (paper.pages, paper.unread)).collect();
        assert_eq!(told, [(None, Some(Unread::Damaged))]);
    })
    .await;
}

#[tokio::test]
async fn whoever_takes_the_file_alone_has_read_it() {
    each_database(async |world| {
        let (meeting, item, secretary, delegate) = meeting(world, Stage::Scheduled).await;
        let paper = add(&world.backend, &secretary, item, "Báo cáo", PDF).await.unwrap();
        let is_read = async || {
            let meeting = world.backend.get(&delegate, meeting).await.unwrap();
            meeting.papers().find(|found| found.id == paper).unwrap().is_read
        };
        assert!(!is_read().await);
        world.backend.open_file(&delegate, paper, FileUse::Download).await.unwrap();
        world.backend.open_file(&delegate, paper, FileUse::Download).await.unwrap();
        assert!(is_read().await);
        assert_eq!(world.count("paper_reading").await, 1, "once for a person and a version");
        let stranger = world.person("STC").await;
        assert_eq!(
            world.backend.open_file(&stranger, paper, FileUse::Download).await,
            Err(Failure::NotFound)
        );
        assert_eq!(world.count("paper_reading").await, 1, "a refused reader has read nothing");
    })
    .await;
}

#[tokio::test]
async fn papers_that_are_put_back_as_they_were_are_no_news() {
    each_database(async |world| {
        let (meeting, item, secretary, delegate) = meeting(world, Stage::Scheduled).await;
        let backend = &world.backend;
        let papers = vec![vec!["papers".to_owned()]];
        let first = add(backend, &secretary, item, "Báo cáo", PDF).await.unwrap();
        let second = add(backend, &secretary, item, "Phụ lục", PDF).await.unwrap();
        // Whether the addition was seen or not, the slip between changes nothing about it; both orders of putting back.
        for (seen_before, seen_between) in [(false, false), (true, false), (true, true)] {
            if seen_before {
                backend.get(&delegate, meeting).await.unwrap();
            }
            let told = unseen(world, &delegate).await;
            for [one, other] in [[first, second], [second, first]] {
                backend.withdraw(&secretary, first).await.unwrap();
                backend.withdraw(&secretary, second).await.unwrap();
                assert_eq!(unseen(world, &delegate).await, papers);
                if seen_between {
                    backend.get(&delegate, meeting).await.unwrap();
                }
                backend.restore(&secretary, one).await.unwrap();
                backend.restore(&secretary, other).await.unwrap();
                assert_eq!(unseen(world, &delegate).await, told, "{seen_before} {seen_between}");
            }
        }
        // What comes after is told, also to who has seen more than there is now.
        backend.rename(&secretary, first, "Báo cáo tháng").await.unwrap();
        assert_eq!(unseen(world, &delegate).await, papers);
        backend.get(&delegate, meeting).await.unwrap();
        // Another title in between is another paper, and a paper that is gone for good is told.
        backend.withdraw(&secretary, second).await.unwrap();
        backend.rename(&secretary, first, "Báo cáo quý").await.unwrap();
        backend.restore(&secretary, second).await.unwrap();
        assert_eq!(unseen(world, &delegate).await, papers);
        let changes = backend.get(&delegate, meeting).await.unwrap().changes;
        assert!(changes.iter().all(|change| change.before.is_empty()), "{changes:?}");
    })
    .await;
}

#[tokio::test]
async fn a_paper_is_not_unread_for_the_one_who_added_it() {
    each_database(async |world| {
        let (meeting, item, secretary, delegate) = meeting(world, Stage::Scheduled).await;
        let paper = add(&world.backend, &secretary, item, "Báo cáo", PDF).await.unwrap();
        for (of, is_read) in [(&secretary, true), (&delegate, false)] {
            let seen = world.backend.get(of, meeting).await.unwrap();
            assert_eq!(seen.papers().find(|found| found.id == paper).unwrap().is_read, is_read);
            let waiting = world.backend.today(of).await.unwrap().waiting;
            let is_unread = |waiting: &Waiting| matches!(waiting, Waiting::Unread { .. });
            assert_eq!(waiting.iter().any(is_unread), !is_read);
        }
    })
    .await;
}
