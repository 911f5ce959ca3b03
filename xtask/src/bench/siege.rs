//! `cargo xtask bench siege`: what people notice while attackers take as much as they can. The program runs
//! in a network namespace behind a pair of virtual interfaces. Attackers, twenty people at work and a
//! conference of 75 sites come from different addresses outside. Needs root. Ends by itself within three
//! minutes and writes its part of `docs/benchmarks.md`.

mod attack;

use std::fmt::Write as _;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::client::{Client, open};
use super::process;
use super::service::{Folder, Service, phien};
use super::{OFFICER, PASSWORD, SECRETARY};
use crate::build::{self, Built, Profile};
use crate::workspace::{output, root, run, say, target_dir};
use attack::Siege;

const NAMESPACE: &str = "phien-siege";
const SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 78, 0, 2)), 3000);
const MEDIA_PORT: u16 = 3478;
/// All sites of the conference come from one machine, because `phien rehearse` works like that, and so do all
/// connections of one address.
const PER_ADDRESS: usize = 128;
/// Addresses of attackers.
const BESIEGERS: u8 = 16;
/// The size of a siege.
struct Size {
    idle_connections: usize,
    idle_uploads: usize,
    half_forms: usize,
    imports: u8,
    /// Each person has an address of their own.
    people: u8,
    sites: u32,
    lasts: Duration,
}
const FULL: Size = Size {
    idle_connections: 4_100,
    idle_uploads: 256,
    half_forms: 768,
    imports: 3,
    people: 20,
    sites: 75,
    lasts: Duration::from_secs(60),
};
/// For trying the measurement itself, also with a development build.
const SMALL: Size = Size {
    idle_connections: 410,
    idle_uploads: 32,
    half_forms: 64,
    imports: 1,
    people: 4,
    sites: 4,
    lasts: Duration::from_secs(15),
};
/// By then all sites have arrived.
const ARRIVED: Duration = Duration::from_secs(14);
/// The pause between two pages of one person.
const READS: Duration = Duration::from_secs(1);
/// The whole program may use at most this much address space, in KiB, because others use the machine too.
const ADDRESS_SPACE_KIB: u64 = 8 << 20;
/// Targets.
const PAGE_WITHIN: Duration = Duration::from_secs(1);
const MEMORY_KIB: u64 = 400 << 10;

const BEGIN: &str = "<!-- siege: written by cargo xtask bench siege -->";
const END: &str = "<!-- siege: end -->";

/// Departments of the demo, each with a secretary and a member of staff.
const DEPARTMENTS: [&str; 12] =
    ["snv", "stc", "stp", "sct", "snnmt", "sxd", "skhcn", "svhttdl", "sgddt", "syt", "sdttg", "ttt"];
/// A delegate from none of these departments.
const DELEGATE: &str = "chuyenvien1.bqlkcn";

/// A network namespace and the virtual interfaces into it. Dropping it removes them.
struct SiegeNet;

impl SiegeNet {
    fn new() -> Result<SiegeNet> {
        ensure!(output(Command::new("id").arg("-u"))?.trim() == "0", "a network namespace needs root");
        let ip = |words: &str| run(Command::new("ip").args(words.split(' ')));
        ip(&format!("netns add {NAMESPACE}"))?;
        let net = SiegeNet;
        ip("link add siege-out type veth peer name siege-in")?;
        ip(&format!("link set siege-in netns {NAMESPACE}"))?;
        ip("addr add 10.78.0.1/16 dev siege-out")?;
        for address in (0..BESIEGERS).map(besieger).chain((0..FULL.people).map(person)) {
            ip(&format!("addr add {address}/16 dev siege-out"))?;
        }
        ip("link set siege-out up")?;
        ip(&format!("-n {NAMESPACE} addr add {}/16 dev siege-in", SERVER.ip()))?;
        ip(&format!("-n {NAMESPACE} link set siege-in up"))?;
        ip(&format!("-n {NAMESPACE} link set lo up"))?;
        Ok(net)
    }
}

impl Drop for SiegeNet {
    fn drop(&mut self) {
        // Deleting the namespace also deletes both interfaces.
        Command::new("ip").args(["netns", "del", NAMESPACE]).status().ok();
    }
}

fn besieger(number: u8) -> IpAddr {
    Ipv4Addr::new(10, 78, 1, number + 1).into()
}

fn person(number: u8) -> IpAddr {
    Ipv4Addr::new(10, 78, 2, number + 1).into()
}

/// What the people noticed.
#[derive(Default)]
struct PageTimes {
    times: Vec<Duration>,
    refused: Vec<String>,
}

