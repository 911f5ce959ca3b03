//! Two years of meetings as a file to import: enough of them, unevenly spread, with offices that reach the targets and
//! offices that do not. Deterministic for a seed; the dates follow the clock.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use domain::access::Caller;
use domain::agencies::Agencies;
use domain::calendar::WorkCalendar;
use rand::rngs::StdRng;
use rand::{Rng, RngExt};

use super::{expected, tree};
use crate::Backend;
use crate::stop::Done;

/// The last days before today are left to the meetings that have people and papers.
const DAYS_LEFT_FREE: u64 = 16;

/// One agency's habits.
struct Habit {
    code: String,
    /// Meetings a year before the plan began.
    a_year: u32,
    /// Online meetings in a hundred, last year and this.
    online: (u32, u32),
    /// Fewer meetings this year, in a hundred.
    fewer: u32,
    topics: &'static [&'static str],
}

const PROVINCE: &[&str] = &[
    "phát triển kinh tế - xã hội",
    "đầu tư công",
    "cải cách hành chính",
    "chuyển đổi số",
    "phòng, chống thiên tai",
    "giải phóng mặt bằng",
    "sắp xếp tổ chức bộ máy",
    "xây dựng nông thôn mới",
    "quốc phòng, an ninh",
    "an sinh xã hội",
];
const DEPARTMENT: &[&str] = &[
    "nhiệm vụ trọng tâm",
    "dự toán ngân sách",
    "thủ tục hành chính",
    "chuyển đổi số",
    "quy hoạch, kế hoạch",
    "thanh tra, kiểm tra",
    "tuyển dụng, sử dụng công chức",
    "thi đua, khen thưởng",
    "dự án đầu tư",
    "phối hợp liên ngành",
];
const COMMUNE: &[&str] = &[
    "sản xuất vụ mùa",
    "xây dựng nông thôn mới",
    "giảm nghèo",
    "dịch vụ công trực tuyến",
    "phòng cháy rừng",
    "hòa giải ở cơ sở",
    "thu ngân sách",
    "văn hóa, thể thao",
    "vệ sinh môi trường",
    "chính quyền hai cấp",
];

fn habits(rng: &mut StdRng) -> Vec<Habit> {
    let mut habits =
        vec![Habit { code: "UBND".into(), a_year: 90, online: (52, 66), fewer: 13, topics: PROVINCE }];
    for (index, (code, _)) in tree::departments().into_iter().enumerate() {
        // Every fourth department is still behind on one target or both.
        let is_behind = index % 4 == 3;
        habits.push(Habit {
            code,
            a_year: rng.random_range(58..112),
            online: (
                rng.random_range(38..54),
                if is_behind { rng.random_range(50..59) } else { rng.random_range(62..72) },
            ),
            fewer: if is_behind { rng.random_range(3..9) } else { rng.random_range(11..16) },
            topics: DEPARTMENT,
        });
    }
    for commune in tree::communes() {
        let is_behind = rng.random_range(0..100) < 22;
        habits.push(Habit {
            code: commune.code,
            a_year: rng.random_range(14..30),
            online: (
                rng.random_range(30..50),
                if is_behind { rng.random_range(42..58) } else { rng.random_range(61..78) },
            ),
            fewer: if is_behind { rng.random_range(0..9) } else { rng.random_range(11..20) },
            topics: COMMUNE,
        });
    }
    habits
}

/// Kinds with how often each comes up in a hundred, its first words, and its hours when it fills its limit.
const KINDS: &[(&str, u32, &str)] = &[
    ("working", 34, "Họp giải quyết công việc về"),
    ("briefing", 26, "Họp giao ban về"),
    ("advisory", 9, "Họp tham mưu, tư vấn về"),
    ("coordination", 8, "Họp điều phối về"),
    ("regular_session", 3, "Phiên họp thường kỳ về"),
    ("dissemination", 5, "Hội nghị quán triệt, triển khai"),
    ("professional", 5, "Hội nghị chuyên môn về"),
    ("review", 3, "Hội nghị sơ kết công tác"),
    ("thematic", 3, "Hội nghị chuyên đề về"),
    ("training", 2, "Hội nghị tập huấn về"),
    ("dialogue", 1, "Hội nghị đối thoại về"),
    ("in_depth", 1, "Hội nghị thảo luận về"),
];

