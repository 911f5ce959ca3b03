//! What search finds, and in which order: alike on both databases.

use backend::{Backend, SeededEntropy, q};
use domain::access::{Caller, Role, Stage};
use domain::error::{Failure, FieldProblem, Problem};
use domain::ids::MeetingId;
use domain::meetings::{MeetingFilter, Meetings};
use domain::papers::Papers;
use domain::people::{People, PersonChange, PersonInput};
use domain::rooms::{Rooms, RoomsWanted};
use domain::rules::Rules;

use crate::bounds::{fill_year, numbered};
use crate::meetings_record::line;
use crate::support::{World, each_database};

/// Has the index take in what was stored past the use cases.
pub(crate) async fn index(world: &World) {
    let opened = Backend::open(world.config.clone(), Box::new(SeededEntropy::new(3))).await.unwrap();
    opened.db().close().await;
}

async fn titles(world: &World, caller: &Caller, text: &str) -> Vec<String> {
    let filter = MeetingFilter { text: text.into(), ..MeetingFilter::default() };
    let found = Meetings::list(&world.backend, caller, filter).await.unwrap();
    assert_eq!(found.total, i64::try_from(found.rows.len()).unwrap(), "what is counted is what is found");
    found.rows.into_iter().map(|row| row.title).collect()
}

async fn item(world: &World, meeting: MeetingId, title: &str) {
    world
        .run(&format!(
            "INSERT INTO agenda_item (id, meeting_id, position, title, minutes, presenter, is_discussion) \
             VALUES ('{}', '{meeting}', 0, '{title}', 10, '', FALSE)",
            world.id()
        ))
        .await;
}

async fn paper(world: &World, by: &Caller, meeting: MeetingId, title: &str) {
    let item = world.id();
    world
        .run(&format!(
            "INSERT INTO agenda_item (id, meeting_id, position, title, minutes, presenter, is_discussion) \
             VALUES ('{item}', '{meeting}', 9, 'Mục', 10, '', FALSE)"
        ))
        .await;
    world
        .run(&format!(
            "INSERT INTO paper (id, meeting_id, item_id, position, is_neutral, title, version, hash, bytes, added_by, \
             added_at, folded) VALUES ('{}', '{meeting}', '{item}', 0, FALSE, '{title}', 1, '', 1, '{}', 0, '{}')",
            world.id(),
            by.person,
            domain::text::fold(title)
        ))
        .await;
}

#[tokio::test]
async fn meetings_are_found_by_day_month_and_year() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let secretary = Caller { now: "2026-11-29T02:00:00Z".parse().unwrap(), ..secretary };
        for (title, at) in [
            ("Họp a", "2025-12-31T08:00/10:00"),
            ("Họp b", "2026-12-04T08:00/10:00"),
            ("Họp c", "2026-11-29T08:00/10:00 2026-12-01T08:00/10:00"),
            ("Họp về kế hoạch năm 2025", "2026-01-05T08:00/10:00"),
        ] {
            world.meeting("SNV").title(title).stage(Stage::Scheduled).at(at).store().await;
        }
        index(world).await;
        let found = async |text: &str| titles(world, &secretary, text).await;
        assert_eq!(found("29/11").await, ["Họp c"], "{}", world.engine);
        assert_eq!(found("họp 04/12/2026").await, ["Họp b"]);
        assert_eq!(
            found("2025").await,
            ["Họp a", "Họp về kế hoạch năm 2025"],
            "on its days, then by its title"
        );
        let mut december = found("tháng 12").await;
        assert_eq!(december.pop().as_deref(), Some("Họp a"), "the nearest December first");
        december.sort();
        assert_eq!(december, ["Họp b", "Họp c"]);
        assert_eq!(found("kế hoạch tháng 1").await, ["Họp về kế hoạch năm 2025"]);
        assert_eq!(found("tháng 3/2026").await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_title_comes_before_an_agenda_and_an_agenda_before_an_agency() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let at = |day: u32| format!("2026-06-{day}T08:00/10:00");
        world
            .run("UPDATE agency SET name = 'Sở Đất đai', short_name = 'Sở Đất đai' WHERE code = 'SNV'")
            .await;
        world.meeting("SNV").title("Họp giao ban").at(&at(28)).store().await;
        let agenda = world.meeting("SNV").title("Họp tháng").at(&at(27)).store().await;
        item(world, agenda, "Giá đất đai năm nay").await;
        world.meeting("SNV").title("Đai và đất").at(&at(26)).store().await;
        world.meeting("SNV").title("Bàn về đất đai").at(&at(25)).store().await;
        index(world).await;
        let found = titles(world, &secretary, "đất đai").await;
        assert_eq!(found, ["Bàn về đất đai", "Đai và đất", "Họp tháng", "Họp giao ban"], "{}", world.engine);
        let found = titles(world, &secretary, "dat dai gia").await;
        assert_eq!(found, ["Họp tháng", "Họp giao ban"], "of the second only a word begins so");
        let found = titles(world, &secretary, "đai đất").await;
        assert_eq!(found, ["Đai và đất", "Bàn về đất đai", "Họp tháng", "Họp giao ban"], "{}", world.engine);
    })
    .await;
}

