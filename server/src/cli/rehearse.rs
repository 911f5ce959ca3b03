//! `phien rehearse`: sites that nobody sits at join a meeting that is not opened yet, and what came of it is printed.

use std::time::Duration;

use clap::Args;

use super::Ending;
use crate::rehearse::{Plan, rehearse};

/// Where the password stands when nobody is there to be asked.
const PASSWORD: &str = "PHIEN_REHEARSE_PASSWORD";

/// What is to be rehearsed. Needs no configuration: the server may be another machine.
#[derive(Args)]
pub struct Rehearse {
    /// The meeting's address as in the browser, such as https://host/meetings/ID.
    #[arg(long)]
    url: String,
    /// User name of whoever directs the meeting. The password is asked for, or taken from PHIEN_REHEARSE_PASSWORD.
    #[arg(long)]
    user: String,
    /// How many sites.
    #[arg(long, default_value_t = 75, value_parser = clap::value_parser!(u32).range(1..=i64::from(domain::live::SEATS_AT_MOST)))]
    sites: u32,
    /// How many of them take turns to speak.
    #[arg(long, default_value_t = 4)]
    speakers: u32,
    /// How long, once all have arrived.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// Of a hundred datagrams so many are lost, either way, once all have arrived: how it will be over poor lines.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=50))]
    loss: u32,
    /// Every site changes its address after so many seconds, as when a line falls over to another one.
    #[arg(long)]
    move_after: Option<u64>,
    /// As JSON, for programs.
    #[arg(long)]
    json: bool,
}

/// Rehearses and prints. Ends with a reason when a site was not there to the end.
pub async fn run(asked: Rehearse) -> Ending {
    let password = match std::env::var(PASSWORD) {
        Ok(password) => password,
        Err(_) => rpassword::prompt_password(format!("Password of {}: ", asked.user))
            .map_err(|cause| format!("no password: {cause}; set {PASSWORD}"))?,
    };
    let plan = Plan {
        url: asked.url,
        user: asked.user,
        password,
        sites: asked.sites,
        speakers: asked.speakers,
        time: Duration::from_secs(asked.seconds),
        loss_percent: asked.loss,
        moves_after: asked.move_after.map(Duration::from_secs),
    };
    let report = rehearse(&plan).await?;
    if asked.json {
        println!("{:#}", report.json());
    } else {
        print!("{}", report.lines());
    }
    if report.is_well() { Ok(()) } else { Err("not every site was there to the end".to_owned()) }
}