/// The file: from the report year before last year's to a fortnight ago.
pub(super) async fn meetings(
    backend: &Backend,
    program: &Caller,
    rng: &mut StdRng,
    now: DateTime<Utc>,
) -> Done<String> {
    let today = backend.zone().date(now);
    let root = expected("tree", backend.tree(program).await)?;
    let root = root.first().map_or_else(|| program.agency.id, |agency| agency.id);
    let calendar = expected("settings", backend.settings(program, root).await)?.calendar;
    let first = NaiveDate::from_ymd_opt(today.year() - 2, 12, 15).unwrap_or(today);
    let last = today.checked_sub_days(Days::new(DAYS_LEFT_FREE)).unwrap_or(today);
    let days: Vec<NaiveDate> = first
        .iter_days()
        .take_while(|day| *day <= last)
        .filter(|day| calendar_takes(&calendar, *day))
        .collect();
    let mut out = csv::Writer::from_writer(Vec::new());
    let header =
        ["agency", "title", "kind", "form", "sittings", "status", "role", "counterpart", "sites_connected"];
    out.write_record(header).expect("memory takes every row");
    for habit in habits(rng) {
        for day in &days {
            let is_this_year = *day >= NaiveDate::from_ymd_opt(today.year() - 1, 12, 15).unwrap_or(today);
            let a_year = if is_this_year { habit.a_year * (100 - habit.fewer) } else { habit.a_year * 100 };
            // 248 working days a year.
            if rng.random_range(0..24_800) < a_year {
                let row = meeting(&habit, *day, is_this_year, rng);
                out.write_record(row).expect("memory takes every row");
            }
        }
    }
    Ok(tree::text(out))
}

fn calendar_takes(calendar: &WorkCalendar, day: NaiveDate) -> bool {
    calendar.is_working(day) && !calendar.is_blocked(day)
}

fn meeting(habit: &Habit, day: NaiveDate, is_this_year: bool, rng: &mut StdRng) -> [String; 9] {
    let mut draw = rng.random_range(0..100);
    let kind = KINDS.iter().find(|(_, share, _)| {
        let is_it = draw < *share;
        draw = draw.saturating_sub(*share);
        is_it
    });
    let (kind, _, words) = kind.unwrap_or(&KINDS[0]);
    let topic = habit.topics[rng.random_range(0..habit.topics.len())];
    let percent = rng.random_range(0..100);
    let online = if is_this_year { habit.online.1 } else { habit.online.0 };
    // About a third of what is online is hybrid with connected sites.
    let (form, sites) = match percent {
        p if p < online * 2 / 3 => ("online", 0),
        p if p < online => ("hybrid", rng.random_range(1..76)),
        p if p < online + 3 => ("hybrid", 0),
        _ => ("in_person", 0),
    };
    let status = match rng.random_range(0..200) {
        0..=2 => "cancelled",
        3..=5 => "postponed",
        _ => "held",
    };
    let (role, counterpart) = match (rng.random_range(0..100), habit.code.as_str()) {
        (0..=6, "UBND") | (0..=3, _) => ("attended", "ministries"),
        (7..=30, "UBND") => ("organised", "communes"),
        (4..=14, _) => ("organised", "departments"),
        (15..=18, _) => ("organised", "people"),
        _ => ("organised", "internal"),
    };
    let title = format!("{words} {topic}, {}", spoken(day));
    let sittings = sittings(kind, day, rng);
    [
        habit.code.clone(),
        title,
        (*kind).to_owned(),
        form.to_owned(),
        sittings,
        status.to_owned(),
        role.to_owned(),
        counterpart.to_owned(),
        sites.to_string(),
    ]
}

fn spoken(day: NaiveDate) -> String {
    format!("tháng {}/{}", day.month(), day.year())
}

/// Half a day for most; whole days for the kinds that may; one in three hundred goes over its limit, as it does.
fn sittings(kind: &str, day: NaiveDate, rng: &mut StdRng) -> String {
    let is_long = matches!(kind, "professional" | "review" | "thematic" | "training" | "in_depth")
        && rng.random_range(0..100) < 55;
    let runs_over = rng.random_range(0..300) == 0;
    match (is_long || runs_over, rng.next_u32() % 2) {
        (true, _) => format!("{day}T07:30/11:30 {day}T13:30/16:30"),
        (false, 0) => {
            let start = rng.random_range(0..4);
            format!(
                "{day}T{:02}:{:02}/{:02}:{:02}",
                7 + (start + 1) / 2,
                (start + 1) % 2 * 30,
                9 + (start + 1) / 2,
                30
            )
        }
        (false, _) => format!("{day}T14:00/{}", if rng.random_range(0..2) == 0 { "15:30" } else { "16:30" }),
    }
}

/// What the departments held in the calendar year before the system's own meetings begin, with a source.
pub(super) fn baselines(now: DateTime<Utc>) -> String {
    let year = now.year() - 2;
    let mut out = csv::Writer::from_writer(Vec::new());
    let mut put = |cells: [&str; 5]| out.write_record(cells).expect("memory takes every row");
    put(["agency", "year", "base", "held", "source"]);
    for (index, (code, _)) in tree::departments().iter().enumerate() {
        let source = format!("Báo cáo tổng kết năm {year} của {code}");
        let all = 70 + index * 7 % 45;
        put([code, &year.to_string(), "all", &all.to_string(), &source]);
        put([code, &year.to_string(), "conferences", &(all / 6).to_string(), &source]);
    }
    tree::text(out)
}