#[tokio::test]
async fn a_number_is_meant_as_it_is_and_a_whole_word_comes_before_a_part() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let rooms = [world.room("P12", "SNV").await, world.room("P2", "SNV").await];
        for (room, name) in rooms.iter().zip(["Phòng họp số 12", "Phòng họp số 2"]) {
            let folded = domain::text::fold(name);
            world
                .run(&format!("UPDATE room SET name = '{name}', folded = '{folded} p' WHERE id = '{room}'"))
                .await;
        }
        world.meeting("SNV").title("Họp 2027").room(rooms[0]).at("2026-06-28T08:00/10:00").store().await;
        world.meeting("SNV").title("Họp kia").room(rooms[1]).at("2026-06-17T08:00/10:00").store().await;
        world.meeting("SNV").title("Hợp tác xã").at("2026-06-29T08:00/10:00").store().await;
        world.meeting("SNV").title("Hợp").at("2026-06-18T08:00/10:00").store().await;
        index(world).await;
        assert_eq!(titles(world, &secretary, "Phòng họp số 2").await, ["Họp kia"], "{}", world.engine);
        let wanted = RoomsWanted { text: "phòng họp số 2".into(), ..RoomsWanted::default() };
        let offered = Rooms::offer(&world.backend, &secretary, wanted).await.unwrap().rooms;
        assert_eq!(offered[0].name, "Phòng họp số 2", "{}", world.engine);
        assert_eq!(titles(world, &secretary, "hợp t").await, ["Hợp tác xã"]);
    })
    .await;
}

#[tokio::test]
async fn one_wrong_letter_finds_what_nothing_else_does() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        world.meeting("SNV").title("Họp không giấy").store().await;
        world.meeting("SNV").title("Họp giải trình").store().await;
        index(world).await;
        let found = async |text: &str| titles(world, &secretary, text).await;
        assert_eq!(found("hop khong giai").await, ["Họp không giấy"], "{}", world.engine);
        assert_eq!(
            found("hop giai").await,
            ["Họp giải trình"],
            "nothing is guessed at when something is found"
        );
        assert_eq!(found("hop kohng giay").await, ["Họp không giấy"]);
        assert_eq!(found("hop kohng giai").await, [""; 0], "one letter, not two");
    })
    .await;
}

#[tokio::test]
async fn short_forms_are_found_by_their_meaning_and_the_other_way_round() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        world.meeting("SNV").title("Sơ kết cải cách hành chính").at("2026-06-18T08:00/10:00").store().await;
        world.meeting("SNV").title("Kiểm tra CCHC").at("2026-06-17T08:00/10:00").store().await;
        let meeting =
            world.meeting("SNV").title("Hành chính, cải cách").at("2026-06-16T08:00/10:00").store().await;
        paper(world, &secretary, meeting, "Phụ lục CCHC").await;
        index(world).await;
        let found = async |text: &str| titles(world, &secretary, text).await;
        assert_eq!(found("cchc").await, ["Kiểm tra CCHC", "Sơ kết cải cách hành chính"], "{}", world.engine);
        assert_eq!(found("kiem tra cai cach hanh chinh").await, ["Kiểm tra CCHC"]);
        assert_eq!(found("cải cách hành chính").await.len(), 3);
        let papers = Papers::find(&world.backend, &secretary, "cải cách hành chính").await.unwrap();
        assert_eq!(papers.len(), 1, "{}", world.engine);

        let system = world.system();
        let rules: &dyn Rules = &world.backend;
        assert!(found("cc").await.len() < 3);
        rules.set_short_forms(&system, "CC = cải cách\ncđs = chuyển đổi số").await.unwrap();
        assert_eq!(found("sơ kết CC").await, ["Sơ kết cải cách hành chính"]);
        assert_eq!(found("cchc").await, ["Kiểm tra CCHC"], "it is on the list no longer");
        let forms = rules.short_forms(&secretary).await.unwrap();
        assert_eq!(domain::search::written_short_forms(&forms), "CC = cải cách\ncđs = chuyển đổi số\n");
        let (before, after) = line(world, "rules.set_short_forms").await;
        assert!(before.contains("CCHC = cải cách hành chính") && after.contains("CC = cải cách"), "{after}");
        let lines = world.count("audit").await;
        rules
            .set_short_forms(&system, "CĐS = chuyển đổi số\nCC = cải cách".replace("CĐS", "cđs").as_str())
            .await
            .unwrap();
        assert_eq!(world.count("audit").await, lines, "the same list is no news");
        let wrong = rules.set_short_forms(&system, "CC").await;
        let problem = FieldProblem::new("short_forms", Problem::NotAShortForm("CC".into()));
        assert_eq!(wrong, Err(Failure::Invalid(vec![problem])));
        let administrator = world.caller(Role::AgencyAdministrator, "SNV").await;
        assert_eq!(rules.set_short_forms(&administrator, "").await, Err(Failure::Forbidden));
    })
    .await;
}

