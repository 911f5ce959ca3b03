//! Whatever way a text comes in, what is kept of it is clean, and the same text written in another way is the same.

use backend::{Backend, SeededEntropy, q};
use domain::access::{Role, Stage};
use domain::accounts::Accounts;
use domain::agencies::{Agencies, AgencyChange, AgencyInput};
use domain::attendance::{Attendance, Presence};
use domain::audit::{Audit, AuditFilter};
use domain::error::{Failure, Problem};
use domain::figures::{FiguresFilter, FiguresPort, Reach};
use domain::imports::ImportKind;
use domain::meetings::{MeetingFilter, MeetingInput, Meetings};
use domain::papers::Papers;
use domain::people::{People, PersonChange, PersonInput};
use domain::period::Period;
use domain::rooms::{RoomChange, RoomInput, Rooms, RoomsWanted};
use domain::rules::{KindRuleInput, Rules};

use crate::guests::guest;
use crate::imports::{bad, named, written};
use crate::meetings::{briefing, item, published};
use crate::papers;
use crate::support::{World, each_database};

/// Every mark apart from its letter, as some computers write.
fn decomposed(text: &str) -> String {
    const PARTS: [(&str, &str); 16] = [
        ("ị", "i\u{323}"),
        ("ọ", "o\u{323}"),
        ("ấ", "a\u{302}\u{301}"),
        ("ế", "e\u{302}\u{301}"),
        ("ệ", "e\u{323}\u{302}"),
        ("ỷ", "y\u{309}"),
        ("ò", "o\u{300}"),
        ("ê", "e\u{302}"),
        ("ộ", "o\u{323}\u{302}"),
        ("ả", "a\u{309}"),
        ("à", "a\u{300}"),
        ("ầ", "a\u{302}\u{300}"),
        ("Ò", "O\u{300}"),
        ("ủ", "u\u{309}"),
        ("á", "a\u{301}"),
        ("ó", "o\u{301}"),
    ];
    PARTS.iter().fold(text.to_owned(), |text, (letter, parts)| text.replace(letter, parts))
}

const TREE: &str = "code,parent,level,name,short_name,aliases\n\
    UBND,,province,Ủy ban nhân dân tỉnh,UBND tỉnh,\n\
    PHÒNG-HÒA,UBND,unit,Phòng Hòa giải,Phòng Hòa giải,Tổ hòa giải|Ban hòa giải\n";
const PEOPLE: &str = "user_name,name,position,agency,roles\n\
    hoa.giai,Lò Thị Thủy,Trưởng phòng,PHÒNG-HÒA,delegate secretary@PHÒNG-HÒA\n";
const ROOMS: &str = "code,name,agency,capacity,equipment\nPH-HÒA,Phòng họp Hòa giải,PHÒNG-HÒA,20,Máy chiếu\n";
const MEETINGS: &str = "agency,title,kind,form,sittings,status,role,counterpart,sites_connected\n\
    PHÒNG-HÒA,Hội nghị chuẩn hóa hồ sơ,dissemination,in_person,2026-03-05T07:30/11:30,held,organised,communes,0\n\
    PHÒNG-HÒA,Giao ban quý I – khỏe mạnh,briefing,online,2026-04-10T07:30/11:30,held,organised,internal,3\n";