/// Builds, runs the siege and writes the result. A small siege only prints it.
pub(crate) fn bench(is_small: bool) -> Result<()> {
    let size = if is_small { SMALL } else { FULL };
    let machine = process::machine()?;
    raise_open_files()?;
    // An existing program can be tested: set `PHIEN_PROGRAM` and `PHIEN_SITE`.
    let built = match (std::env::var("PHIEN_PROGRAM"), std::env::var("PHIEN_SITE")) {
        (Ok(program), Ok(site)) => Built { program: PathBuf::from(program), site: PathBuf::from(site) },
        _ => build::build(Profile::Release)?,
    };
    let folder = Folder::new(&target_dir()?)?;
    let data = folder.join("siege");
    run(phien(&built, &data).arg("demo"))?;
    let _net = SiegeNet::new()?;
    let service = serve(&built, &data)?;
    let places = Places::find()?;
    let mut conference = LiveSites::open(&built, &data, &places.conference, &size)?;
    std::thread::sleep(ARRIVED);
    say(&format!("besieged for {} s", size.lasts.as_secs()));
    let (noticed, opened, answered, health) = besiege(&places, &size)?;
    let told = conference.told()?;
    let memory = process::most_kib(service.process())?;
    let rows = rows(noticed, &told, memory, (opened, answered), (health, &size))?;
    say(rows.trim_end());
    if is_small { Ok(()) } else { write(&machine, &rows) }
}

fn raise_open_files() -> Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    ensure!(limit.maximum.is_none_or(|most| most > 8_192), "too few files may be open at once: ulimit -Hn");
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).context("the limit on open files")
}

/// Runs the program inside the namespace. The shell and `ip` replace themselves with it, so that their
/// process is the program's.
fn serve(built: &Built, data: &std::path::Path) -> Result<Service> {
    let mut serve = Command::new("sh");
    let settings = phien(built, data);
    for (name, value) in settings.get_envs() {
        match value {
            Some(value) => serve.env(name, value),
            None => serve.env_remove(name),
        };
    }
    serve.args(["-c", "ulimit -v \"$1\"; exec ip netns exec \"$2\" \"$3\" serve", "sh"]);
    serve.args([&ADDRESS_SPACE_KIB.to_string(), NAMESPACE]).arg(&built.program);
    let media = SocketAddr::new(SERVER.ip(), MEDIA_PORT).to_string();
    serve.env("PHIEN_LISTEN", SERVER.to_string()).env("PHIEN_LOG_LEVEL", "warn");
    serve.env("PHIEN_MEDIA_LISTEN", media).env("PHIEN_MEDIA_ADDRESSES", SERVER.ip().to_string());
    serve.env("PHIEN_CONNECTIONS_PER_ADDRESS", PER_ADDRESS.to_string());
    Service::start(&mut serve, SERVER, "/health", &data.with_extension("log"))
}

/// The meetings that clients open.
struct Places {
    /// The online conference of all communes.
    conference: String,
    /// Another meeting of the secretary, with an item that accepts papers.
    meeting: String,
    item: String,
    secretary: String,
}

impl Places {
    fn find() -> Result<Places> {
        let mut client = Client::sign_in(SERVER, SECRETARY, PASSWORD)?;
        let list = client.page("/meetings?stage=scheduled")?;
        let (before, _) =
            list.split_once("226-KL/TW").context("the demo has no conference of all communes")?;
        let after = |text: &str, mark: &str| {
            let rest = text.rsplit(mark).next().unwrap_or_default();
            rest.chars().take_while(|letter| *letter != '"').collect::<String>()
        };
        let conference = format!("/meetings/{}", after(before, "href=\"/meetings/"));
        let links = list.split("href=\"/meetings/").skip(1);
        let ids = links.map(|rest| rest.chars().take_while(|letter| *letter != '"').collect::<String>());
        for id in ids.filter(|id| id.len() == 36) {
            let meeting = format!("/meetings/{id}");
            let page = client.page(&meeting)?;
            let form = page.split("name=\"item\"").nth(1).and_then(|rest| rest.split_once("value=\""));
            if let (Some((_, value)), true) = (form, meeting != conference) {
                let item = value.chars().take_while(|letter| *letter != '"').collect();
                return Ok(Places { conference, meeting, item, secretary: client.cookie().to_owned() });
            }
        }
        anyhow::bail!("{SECRETARY} has no meeting that takes papers")
    }
}

/// The running conference. Dropping it ends the conference.
struct LiveSites(Option<Child>);

