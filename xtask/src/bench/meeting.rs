//! A whole conference of the demo under the program's own policy: `phien serve` from a release build, and every seat of its
//! communes taken by `phien rehearse`. How soon all are there, how soon a new speaker is seen, what lines that lose leave,
//! how soon sites are back after the program was killed and after their addresses changed, and what it costs the machine.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::client::Client;
use super::process;
use super::service::{Folder, Service, free_address, phien};
use super::{PASSWORD, SECRETARY};
use crate::build::{self, Built, Profile};
use crate::workspace::{run, say};

/// Of the demo's conference, which is online: its title holds this.
const CONFERENCE: &str = "226-KL/TW";
/// Communes of the province.
const SITES: u32 = 75;
/// All have arrived by then: they come within ten seconds.
const ARRIVED: Duration = Duration::from_secs(14);
/// Kept clear of the end, when sites leave.
const CLEAR: Duration = Duration::from_secs(2);
/// When a disturbance comes, after all have arrived.
const DISTURBED_AFTER: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_secs(40);
const USUAL: Duration = Duration::from_secs(60);
const LONG: Duration = Duration::from_secs(600);
/// Aims: what a site is sent, of bits a second.
const EGRESS_AT_MOST: u64 = 1_000_000;

/// A meeting that can be rehearsed.
struct Conference {
    built: Built,
    data: std::path::PathBuf,
    service: Option<Service>,
    address: std::net::SocketAddr,
    media: std::net::SocketAddr,
    path: String,
}

/// What a rehearsal found, and what it cost the server meanwhile.
struct Found {
    told: Value,
    /// Of one processor, while everybody was there.
    cpu: f64,
    /// At the beginning and at the end of that time, KiB.
    memory: (u64, u64),
}

/// All rounds, as a part of the file.
pub(super) fn rounds(folder: &Folder, is_long: bool) -> Result<String> {
    let mut conference = Conference::open(folder)?;
    let mut part = format!(
        "\n### A conference of {SITES} sites\n\nThe whole program from a release build, its demo's online conference, every \
         commune's seat taken by `phien rehearse`\nover loopback, on the same machine: four of them speak in turns of six seconds, all \
         arrive within ten seconds.\n\n| what | measured | aim | met |\n|---|---|---|---|\n"
    );
    let time = if is_long { LONG } else { USUAL };
    say(&format!("{SITES} sites for {} s", time.as_secs()));
    let calm = conference.rehearse(time, &[], None)?;
    calm.tell(&mut part, time)?;
    for loss in [2, 5, 10] {
        say(&format!("{loss} % of loss"));
        let found = conference.rehearse(SHORT, &["--loss", &loss.to_string()], None)?;
        found.tell_loss(&mut part, loss)?;
    }
    say("the program killed and started again");
    let killed = conference.rehearse(SHORT, &[], Some(DISTURBED_AFTER))?;
    killed.tell_away(&mut part, "Killed (SIGKILL) and started again: site away")?;
    say("every site's address changed");
    let after = DISTURBED_AFTER.as_secs().to_string();
    let moved = conference.rehearse(SHORT, &["--move-after", &after], None)?;
    moved.tell_away(&mut part, "Every site's address changed at once: site away")?;
    Ok(part)
}

impl Conference {
    fn open(folder: &Folder) -> Result<Conference> {
        let built = build::build(Profile::Release)?;
        let data = folder.join("conference");
        run(phien(&built, &data).arg("demo"))?;
        let (address, media) = (free_address()?, free_address()?);
        let service = Service::phien_at(&built, &data, address, Some(media))?;
        let list = Client::sign_in(address, SECRETARY, PASSWORD)?.page("/meetings?stage=scheduled")?;
        let (before, _) =
            list.split_once(CONFERENCE).context("the demo has no conference of all communes")?;
        let link = before.rsplit("href=\"/meetings/").next().unwrap_or_default();
        let id: String = link.chars().take_while(|letter| *letter != '"').collect();
        Ok(Conference {
            built,
            data,
            service: Some(service),
            address,
            media,
            path: format!("/meetings/{id}"),
        })
    }

    fn process(&self) -> Result<u32> {
        Ok(self.service.as_ref().context("the program runs")?.process())
    }

    /// Killed in the midst of it, if so asked, and started again at once.
    fn rehearse(&mut self, time: Duration, more: &[&str], killed_after: Option<Duration>) -> Result<Found> {
        let mut sites = Sites::send(
            &self.built,
            &self.data,
            &format!("http://{}{}", self.address, self.path),
            time,
            more,
        )?;
        std::thread::sleep(ARRIVED);
        let process = self.process()?;
        let (began, used) = (Instant::now(), process::cpu(process)?);
        let before = process::pss_kib(process)?;
        if let Some(after) = killed_after {
            std::thread::sleep(after);
            self.service = None;
            self.service = Some(Service::phien_at(&self.built, &self.data, self.address, Some(self.media))?);
            let told = sites.told()?;
            return Ok(Found { told, cpu: 0.0, memory: (before, before) });
        }
        std::thread::sleep(time.saturating_sub(CLEAR + (ARRIVED - Duration::from_secs(10))));
        let cpu = (process::cpu(process)? - used).as_secs_f64() / began.elapsed().as_secs_f64();
        let after = process::pss_kib(process)?;
        Ok(Found { told: sites.told()?, cpu, memory: (before, after) })
    }
}

/// The sites of a rehearsal; ended when dropped.
struct Sites(Option<Child>);