#[tokio::test]
async fn a_list_written_on_another_computer_doubles_nothing() {
    each_database(async |world| {
        let files = [
            (ImportKind::Agencies, TREE, 2),
            (ImportKind::People, PEOPLE, 1),
            (ImportKind::Rooms, ROOMS, 1),
            (ImportKind::Meetings, MEETINGS, 2),
        ];
        for (kind, text, rows) in files {
            assert_eq!(written(world, kind, text).await, [rows, rows, 0, 0], "{kind:?}");
        }
        let held = async || {
            let agency = world.agency("UBND").await;
            let filter = FiguresFilter { agency, reach: Reach::Subtree, period: Period::Year(2026) };
            let report = FiguresPort::report(&world.backend, &world.system(), filter).await.unwrap();
            format!("{report:?}")
        };
        let figures = held().await;
        for (kind, text, rows) in files {
            let unchanged = [rows, 0, 0, rows];
            assert_ne!(decomposed(text), text);
            assert_eq!(written(world, kind, &decomposed(text)).await, unchanged, "{kind:?} {}", world.engine);
            let unseen = text
                .replace("Hòa", "H\u{ad}òa")
                .replace("chu", "\u{200b}chu")
                .replace("Thủy", "Thủy\u{feff}");
            assert_eq!(written(world, kind, &unseen).await, unchanged, "{kind:?} {}", world.engine);
        }
        for other in [
            MEETINGS.replace("chuẩn hóa", "chuẩn  hóa").replace("quý I", "quý\u{a0}I"),
            MEETINGS.replace("hóa", "hoá").replace("khỏe", "khoẻ").replace("PHÒNG-HÒA", "PHÒNG-HOÀ"),
            MEETINGS.replace('–', "-").replace("Hội", "\"\u{feff}Hội").replace("hồ sơ", "hồ\nsơ\""),
        ] {
            assert_eq!(written(world, ImportKind::Meetings, &other).await, [2, 0, 0, 2], "{other}");
        }
        let rooms = ROOMS.replace("PH-HÒA", "PH\u{2010}HOÀ");
        assert_eq!(written(world, ImportKind::Rooms, &rooms).await, [1, 0, 0, 1]);
        let tree = TREE.replace("PHÒNG-HÒA", "PHÒNG-HOÀ").replace("|Ban", "|Tổ  hoà giải|Ban");
        written(world, ImportKind::Agencies, &tree).await;
        let tree = Agencies::tree(&world.backend, &world.system()).await.unwrap();
        assert_eq!((tree.len(), tree[1].code.as_str(), tree[1].aliases.len()), (2, "PHÒNG-HÒA", 2));
        assert_eq!(world.count("meeting").await, 2);
        assert_eq!(held().await, figures);
    })
    .await;
}

#[tokio::test]
async fn a_code_that_looks_like_one_above_it_in_the_file_is_repeated() {
    each_database(async |world| {
        written(world, ImportKind::Agencies, TREE).await;
        let text = format!("code,name,agency,capacity\nA-HÒA,A,UBND,1\n{},B,UBND,1\n", decomposed("A-HÒA"));
        let repeated = named(&[(3, "code", Problem::Repeated)]);
        assert_eq!(bad(world, ImportKind::Rooms, &text).await, repeated);
        let text = "code,parent,level,name,short_name\nB-HÒA,UBND,unit,B,B\nB-HOÀ,UBND,unit,B,B\n";
        assert_eq!(bad(world, ImportKind::Agencies, text).await, repeated);
    })
    .await;
}

#[tokio::test]
async fn a_user_name_that_not_everybody_can_type_is_refused_with_another_one() {
    each_database(async |world| {
        world.agency("SNV").await;
        let proposed = |proposal: &str| Problem::UserName { proposal: proposal.into() };
        let text = "user_name,name,position,agency\n\
            lò văn inh,Lò Văn Inh,,SNV\n\
            quàng.thị,Quàng Thị Ún,,SNV\n\
            .,Cà Văn Un,,SNV\n\
            \u{430}n,Tòng Văn An,,SNV\n\
            CA.THI.MAI,Cà Thị Mai,,SNV\n\
            ca.thi.mai,Cà Thị Mai,,SNV\n";
        let expected = [
            (2, "user_name", proposed("lo.van.inh")),
            (3, "user_name", proposed("quang.thi")),
            (4, "user_name", proposed("ca.van.un")),
            (5, "user_name", proposed("tong.van.an")),
            (7, "user_name", Problem::Repeated),
        ];
        assert_eq!(bad(world, ImportKind::People, text).await, named(&expected));
        let typed = PersonInput {
            user_name: "Đèo Văn Ủi".into(),
            name: "Đèo Văn Ủi".into(),
            agency: "SNV".into(),
            ..PersonInput::default()
        };
        let refused = People::add(&world.backend, &world.system(), typed).await;
        let Err(Failure::Invalid(problems)) = refused else { panic!("{refused:?}") };
        assert_eq!(
            (problems[0].field.as_str(), &problems[0].problem),
            ("user_name", &proposed("deo.van.ui"))
        );
    })
    .await;
}

