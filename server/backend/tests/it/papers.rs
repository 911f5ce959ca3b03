//! Papers: what is taken, what is refused and leaves nothing, and who may read.

use backend::{Answers, Backend, BackendConfig, FileUse, SeededEntropy, q};
use chrono::TimeZone;
use domain::access::{Caller, Role, Stage};
use domain::error::{Failure, Refusal};
use domain::ids::{AgendaItemId, HeldPaperId, MeetingId, PaperId};
use domain::meetings::Meetings;
use domain::papers::{FileKind, Level, PaperLine, Papers, Unread};

use crate::support::{World, each_database};

/// A small paper of one page, whose text can be read.
pub(crate) const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
    2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
    3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj\n\
    4 0 obj<</Length 38>>stream\nBT /F1 12 Tf 72 700 Td (Bao cao) Tj ET\nendstream endobj\n\
    5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
/// A file that is a PDF by its first bytes but cannot be opened.
const DAMAGED: &[u8] = b"%PDF-1.7\n%a paper of no pages\n%%EOF\n";

/// The answer of a sender who declares.
const DECLARED: Answers = Answers { is_declared: true, is_again: false };

/// [`PDF`] with another text of the same length.
pub(crate) fn saying(words: &str) -> Vec<u8> {
    let words = format!("({words:7})");
    String::from_utf8(PDF.to_vec()).unwrap().replace("(Bao cao)", &words).into_bytes()
}

