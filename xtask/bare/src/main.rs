//! The ports without pages: what `cargo xtask bench` holds the pages against. `prepare` adds the meeting that is
//! measured to a demo; the other verbs ask what a page asks, over and over, and print the processor time of one turn.
//!
//! ```text
//! bare DATA prepare                          a meeting of ten items, each with a paper; the first also with a large one
//! bare DATA meeting COUNT MEETING            who asks, and the meeting
//! bare DATA figures COUNT AGENCY PERIOD      who asks, the report, and the agencies to choose from
//! bare DATA sql     COUNT AGENCY PERIOD      the three statements of a report over a calendar year, and nothing else
//! ```

use std::fs;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use backend::{Answers, Backend, BackendConfig, FileUse, Record, SystemEntropy, q};
use chrono::{DateTime, Datelike, Days, Utc, Weekday};
use domain::access::Caller;
use domain::error::Failure;
use domain::figures::{FiguresFilter, Reach};
use domain::ids::{AgencyId, AgendaItemId, MeetingId, PaperId};
use domain::meetings::{AgendaInput, Meeting, MeetingInput, SittingInput};
use domain::papers::Level;
use domain::period::{Period, Window};
use domain::services::Services;
use domain::time::Zone;
use serde_json::json;
use server::clock::Clock;

/// A secretary of the demo who plans for the whole province.
const SECRETARY: &str = "thuky1.vpub";
/// The demo's officer who answers for the figures of the whole province.
const OFFICER: &str = "baocao.snv";
/// The demo's one password.
const PASSWORD: &str = "hop-khong-giay";
/// Agenda items of the meeting that is measured.
const ITEMS: usize = 10;
/// A paper of many scanned pages.
const LARGE_BYTES: usize = 50 * 1000 * 1000;
/// Turns before the count begins.
const WARM_UP: u32 = 20;

type Ending<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Ending<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        // A child of this program looks into papers.
        [verb, ..] if *verb == foreign::child::VERB => Ok(foreign::child::run()),
        [data, verb, rest @ ..] => measure(data, verb, rest).map(|()| ExitCode::SUCCESS),
        _ => Err("see the head of xtask/bare/src/main.rs".into()),
    }
}

#[tokio::main]
async fn measure(data: &str, verb: &str, rest: &[&str]) -> Ending<()> {
    let backend = Backend::open(BackendConfig::embedded(data), Box::new(SystemEntropy))
        .await
        .map_err(|s| s.to_string())?;
    let bench = Bench { services: backend.services(), backend, now: Clock::system().now() };
    let answer = match (verb, rest) {
        ("prepare", []) => bench.prepare().await?,
        ("meeting", [count, meeting]) => bench.meeting(count.parse()?, meeting.parse()?).await?,
        ("figures", [count, agency, period]) => {
            bench.figures(count.parse()?, filter(agency, period)?).await?
        }
        ("sql", [count, agency, period]) => bench.sql(count.parse()?, filter(agency, period)?).await?,
        _ => return Err("see the head of xtask/bare/src/main.rs".into()),
    };
    println!("{answer}");
    Ok(())
}

fn filter(agency: &str, period: &str) -> Ending<FiguresFilter> {
    let period = Period::parse(period).ok_or("no such period")?;
    Ok(FiguresFilter { agency: agency.parse().map_err(|_| "no agency")?, reach: Reach::Subtree, period })
}

struct Bench {
    backend: Backend,
    services: Services,
    now: DateTime<Utc>,
}

impl Bench {
    async fn sign_in(&self, user: &str) -> Ending<String> {
        let signed_in = self.services.accounts.sign_in(user, PASSWORD, false, "bench", "", self.now).await;
        Ok(signed_in.map_err(told)?.token)
    }

    async fn caller(&self, token: &str) -> Ending<Caller> {
        self.services.accounts.identify(token, self.now).await.map_err(told)
    }

    async fn prepare(&self) -> Ending<serde_json::Value> {
        let caller = self.caller(&self.sign_in(SECRETARY).await?).await?;
        let agencies = self.services.agencies.tree(&caller).await.map_err(told)?;
        let input = self.input(&caller, agencies.iter().map(|agency| agency.id)).await?;
        let meetings = &self.services.meetings;
        let saved = meetings.save(&caller, None, input).await.map_err(told)?;
        meetings.publish(&caller, saved.id, saved.rev).await.map_err(told)?;
        let meeting: Meeting = meetings.get(&caller, saved.id).await.map_err(told)?;
        // Ten small papers that differ: equal ones would be stored once.
        for (number, item) in meeting.agenda.iter().enumerate() {
            self.add_paper(&caller, item.id, &format!("Báo cáo {}", number + 1), &pdf(number, 0)).await?;
        }
        let first = meeting.agenda.first().ok_or("a meeting without agenda")?.id;
        let paper = self.add_paper(&caller, first, "Phụ lục bản đồ", &pdf(0, LARGE_BYTES)).await?;
        let file = self.backend.open_file(&caller, paper, FileUse::Reader).await.map_err(told)?.path;
        let root = agencies.iter().find(|agency| agency.parent.is_none()).ok_or("no agency")?.id;
        Ok(json!({ "meeting": saved.id, "paper": paper, "file": file, "agency": root }))
    }