#[tokio::test]
async fn meetings_are_found_by_their_chair_under_the_name_of_today() {
    each_database(async |world| {
        world.agency("SNV").await;
        let input = PersonInput {
            user_name: "lan".into(),
            name: "Hà Thị Lan".into(),
            position: "Giám đốc".into(),
            agency: "SNV".into(),
            roles: "leader".into(),
            password: String::new(),
        };
        let (person, _) = People::add(&world.backend, &world.system(), input).await.unwrap();
        let chair = Caller { person, ..world.person("SNV").await };
        let other = world.person("SNV").await;
        world.meeting("SNV").title("Họp giao ban").chair(&chair).delegate(&other).store().await;
        world.meeting("SNV").title("Họp khác").chair(&other).delegate(&chair).store().await;
        index(world).await;
        let secretary = world.caller(Role::Secretary, "SNV").await;
        assert_eq!(titles(world, &secretary, "hà thị lan").await, ["Họp giao ban"], "{}", world.engine);
        let change = PersonChange {
            name: "Hà Thị Lương".into(),
            position: "Giám đốc".into(),
            agency: "SNV".into(),
            roles: "leader".into(),
        };
        People::change(&world.backend, &world.system(), person, change).await.unwrap();
        world.write_due_words().await;
        assert_eq!(
            titles(world, &secretary, "giao ban ha thi luong").await,
            ["Họp giao ban"],
            "{}",
            world.engine
        );
        // Who takes part is for those who may open it; the title alone is not found by the chair.
        let beside = world.person("SNV").await;
        assert_eq!(titles(world, &beside, "giao ban").await, ["Họp giao ban"]);
        assert_eq!(titles(world, &beside, "ha thi luong").await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn papers_are_found_by_those_alone_who_may_read_them() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let delegate = world.person("STC").await;
        let meeting =
            world.meeting("SNV").title("Họp quý").stage(Stage::Scheduled).delegate(&delegate).store().await;
        paper(world, &secretary, meeting, "Báo cáo tiến độ giải phóng mặt bằng").await;
        paper(world, &secretary, meeting, "Tiến độ và báo cáo").await;
        paper(world, &secretary, meeting, "Báo cáo đã thu hồi").await;
        world.run("UPDATE paper SET withdrawn_at = 1 WHERE title LIKE '%thu hồi'").await;
        let found = async |caller: &Caller, text: &str| -> Vec<String> {
            let found = Papers::find(&world.backend, caller, text).await.unwrap();
            assert!(found.iter().all(|paper| paper.meeting == meeting && paper.meeting_title == "Họp quý"));
            found.into_iter().map(|paper| paper.title).collect()
        };
        for reader in [&secretary, &delegate] {
            let papers = ["Báo cáo tiến độ giải phóng mặt bằng", "Tiến độ và báo cáo"];
            assert_eq!(found(reader, "bao cao tien do").await, papers, "{}", world.engine);
            assert_eq!(found(reader, "GPMB").await, papers[..1]);
            assert_eq!(found(reader, "thu hoi").await, [""; 0]);
            assert_eq!(found(reader, "").await, [""; 0]);
        }
        let beside = world.person("SNV").await;
        let administrator = world.caller(Role::SystemAdministrator, "SNV").await;
        let elsewhere = world.caller(Role::Secretary, "STC").await;
        for other in [&beside, &administrator, &elsewhere] {
            assert_eq!(found(other, "bao cao").await, [""; 0], "{}", world.engine);
        }
    })
    .await;
}

#[tokio::test]
async fn titles_of_papers_are_found_after_they_were_changed_and_those_of_before_after_the_start() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let meeting = world.meeting("SNV").stage(Stage::Scheduled).store().await;
        paper(world, &secretary, meeting, "Phụ lục").await;
        world.run("UPDATE paper SET folded = ''").await;
        world.run("DELETE FROM one_time_work").await;
        index(world).await;
        let found = async |text: &str| Papers::find(&world.backend, &secretary, text).await.unwrap();
        let id = found("phu luc").await[0].id;
        Papers::rename(&world.backend, &secretary, id, "Biểu số liệu").await.unwrap();
        assert_eq!(found("phu luc").await, []);
        assert_eq!(found("bieu so").await.len(), 1, "{}", world.engine);
        let (count,): (i64,) =
            q("SELECT CAST(COUNT(*) AS BIGINT) FROM paper").one(world.backend.db()).await.unwrap();
        assert_eq!(count, 1);
    })
    .await;
}

