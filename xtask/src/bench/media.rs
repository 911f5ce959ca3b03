//! `cargo xtask bench media`: what a forwarded packet costs the media server, beside Janus VideoRoom (Debian's `janus`) under
//! the same load in the same run. Both servers stand in a network namespace behind a pair of virtual interfaces, for Janus
//! uses no loopback; the load stands outside. Needs root. Writes its part of `docs/benchmarks.md`, and no other.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::process;
use super::service::Folder;
use crate::build;
use crate::setup;
use crate::workspace::{output, root, run, say, target_dir};

const NAMESPACE: &str = "phien-bench";
const OUTSIDE: &str = "10.77.0.1";
const INSIDE: &str = "10.77.0.2";
const MEDIA_PORT: u16 = 3478;
const CONTROL_PORT: u16 = 3479;
const JANUS_PORT: u16 = 8188;
/// After everybody has connected: bandwidth estimates have climbed, first keyframes are through.
const SETTLES: Duration = Duration::from_secs(10);
/// What a packet may cost of what it costs Janus, and how late pictures may be.
const RATIO: f64 = 0.25;
const LATE_MS: u64 = 30;
/// Lateness counts from then on.
const BEGINS: Duration = Duration::from_secs(2);
/// What is measured.
const WINDOW: Duration = Duration::from_secs(10);
/// A server that does not listen by then will not.
const STARTS_WITHIN: Duration = Duration::from_secs(20);
/// Subscribers and publishers of each round, the heaviest first: a run that is broken off keeps what it has.
const CROWDS: [(u32, u32); 6] = [(75, 1), (75, 4), (30, 1), (30, 4), (10, 1), (10, 4)];

const BEGIN: &str = "<!-- media: written by cargo xtask bench media -->";
const END: &str = "<!-- media: end -->";

/// A namespace and the wire into it; gone when dropped.
struct Net;

impl Net {
    fn new() -> Result<Net> {
        ensure!(output(Command::new("id").arg("-u"))?.trim() == "0", "a network namespace needs root");
        let ip = |words: &str| run(Command::new("ip").args(words.split(' ')));
        ip(&format!("netns add {NAMESPACE}"))?;
        let net = Net;
        ip("link add phien-out type veth peer name phien-in")?;
        ip(&format!("link set phien-in netns {NAMESPACE}"))?;
        ip(&format!("addr add {OUTSIDE}/24 dev phien-out"))?;
        ip("link set phien-out up")?;
        ip(&format!("-n {NAMESPACE} addr add {INSIDE}/24 dev phien-in"))?;
        ip(&format!("-n {NAMESPACE} link set phien-in up"))?;
        ip(&format!("-n {NAMESPACE} link set lo up"))?;
        Ok(net)
    }

    /// A program inside. `ip` becomes it, so that its process is the program's.
    fn inside(program: &Path) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", NAMESPACE]).arg(program);
        command
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        // With the namespace go both ends of the wire.
        Command::new("ip").args(["netns", "del", NAMESPACE]).status().ok();
    }
}

/// A server that is measured; ended when dropped.
struct Server {
    child: Child,
    log: PathBuf,
}

impl Server {
    fn start(command: &mut Command, port: Option<u16>, log: PathBuf) -> Result<Server> {
        let file = fs::File::create(&log).with_context(|| format!("making {}", log.display()))?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let mut server = Server { child: command.spawn().context("starting a server")?, log };
        let begin = Instant::now();
        // A control port takes one client, so it is not tried out.
        if let Some(port) = port {
            while TcpStream::connect((INSIDE, port)).is_err() {
                server.still_runs()?;
                ensure!(begin.elapsed() < STARTS_WITHIN, "a server does not listen: {}", server.said());
                std::thread::sleep(Duration::from_millis(100));
            }
        }
        Ok(server)
    }