    /// An ordinary meeting some weeks ahead, in a place of its own so that it clashes with nothing.
    async fn input(&self, caller: &Caller, agencies: impl Iterator<Item = AgencyId>) -> Ending<MeetingInput> {
        let mut people = Vec::new();
        for role in ["giam doc", "pho giam doc"] {
            people.extend(self.services.people.find(caller, role).await.map_err(told)?);
        }
        people.dedup_by_key(|person| person.id);
        let mut people = people.iter().map(|person| person.id);
        let chair = people.next().ok_or("the demo has no heads of departments")?;
        let mut date = Zone::VIETNAM.date(self.now) + Days::new(60);
        while matches!(date.weekday(), Weekday::Sat | Weekday::Sun) || date.day() == 25 {
            date = date + Days::new(1);
        }
        let sitting = SittingInput {
            date: date.to_string(),
            from: "08:00".into(),
            to: "11:00".into(),
            ..SittingInput::default()
        };
        let agenda = (1..=ITEMS).map(|number| AgendaInput {
            title: format!("Nội dung {number}: tình hình thực hiện và nhiệm vụ tháng tới"),
            minutes: "15".into(),
            presenter: "Văn phòng".into(),
            ..AgendaInput::default()
        });
        Ok(MeetingInput {
            title: "Họp rà soát tiến độ các nhiệm vụ trọng tâm".into(),
            agency: caller.agency.id.to_string(),
            kind: "working".into(),
            form: "hybrid".into(),
            unexpected: "on".into(),
            sittings: vec![sitting],
            place: "Hội trường".into(),
            sites: agencies.skip(1).take(3).map(|agency| agency.to_string()).collect(),
            chair: chair.to_string(),
            secretary: caller.person.to_string(),
            delegates: people.take(8).map(|person| format!("p-{person}")).collect(),
            agenda: agenda.collect(),
            ..MeetingInput::default()
        })
    }

    async fn add_paper(
        &self,
        caller: &Caller,
        item: AgendaItemId,
        title: &str,
        pdf: &[u8],
    ) -> Ending<PaperId> {
        let mut upload = self.backend.begin_upload(caller, item, title, Level::Open).await.map_err(told)?;
        for piece in pdf.chunks(256 * 1024) {
            upload.write(piece).await.map_err(told)?;
        }
        // The large paper has no text.
        upload.answer(Answers { is_declared: true, is_again: false });
        upload.finish().await.map_err(told)
    }

    async fn meeting(&self, count: u32, meeting: MeetingId) -> Ending<serde_json::Value> {
        let token = self.sign_in(SECRETARY).await?;
        timed(count, async || {
            let caller = self.caller(&token).await?;
            let meeting = self.services.meetings.get(&caller, meeting).await.map_err(told)?;
            Ok(meeting.agenda.len())
        })
        .await
    }

    async fn figures(&self, count: u32, filter: FiguresFilter) -> Ending<serde_json::Value> {
        let token = self.sign_in(OFFICER).await?;
        timed(count, async || {
            let caller = self.caller(&token).await?;
            let figures = self.services.figures.report(&caller, filter).await.map_err(told)?;
            let agencies = self.services.figures.agencies(&caller).await.map_err(told)?;
            Ok(usize::try_from(figures.all.tally.held)? + agencies.len())
        })
        .await
    }

    async fn sql(&self, count: u32, filter: FiguresFilter) -> Ending<serde_json::Value> {
        let window = filter.period.window();
        timed(count, async || {
            let counts = self.rows::<Counts>(COUNTS, filter.agency, window).await?;
            let before = self.rows::<Held>(HELD, filter.agency, window.year_before()).await?;
            let counterparts = self.rows::<ByCounterpart>(COUNTERPARTS, filter.agency, window).await?;
            Ok(counts + before + counterparts)
        })
        .await
    }

    /// How many rows a statement over a subtree and a window gives.
    async fn rows<T: Record>(&self, statement: &str, agency: AgencyId, window: Window) -> Ending<usize> {
        let asked = q(statement).bind(format!("%/{agency}/%")).bind(window.from).bind(window.to);
        let rows: Vec<T> = asked.all(self.backend.db()).await?;
        Ok(rows.len())
    }
}

type Counts = (Option<String>, Option<i64>, String, i64, i64, i64, i64, i64, i64, i64, i64, i64);
type Held = (String, String, i64);
type ByCounterpart = (String, String, String, bool, i64);

