//! What `cargo xtask bench media` measures with: the media server alone, without program and pages, and the sites that load it
//! and Janus alike. Each mode is a process of its own, so that each has its own books with the system.
//!
//! ```text
//! load serve ADDRESS CONTROL                        the crate `media` on a port, told what to do over TCP
//! load own CONTROL FROM SUBSCRIBERS PUBLISHERS      sites for it
//! load janus ADDRESS FROM SUBSCRIBERS PUBLISHERS    sites for a Janus VideoRoom
//! ```
//! A load says `ready` when everybody is connected, and answers each line of its input with what has come so far.

mod drive;
mod janus;
mod own;
mod serve;

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("load: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|cause| cause.to_string())?;
    match words {
        ["serve", media, control] => serve::serve(address(media)?, address(control)?),
        ["own", server, from, subscribers, publishers] => {
            let crowd = crowd(from, subscribers, publishers)?;
            runtime.block_on(own::drive(address(server)?, crowd))
        }
        ["janus", server, from, subscribers, publishers] => {
            let crowd = crowd(from, subscribers, publishers)?;
            runtime.block_on(janus::drive(address(server)?, crowd))
        }
        _ => Err("one of: serve, own, janus".to_owned()),
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("{text} is no address"))
}

fn crowd(from: &str, subscribers: &str, publishers: &str) -> Result<drive::Crowd, String> {
    let number = |text: &str| text.parse::<u32>().map_err(|_| format!("{text} is no number"));
    let from: IpAddr = from.parse().map_err(|_| format!("{from} is no address"))?;
    Ok(drive::Crowd { from, subscribers: number(subscribers)?, publishers: number(publishers)? })
}
