//! What both loads share: the crowd, waiting until everybody is connected, and telling what has come.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use domain::live::wire::Sending;
use media::command::Link;
use media::sites::{Came, Lateness, Site, Sizes, Stage};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader, stdin};
use tokio::time::{sleep, timeout};

/// A connection that does not stand by then is given up, and the run with it.
const STANDS_WITHIN: Duration = Duration::from_secs(15);
/// Addresses of a connection are there within this.
const ADDRESSED_WITHIN: Duration = Duration::from_secs(2);

/// Who loads the server.
#[derive(Clone, Copy)]
pub(crate) struct Crowd {
    pub(crate) from: IpAddr,
    pub(crate) subscribers: u32,
    pub(crate) publishers: u32,
}

impl Crowd {
    fn stage(self) -> Stage {
        Stage { began: Instant::now(), from: vec![self.from] }
    }

    /// Sites without a connection: publishers first, who send one stream of pictures and loud sound.
    pub(crate) fn sites(self) -> (Vec<Site>, Vec<Site>) {
        let stage = self.stage();
        let site = |number| Site::new(number, stage.clone()).with(Sizes::One);
        let publishers: Vec<Site> = (0..self.publishers).map(site).collect();
        for publisher in &publishers {
            publisher.speak(true);
            publisher.send(Sending { high: true, sound: true, ..Sending::default() });
        }
        (publishers, (self.publishers..self.publishers + self.subscribers).map(site).collect())
    }
}

/// Waits until a site's connection stands.
pub(crate) async fn stand(site: &mut Site, link: Link) -> Result<(), String> {
    let waiting = async {
        loop {
            let told = site.hear().await;
            if told.link == link {
                return told.is_up;
            }
        }
    };
    match timeout(STANDS_WITHIN, waiting).await {
        Ok(true) => Ok(()),
        Ok(false) => Err("a connection broke".to_owned()),
        Err(_) => Err("a connection does not stand".to_owned()),
    }
}

/// A site's description, once its addresses are in it.
pub(crate) async fn addressed(site: &Site, link: Link) -> Result<String, String> {
    let begin = Instant::now();
    loop {
        if let Some(text) = site.described(link).await.filter(|text| text.contains("a=candidate:")) {
            return Ok(text);
        }
        if begin.elapsed() > ADDRESSED_WITHIN {
            return Err("a connection has no address".to_owned());
        }
        sleep(Duration::from_millis(5)).await;
    }
}

/// Says that everybody is there, and then with each line that is read what has come; until the lines end.
pub(crate) async fn tell(subscribers: &[Site]) -> Result<(), String> {
    println!("ready");
    let mut lines = BufReader::new(stdin()).lines();
    let mut told = Lateness::default();
    while let Ok(Some(_)) = lines.next_line().await {
        let (mut pictures, mut sounds) = (Came::default(), Came::default());
        for site in subscribers {
            let figures = site.figures().await;
            pictures.add(&figures.pictures);
            sounds.add(&figures.sounds);
        }
        // Of what came since the line before.
        let late = pictures.late.since(&told).of(95).map(|late| late.as_millis() as u64);
        told = pictures.late;
        println!(
            "{}",
            json!({
                "packets": pictures.packets + sounds.packets,
                "lost": pictures.lost + sounds.lost,
                "frames": pictures.frames,
                "late_ms": late,
            })
        );
    }
    Ok(())
}
