//! What came of a rehearsal, as lines for a person and as JSON for programs. A plain function of what the sites told.

use std::fmt::Write;
use std::time::Duration;

use domain::live::Seat;
use domain::live::wire::Carries;
use media::sites::{Came, Lateness};
use serde_json::{Value, json};

use super::Told;

/// What came of a rehearsal.
#[derive(Clone, Debug)]
pub struct Report {
    /// Site by site, in the order of their numbers.
    pub rows: Vec<Row>,
    /// When who began to speak.
    pub turns: Vec<(Duration, u32)>,
    /// How long it was.
    pub time: Duration,
}

/// A site.
#[derive(Clone, Debug)]
pub struct Row {
    /// Where it sat.
    pub seat: Seat,
    /// Its name.
    pub name: String,
    /// What it told.
    pub told: Told,
}

impl Row {
    /// Whether it connected and is still there.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        let is_away = self.told.away.last().is_some_and(|(_, back)| back.is_none());
        self.told.connected.is_some() && self.told.why.is_none() && !is_away
    }

    /// Bits per second, sent and received, from its connection on.
    #[must_use]
    pub fn rates(&self, time: Duration) -> (u64, u64) {
        let time = time.saturating_sub(self.told.connected_at.unwrap_or_default());
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1);
        let rate = |bytes: u64| bytes.saturating_mul(8_000) / millis;
        (rate(self.told.figures.sent), rate(self.told.figures.came))
    }
}