impl LiveSites {
    fn open(built: &Built, data: &std::path::Path, path: &str, size: &Size) -> Result<LiveSites> {
        let mut sites = phien(built, data);
        let seconds = (ARRIVED + size.lasts).as_secs() + 5;
        sites.args(["rehearse", "--json", "--user", SECRETARY, "--url", &format!("http://{SERVER}{path}")]);
        sites.args(["--sites", &size.sites.to_string(), "--seconds", &seconds.to_string()]);
        sites.env("PHIEN_REHEARSE_PASSWORD", PASSWORD).stdin(Stdio::null()).stdout(Stdio::piped());
        Ok(LiveSites(Some(sites.spawn().context("starting the sites")?)))
    }

    fn told(&mut self) -> Result<Value> {
        let child = self.0.take().context("sites tell once")?;
        let ended = child.wait_with_output().context("the sites tell nothing")?;
        let text = String::from_utf8_lossy(&ended.stdout);
        serde_json::from_str(&text).with_context(|| format!("the sites say {text:?}"))
    }
}

impl Drop for LiveSites {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// Runs everything at once. Returns what people noticed, how many connections attackers opened again, how
/// many of their files were answered, and how many health checks were answered well and not.
fn besiege(places: &Places, size: &Size) -> Result<(PageTimes, u64, u64, (u32, u32))> {
    let besieging = |number| besieger(number % BESIEGERS);
    let delegate = attack::cookie(besieger(0), SERVER, DELEGATE, PASSWORD)?;
    let officer = attack::cookie(besieger(1), SERVER, OFFICER, PASSWORD)?;
    let (is_over, reopened, answered) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let siege = Siege {
        server: SERVER,
        delegate: &delegate,
        officer: &officer,
        secretary: &places.secretary,
        meeting: &places.meeting,
        item: &places.item,
        is_over: &is_over,
        reopened: &reopened,
        answered: &answered,
    };
    let (import, papers) = (attack::worst_import(), attack::hostile_papers());
    let mut health = (0, 0);
    let noticed = std::thread::scope(|scope| -> Result<PageTimes> {
        let (siege, import, papers, over) = (&siege, &import, &papers, &is_over);
        let people: Vec<_> = (0..size.people)
            .map(|number| scope.spawn(move || at_work(number, &places.meeting, over)))
            .collect();
        for number in 0..BESIEGERS {
            let share = |of: usize| of.div_ceil(BESIEGERS.into());
            // Uploads and forms first: otherwise the idle connections would take their room.
            scope.spawn(move || siege.idle_uploads(besieging(number), share(size.idle_uploads)));
            scope.spawn(move || siege.half_forms(besieging(number), share(size.half_forms)));
            scope.spawn(move || siege.hold(besieging(number), share(size.idle_connections), "", b""));
        }
        for number in 0..size.imports {
            scope.spawn(move || siege.imports(besieging(number + 2), import));
        }
        scope.spawn(move || siege.papers(besieging(8), papers));
        let began = Instant::now();
        while began.elapsed() < size.lasts {
            std::thread::sleep(READS);
            let asked =
                open(person(0), SERVER).and_then(|stream| Client::over(stream, SERVER, "")?.any("/health"));
            if asked.is_ok_and(|status| status == 200) { health.0 += 1 } else { health.1 += 1 }
        }
        is_over.store(true, Ordering::Relaxed);
        let mut noticed = PageTimes::default();
        for one in people {
            let one = one.join().expect("a person panics only with their thread");
            noticed.times.extend(one.times);
            noticed.refused.extend(one.refused);
        }
        Ok(noticed)
    })?;
    Ok((noticed, reopened.into_inner(), answered.into_inner(), health))
}

/// Signs in and goes from page to page, with the same kind of connections as a browser.
fn at_work(number: u8, meeting: &str, is_over: &AtomicBool) -> PageTimes {
    let departments = DEPARTMENTS.len();
    let (who, department) = (usize::from(number) / departments, usize::from(number) % departments);
    let user = format!("{}.{}", ["chuyenvien1", "thuky1"][who % 2], DEPARTMENTS[department]);
    let mut noticed = PageTimes::default();
    let connected = open(person(number), SERVER).and_then(|stream| Client::over(stream, SERVER, ""));
    let mut client = match connected.and_then(|client| client.signed_in(&user, PASSWORD)) {
        Ok(client) => client,
        Err(cause) => {
            noticed.refused.push(format!("{cause:#}"));
            return noticed;
        }
    };
    for path in ["/", "/calendar", "/meetings", "/papers", meeting].iter().cycle() {
        if is_over.load(Ordering::Relaxed) {
            return noticed;
        }
        let asked = Instant::now();
        match client.any(path) {
            // Not everyone may know of the meeting, so 404 is a valid answer too.
            Ok(200) => noticed.times.push(asked.elapsed()),
            Ok(404) if *path == meeting => noticed.times.push(asked.elapsed()),
            Ok(status) => noticed.refused.push(format!("{path}: {status}")),
            Err(cause) => {
                noticed.refused.push(format!("{path}: {cause:#}"));
                let again = open(person(number), SERVER);
                let cookie = client.cookie().to_owned();
                if let Ok(again) = again.and_then(|stream| Client::over(stream, SERVER, &cookie)) {
                    client = again;
                }
            }
        }
        std::thread::sleep(READS);
    }
    noticed
}

fn rows(
    noticed: PageTimes,
    told: &Value,
    memory: u64,
    (opened, answered): (u64, u64),
    ((well, ill), size): ((u32, u32), &Size),
) -> Result<String> {
    let PageTimes { mut times, refused } = noticed;
    times.sort_unstable();
    ensure!(!times.is_empty(), "no page was answered: {refused:?}");
    for what in refused.iter().take(10) {
        say(&format!("refused: {what}"));
    }
    let at = |percent: usize| times[(times.len() * percent).div_ceil(100).saturating_sub(1)];
    let yes = |is_met| if is_met { "yes" } else { "**no**" };
    let lost = told["pictures"]["lost"].as_u64().context("the sites count no lost pictures")?;
    let received = told["pictures"]["packets"].as_u64().unwrap_or_default();
    let sites = told["sites"].as_array().map_or(&[][..], Vec::as_slice);
    let there = sites.iter().filter(|site| site["is_connected"] == true).count();
    let mut rows = String::new();
    let (pages, people, seats) = (times.len(), size.people, size.sites);
    let (half, slow, last) = (at(50).as_millis(), at(95).as_millis(), at(100).as_millis());
    writeln!(rows, "| Pages of {people} people: half, longest of all {pages} | {half}, {last} ms | | |")?;
    writeln!(rows, "| … 19 of 20 | {slow} ms | 1000 ms | {} |", yes(at(95) <= PAGE_WITHIN))?;
    writeln!(rows, "| Pages refused or broken off | {} | 0 | {} |", refused.len(), yes(refused.is_empty()))?;
    writeln!(rows, "| `/health` answered well, and not | {well}, {ill} | all | {} |", yes(ill == 0))?;
    writeln!(
        rows,
        "| Sites of the conference there to the end | {there} | {seats} | {} |",
        yes(there == seats as usize)
    )?;
    writeln!(
        rows,
        "| Packets of pictures lost after repair, of {received} | {lost} | 0 | {} |",
        yes(lost == 0)
    )?;
    let mib = memory as f64 / 1024.0;
    writeln!(
        rows,
        "| Most memory of the program | {mib:.0} MiB | 400 MiB | {} |",
        yes(memory <= MEMORY_KIB)
    )?;
    writeln!(
        rows,
        "| Connections that besiegers opened again; files of theirs answered | {opened}; {answered} | | |"
    )?;
    Ok(rows)
}

/// Replaces this part of the file; the rest of the file belongs to other benchmarks.
fn write(machine: &[(&'static str, String)], rows: &str) -> Result<()> {
    let file = root()?.join("docs/benchmarks.md");
    let before = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    let (head, tail) = match (before.split_once(BEGIN), before.split_once(END)) {
        (Some((head, _)), Some((_, tail))) => (head.to_owned(), tail.to_owned()),
        _ => (format!("{}\n\n", before.trim_end()), "\n".to_owned()),
    };
    let Size { idle_connections, idle_uploads, half_forms, imports, people, sites, lasts } = FULL;
    let mut part = format!(
        "{BEGIN}\n## Under siege\n\nWritten by `cargo xtask bench siege`. For {} s the program serves {people} people, who open a \
         page each second, and a conference of\n{sites} sites, while {BESIEGERS} other addresses hold {idle_connections} idle \
         connections, {idle_uploads} uploads of a delegate that never end and\n{half_forms} forms that never come, send {imports} \
         imports of 31 MiB of bad rows and papers that are hard to read, and open again what is closed. An address may\nhold \
         {PER_ADDRESS} connections here, because all sites come from one. All of it runs on one machine.\n\n| | |\n|---|---|\n",
        lasts.as_secs()
    );
    for (what, value) in machine {
        writeln!(part, "| {what} | {value} |")?;
    }
    write!(part, "\n| what | measured | aim | met |\n|---|---|---|---|\n{rows}{END}")?;
    fs::write(&file, format!("{head}{part}{tail}"))?;
    say(&format!("written to {}", file.display()));
    Ok(())
}
