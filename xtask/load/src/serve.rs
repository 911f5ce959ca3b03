//! The media server alone: the crate `media`, told by lines of JSON over TCP, `["publish", seat, "text"]`, and telling its
//! answers the same way. One client at a time; for measurements on one machine.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use domain::ids::MeetingId;
use media::command::{Command, Event, Seat};
use media::{Limits, Settings};
use serde_json::{Value, json};

/// A seat may be sent four cameras of 500 kbit/s with their sound: what is measured is the cost of a packet, and the other
/// server has no limit either.
const DOWNLINK_BPS: u64 = 4_000_000;

/// The one meeting.
const MEETING: &str = "00000000-0000-0000-0000-000000000007";

pub(crate) fn serve(listen: SocketAddr, control: SocketAddr) -> Result<(), String> {
    let limits = Limits { seat_downlink_bps: DOWNLINK_BPS, ..Limits::default() };
    let settings = Settings { udp: listen, tcp: None, limits, ..Settings::default() };
    let (media, events) = media::start(settings).map_err(|cause| cause.to_string())?;
    let failed = |cause: std::io::Error| cause.to_string();
    let listener = TcpListener::bind(control).map_err(failed)?;
    let (stream, _) = listener.accept().map_err(failed)?;
    let out = Arc::new(Mutex::new(stream.try_clone().map_err(failed)?));
    std::thread::spawn(move || {
        while let Some(event) = events.next() {
            let told = match event {
                Event::Answer { seat, answer } => json!(["answer", seat.number, answer]),
                Event::Offer { seat, offer } => json!(["offer", seat.number, offer]),
                Event::Refused { seat, why } => json!(["refused", seat.number, format!("{why:?}")]),
                _ => continue,
            };
            let Ok(mut out) = out.lock() else { return };
            if writeln!(out, "{told}").is_err() {
                return;
            }
        }
    });
    let meeting: MeetingId = MEETING.parse().map_err(|_| "the meeting's number is none".to_owned())?;
    for line in BufReader::new(stream).lines() {
        let line = line.map_err(failed)?;
        let told: Value = serde_json::from_str(&line).map_err(|cause| cause.to_string())?;
        let seat = Seat { meeting, number: told[1].as_u64().unwrap_or_default() };
        let text = || told[2].as_str().unwrap_or_default().to_owned();
        let command = match told[0].as_str().unwrap_or_default() {
            "join" => Command::Join { seat, is_under_way: false },
            "publish" => Command::Publish { seat, offer: text() },
            "subscribe" => Command::Subscribe { seat },
            "answer" => Command::Answer { seat, answer: text() },
            other => return Err(format!("{other}: nobody obeys that")),
        };
        media.tell(command).map_err(|_| "the media thread is busy".to_owned())?;
    }
    Ok(())
}