/// A scheduled meeting with one agenda item, its secretary and a delegate.
pub(crate) async fn meeting(world: &World, stage: Stage) -> (MeetingId, AgendaItemId, Caller, Caller) {
    let secretary = world.caller(Role::Secretary, "SNV").await;
    let delegate = world.person("STC").await;
    let meeting =
        world.meeting("SNV").stage(stage).at("2026-06-20T07:30/11:30").delegate(&delegate).store().await;
    let item = AgendaItemId(world.id());
    let mut tx = world.backend.db().begin().await.unwrap();
    q("INSERT INTO agenda_item (id, meeting_id, position, title, minutes, presenter, is_discussion) \
       VALUES ($1, $2, 1, 'Báo cáo', 30, '', FALSE)")
    .bind(item)
    .bind(meeting)
    .run(&mut tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    (meeting, item, secretary, delegate)
}

pub(crate) async fn add(
    backend: &Backend,
    caller: &Caller,
    item: AgendaItemId,
    title: &str,
    bytes: &[u8],
) -> Result<PaperId, Failure> {
    let mut upload = backend.begin_upload(caller, item, title, Level::Open).await?;
    // Many tests need several papers, and not what is in them.
    upload.answer(Answers { is_declared: false, is_again: true });
    for chunk in bytes.chunks(7) {
        upload.write(chunk).await?;
    }
    upload.finish().await
}

#[tokio::test]
async fn whoever_may_not_read_papers_is_not_shown_their_titles() {
    each_database(async |world| {
        let (meeting, item, secretary, delegate) = meeting(world, Stage::Scheduled).await;
        add(&world.backend, &secretary, item, "Phương án sắp xếp nhân sự", PDF).await.unwrap();
        world.backend.leave_neutral_line(&secretary, item).await.unwrap();
        let lines = async |caller: &Caller| {
            let seen = world.backend.get(caller, meeting).await.unwrap();
            assert_eq!(seen.agenda.len(), 1, "the agenda itself is everybody's");
            seen.agenda[0].papers.len()
        };
        assert_eq!((lines(&secretary).await, lines(&delegate).await), (2, 2));
        for role in [Role::Leader, Role::ReportingOfficer] {
            let caller = world.caller(role, "SNV").await;
            assert_eq!(lines(&caller).await, 0, "{role:?}");
        }
        let invited = world.caller(Role::Secretary, "SYT").await;
        let mut tx = world.backend.db().begin().await.unwrap();
        q("INSERT INTO participant (id, meeting_id, part, agency_id, position) VALUES ($1, $2, 'delegate', $3, 2)")
            .bind(world.id().to_string())
            .bind(meeting)
            .bind(invited.agency.id)
            .run(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(lines(&invited).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_paper_is_read_by_those_of_the_meeting_and_nobody_else() {
    each_database(async |world| {
        let (meeting, item, secretary, delegate) = meeting(world, Stage::Scheduled).await;
        let first = add(&world.backend, &secretary, item, "Báo cáo tháng 6.pdf", PDF).await.unwrap();
        let second = add(&world.backend, &secretary, item, "Phụ lục", PDF).await.unwrap();
        let reading = world.backend.read(&delegate, first).await.unwrap();
        assert_eq!(reading.paper.title, "Báo cáo tháng 6");
        assert_eq!((reading.meeting, reading.previous), (meeting, None));
        assert_eq!(reading.next, Some((second, "Phụ lục".to_owned())));
        let file = world.backend.open_file(&delegate, first, FileUse::Download).await.unwrap();
        assert_eq!(std::fs::read(file.path).unwrap(), PDF);
        let stranger = world.person("STC").await;
        let administrator = world.caller(Role::SystemAdministrator, "UBND").await;
        for nosy in [stranger, administrator] {
            assert_eq!(world.backend.read(&nosy, first).await, Err(Failure::NotFound));
            assert_eq!(
                world.backend.open_file(&nosy, first, FileUse::Download).await,
                Err(Failure::NotFound)
            );
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_no_pdf_is_refused_and_leaves_nothing() {
    each_database(async |world| {
        let (_, item, secretary, _) = meeting(world, Stage::Scheduled).await;
        let refusals = [
            (&b""[..], Refusal::EmptyFile),
            (&b"PK\x03\x04 a letter in a zip"[..], Refusal::NotPdf { kind: FileKind::Packed }),
            (&[b'x'; 4096][..], Refusal::NotPdf { kind: FileKind::Other }),
        ];
        for (bytes, refusal) in refusals {
            let refused = add(&world.backend, &secretary, item, "bao-cao.pdf", bytes).await;
            assert_eq!(refused, Err(Failure::Refused(refusal)));
        }
        assert_eq!(world.count("paper").await, 0);
        let left = std::fs::read_dir(world.config.data_dir.join("papers/incoming")).unwrap().count();
        assert_eq!(left, 0, "no file is left behind");
    })
    .await;
}

#[tokio::test]
async fn a_classified_paper_leaves_only_the_neutral_line() {
    each_database(async |world| {
        let (_, item, secretary, delegate) = meeting(world, Stage::Scheduled).await;
        let refused = world.backend.begin_upload(&secretary, item, "Phương án", Level::Secret).await;
        assert_eq!(refused.err(), Some(Failure::Refused(Refusal::Classified)));
        let line = world.backend.leave_neutral_line(&secretary, item).await.unwrap();
        assert_eq!(
            world.backend.read(&delegate, line).await,
            Err(Failure::NotFound),
            "there is nothing to read"
        );
        let (title, hash): (String, String) =
            q("SELECT title, hash FROM paper").one(world.backend.db()).await.unwrap();
        assert_eq!((title.as_str(), hash.as_str()), ("", ""), "nothing of the paper itself is kept");
    })
    .await;
}

/// Unpacks the refusal of an unreadable paper: why, its title, and where it waits.
fn waiting(refused: Result<PaperId, Failure>) -> (Unread, String, HeldPaperId) {
    match refused {
        Err(Failure::Refused(Refusal::FirstPageUnread { why, title, kept })) => (why, title, kept),
        other => panic!("{other:?}"),
    }
}

/// The person and the hour of each declaration that the caller sees on the agenda.
async fn declarations(world: &World, caller: &Caller, meeting: MeetingId) -> Vec<Option<String>> {
    let seen = world.backend.get(caller, meeting).await.unwrap();
    let lines = seen.agenda.into_iter().flat_map(|item| item.papers);
    let papers = lines.filter_map(|line| match line {
        PaperLine::Paper(paper) => Some(paper),
        PaperLine::OnPaper { .. } => None,
    });
    papers.map(|paper| paper.declaration.map(|said| format!("{} {}", said.by, said.at))).collect()
}

#[tokio::test]
async fn a_paper_with_readable_text_is_taken_without_a_question() {
    each_database(async |world| {
        let (meeting, item, secretary, _) = meeting(world, Stage::Scheduled).await;
        let paper = add(&world.backend, &secretary, item, "Báo cáo", PDF).await.unwrap();
        assert_eq!(world.backend.read(&secretary, paper).await.unwrap().paper.pages, Some(1));
        assert_eq!(declarations(world, &secretary, meeting).await, [None]);
        assert_eq!(world.count("audit WHERE what = 'papers.declare'").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_paper_whose_first_page_cannot_be_read_waits_for_a_declaration() {
    each_database(async |world| {
        let (meeting, item, secretary, delegate) = meeting(world, Stage::Scheduled).await;
        let backend = &world.backend;
        let scanned = saying("");
        let doubtful = saying("a: MAT");
        let reasons = [Unread::Damaged, Unread::NoText, Unread::Doubtful];
        for (bytes, reason) in [DAMAGED, &scanned, &doubtful].into_iter().zip(reasons) {
            let (why, title, _) = waiting(add(backend, &secretary, item, "Bản quét.pdf", bytes).await);
            assert_eq!((why, title.as_str()), (reason, "Bản quét"));
        }
        assert_eq!(world.count("paper").await, 0, "nothing is on the agenda yet");
        let (.., kept) = waiting(add(backend, &secretary, item, "Bản quét", &scanned).await);
        let gone = Err(Failure::Refused(Refusal::NoLongerKept));
        let colleague = world.caller(Role::Secretary, "SNV").await;
        assert_eq!(
            backend.finish_held(&colleague, meeting, kept, DECLARED).await,
            gone,
            "it is the sender's to declare"
        );
        let elsewhere = world.meeting("SNV").stage(Stage::Scheduled).store().await;
        assert_eq!(
            backend.finish_held(&secretary, elsewhere, kept, DECLARED).await,
            gone,
            "it is of its meeting"
        );
        let (paper, title) = backend.finish_held(&secretary, meeting, kept, DECLARED).await.unwrap();
        assert_eq!(title, "Bản quét");
        assert_eq!(backend.finish_held(&secretary, meeting, kept, DECLARED).await, gone, "once");
        let file = backend.open_file(&delegate, paper, FileUse::Download).await.unwrap();
        assert_eq!(std::fs::read(file.path).unwrap(), scanned);
        let said = format!("{} {}", secretary.name, world.now);
        assert_eq!(declarations(world, &secretary, meeting).await, [Some(said)]);
        assert_eq!(declarations(world, &delegate, meeting).await, [None], "told to those who manage papers");
        assert_eq!(world.count("audit WHERE what = 'papers.declare'").await, 1);
        let (why,): (String,) = q("SELECT unread FROM paper").one(backend.db()).await.unwrap();
        assert_eq!(why, "no_text");
    })
    .await;
}

#[tokio::test]
async fn a_declaration_given_at_once_saves_the_question_and_lets_no_marking_pass() {
    each_database(async |world| {
        let (meeting, item, secretary, _) = meeting(world, Stage::Scheduled).await;
        let declared = async |bytes: &[u8]| {
            let mut upload = world.backend.begin_upload(&secretary, item, "x", Level::Open).await?;
            upload.answer(DECLARED);
            upload.write(bytes).await?;
            upload.finish().await
        };
        declared(DAMAGED).await.unwrap();
        declared(PDF).await.unwrap();
        let said = format!("{} {}", secretary.name, world.now);
        assert_eq!(
            declarations(world, &secretary, meeting).await,
            [Some(said), None],
            "only where it was needed"
        );
        let marked = Refusal::MarkedClassified { level: Level::Secret };
        assert_eq!(declared(&saying("TOI MAT")).await, Err(Failure::Refused(marked)));
        assert_eq!(world.count("paper").await, 2);
    })
    .await;
}

#[tokio::test]
async fn whoever_may_not_manage_papers_any_more_declares_nothing() {
    each_database(async |world| {
        let (meeting, item, secretary, _) = meeting(world, Stage::Scheduled).await;
        let (.., kept) = waiting(add(&world.backend, &secretary, item, "x", DAMAGED).await);
        let mut tx = world.backend.db().begin().await.unwrap();
        q("UPDATE meeting SET stage = 'held' WHERE id = $1").bind(meeting).run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let refused = world.backend.finish_held(&secretary, meeting, kept, DECLARED).await;
        assert_eq!(refused, Err(Failure::Forbidden));
        assert_eq!(world.count("paper").await, 0);
    })
    .await;
}

#[tokio::test]
async fn delegates_may_not_manage_papers_and_nobody_may_once_the_meeting_is_held() {
    each_database(async |world| {
        let (_, item, _, delegate) = meeting(world, Stage::Scheduled).await;
        assert_eq!(add(&world.backend, &delegate, item, "x", PDF).await, Err(Failure::Forbidden));
        let (_, item, secretary, _) = meeting(world, Stage::Held).await;
        assert_eq!(add(&world.backend, &secretary, item, "x", PDF).await, Err(Failure::Forbidden));
    })
    .await;
}

#[tokio::test]
async fn a_withdrawn_paper_opens_no_longer() {
    each_database(async |world| {
        let (_, item, secretary, delegate) = meeting(world, Stage::UnderWay).await;
        let paper = add(&world.backend, &secretary, item, "Báo cáo", PDF).await.unwrap();
        world.backend.rename(&secretary, paper, "  Báo cáo   số 2 ").await.unwrap();
        assert_eq!(world.backend.read(&delegate, paper).await.unwrap().paper.title, "Báo cáo số 2");
        assert_eq!(world.backend.withdraw(&delegate, paper).await, Err(Failure::Forbidden));
        world.backend.withdraw(&secretary, paper).await.unwrap();
        let withdrawn = Err(Failure::Refused(Refusal::Withdrawn));
        assert_eq!(world.backend.read(&delegate, paper).await, withdrawn, "told to those who could read it");
        let stranger = world.person("STC").await;
        assert_eq!(world.backend.read(&stranger, paper).await, Err(Failure::NotFound));
        assert_eq!(
            world.backend.open_file(&delegate, paper, FileUse::Download).await,
            Err(Failure::NotFound)
        );
        let trail = world.count("audit WHERE what LIKE 'papers.%'").await;
        assert_eq!(trail, 3, "add, rename and withdraw are in the trail");
    })
    .await;
}

/// Makes a file look as if it had been written so many hours ago.
fn aged(file: &std::path::Path, world: &World, hours: u64) {
    let now = std::time::UNIX_EPOCH + std::time::Duration::from_millis(world.now.timestamp_millis() as u64);
    let written = now - std::time::Duration::from_secs(hours * 3600);
    std::fs::File::options().write(true).open(file).unwrap().set_modified(written).unwrap();
}

#[tokio::test]
async fn a_sweep_takes_what_no_paper_needs_and_nothing_else() {
    each_database(async |world| {
        let (_, item, secretary, delegate) = meeting(world, Stage::Scheduled).await;
        let mut files = Vec::new();
        let mut ids = Vec::new();
        for title in ["read", "withdrawn", "just withdrawn", "dropped", "young"] {
            let content = [PDF, title.as_bytes()].concat();
            let id = add(&world.backend, &secretary, item, title, &content).await.unwrap();
            files.push(world.backend.open_file(&delegate, id, FileUse::Download).await.unwrap().path);
            ids.push(id);
        }
        let mut tx = world.backend.db().begin().await.unwrap();
        for (id, days) in [(ids[1], 91), (ids[2], 89)] {
            let at = world.now - chrono::TimeDelta::days(days);
            q("UPDATE paper SET withdrawn_at = $2 WHERE id = $1")
                .bind(id)
                .bind(at)
                .run(&mut tx)
                .await
                .unwrap();
        }
        for id in [ids[3], ids[4]] {
            q("DELETE FROM paper_reading WHERE paper_id = $1").bind(id).run(&mut tx).await.unwrap();
            q("DELETE FROM paper WHERE id = $1").bind(id).run(&mut tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        let incoming = world.config.data_dir.join("papers/incoming");
        let (broken, coming) = (incoming.join("broken"), incoming.join("coming"));
        for (file, hours) in [(&broken, 25), (&coming, 23)] {
            std::fs::write(file, PDF).unwrap();
            aged(file, world, hours);
        }
        for (file, hours) in files.iter().zip([1000, 1000, 1000, 25, 23]) {
            aged(file, world, hours);
        }
        let swept = world.backend.sweep(world.now, 90).await.unwrap();
        assert_eq!((swept.incoming, swept.papers), (1, 2));
        let left: Vec<bool> = files.iter().map(|file| file.exists()).collect();
        assert_eq!(left, [true, false, true, false, true]);
        assert!(coming.exists() && !broken.exists(), "an upload on its way is left alone");
        assert_eq!(std::fs::read(&files[0]).unwrap(), [PDF, b"read"].concat());
    })
    .await;
}

#[tokio::test]
async fn opening_the_data_leaves_an_upload_on_its_way_alone() {
    each_database(async |world| {
        let (_, item, secretary, _) = meeting(world, Stage::Scheduled).await;
        let mut upload = world.backend.begin_upload(&secretary, item, "Báo cáo", Level::Open).await.unwrap();
        upload.write(PDF).await.unwrap();
        let other =
            Backend::open(world.config.clone(), Box::new(backend::SeededEntropy::new(9))).await.unwrap();
        let incoming =
            std::fs::read_dir(world.config.data_dir.join("papers/incoming")).unwrap().next().unwrap();
        let written = incoming.unwrap().metadata().unwrap().modified().unwrap();
        let written = written.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        // An hour after it was last written to: a weak line pauses.
        let now = chrono::Utc.timestamp_opt(i64::try_from(written).unwrap() + 3600, 0).unwrap();
        other.sweep(now, 90).await.unwrap();
        other.db().close().await;
        upload.finish().await.unwrap();
        assert_eq!(world.count("paper").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_look_at_a_database_says_what_the_next_start_will_do_and_does_nothing() {
    each_database(async |world| {
        let look = async || Backend::pending_migrations(&world.config).await;
        assert_eq!(look().await.unwrap(), Some(0));
        let applied = world.count("_sqlx_migrations").await;
        let mut tx = world.backend.db().begin().await.unwrap();
        q("DELETE FROM _sqlx_migrations WHERE version = 2").run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(look().await.unwrap(), Some(1));
        assert_eq!(world.count("_sqlx_migrations").await, applied - 1, "it was only looked at");
        let mut tx = world.backend.db().begin().await.unwrap();
        q("UPDATE _sqlx_migrations SET version = 9999 WHERE version = 1").run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        assert!(look().await.is_err(), "the database is newer than the program");
    })
    .await;
    let empty = tempfile::tempdir().unwrap();
    let config = backend::BackendConfig::embedded(empty.path());
    assert_eq!(Backend::pending_migrations(&config).await.unwrap(), None);
    assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0, "none is made");
}

/// What the delegate has not seen of a meeting, as home tells it.
pub(crate) async fn unseen(world: &World, delegate: &Caller) -> Vec<Vec<String>> {
    let waiting = world.backend.today(delegate).await.unwrap().waiting;
    let changed = waiting.into_iter().filter_map(|waiting| match waiting {
        domain::meetings::Waiting::Changed { what, .. } => Some(what),
        _ => None,
    });
    changed.collect()
}

#[tokio::test]
async fn papers_changed_after_the_invitations_are_a_change_that_delegates_see() {
    each_database(async |world| {
        let (meeting, item, secretary, delegate) = meeting(world, Stage::Scheduled).await;
        let changes = async || -> Vec<Vec<String>> {
            let q = q("SELECT what FROM meeting_change WHERE meeting_id = $1 ORDER BY number").bind(meeting);
            let rows: Vec<(String,)> = q.all(world.backend.db()).await.unwrap();
            rows.into_iter().map(|(what,)| serde_json::from_str(&what).unwrap()).collect()
        };
        let papers = vec![vec!["papers".to_owned()]];
        // Several in a row are told once.
        let first = add(&world.backend, &secretary, item, "Báo cáo", PDF).await.unwrap();
        add(&world.backend, &secretary, item, "Phụ lục", PDF).await.unwrap();
        assert_eq!((changes().await, unseen(world, &delegate).await), (papers.clone(), papers.clone()));
        // Who has looked is told of the next one, whatever it is.
        for step in 0..3 {
            world.backend.get(&delegate, meeting).await.unwrap();
            assert!(unseen(world, &delegate).await.is_empty(), "{step}");
            match step {
                0 => world.backend.rename(&secretary, first, "Báo cáo tháng").await.unwrap(),
                1 => world.backend.withdraw(&secretary, first).await.unwrap(),
                _ => drop(world.backend.leave_neutral_line(&secretary, item).await.unwrap()),
            }
            assert_eq!(unseen(world, &delegate).await, papers, "{step}");
        }
        assert_eq!(changes().await, papers);
    })
    .await;
}

#[tokio::test]
async fn papers_of_a_draft_are_no_change_nor_is_a_name_that_stays() {
    each_database(async |world| {
        let (_, item, secretary, _) = meeting(world, Stage::Draft).await;
        let paper = add(&world.backend, &secretary, item, "Báo cáo", PDF).await.unwrap();
        world.backend.rename(&secretary, paper, "Báo cáo năm").await.unwrap();
        let mut tx = world.backend.db().begin().await.unwrap();
        q("UPDATE meeting SET stage = 'scheduled'").run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        world.backend.rename(&secretary, paper, " Báo  cáo năm ").await.unwrap();
        assert_eq!(world.count("meeting_change").await, 0);
    })
    .await;
}

#[tokio::test]
async fn papers_are_refused_before_the_disk_is_full() {
    each_database(async |world| {
        let (_, item, secretary, _) = meeting(world, Stage::Scheduled).await;
        let with_reserve = async |reserve_bytes| {
            let config = BackendConfig { reserve_bytes, ..world.config.clone() };
            let backend = Backend::open(config, Box::new(SeededEntropy::new(8))).await.unwrap();
            let added = add(&backend, &secretary, item, "Báo cáo", PDF).await;
            backend.db().close().await;
            added
        };
        assert_eq!(
            with_reserve(u64::MAX).await,
            Err(Failure::Refused(Refusal::DiskFull)),
            "{}",
            world.engine
        );
        assert!(with_reserve(1).await.is_ok(), "{}", world.engine);
        let left = std::fs::read_dir(world.config.data_dir.join("papers/incoming")).unwrap();
        assert_eq!(left.count(), 0);
    })
    .await;
}
