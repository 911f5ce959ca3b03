//! The meetings of these weeks, with people, papers and a roll: some in every state, and today's conference under way.
//! Each step is taken through the ports by the person who would take it, at the time it would be taken.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use domain::attendance::{Attendance, Presence};
use domain::ids::{AgendaItemId, MeetingId};
use domain::meetings::{AgendaInput, Meeting, MeetingInput, Meetings, Saved, SittingInput};
use domain::papers::{Level, Papers};
use domain::time::Sitting;
use reports::{Faces, pdf};

use super::people::Cast;
use super::{expected, letters, tree};
use crate::Backend;
use crate::db::q;
use crate::stop::{Done, Stop};

/// One item of an agenda: title, minutes, who presents, whether it is discussed at once, and its papers.
struct Item {
    title: &'static str,
    minutes: u32,
    presenter: &'static str,
    is_discussion: bool,
    papers: &'static [PaperOf],
}

/// A paper of the demo.
enum PaperOf {
    /// Title, writing agency, its sign, pages.
    Pdf(&'static str, &'static str, &'static str, usize),
    /// Only the neutral line.
    Neutral,
}

/// What becomes of a meeting.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Draft,
    Scheduled,
    Held,
    Cancelled(&'static str),
    Postponed(&'static str),
}

struct Scene {
    title: &'static str,
    agency: &'static str,
    secretary: &'static str,
    chair: &'static str,
    kind: &'static str,
    form: &'static str,
    counterpart: &'static str,
    room: &'static str,
    /// Working days from today; negative is past.
    day: i64,
    from: (u32, u32),
    to: (u32, u32),
    delegates: &'static [&'static str],
    communes: usize,
    agenda: &'static [Item],
    fate: Fate,
}

const SHORT: &[Item] = &[
    Item {
        title: "Khai mạc, thông qua chương trình",
        minutes: 10,
        presenter: "Chủ trì",
        is_discussion: false,
        papers: &[],
    },
    Item {
        title: "Kết quả công tác tháng, nhiệm vụ tháng tới",
        minutes: 50,
        presenter: "Văn phòng",
        is_discussion: true,
        papers: &[PaperOf::Pdf("Báo cáo kết quả công tác tháng", "Văn phòng UBND tỉnh", "BC-VPUB", 6)],
    },
    Item {
        title: "Kết luận của chủ trì",
        minutes: 20,
        presenter: "Chủ trì",
        is_discussion: false,
        papers: &[],
    },
];

const REVIEW: &[Item] = &[
    Item {
        title: "Khai mạc, điểm danh các điểm cầu",
        minutes: 15,
        presenter: "Văn phòng UBND tỉnh",
        is_discussion: false,
        papers: &[],
    },
    Item {
        title: "Kết quả cải cách hành chính, nhiệm vụ trọng tâm thời gian tới",
        minutes: 60,
        presenter: "Sở Nội vụ",
        is_discussion: true,
        papers: &[
            PaperOf::Pdf("Báo cáo kết quả công tác cải cách hành chính", "Sở Nội vụ", "BC-SNV", 28),
            PaperOf::Pdf("Phụ lục: chỉ số của các cơ quan, xã, phường", "Sở Nội vụ", "PL-SNV", 34),
        ],
    },
    Item {
        title: "Tiến độ chuyển đổi số và nâng cấp hệ thống họp trực tuyến",
        minutes: 60,
        presenter: "Sở Khoa học và Công nghệ",
        is_discussion: true,
        papers: &[
            PaperOf::Pdf("Báo cáo tiến độ chuyển đổi số cấp xã", "Sở Khoa học và Công nghệ", "BC-SKHCN", 12),
            PaperOf::Neutral,
        ],
    },
    Item {
        title: "Kết luận của chủ trì",
        minutes: 45,
        presenter: "Phó Chủ tịch UBND tỉnh",
        is_discussion: false,
        papers: &[],
    },
];

const PLENARY: &[Item] = &[
    Item {
        title: "Khai mạc, thông qua chương trình",
        minutes: 10,
        presenter: "Văn phòng UBND tỉnh",
        is_discussion: false,
        papers: &[],
    },
    Item {
        title: "Dự thảo kế hoạch và phân công thực hiện",
        minutes: 60,
        presenter: "Sở Nội vụ",
        is_discussion: true,
        papers: &[
            PaperOf::Pdf("Tờ trình và dự thảo kế hoạch", "Sở Nội vụ", "TTr-SNV", 5),
            PaperOf::Pdf("Báo cáo kết quả công tác tháng", "Văn phòng UBND tỉnh", "BC-VPUB", 6),
        ],
    },
    Item {
        title: "Thảo luận, ý kiến của các xã, phường",
        minutes: 60,
        presenter: "Các đại biểu",
        is_discussion: false,
        papers: &[],
    },
    Item {
        title: "Kết luận của chủ trì",
        minutes: 30,
        presenter: "Chủ trì",
        is_discussion: false,
        papers: &[],
    },
];

const HEADS: &[&str] = &[
    "giamdoc.snv",
    "giamdoc.stc",
    "giamdoc.stp",
    "giamdoc.sct",
    "giamdoc.snnmt",
    "giamdoc.sxd",
    "giamdoc.skhcn",
    "giamdoc.svhttdl",
    "giamdoc.sgddt",
    "giamdoc.syt",
    "giamdoc.sdttg",
    "giamdoc.ttt",
    "chanhvp.vpub",
];
const OFFICE: &[&str] = &["chanhvp.vpub", "phocvp.vpub", "thuky2.vpub", "kythuat.vpub"];
const INTERIOR: &[&str] = &["phogiamdoc.snv", "chuyenvien1.snv", "baocao.snv"];

macro_rules! scene {
    ($title:literal, $agency:literal, $secretary:literal, $chair:literal, $kind:literal, $form:literal, $with:literal, $room:literal,
     $day:literal, $from:expr => $to:expr, $delegates:expr, $communes:literal, $agenda:expr, $fate:expr) => {
        Scene {
            title: $title,
            agency: $agency,
            secretary: $secretary,
            chair: $chair,
            kind: $kind,
            form: $form,
            counterpart: $with,
            room: $room,
            day: $day,
            from: $from,
            to: $to,
            delegates: $delegates,
            communes: $communes,
            agenda: $agenda,
            fate: $fate,
        }
    };
}

const SCENES: &[Scene] = &[
    scene!("Họp giao ban Văn phòng UBND tỉnh", "VPUB", "thuky1.vpub", "chanhvp.vpub", "briefing", "online", "internal", "", -8, (7, 30) => (9, 0), OFFICE, 0, SHORT, Fate::Held),
    scene!("Hội nghị chuyên môn về chuyển đổi số cấp xã", "UBND", "thuky1.vpub", "pct3.ubnd", "professional", "hybrid", "communes", "P1", -7, (8, 0) => (11, 30), HEADS, 40, PLENARY, Fate::Held),
    scene!("Họp tháo gỡ vướng mắc dự án hồ chứa nước Bản Mòng", "UBND", "thuky2.vpub", "pct2.ubnd", "working", "in_person", "departments", "P1", -6, (8, 0) => (10, 0), &["giamdoc.stc", "giamdoc.snnmt", "giamdoc.sxd"], 0, SHORT, Fate::Held),
    scene!("Họp rà soát chương trình công tác tháng", "VPUB", "thuky2.vpub", "phocvp.vpub", "working", "in_person", "internal", "P2", -5, (9, 30) => (11, 0), OFFICE, 0, SHORT, Fate::Held),
    scene!("Hội nghị tập huấn hệ thống họp không giấy", "VPUB", "thuky1.vpub", "chanhvp.vpub", "training", "online", "communes", "", -4, (14, 0) => (16, 30), OFFICE, 75, SHORT, Fate::Held),
    scene!("Họp điều phối ứng phó mưa lũ", "UBND", "thuky2.vpub", "pct2.ubnd", "coordination", "online", "communes", "", -3, (10, 0) => (11, 30), &["giamdoc.snnmt", "giamdoc.sxd"], 12, SHORT, Fate::Held),
    scene!("Họp tư vấn xét khen thưởng", "SNV", "thuky1.snv", "giamdoc.snv", "advisory", "in_person", "internal", "P-SNV", -2, (15, 0) => (16, 30), INTERIOR, 0, SHORT, Fate::Held),
    scene!("Họp giải quyết kiến nghị của phường Tô Hiệu", "VPUB", "thuky1.vpub", "phocvp.vpub", "working", "in_person", "communes", "P3", -1, (14, 0) => (16, 0), &["chutich.03646", "giamdoc.sxd"], 0, SHORT, Fate::Held),
    scene!("Họp thẩm định dự toán", "STC", "thuky1.stc", "giamdoc.stc", "working", "in_person", "departments", "P-STC", 1, (15, 30) => (17, 0), &["phogiamdoc.stc", "giamdoc.snv"], 0, SHORT, Fate::Scheduled),
    scene!("Họp giao ban tháng với các sở, ngành", "UBND", "thuky1.vpub", "chutich.ubnd", "briefing", "hybrid", "departments", "P1", 2, (7, 30) => (10, 30), HEADS, 10, SHORT, Fate::Scheduled),
    scene!("Họp giải quyết vướng mắc giải phóng mặt bằng dự án hồ chứa nước Bản Mòng", "UBND", "thuky2.vpub", "pct2.ubnd", "working", "in_person", "communes", "P1", 3, (13, 30) => (16, 0), &["giamdoc.snnmt", "giamdoc.stc", "chutich.03646", "giamdoc.snv"], 0, SHORT, Fate::Scheduled),
    scene!("Hội nghị triển khai Kế hoạch thực hiện Kết luận 226-KL/TW của Ban Bí thư", "UBND", "thuky1.vpub", "pct1.ubnd", "dissemination", "online", "communes", "", 5, (7, 30) => (11, 30), HEADS, 75, PLENARY, Fate::Scheduled),
    scene!("Phiên họp thường kỳ UBND tỉnh", "UBND", "thuky1.vpub", "chutich.ubnd", "regular_session", "in_person", "departments", "P1", 7, (7, 30) => (11, 30), HEADS, 0, PLENARY, Fate::Scheduled),
    scene!("Hội nghị chuyên môn về tinh giản biên chế", "SNV", "thuky1.snv", "giamdoc.snv", "professional", "hybrid", "communes", "P-SNV", 8, (14, 0) => (16, 30), INTERIOR, 20, SHORT, Fate::Scheduled),
    scene!("Họp giao ban xã Mường La", "03808", "thuky.03808", "chutich.03808", "briefing", "in_person", "internal", "P-03808", 2, (14, 0) => (15, 30), &[], 0, SHORT, Fate::Scheduled),
    scene!("Hội nghị đối thoại giữa lãnh đạo UBND tỉnh với doanh nghiệp", "UBND", "thuky2.vpub", "chutich.ubnd", "dialogue", "in_person", "people", "HT", 9, (13, 30) => (17, 0), HEADS, 0, SHORT, Fate::Postponed("Chủ trì dự họp đột xuất của Trung ương")),
    scene!("Họp kiểm tra đường truyền điểm cầu cấp xã", "VPUB", "thuky1.vpub", "phocvp.vpub", "coordination", "online", "communes", "", 4, (10, 0) => (11, 0), OFFICE, 30, SHORT, Fate::Cancelled("Lồng ghép vào hội nghị tập huấn")),
    scene!("Hội nghị sơ kết thực hiện mô hình họp không giấy", "VPUB", "thuky1.vpub", "chanhvp.vpub", "review", "hybrid", "departments", "P3", 10, (8, 0) => (11, 0), OFFICE, 8, SHORT, Fate::Draft),
    scene!("Họp xây dựng chương trình công tác năm", "SNV", "thuky1.snv", "giamdoc.snv", "working", "online", "internal", "", 6, (8, 0) => (10, 0), INTERIOR, 0, SHORT, Fate::Draft),
];

/// Makes them all; gives their number.
pub(super) async fn meetings(backend: &Backend, cast: &Cast, faces: &Faces, now: DateTime<Utc>) -> Done<u64> {
    let director =
        Director { backend, cast, faces, now, today: backend.zone().date(now), set: Mutex::default() };
    for scene in SCENES {
        let date = director.working_day(scene.day).await?;
        let sitting = sitting(date, scene.from, scene.to)?;
        director.play(scene, sitting).await?;
    }
    director.play_today().await?;
    Ok(SCENES.len() as u64 + 1)
}

fn sitting(date: NaiveDate, from: (u32, u32), to: (u32, u32)) -> Done<Sitting> {
    let at = |(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0);
    at(from)
        .zip(at(to))
        .and_then(|(from, to)| Sitting::new(date, from, to))
        .ok_or_else(|| Stop::Stored("demo sitting".to_owned()))
}

struct Director<'a> {
    backend: &'a Backend,
    cast: &'a Cast,
    faces: &'a Faces,
    now: DateTime<Utc>,
    today: NaiveDate,
    /// Papers set already, by title: setting one takes longer than everything else of a meeting.
    set: Mutex<HashMap<&'static str, Vec<u8>>>,
}