#[tokio::test]
async fn of_a_word_that_most_meetings_hold_the_newest_thousand_are_found() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let other = world.caller(Role::Secretary, "STC").await;
        fill_year(world, secretary.agency.id, 2026, 1_010).await;
        let newest = world.meeting("SNV").title("Giao ban").at("2026-06-01T08:00/10:00").store().await;
        item(world, newest, "Họp tổ").await;
        world.meeting("STC").title("Họp").at("2019-06-01T08:00/10:00").store().await;
        index(world).await;
        let page = async |by: &Caller, page: u32| {
            let filter = MeetingFilter { text: "họp".into(), page, ..MeetingFilter::default() };
            Meetings::list(&world.backend, by, filter).await.unwrap()
        };
        let first = page(&secretary, 1).await;
        assert_eq!((first.total, first.has_more, first.pages()), (1_000, true, 34), "{}", world.engine);
        assert!(first.rows.iter().all(|row| row.title == "Họp"), "the best first");
        let last = page(&secretary, 34).await;
        assert_eq!(last.rows.len(), 10);
        assert_eq!(last.rows.last().unwrap().title, "Giao ban", "only its agenda holds the word");
        // Whoever knows of few meetings finds the oldest among so many.
        let theirs = page(&other, 1).await;
        assert_eq!((theirs.total, theirs.has_more, theirs.rows.len()), (1, false, 1));
    })
    .await;
}

#[tokio::test]
async fn of_dates_on_which_very_much_is_held_the_newest_sittings_are_looked_at() {
    /// Sittings that a search by dates looks at.
    const LOOKED_AT: u32 = 20_000;
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        for (title, at) in [("Đầu năm", "2026-01-05T08:00/10:00"), ("Cuối năm", "2026-12-05T08:00/10:00")]
        {
            world.meeting("SNV").title(title).at(at).store().await;
        }
        let elsewhere = world.meeting("STC").title("Nơi khác").at("2026-06-01T08:00/10:00").store().await;
        index(world).await;
        let page = async |text: &str| {
            let filter = MeetingFilter { text: text.into(), ..MeetingFilter::default() };
            let page = Meetings::list(&world.backend, &secretary, filter).await.unwrap();
            (page.rows.into_iter().map(|row| row.title).collect::<Vec<_>>(), page.has_more)
        };
        let mut all = page("2026").await;
        all.0.sort();
        assert_eq!(all, (vec!["Cuối năm".to_owned(), "Đầu năm".to_owned()], false), "{}", world.engine);
        let sitting = format!(
            "sitting (meeting_id, position, date, from_minute, to_minute) \
             SELECT '{elsewhere}', i, '2026-06-02', 480, 540"
        );
        world.run(&numbered(LOOKED_AT - 1, &sitting)).await;
        assert_eq!(
            page("2026").await,
            (vec!["Cuối năm".to_owned()], true),
            "and it is said that there are more"
        );
        assert_eq!(page("tháng 1").await, (vec!["Đầu năm".to_owned()], false));
    })
    .await;
}