#[tokio::test]
async fn a_nul_finds_nothing_and_breaks_nothing() {
    each_database(async |world| {
        let (backend, system) = (&world.backend, world.system());
        let is_fine = |what: &str, failure: Option<Failure>| {
            assert!(!matches!(failure, Some(Failure::Internal(_))), "{what} on {}", world.engine);
        };
        let secretary = world.caller(Role::Secretary, "SNV").await;
        is_fine("sign-in", backend.sign_in("a\0b", "x\0y", false, "\0", "10.0.0.1", world.now).await.err());
        for filter in [
            MeetingFilter { kind: Some("\0".into()), ..MeetingFilter::default() },
            MeetingFilter { text: "h\0op".into(), ..MeetingFilter::default() },
        ] {
            assert_eq!(
                Meetings::list(backend, &secretary, filter).await.unwrap().total,
                0,
                "{}",
                world.engine
            );
        }
        is_fine("people", People::list(backend, &system, None, "\0", 1).await.err());
        is_fine("agencies", Agencies::find(backend, &system, "\0").await.err());
        let wanted = RoomsWanted { text: "\0".into(), ..RoomsWanted::default() };
        is_fine("rooms", Rooms::offer(backend, &system, wanted).await.err());
        let filter = AuditFilter { text: "\0".into(), ..AuditFilter::default() };
        is_fine("trail", Audit::list(backend, &system, filter).await.err());
        let input = RoomInput {
            code: "P\0".into(),
            name: "Phòng\0 một".into(),
            agency: "S\0NV".into(),
            capacity: "4".into(),
            video: "no".into(),
            equipment: "\0".into(),
        };
        let room = Rooms::add(backend, &system, input).await.unwrap();
        assert_eq!(Rooms::get(backend, &system, room).await.unwrap().name, "Phòng một");
        let typed = MeetingInput {
            title: "Họp\0".into(),
            kind: "\0".into(),
            place: "\0".into(),
            ..MeetingInput::default()
        };
        let saved = backend.save(&secretary, None, typed).await.unwrap();
        assert_eq!(Meetings::get(backend, &secretary, saved.id).await.unwrap().title, "Họp");
        let text = "code,name,agency,capacity\nP2,Phòng\0 hai\u{1b}[31m,SNV,10\n";
        assert_eq!(written(world, ImportKind::Rooms, text).await, [1, 1, 0, 0]);
    })
    .await;
}

/// Every character that may not be kept, in one text, and what is kept of it.
const DIRT: &str = "  Ðe\u{300}\u{a0}a\u{301}n\u{ad}\u{200b}\u{202e}\u{feff}\0\r\u{2028}\u{b}x ";
const CLEAN: &str = "Đè án x";
const CLEAN_PARAGRAPHS: &str = "Đè án\n\nx";

/// Columns with forms as they were typed, which are cleaned when they are published.
const TYPED: [&str; 2] = ["meeting.draft", "draft_line."];