    fn still_runs(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            Some(status) => bail!("a server ended with {status}: {}", self.said()),
            None => Ok(()),
        }
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A load under way; ended when dropped.
struct Load {
    child: Child,
    ask: ChildStdin,
    told: BufReader<ChildStdout>,
}

impl Load {
    /// Until everybody is connected.
    fn start(load: &Path, mode: &str, port: u16, (subscribers, publishers): (u32, u32)) -> Result<Load> {
        let mut command = Command::new(load);
        command.args([mode, &format!("{INSIDE}:{port}"), OUTSIDE]);
        command.args([subscribers.to_string(), publishers.to_string()]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("a load")?;
        let ask = child.stdin.take().context("the load's input")?;
        let told = BufReader::new(child.stdout.take().context("the load's output")?);
        let mut load = Load { child, ask, told };
        let first = load.line()?;
        ensure!(first == "ready", "the load does not get ready: {first:?}");
        Ok(load)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.told.read_line(&mut line).context("the load says nothing")?;
        Ok(line.trim().to_owned())
    }

    fn so_far(&mut self) -> Result<Value> {
        writeln!(self.ask, "now").context("the load does not listen")?;
        let line = self.line()?;
        serde_json::from_str(&line).with_context(|| format!("the load says {line:?}"))
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// What a load cost.
struct Cost {
    packets: u64,
    lost: u64,
    cpu: Duration,
    kib: u64,
    late_ms: u64,
}

impl Cost {
    fn measure(server: &Server, load: &mut Load) -> Result<Cost> {
        std::thread::sleep(BEGINS);
        load.so_far()?;
        std::thread::sleep(SETTLES - BEGINS);
        let process = server.child.id();
        let (before, cpu) = (load.so_far()?, process::cpu(process)?);
        std::thread::sleep(WINDOW);
        let (after, used) = (load.so_far()?, process::cpu(process)? - cpu);
        let number = |of: &Value, name: &str| of[name].as_u64().unwrap_or_default();
        let grown = |name: &str| number(&after, name).saturating_sub(number(&before, name));
        let cost = Cost {
            packets: grown("packets"),
            lost: grown("lost"),
            cpu: used,
            kib: process::pss_kib(process)?,
            // From the second second on: the estimate of the line is true by then, or pictures wait for it.
            late_ms: number(&before, "late_ms").max(number(&after, "late_ms")),
        };
        ensure!(cost.packets > 0, "nothing was forwarded: {}", server.said());
        Ok(cost)
    }

    fn micros(&self) -> f64 {
        self.cpu.as_secs_f64() * 1_000_000.0 / self.packets as f64
    }

    fn cells(&self) -> String {
        format!(
            "{:.1} µs | {:.0}/s | {:.2} % | {} ms | {:.1} MiB",
            self.micros(),
            self.packets as f64 / WINDOW.as_secs_f64(),
            self.lost as f64 * 100.0 / (self.packets + self.lost) as f64,
            self.late_ms,
            self.kib as f64 / 1024.0
        )
    }
}

/// Builds, measures, writes.
pub(crate) fn bench(is_long: bool) -> Result<()> {
    let machine = process::machine()?;
    let load = build::load()?;
    let folder = Folder::new(&target_dir()?)?;
    let janus = janus(&folder)?;
    let _net = Net::new()?;
    let mut rows = String::new();
    for crowd in CROWDS {
        let (subscribers, publishers) = crowd;
        say(&format!("{subscribers} subscribers, {publishers} publishers"));
        let ours = own(&load, &folder, crowd).context("our media server")?;
        let theirs = of_janus(&load, &janus, &folder, crowd).context("Janus")?;
        let ratio = ours.micros() / theirs.micros();
        let verdict = match subscribers {
            75 if ratio <= RATIO && ours.late_ms <= LATE_MS => "0.25, 30 ms, met",
            75 if ours.late_ms <= LATE_MS => "0.25 **missed**, 30 ms met",
            75 => "30 ms **missed**",
            _ => "",
        };
        for (name, cost) in [("ours", &ours), ("Janus", &theirs)] {
            let (ratio, verdict) =
                if name == "ours" { (format!("{ratio:.2}"), verdict) } else { (String::new(), "") };
            let cells = cost.cells();
            writeln!(rows, "| {subscribers} | {publishers} | {name} | {cells} | {ratio} | {verdict} |")?;
            say(&format!("{name}: {cells} {ratio} {verdict}"));
        }
        write(&machine, &rows, "")?;
    }
    let meeting = super::meeting::rounds(&folder, is_long)?;
    write(&machine, &rows, &meeting)
}

fn own(load: &Path, folder: &Folder, crowd: (u32, u32)) -> Result<Cost> {
    let mut command = Net::inside(load);
    command.args(["serve", &format!("{INSIDE}:{MEDIA_PORT}"), &format!("{INSIDE}:{CONTROL_PORT}")]);
    let mut server = Server::start(&mut command, None, folder.join("own.log"))?;
    std::thread::sleep(Duration::from_secs(1));
    server.still_runs()?;
    let mut load = Load::start(load, "own", CONTROL_PORT, crowd)?;
    Cost::measure(&server, &mut load)
}

fn of_janus(load: &Path, settings: &Path, folder: &Folder, crowd: (u32, u32)) -> Result<Cost> {
    let mut command = Net::inside(Path::new("janus"));
    command.arg("-F").arg(settings).arg("-o");
    let server = Server::start(&mut command, Some(JANUS_PORT), folder.join("janus.log"))?;
    let mut load = Load::start(load, "janus", JANUS_PORT, crowd)?;
    Cost::measure(&server, &mut load)
}

/// Janus with two event loops, its best tuning here, the VideoRoom alone and its socket.
fn janus(folder: &Folder) -> Result<PathBuf> {
    setup::janus()?;
    let at = folder.join("janus");
    fs::create_dir_all(&at)?;
    let others = |kind: &str, keep: &str| -> Result<String> {
        let place = output(Command::new("sh").args(["-c", &format!("ls -d /usr/lib/*/janus/{kind}")]))?;
        let names = fs::read_dir(place.trim()).with_context(|| format!("Janus's {kind}"))?;
        let names = names.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        Ok(names.filter(|name| name.ends_with(".so") && !name.contains(keep)).collect::<Vec<_>>().join(","))
    };
    let general = format!(
        "general: {{ configs_folder = \"{}\"; debug_level = 2; event_loops = 2; }}\n\
         nat: {{ nice_debug = false; }}\nplugins: {{ disable = \"{}\"; }}\ntransports: {{ disable = \"{}\"; }}\n",
        at.display(),
        others("plugins", "videoroom")?,
        others("transports", "websockets")?
    );
    fs::write(at.join("janus.jcfg"), general)?;
    let socket = format!("general: {{ ws = true; ws_port = {JANUS_PORT}; ws_ip = \"{INSIDE}\"; }}\n");
    fs::write(at.join("janus.transport.websockets.jcfg"), socket)?;
    fs::write(at.join("janus.plugin.videoroom.jcfg"), "general: { }\n")?;
    Ok(at)
}

/// Puts the part into the file, in the place of the one before; the rest of the file is others'.
fn write(machine: &[(&'static str, String)], rows: &str, meeting: &str) -> Result<()> {
    let file = root()?.join("docs/benchmarks.md");
    let before = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    let (head, tail) = match (before.split_once(BEGIN), before.split_once(END)) {
        (Some((head, _)), Some((_, tail))) => (head.to_owned(), tail.to_owned()),
        _ => (format!("{}\n\n", before.trim_end()), "\n".to_owned()),
    };
    let mut part = format!(
        "{BEGIN}\n## Media\n\nWritten by `cargo xtask bench media`. The media server alone beside Janus VideoRoom with two event \
         loops, in the same run and\nunder the same load: sites of the `webrtc` crate, each publisher one VP8-like stream of \
         500 kbit/s and sound, each\nsubscriber sent all of them (of four voices our server sends the three loudest). Servers in a \
         network namespace behind a\npair of virtual interfaces, the load outside, all on one machine. CPU is the server's own, user \
         and system, for each packet\nthat came to a subscriber; loss is what is left after repair, lateness from camera to \
         subscriber for 19 of 20 pictures, from the second second on, the worse of two stretches. Four publishers of one size\n\
         each are twice what our server ever sends a seat in service.\n\n| | |\n|---|---|\n"
    );
    for (what, value) in machine {
        writeln!(part, "| {what} | {value} |")?;
    }
    write!(
        part,
        "\n| subscribers | publishers | server | CPU a packet | packets | lost | late | memory | ratio | aim |\n\
         |---|---|---|---|---|---|---|---|---|---|\n{rows}{meeting}{END}"
    )?;
    fs::write(&file, format!("{head}{part}{tail}"))?;
    say(&format!("written to {}", file.display()));
    Ok(())
}