impl Director<'_> {
    /// The date so many working days from today; today itself is left to the conference.
    async fn working_day(&self, steps: i64) -> Done<NaiveDate> {
        let calendar = crate::rules::work_calendar(self.backend.db(), self.cast.agency("UBND")?).await?;
        let (mut day, mut left) = (self.today, steps.abs());
        while left > 0 {
            let next = if steps > 0 {
                day.checked_add_days(Days::new(1))
            } else {
                day.checked_sub_days(Days::new(1))
            };
            day = next.unwrap_or(day);
            left -= i64::from(calendar.is_working(day) && !calendar.is_blocked(day));
        }
        Ok(day)
    }

    fn input(&self, scene: &Scene, sitting: &Sitting, room: &str) -> Done<MeetingInput> {
        let person = |user: &str| Ok::<_, Stop>(format!("p-{}", self.cast.id(user)?));
        let mut delegates = scene.delegates.iter().map(|user| person(user)).collect::<Done<Vec<_>>>()?;
        let mut sites = Vec::new();
        for commune in tree::communes().iter().take(scene.communes) {
            let agency = self.cast.agency(&commune.code)?;
            sites.push(agency.to_string());
            delegates.push(person(&format!("chutich.{}", commune.code))?);
        }
        Ok(MeetingInput {
            title: scene.title.to_owned(),
            agency: self.cast.agency(scene.agency)?.to_string(),
            kind: scene.kind.to_owned(),
            form: scene.form.to_owned(),
            counterpart: scene.counterpart.to_owned(),
            sittings: vec![SittingInput::of(sitting)],
            rooms: if room.is_empty() { Vec::new() } else { vec![room.to_owned()] },
            sites: if scene.form == "in_person" { Vec::new() } else { sites },
            chair: self.cast.id(scene.chair)?.to_string(),
            secretary: self.cast.id(scene.secretary)?.to_string(),
            delegates,
            agenda: scene
                .agenda
                .iter()
                .map(|item| AgendaInput {
                    title: item.title.to_owned(),
                    minutes: item.minutes.to_string(),
                    presenter: item.presenter.to_owned(),
                    discussion: if item.is_discussion { "on".to_owned() } else { String::new() },
                    ..AgendaInput::default()
                })
                .collect(),
            ..MeetingInput::default()
        })
    }

    async fn room(&self, code: &str) -> Done<String> {
        if code.is_empty() {
            return Ok(String::new());
        }
        let (id,): (String,) =
            q("SELECT id FROM room WHERE code = $1").bind(code).one(self.backend.db()).await?;
        Ok(id)
    }

    /// When the invitations of a sitting went out: five working days or so before, never after now.
    fn invited(&self, sitting: &Sitting) -> DateTime<Utc> {
        let start = self.backend.zone().instant(sitting.start());
        (start - Duration::days(8)).min(self.now - Duration::hours(20))
    }

    async fn save(&self, scene: &Scene, sitting: &Sitting) -> Done<Saved> {
        let room = self.room(scene.room).await?;
        let caller = self.cast.caller(scene.secretary, self.invited(sitting))?;
        expected(scene.title, self.backend.save(&caller, None, self.input(scene, sitting, &room)?).await)
    }

    async fn play(&self, scene: &Scene, sitting: Sitting) -> Done<()> {
        let saved = self.save(scene, &sitting).await?;
        if scene.fate == Fate::Draft {
            return Ok(());
        }
        let meeting = self.publish(scene, &sitting, saved).await?;
        let backend = self.backend;
        match scene.fate {
            Fate::Draft | Fate::Scheduled => Ok(()),
            Fate::Held => self.hold(scene, &sitting, &meeting).await,
            Fate::Cancelled(reason) | Fate::Postponed(reason) => {
                let caller = self.cast.caller(scene.secretary, self.now - Duration::hours(3))?;
                let is_postponed = matches!(scene.fate, Fate::Postponed(_));
                expected("call off", backend.call_off(&caller, meeting.id, is_postponed, reason).await)
            }
        }
    }

    async fn publish(&self, scene: &Scene, sitting: &Sitting, saved: Saved) -> Done<Meeting> {
        let caller = self.cast.caller(scene.secretary, self.invited(sitting))?;
        let saved = expected(scene.title, self.backend.publish(&caller, saved.id, saved.rev).await)?;
        let meeting = expected("get", self.backend.get(&caller, saved.id).await)?;
        for (item, stored) in scene.agenda.iter().zip(&meeting.agenda) {
            for paper in item.papers {
                self.add_paper(scene, sitting, stored.id, paper).await?;
            }
        }
        Ok(meeting)
    }

    async fn add_paper(
        &self,
        scene: &Scene,
        sitting: &Sitting,
        item: AgendaItemId,
        paper: &'static PaperOf,
    ) -> Done<()> {
        let when = self.invited(sitting) + Duration::hours(2);
        let caller = self.cast.caller(scene.secretary, when)?;
        let PaperOf::Pdf(title, agency, sign, pages) = paper else {
            expected("neutral line", self.backend.leave_neutral_line(&caller, item).await)?;
            return Ok(());
        };
        let bytes = self.paper(title, agency, sign, *pages)?;
        let mut upload =
            expected("upload", self.backend.begin_upload(&caller, item, title, Level::Open).await)?;
        expected("upload", upload.write(&bytes).await)?;
        expected("upload", upload.finish().await)?;
        Ok(())
    }

    /// A paper as a PDF, its number and day left to the clerk.
    fn paper(&self, title: &'static str, agency: &str, sign: &str, pages: usize) -> Done<Vec<u8>> {
        let mut set = self.set.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = set.get(title) {
            return Ok(bytes.clone());
        }
        let date = format!("ngày      tháng      năm {}", self.today.year());
        let letter = letters::report(agency, sign, "Báo cáo", &[title], &date, pages);
        let bytes = pdf(&letter, self.faces).map_err(|error| Stop::Stored(format!("demo paper: {error}")))?;
        set.insert(title, bytes.clone());
        Ok(bytes)
    }

    /// Opens the meeting, calls its roll, connects its sites and closes it, at the hours planned.
    async fn hold(&self, scene: &Scene, sitting: &Sitting, meeting: &Meeting) -> Done<()> {
        let zone = self.backend.zone();
        let start = zone.instant(sitting.start()) + Duration::minutes(2);
        let end = zone.instant(sitting.end()) - Duration::minutes(5);
        self.begin(scene, meeting, start).await?;
        let caller = self.cast.caller(scene.secretary, end)?;
        let rest = expected("roll", self.backend.mark_rest(&caller, meeting.id, Presence::InRoom).await)?;
        tracing::debug!(rest, "demo roll called");
        expected("close", self.backend.close(&caller, meeting.id, None, "").await)
    }

    /// Opens it and calls most of the roll; every site but a few is connected.
    async fn begin(&self, scene: &Scene, meeting: &Meeting, start: DateTime<Utc>) -> Done<()> {
        let caller = self.cast.caller(scene.secretary, start)?;
        expected("open", self.backend.open(&caller, meeting.id).await)?;
        let sites: Vec<String> = meeting.sites.iter().map(|site| site.agency.short_name.clone()).collect();
        for (index, site) in meeting.sites.iter().enumerate() {
            if index % 25 != 24 {
                expected("site", self.backend.mark_site(&caller, meeting.id, site.agency.id, true).await)?;
            }
        }
        for (index, participant) in meeting.participants.iter().enumerate() {
            let is_remote = scene.form == "online" || sites.contains(&participant.agency.short_name);
            let presence = match index {
                5 | 23 | 61 => Presence::Absent { reason: "Đi công tác cơ sở".to_owned() },
                i if i % 17 == 16 => continue,
                _ if is_remote => Presence::Online,
                _ => Presence::InRoom,
            };
            expected("roll", self.backend.mark(&caller, meeting.id, participant.id, presence).await)?;
        }
        Ok(())
    }

    /// Today's conference: begun fifty minutes ago, its second item under discussion.
    async fn play_today(&self) -> Done<()> {
        let (date, from, to) = around(self.backend.zone().local(self.now));
        let sitting = sitting(date, from, to)?;
        let scene = Scene {
            title: "Hội nghị sơ kết công tác cải cách hành chính, chuyển đổi số tỉnh Sơn La",
            agency: "UBND",
            secretary: "thuky1.vpub",
            chair: "pct1.ubnd",
            kind: "review",
            form: "hybrid",
            counterpart: "communes",
            room: "P1",
            day: 0,
            from,
            to,
            delegates: HEADS,
            communes: 75,
            agenda: REVIEW,
            fate: Fate::Scheduled,
        };
        let saved = self.save(&scene, &sitting).await?;
        let meeting = self.publish(&scene, &sitting, saved).await?;
        let opened = (self.backend.zone().instant(sitting.start()) + Duration::minutes(3)).min(self.now);
        self.begin(&scene, &meeting, opened).await?;
        self.discuss(&scene, meeting.id, &meeting, 0, opened).await?;
        self.discuss(&scene, meeting.id, &meeting, 1, (opened + Duration::minutes(14)).min(self.now)).await
    }

    async fn discuss(
        &self,
        scene: &Scene,
        id: MeetingId,
        meeting: &Meeting,
        index: usize,
        at: DateTime<Utc>,
    ) -> Done<()> {
        let caller = self.cast.caller(scene.secretary, at)?;
        let item = meeting.agenda.get(index).map(|item| item.id);
        expected("discuss", self.backend.discuss(&caller, id, item).await)
    }
}

/// Hour and minute.
type Clock = (u32, u32);

/// Three and a half hours around a local time that have begun most of an hour ago, or at midnight when the day is
/// younger, and end before the next midnight.
fn around(local: NaiveDateTime) -> (NaiveDate, Clock, Clock) {
    let since_midnight = i64::from(local.hour() * 60 + local.minute());
    let from = (since_midnight - 50).max(0) / 30 * 30;
    let to = (from + 210).min(24 * 60 - 1);
    let clock =
        |minute: i64| (u32::try_from(minute / 60).unwrap_or(0), u32::try_from(minute % 60).unwrap_or(0));
    (local.date(), clock(from), clock(to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn todays_conference_is_under_way_at_every_hour() {
        // No sitting goes past midnight, so the day's last minute has none around it.
        for minute in 0..24 * 60 - 1 {
            let date = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
            let local = date.and_hms_opt(minute / 60, minute % 60, 30).unwrap();
            let (day, from, to) = around(local);
            let sitting = sitting(day, from, to).unwrap();
            assert!(sitting.start() <= local && local < sitting.end(), "{local}");
        }
    }
}
