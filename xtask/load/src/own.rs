//! Sites for the media server alone, one after the other: what is measured comes when all are there.

use std::net::SocketAddr;

use media::command::Link;
use media::sites::Site;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use crate::drive::{Crowd, stand, tell};

struct Control {
    lines: Lines<BufReader<OwnedReadHalf>>,
    out: OwnedWriteHalf,
}

impl Control {
    async fn say(&mut self, message: &Value) -> Result<(), String> {
        self.out.write_all(format!("{message}\n").as_bytes()).await.map_err(|cause| cause.to_string())
    }

    /// What is told of one kind to one seat; refusals end the run.
    async fn hear(&mut self, kind: &str, seat: u32) -> Result<String, String> {
        while let Some(line) = self.lines.next_line().await.map_err(|cause| cause.to_string())? {
            let told: Value = serde_json::from_str(&line).map_err(|cause| cause.to_string())?;
            if told[0] == "refused" {
                return Err(line);
            }
            if told[0] == kind && told[1] == seat {
                return Ok(told[2].as_str().unwrap_or_default().to_owned());
            }
        }
        Err("the server has ended".to_owned())
    }
}

pub(crate) async fn drive(server: SocketAddr, crowd: Crowd) -> Result<(), String> {
    let stream = TcpStream::connect(server).await.map_err(|cause| format!("{server}: {cause}"))?;
    let (read, out) = stream.into_split();
    let mut control = Control { lines: BufReader::new(read).lines(), out };
    let (mut publishers, mut subscribers) = crowd.sites();
    for (number, site) in (0..).zip(&mut publishers) {
        control.say(&json!(["join", number])).await?;
        let offer = site.offer().await?;
        control.say(&json!(["publish", number, offer])).await?;
        site.answered(control.hear("answer", number).await?).await?;
        stand(site, Link::Publish).await?;
    }
    for (number, site) in (crowd.publishers..).zip(&mut subscribers) {
        control.say(&json!(["join", number])).await?;
        subscribe(&mut control, number, site).await?;
    }
    tell(&subscribers).await
}

async fn subscribe(control: &mut Control, number: u32, site: &mut Site) -> Result<(), String> {
    control.say(&json!(["subscribe", number])).await?;
    let answer = site.answer(control.hear("offer", number).await?).await?;
    control.say(&json!(["answer", number, answer])).await?;
    stand(site, Link::Subscribe).await
}