/// Nine counts of what was organised, by agency and by month.
const COUNTS: &str = "WITH part AS MATERIALIZED (SELECT agency_id, month_civil, scope, \
    COUNT(*) FILTER (WHERE stage = 'held') AS a, \
    COUNT(*) FILTER (WHERE stage = 'held' AND form = 'in_person') AS b, \
    COUNT(*) FILTER (WHERE stage = 'held' AND form = 'online') AS c, \
    COUNT(*) FILTER (WHERE stage = 'held' AND form = 'hybrid') AS d, \
    COUNT(*) FILTER (WHERE stage = 'held' AND form = 'hybrid' AND is_connected) AS e, \
    COUNT(*) FILTER (WHERE stage = 'held' AND (form = 'online' OR (form = 'hybrid' AND is_connected))) AS f, \
    COUNT(*) FILTER (WHERE stage = 'held' AND has_exceeded) AS g, \
    COUNT(*) FILTER (WHERE stage = 'cancelled') AS h, \
    COUNT(*) FILTER (WHERE stage = 'postponed') AS i \
    FROM meeting WHERE agency_id IN (SELECT id FROM agency WHERE path LIKE $1) \
    AND first_date >= $2 AND first_date <= $3 AND side = 'organised' \
    AND stage IN ('held', 'cancelled', 'postponed') GROUP BY agency_id, month_civil, scope) \
    SELECT agency_id, CAST(NULL AS BIGINT), scope, SUM(a), SUM(b), SUM(c), SUM(d), SUM(e), SUM(f), SUM(g), SUM(h), \
    SUM(i) FROM part GROUP BY agency_id, scope UNION ALL \
    SELECT CAST(NULL AS TEXT), month_civil, scope, SUM(a), SUM(b), SUM(c), SUM(d), SUM(e), SUM(f), SUM(g), SUM(h), \
    SUM(i) FROM part GROUP BY month_civil, scope";

/// What was held, by agency.
const HELD: &str = "SELECT agency_id, scope, COUNT(*) FROM meeting \
    WHERE agency_id IN (SELECT id FROM agency WHERE path LIKE $1) AND first_date >= $2 AND first_date <= $3 \
    AND side = 'organised' AND stage = 'held' GROUP BY agency_id, scope";

/// What was held or attended, by whom it was with.
const COUNTERPARTS: &str = "SELECT side, form, counterpart, is_connected, COUNT(*) FROM meeting \
    WHERE agency_id IN (SELECT id FROM agency WHERE path LIKE $1) AND first_date >= $2 AND first_date <= $3 \
    AND stage = 'held' GROUP BY side, form, counterpart, is_connected";

/// Runs a turn over and over; the mean time of one, and what the last one found, so that an empty answer is seen.
async fn timed(count: u32, turn: impl AsyncFn() -> Ending<usize>) -> Ending<serde_json::Value> {
    let mut found = 0;
    for _ in 0..WARM_UP.min(count) {
        found = turn().await?;
    }
    let (cpu, wall) = (own_cpu()?, Instant::now());
    for _ in 0..count {
        found = turn().await?;
    }
    let (wall, cpu) = (wall.elapsed() / count, (own_cpu()? - cpu) / count);
    Ok(json!({ "cpu_ns": cpu.as_nanos(), "wall_ns": wall.as_nanos(), "found": found }))
}

/// Processor time of all threads. They live as long as the program, so none is lost between two readings.
fn own_cpu() -> Ending<Duration> {
    let mut used = 0;
    for thread in fs::read_dir("/proc/self/task")? {
        let times = fs::read_to_string(thread?.path().join("schedstat"))?;
        used += times.split(' ').next().ok_or("no time")?.parse::<u64>()?;
    }
    Ok(Duration::from_nanos(used))
}

/// One empty page with a number, and so many bytes that no compression makes less of.
fn pdf(number: usize, ballast: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let noise = (0..ballast).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    });
    let stream = [format!("<</Length {ballast}>>\nstream\n").into_bytes(), noise.collect()].concat();
    let parts = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Number {number}>>").into_bytes(),
        [stream, b"\nendstream".to_vec()].concat(),
    ];
    let mut pdf = b"%PDF-1.7\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", parts.len() + 1);
    for (index, part) in parts.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", pdf.len());
        pdf.extend(format!("{} 0 obj\n", index + 1).bytes());
        pdf.extend(part);
        pdf.extend(b"\nendobj\n");
    }
    let size = parts.len() + 1;
    table += &format!("trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{}\n%%EOF\n", pdf.len());
    pdf.extend(table.bytes());
    pdf
}

fn told(failure: Failure) -> Box<dyn std::error::Error> {
    format!("{failure:?}").into()
}
