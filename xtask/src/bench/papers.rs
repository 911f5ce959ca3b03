//! A paper of 50 MB, whole, over and over, against nginx serving the same file from the same disk.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::client::Client;
use super::report::{Report, millis_of};
use super::service::Service;
use super::{Bench, PASSWORD, Prepared, SECRETARY, process};
use crate::setup;
use crate::workspace::say;

/// Two gigabytes: seconds of work, hundreds of ticks.
const DOWNLOADS: u64 = 40;

/// What a gigabyte costs.
struct Cost {
    cpu: Duration,
    wall: Duration,
}

fn cost(process: u32, address: SocketAddr, cookie: &str, path: &str) -> Result<Cost> {
    let mut client = Client::connect(address, cookie)?;
    client.count(path)?;
    let (cpu, begin) = (process::cpu(process)?, Instant::now());
    let mut bytes = 0;
    for _ in 0..DOWNLOADS {
        bytes += client.count(path)?;
    }
    let (wall, cpu) = (begin.elapsed(), process::cpu(process)? - cpu);
    let gigabytes = bytes as f64 / 1e9;
    Ok(Cost { cpu: cpu.div_f64(gigabytes), wall: wall.div_f64(gigabytes) })
}

pub(super) fn measure(
    bench: &Bench,
    service: &Service,
    prepared: &Prepared,
    report: &mut Report,
) -> Result<()> {
    say("a paper of 50 MB");
    let secretary = Client::sign_in(service.address, SECRETARY, PASSWORD)?;
    let ours = cost(service.process(), service.address, secretary.cookie(), &prepared.paper)?;
    if let Err(missing) = setup::nginx() {
        report.note(
            "Paper of 50 MB, a gigabyte of it",
            format!("{}; no nginx to compare: {missing:#}", told(&ours)),
        );
        return Ok(());
    }
    let files = prepared.file.parent().context("the paper lies nowhere")?;
    let name = prepared.file.file_name().and_then(|name| name.to_str()).context("the paper has no name")?;
    for (sends_file, how) in
        [(true, "as Debian sets it up (sendfile)"), (false, "copying as we do (sendfile off)")]
    {
        let folder = bench.folder.join(if sends_file { "nginx" } else { "nginx-copying" });
        let twin = theirs(&folder, files, name, sends_file)?;
        report.ratio(
            &format!("Paper of 50 MB, server's CPU for a gigabyte; nginx {how}"),
            millis_of(ours.cpu),
            &millis_of(twin.cpu),
            ours.cpu,
            twin.cpu,
        );
        report.ratio(
            &format!("… the time it takes over loopback; nginx {how}"),
            millis_of(ours.wall),
            &millis_of(twin.wall),
            ours.wall,
            twin.wall,
        );
    }
    Ok(())
}

fn theirs(folder: &Path, files: &Path, name: &str, sends_file: bool) -> Result<Cost> {
    let nginx = Service::nginx(folder, files, sends_file)?;
    cost(nginx.process(), nginx.address, "", &format!("/{name}"))
}

fn told(cost: &Cost) -> String {
    format!("{} of CPU, {} in all", millis_of(cost.cpu), millis_of(cost.wall))
}