/// Texts in every column of every table that are not as people see them.
async fn unclean(world: &World) -> Vec<String> {
    let db = world.backend.db();
    let columns: Vec<(String, String)> = q(if world.engine == "SQLite" {
        "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p \
         WHERE m.type = 'table' AND p.type = 'TEXT' AND m.name NOT LIKE 'search_words%' ORDER BY 1, 2"
    } else {
        "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns \
         WHERE table_schema = 'public' AND data_type = 'text' ORDER BY 1, 2"
    })
    .all(db)
    .await
    .unwrap();
    assert!(columns.len() > 100, "{columns:?}");
    let mut found = Vec::new();
    for (table, column) in columns {
        let place = format!("{table}.{column}");
        if TYPED.iter().any(|typed| place.starts_with(typed)) {
            continue;
        }
        let sql = format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL");
        let rows: Vec<(String,)> = q(sql).all(db).await.unwrap();
        let is_unclean = |text: &str| *domain::text::Paragraphs::new(text) != *text || text.contains("\\u");
        let texts = rows.into_iter().map(|(text,)| text).filter(|text| is_unclean(text));
        found.extend(texts.map(|text| format!("{place}: {text:?}")));
    }
    found
}

#[tokio::test]
async fn whatever_is_typed_is_kept_as_people_see_it() {
    each_database(async |world| {
        let (backend, system) = (&world.backend, world.system());
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let chair = world.person("SNV").await;
        let dirt = |text: &str| format!("{text}{DIRT}");
        let agency = AgencyInput {
            code: dirt("A"),
            parent: "UBND\u{200b}".into(),
            level: "unit".into(),
            name: dirt(""),
            short_name: dirt(""),
            aliases: format!("{DIRT}|{CLEAN}|{DIRT}"),
        };
        Agencies::add(backend, &system, agency).await.unwrap();
        let room = RoomInput {
            code: dirt("R"),
            name: dirt(""),
            agency: "SNV\u{a0}".into(),
            capacity: "40".into(),
            video: "no".into(),
            equipment: dirt(""),
        };
        let room = Rooms::add(backend, &system, room).await.unwrap();
        let person = PersonInput {
            user_name: " lo.van.on\u{200b}".into(),
            name: dirt(""),
            position: dirt(""),
            agency: "\u{feff}SNV".into(),
            roles: "delegate\u{a0}secretary@SNV\u{ad}".into(),
            password: String::new(),
        };
        People::add(backend, &system, person).await.unwrap();
        let mut input = briefing(&secretary, &chair, &[room]);
        (input.title, input.place) = (dirt(""), dirt(""));
        let mut line = item(&dirt(""));
        line.presenter = dirt("");
        input.agenda = vec![line];
        input.guests = vec![guest(&dirt(""), &dirt(""), &dirt(""))];
        let meeting = published(world, &secretary, input).await;
        backend.call_off(&secretary, meeting, true, DIRT).await.unwrap();
        let told = Meetings::get(backend, &secretary, meeting).await.unwrap();
        assert_eq!((told.title.as_str(), told.place.as_str()), (CLEAN, CLEAN));
        assert_eq!((told.agenda[0].title.as_str(), told.agenda[0].presenter.as_str()), (CLEAN, CLEAN));
        let came = &told.guests[0];
        assert_eq!([&came.name, &came.position, &came.organisation], [CLEAN; 3]);
        assert!(format!("{:?}", told.state).contains(&format!("{CLEAN_PARAGRAPHS:?}")), "{:?}", told.state);

        let (meeting, item, secretary, delegate) = papers::meeting(world, Stage::Scheduled).await;
        let paper = papers::add(backend, &secretary, item, &dirt(""), papers::PDF).await.unwrap();
        Papers::rename(backend, &secretary, paper, &dirt("B")).await.unwrap();
        let seen = Meetings::get(backend, &secretary, meeting).await.unwrap();
        let seat = seen
            .participants
            .iter()
            .find(|p| p.person.as_ref().is_some_and(|h| h.id == delegate.person))
            .unwrap();
        let absent = Presence::Absent { reason: DIRT.into() };
        backend.mark(&secretary, meeting, seat.id, absent).await.unwrap();

        let change = AgencyChange { name: dirt("C"), short_name: dirt("C"), aliases: dirt("C") };
        Agencies::change(backend, &system, secretary.agency.id, change).await.unwrap();
        let change =
            RoomChange { name: dirt("C"), capacity: "5".into(), video: "no".into(), equipment: dirt("C") };
        Rooms::change(backend, &system, room, change).await.unwrap();
        let change = PersonChange {
            name: dirt("C"),
            position: dirt("C"),
            agency: "SNV".into(),
            roles: "delegate".into(),
        };
        People::change(backend, &system, delegate.person, change).await.unwrap();
        let rule = KindRuleInput {
            code: "own_kind\u{200b}".into(),
            name_vi: dirt(""),
            name_en: dirt(""),
            scope: "meeting".into(),
            limit_sessions: "1".into(),
            source: dirt(""),
            valid_from: "2026-12-01".into(),
        };
        Rules::add(backend, &system, rule).await.unwrap();
        let _ = backend.sign_in(DIRT, "x", false, "\u{ad}", "10.0.0.1", world.now).await;

        let source = format!("agency,year,base,held,source\nSNV,2025,all,4,\"{DIRT}\"\n");
        written(world, ImportKind::Baseline, &source).await;
        assert_eq!(unclean(world).await, Vec::<String>::new(), "{}", world.engine);
        let (aliases,): (i64,) =
            q("SELECT CAST(COUNT(*) AS BIGINT) FROM agency_alias").one(backend.db()).await.unwrap();
        assert_eq!(aliases, 2, "one of each agency");
    })
    .await;
}