impl Report {
    /// Whether every site connected and was there to the end.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.rows.iter().all(Row::is_connected)
    }

    /// From when somebody began to speak until the others saw them large, everybody's times together, shortest first.
    /// Turns that nobody saw, because the rehearsal ended, are left out.
    #[must_use]
    pub fn changes(&self) -> Vec<Duration> {
        let mut times = Vec::new();
        for (place, (began, speaker)) in self.turns.iter().enumerate().skip(1) {
            let end = self.turns.get(place + 1).map_or(self.time, |(next, _)| *next);
            for (_, row) in self.rows.iter().enumerate().filter(|(number, _)| *number != *speaker as usize) {
                let mut seen = row.told.figures.turns.iter().filter(|(at, _)| at >= began && *at < end);
                if let Some((at, _)) = seen.find(|(_, source)| source == speaker) {
                    times.push(*at - *began);
                }
            }
        }
        times.sort_unstable();
        times
    }

    /// Times of connecting, shortest first.
    #[must_use]
    pub fn connections(&self) -> Vec<Duration> {
        let mut times: Vec<_> = self.rows.iter().filter_map(|row| row.told.connected).collect();
        times.sort_unstable();
        times
    }

    /// For a person: a line a site, and what it comes to.
    #[must_use]
    pub fn lines(&self) -> String {
        let mut text = String::from(
            "site                           connected  lost pic/snd %  late ms  rtt ms   down    up kbit/s  freezes\n",
        );
        for row in &self.rows {
            // Writing to a String does not fail.
            let _ = writeln!(text, "{}", self.line(row));
        }
        let _ = writeln!(text, "\n{}", self.summary());
        text
    }

    fn line(&self, row: &Row) -> String {
        let name: String = row.name.chars().take(30).collect();
        let told = &row.told;
        let (pictures, sounds) = (&told.figures.pictures, &told.figures.sounds);
        let (up, down) = row.rates(self.time);
        let connected = told.connected.map_or("never".to_owned(), |time| format!("{} ms", time.as_millis()));
        let mut line = format!(
            "{name:<30} {connected:>9}  {:>6.2} / {:>5.2}  {:>7}  {:>6}  {:>5} {:>5}         {:>3} ({} ms)",
            lost(pictures),
            lost(sounds),
            millis(pictures.late.of(95)),
            millis(told.figures.round_trip),
            down / 1_000,
            up / 1_000,
            pictures.freezes,
            pictures.frozen.as_millis(),
        );
        if !told.away.is_empty() {
            let _ = write!(line, "; lost and tried again {} times", told.away.len());
        }
        if told.line.is_some_and(|line| line.carries != Carries::All) {
            line.push_str("; the line does not carry everything");
        }
        if let Some(why) = &told.why {
            let _ = write!(line, "; {why}");
        }
        line
    }

    fn summary(&self) -> String {
        let connected = self.rows.iter().filter(|row| row.is_connected()).count();
        let times = self.connections();
        let changes = self.changes();
        let down = self.rows.iter().map(|row| row.rates(self.time).1);
        let (most, sum) = (down.clone().max().unwrap_or_default(), down.sum::<u64>());
        let all = self.all();
        format!(
            "{connected} of {} sites connected, half of them within {} ms, the last within {} ms.\n\
             Pictures {:.2} % lost after repair, sound {:.2} %; pictures {} ms late (19 of 20 no later), {} stood still.\n\
             Down {} kbit/s for a site at most, {} kbit/s together. \
             A new speaker was seen after {} ms (half), {} ms (19 of 20).",
            self.rows.len(),
            millis(at(&times, 50)),
            millis(times.last().copied()),
            lost(&all.0),
            lost(&all.1),
            millis(all.0.late.of(95)),
            all.0.freezes,
            most / 1_000,
            sum / 1_000,
            millis(at(&changes, 50)),
            millis(at(&changes, 95)),
        )
    }

    /// Pictures and sound of all sites together.
    #[must_use]
    pub fn all(&self) -> (Came, Came) {
        let (mut pictures, mut sounds) = (Came::default(), Came::default());
        for row in &self.rows {
            pictures.add(&row.told.figures.pictures);
            sounds.add(&row.told.figures.sounds);
        }
        (pictures, sounds)
    }

    /// For programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let (pictures, sounds) = self.all();
        let (connections, changes) = (self.connections(), self.changes());
        json!({
            "is_well": self.is_well(),
            "seconds": self.time.as_secs(),
            "connection_ms": percentiles(&connections),
            "new_speaker_ms": percentiles(&changes),
            "pictures": came(&pictures),
            "sound": came(&sounds),
            "sites": self.rows.iter().map(|row| self.site(row)).collect::<Vec<_>>(),
        })
    }

    fn site(&self, row: &Row) -> Value {
        let told = &row.told;
        let (up, down) = row.rates(self.time);
        let away = told.away.iter().map(|(from, back)| {
            json!({ "from_ms": from.as_millis() as u64, "back_ms": back.map(|back| back.as_millis() as u64) })
        });
        json!({
            "seat": row.seat,
            "name": row.name,
            "is_connected": row.is_connected(),
            "connection_ms": told.connected.map(|time| time.as_millis() as u64),
            "tries": told.tries,
            "away": away.collect::<Vec<_>>(),
            "round_trip_ms": told.figures.round_trip.map(|time| time.as_micros() as f64 / 1_000.0),
            "up_bps": up,
            "down_bps": down,
            "pictures": came(&told.figures.pictures),
            "sound": came(&told.figures.sounds),
            "line": told.line,
            "why": told.why,
        })
    }
}

fn came(of: &Came) -> Value {
    json!({
        "packets": of.packets,
        "lost": of.lost,
        "frames": of.frames,
        "freezes": of.freezes,
        "frozen_ms": of.frozen.as_millis() as u64,
        "late_ms": lateness(&of.late),
    })
}

fn lateness(of: &Lateness) -> Value {
    let at = |percent| of.of(percent).map(|late| late.as_millis() as u64);
    json!({ "half": at(50), "nineteen_of_twenty": at(95), "worst": at(100) })
}

fn percentiles(times: &[Duration]) -> Value {
    let millis = |time: Option<Duration>| time.map(|time| time.as_millis() as u64);
    json!({ "count": times.len(), "half": millis(at(times, 50)), "nineteen_of_twenty": millis(at(times, 95)),
        "worst": millis(times.last().copied()) })
}

/// So many of a hundred took no longer; the times in order.
fn at(times: &[Duration], percent: usize) -> Option<Duration> {
    let place = (times.len() * percent).div_ceil(100).checked_sub(1)?;
    times.get(place).copied()
}

/// Of a hundred packets.
fn lost(of: &Came) -> f64 {
    let all = of.packets + of.lost;
    if all == 0 { 0.0 } else { of.lost as f64 * 100.0 / all as f64 }
}

fn millis(time: Option<Duration>) -> String {
    time.map_or("-".to_owned(), |time| time.as_millis().to_string())
}
