//! What the system says of a process and of the machine: processor time, memory, names. Linux, from `/proc`.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::workspace::output;

/// Processor time that a process and its children that still run have used, in user mode and in the system.
pub(crate) fn cpu(process: u32) -> Result<Duration> {
    let mut used = own_cpu(process)?;
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    for child in children.split_whitespace() {
        used += own_cpu(child.parse().context("the number of a child")?)?;
    }
    Ok(used)
}

fn own_cpu(process: u32) -> Result<Duration> {
    let text = fs::read_to_string(format!("/proc/{process}/stat"))
        .with_context(|| format!("process {process} is gone"))?;
    // The name, in brackets, may hold blanks: fields are counted from behind it.
    let fields: Vec<&str> = text.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<u64>().ok());
    let (user, system) = ticks(11).zip(ticks(12)).context("the times of a process")?;
    Ok(Duration::from_millis((user + system) * 1000 / ticks_per_second()?))
}

fn ticks_per_second() -> Result<u64> {
    let ticks = output(Command::new("getconf").arg("CLK_TCK"))?;
    ticks.trim().parse().context("ticks in a second")
}

/// Memory of a process, with its share of what it shares, in KiB.
pub(crate) fn pss_kib(process: u32) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup"))
        .with_context(|| format!("the memory of process {process}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).context("no line Pss")?;
    line.trim().trim_end_matches("kB").trim().parse().context("Pss")
}

/// The peak memory of a process, in KiB.
pub(crate) fn most_kib(process: u32) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status"))
        .with_context(|| format!("the state of process {process}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no line VmHWM")?;
    line.trim().trim_end_matches("kB").trim().parse().context("VmHWM")
}

/// What the figures were taken on, one fact a line.
pub(crate) fn machine() -> Result<Vec<(&'static str, String)>> {
    let processors = fs::read_to_string("/proc/cpuinfo").context("reading /proc/cpuinfo")?;
    let model = processors.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown");
    let cores = processors.lines().filter(|line| line.starts_with("processor")).count();
    let memory = fs::read_to_string("/proc/meminfo").context("reading /proc/meminfo")?;
    let kib = memory.lines().find_map(|line| line.strip_prefix("MemTotal:")).context("no line MemTotal")?;
    let kib: u64 = kib.trim().trim_end_matches("kB").trim().parse().context("MemTotal")?;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").context("the kernel's version")?;
    let load = fs::read_to_string("/proc/loadavg").context("the load")?;
    Ok(vec![
        ("date", output(Command::new("date").args(["-u", "+%F %H:%M UTC"]))?.trim().to_owned()),
        ("processor", format!("{}, {cores} cores", model.trim_start_matches([' ', '\t', ':']))),
        ("memory", format!("{:.1} GiB", kib as f64 / 1_048_576.0)),
        ("kernel", format!("Linux {}", kernel.trim())),
        ("compiler", output(Command::new("rustc").arg("-V"))?.trim().to_owned()),
        ("load before the run", load.split(' ').take(3).collect::<Vec<_>>().join(" ")),
    ])
}