impl Sites {
    fn send(built: &Built, data: &Path, url: &str, time: Duration, more: &[&str]) -> Result<Sites> {
        let mut sites: Command = phien(built, data);
        sites.args(["rehearse", "--json", "--user", SECRETARY, "--url", url]).args(more);
        sites.args(["--sites", &SITES.to_string(), "--seconds", &time.as_secs().to_string()]);
        sites.env("PHIEN_REHEARSE_PASSWORD", PASSWORD).stdin(Stdio::null()).stdout(Stdio::piped());
        Ok(Sites(Some(sites.spawn().context("starting the sites")?)))
    }

    /// What they tell when they are done.
    fn told(&mut self) -> Result<Value> {
        let child = self.0.take().context("sites tell once")?;
        let ended = child.wait_with_output().context("the sites tell nothing")?;
        let text = String::from_utf8_lossy(&ended.stdout);
        serde_json::from_str(&text).with_context(|| format!("the sites say {text:?}"))
    }
}

impl Drop for Sites {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

impl Found {
    fn sites(&self) -> &[Value] {
        self.told["sites"].as_array().map_or(&[], Vec::as_slice)
    }

    fn tell(&self, part: &mut String, time: Duration) -> Result<()> {
        let of = |name: &str, which: &str| self.told[name][which].as_u64().unwrap_or_default();
        let there = self.sites().iter().filter(|site| site["is_connected"] == true).count();
        ensure!(there > 0, "no site connected: {}", self.told);
        let all = there == SITES as usize;
        writeln!(part, "| Sites there to the end | {there} | {SITES} | {} |", yes(all))?;
        writeln!(
            part,
            "| From the socket to both connections: half, 19 of 20, last | {}, {}, {} ms | | |",
            of("connection_ms", "half"),
            of("connection_ms", "nineteen_of_twenty"),
            of("connection_ms", "worst")
        )?;
        writeln!(
            part,
            "| From speaking to a decodable picture of the new speaker: half, 19 of 20 | {}, {} ms | | |",
            of("new_speaker_ms", "half"),
            of("new_speaker_ms", "nineteen_of_twenty")
        )?;
        let down = self.sites().iter().filter_map(|site| site["down_bps"].as_u64());
        let (most, sum) = (down.clone().max().unwrap_or_default(), down.sum::<u64>());
        let is_within = most <= EGRESS_AT_MOST;
        writeln!(
            part,
            "| Sent to a site, at most | {} kbit/s | 1000 kbit/s | {} |",
            most / 1_000,
            yes(is_within)
        )?;
        writeln!(part, "| Sent in all | {:.1} Mbit/s | | |", sum as f64 / 1e6)?;
        writeln!(
            part,
            "| Server's CPU, of one processor, over {} s | {:.0} % | | |",
            time.as_secs(),
            self.cpu * 100.0
        )?;
        let mib = |kib: u64| kib as f64 / 1024.0;
        let (before, after) = (mib(self.memory.0), mib(self.memory.1));
        writeln!(
            part,
            "| Server's memory, when all had come and at the end | {before:.1} and {after:.1} MiB | | |"
        )?;
        let a_site = (after * 1024.0) / f64::from(SITES);
        writeln!(part, "| … for each site, the program itself included | {a_site:.0} KiB | | |")?;
        writeln!(part, "| Lost after repair: pictures, sound | {} | | |", self.losses())?;
        writeln!(part, "| Pictures late: half, 19 of 20 | {} | | |", self.lateness())?;
        say(part.trim_end());
        Ok(())
    }

    fn tell_loss(&self, part: &mut String, percent: u32) -> Result<()> {
        let (losses, frozen) = (self.losses(), self.frozen());
        writeln!(
            part,
            "| {percent} % of datagrams lost either way; left after repair: pictures, sound; stood still | {losses}; {frozen} | | |"
        )?;
        say(part.lines().last().unwrap_or_default());
        Ok(())
    }

    /// The longest time each site was away after everybody had come.
    fn tell_away(&self, part: &mut String, what: &str) -> Result<()> {
        let millis = |of: &Value, name: &str| of[name].as_u64();
        let longest = |site: &Value| {
            let away = site["away"].as_array()?.iter();
            away.map(|away| Some(millis(away, "back_ms")? - millis(away, "from_ms")?))
                .collect::<Option<Vec<_>>>()?
                .into_iter()
                .max()
        };
        let mut times: Vec<u64> = self.sites().iter().filter_map(longest).collect();
        times.sort_unstable();
        let at = |percent: usize| {
            times.get((times.len() * percent).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default()
        };
        let back = self.sites().iter().filter(|site| site["is_connected"] == true).count();
        writeln!(
            part,
            "| {what}: half, 19 of 20, longest | {}, {}, {} ms; {back} of {SITES} back | | |",
            at(50),
            at(95),
            at(100)
        )?;
        say(part.lines().last().unwrap_or_default());
        Ok(())
    }

    fn losses(&self) -> String {
        let lost = |of: &str| {
            let number = |name: &str| self.told[of][name].as_u64().unwrap_or_default() as f64;
            100.0 * number("lost") / (number("lost") + number("packets")).max(1.0)
        };
        format!("{:.2} %, {:.2} %", lost("pictures"), lost("sound"))
    }

    fn lateness(&self) -> String {
        let late = |which: &str| self.told["pictures"]["late_ms"][which].as_u64().unwrap_or_default();
        format!("{}, {} ms", late("half"), late("nineteen_of_twenty"))
    }

    fn frozen(&self) -> String {
        let of = &self.told["pictures"];
        format!("{} times, {} s in all", of["freezes"], of["frozen_ms"].as_u64().unwrap_or_default() / 1_000)
    }
}

fn yes(is_met: bool) -> &'static str {
    if is_met { "yes" } else { "**no**" }
}