#[tokio::test]
async fn a_paper_needs_a_title_that_it_can_be_known_by() {
    each_database(async |world| {
        let (_, item, secretary, _) = papers::meeting(world, Stage::Scheduled).await;
        let title = async |typed: &str| {
            let upload =
                world.backend.begin_upload(&secretary, item, typed, domain::papers::Level::Open).await;
            upload.map(|upload| upload.title().to_owned())
        };
        let taken = [
            ("Báo cáo quý.Pdf", "Báo cáo quý"),
            ("hóa đơn\u{202e}fdp.exe.pdf", "hóa đơnfdp.exe"),
            ("Ke\u{302}\u{301} hoa\u{323}ch.PDF\u{200b}", "Kế hoạch"),
            ("CON", "CON"),
        ];
        for (typed, expected) in taken {
            assert_eq!(title(typed).await.as_deref(), Ok(expected));
        }
        for typed in [" .  .pdf", ".", "…", "\u{200b}.pdf", "—"] {
            assert!(matches!(title(typed).await, Err(Failure::Invalid(_))), "{typed:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_way_of_writing_a_word_finds_it() {
    each_database(async |world| {
        for (n, title) in [
            "\u{d0}ại hội thử",
            "\u{189}ại hội thử",
            "Đại hội thử",
            "Sở thử \u{fb01}le",
            "Số １２３",
            "Ng\u{ad}hị quy\u{200b}ết",
        ]
        .iter()
        .enumerate()
        {
            let text = format!(
                "agency,title,kind,form,sittings,status,role,counterpart,sites_connected\n\
                 SNV,{title},working,in_person,2026-01-{:02}T08:00/10:00,held,organised,internal,0\n",
                n + 5
            );
            world.agency("SNV").await;
            written(world, ImportKind::Meetings, &text).await;
        }
        let leader = world.caller(Role::Leader, "SNV").await;
        let found = async |text: &str| {
            let filter = MeetingFilter { text: text.into(), ..MeetingFilter::default() };
            Meetings::list(&world.backend, &leader, filter).await.unwrap().total
        };
        for (text, count) in [
            ("dai hoi", 3),
            ("\u{d0}ại hội", 3),
            ("Đại\u{a0}hội", 3),
            ("file", 1),
            ("\u{fb01}le", 1),
            ("123", 1),
            ("nghị quyết", 1),
            ("ng\u{ad}hi", 1),
        ] {
            assert_eq!(found(text).await, count, "{text} {}", world.engine);
        }
    })
    .await;
}

#[tokio::test]
async fn texts_of_before_are_cleaned_once_at_the_start() {
    each_database(async |world| {
        let person = world.person("SNV").await;
        world.room("A1", "SNV").await;
        let meeting = world.meeting("SNV").delegate(&person).store().await;
        world.meeting("SNV").title("Họp khác").store().await;
        let old = "\u{d0}e\u{302}\u{300}  a\u{301}n\u{ad}";
        let set = async |sql: &str| {
            let mut tx = world.backend.db().begin().await.unwrap();
            let uses_id = sql.contains("$2");
            let query = q(sql).bind(old);
            let query = if uses_id { query.bind(meeting) } else { query };
            query.run(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
        };
        set("UPDATE agency SET name = $1, folded = 'e an'").await;
        set("UPDATE person SET name = $1, folded = 'e an'").await;
        set("UPDATE room SET name = $1, code = $1").await;
        set("UPDATE meeting SET title = $1, reason = $1 WHERE id = $2").await;
        set("UPDATE participant SET reason = $1").await;
        set("UPDATE kind_rule SET source = $1").await;
        set("INSERT INTO agency_alias (agency_id, alias, folded) SELECT id, $1, '' FROM agency").await;
        set("INSERT INTO agency_alias (agency_id, alias, folded) SELECT id, 'Đề án', $1 FROM agency").await;
        assert!(unclean(world).await.len() > 8);
        world.run("DELETE FROM one_time_work").await;
        let open = async || {
            let entropy = Box::new(SeededEntropy::new(3));
            let opened = Backend::open(world.config.clone(), entropy).await.unwrap();
            opened.db().close().await;
        };
        open().await;
        assert_eq!(unclean(world).await, Vec::<String>::new(), "{}", world.engine);
        let filter = MeetingFilter { text: "de an".into(), ..MeetingFilter::default() };
        let leader = world.caller(Role::Leader, "SNV").await;
        let found = Meetings::list(&world.backend, &leader, filter).await.unwrap();
        assert_eq!(found.rows.iter().filter(|row| row.title == "Đề án").count(), 1, "{:?}", found.rows);
        assert_eq!(People::find(&world.backend, &world.system(), "de an").await.unwrap().len(), 1);
        let aliases = world.count("agency_alias").await;
        assert_eq!(aliases, world.count("agency").await);

        set("UPDATE participant SET reason = $1").await;
        open().await;
        assert_eq!(unclean(world).await.len(), 1, "it is done once");
    })
    .await;
}

#[tokio::test]
async fn two_agencies_of_before_whose_codes_look_alike_stay_two() {
    each_database(async |world| {
        world.agency("HÒA").await;
        world.agency("KHÁC").await;
        world.run("UPDATE agency SET code = 'HO\u{300}A' WHERE code = 'KHÁC'").await;
        world.run("DELETE FROM one_time_work").await;
        let opened = Backend::open(world.config.clone(), Box::new(SeededEntropy::new(3))).await.unwrap();
        opened.db().close().await;
        let tree = Agencies::tree(&world.backend, &world.system()).await.unwrap();
        let codes: Vec<&str> = tree.iter().map(|agency| agency.code.as_str()).collect();
        assert!(codes.contains(&"HÒA") && codes.contains(&"HÒA-2"), "{codes:?}");
        let second = tree.iter().find(|agency| agency.code == "HÒA-2").unwrap().id;
        let change =
            AgencyChange { name: "Phòng khác".into(), short_name: "Khác".into(), aliases: String::new() };
        assert_eq!(Agencies::change(&world.backend, &world.system(), second, change).await, Ok(()));
    })
    .await;
}
