//! The real program is killed (SIGKILL) in the middle of a burst of writes, round after round on one data folder:
//! whatever it had acknowledged is there, whole, and the database is sound.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use backend::{Backend, BackendConfig, SystemEntropy, q};
use domain::access::Caller;
use domain::accounts::FirstAdministrator;
use domain::ids::MeetingId;
use domain::people::PersonInput;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use server::clock::Clock;

use crate::world::{PASSWORD, cookie};

const ROUNDS: usize = 20;
/// Connections that write at once, as many as an office has secretaries at its busiest.
const WRITERS: usize = 4;
/// The kill comes after so many answers of a round, at the most.
const ANSWERS_AT_MOST: usize = 60;
/// Longer than a start takes on a busy machine.
const STARTS_WITHIN: Duration = Duration::from_secs(30);

/// A draft that was acknowledged: its identifier, and what was typed.
type Kept = (MeetingId, String);

#[test]
fn nothing_acknowledged_is_lost_when_the_program_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (data, site) = (folder.path().join("data"), folder.path().join("site"));
    std::fs::create_dir_all(&site).unwrap();
    std::fs::write(site.join("assets.json"), "{}").unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (tokens, caller) = runtime.block_on(seed(&data));
    let chosen = std::env::var("PHIEN_KILL_SEED").ok().and_then(|seed| seed.parse().ok());
    let chosen = chosen.unwrap_or_else(rand::random::<u64>);
    println!("again with PHIEN_KILL_SEED={chosen}");
    let mut rng = StdRng::seed_from_u64(chosen);

    let mut kept: Vec<Kept> = Vec::new();
    for (round, token) in tokens.iter().enumerate() {
        let mut program = Program::start(&data, &site);
        let after = rng.random_range(1..=ANSWERS_AT_MOST);
        let pause = Duration::from_micros(rng.random_range(0..3000));
        let new = program.killed_while_writing(round, &cookie(token), after, pause);
        assert!(new.len() >= after, "round {round}: only {} answers before the kill", new.len());
        kept.extend(new);
        runtime.block_on(sound(&data, &caller, &kept, round));
    }
    println!("{ROUNDS} kills, {} acknowledged drafts, none lost", kept.len());
}

/// An office with a secretary for each round, because one person has only so many drafts. Returns the tokens of their
/// sessions, and one of them.
async fn seed(data: &Path) -> (Vec<String>, Caller) {
    let backend = open(data).await;
    let (services, now) = (backend.services(), Clock::system().now());
    let first = FirstAdministrator {
        code: backend.first_code().await.unwrap().unwrap(),
        agency_name: "Ủy ban nhân dân tỉnh".into(),
        user_name: "quantri".into(),
        name: "Quản trị viên".into(),
        password: PASSWORD.into(),
    };
    services.accounts.claim(first, "test", "", now).await.unwrap();
    let system = backend.system_caller(now);
    let tree = services.agencies.tree(&system).await.unwrap();
    let name = |round: usize| format!("thuky{round}");
    for round in 0..ROUNDS {
        let secretary = PersonInput {
            user_name: name(round),
            name: format!("Thư ký {round}"),
            position: "Chuyên viên".into(),
            agency: tree[0].code.clone(),
            roles: "secretary".into(),
            password: PASSWORD.into(),
        };
        services.people.add(&system, secretary).await.unwrap();
    }
    let mut tx = backend.db().begin().await.unwrap();
    q("UPDATE person SET must_change = FALSE").run(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let mut tokens = Vec::new();
    for round in 0..ROUNDS {
        let signed_in =
            services.accounts.sign_in(&name(round), PASSWORD, true, "test", "", now).await.unwrap();
        tokens.push(signed_in.token);
    }
    let caller = services.accounts.identify(&tokens[0], now).await.unwrap();
    backend.db().close().await;
    (tokens, caller)
}

async fn open(data: &Path) -> Backend {
    Backend::open(BackendConfig::embedded(data), Box::new(SystemEntropy)).await.unwrap()
}

/// The database opens, is sound, and holds every acknowledged draft as it was typed and traced.
async fn sound(data: &Path, caller: &Caller, kept: &[Kept], round: usize) {
    let backend = open(data).await;
    let (said,): (String,) = q("PRAGMA integrity_check").one(backend.db()).await.unwrap();
    assert_eq!(said, "ok", "round {round}");
    let meetings = backend.services().meetings;
    for (id, title) in kept {
        let found = meetings.input(caller, *id).await.map(|(input, ..)| input.title);
        assert_eq!(found.as_ref(), Ok(title), "round {round}: an acknowledged draft");
    }
    // A write that was not acknowledged may be there or not, but never by half.
    let counts =
        "SELECT (SELECT COUNT(*) FROM meeting), (SELECT COUNT(*) FROM audit WHERE what = 'meetings.draft')";
    let (drafts, traced): (i64, i64) = q(counts).one(backend.db()).await.unwrap();
    assert_eq!(drafts, traced, "round {round}: drafts and their lines in the audit trail");
    assert!(drafts >= i64::try_from(kept.len()).unwrap());
    backend.db().close().await;
}

/// The program in a process of its own. Killed when dropped.
struct Program {
    child: Child,
    address: SocketAddr,
}

impl Program {
    fn start(data: &Path, site: &Path) -> Program {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut serve = Command::new(env!("CARGO_BIN_EXE_phien"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PHIEN_")) {
            serve.env_remove(name);
        }
        serve.arg("serve").env("PHIEN_DATA_DIR", data).env("PHIEN_SITE", site);
        serve.env("PHIEN_LISTEN", address.to_string()).env("PHIEN_LOG_LEVEL", "warn").stdout(Stdio::null());
        let mut program = Program { child: serve.spawn().unwrap(), address };
        let begin = Instant::now();
        while !program.is_up() {
            assert!(begin.elapsed() < STARTS_WITHIN, "the program does not answer");
            assert!(program.child.try_wait().unwrap().is_none(), "the program ended by itself");
            std::thread::yield_now();
        }
        program
    }

    fn is_up(&self) -> bool {
        let Ok(stream) = TcpStream::connect(self.address) else { return false };
        let mut connection = BufReader::new(stream);
        let asked = connection.get_mut().write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
        asked.is_ok() && answer(&mut connection).is_some_and(|(status, _)| status == 200)
    }

    /// Writes from all connections, kills the program soon after so many answers, and gives what was acknowledged.
    fn killed_while_writing(
        &mut self,
        round: usize,
        cookie: &str,
        after: usize,
        pause: Duration,
    ) -> Vec<Kept> {
        let (address, child) = (self.address, &Mutex::new(&mut self.child));
        let (kept, answers) = (&Mutex::new(Vec::new()), &AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for writer in 0..WRITERS {
                scope.spawn(move || {
                    let mut connection = BufReader::new(TcpStream::connect(address).unwrap());
                    for number in 0.. {
                        let title = format!("Dự thảo {round}-{writer}-{number}");
                        // No answer: the program is gone, and this write was never acknowledged.
                        let Some(id) = save(&mut connection, address, cookie, &title) else { return };
                        kept.lock().unwrap().push((id, title));
                        if answers.fetch_add(1, Ordering::SeqCst) + 1 == after {
                            // The others go on writing meanwhile, so the kill meets them anywhere in a transaction.
                            let begin = Instant::now();
                            while begin.elapsed() < pause {
                                std::hint::spin_loop();
                            }
                            child.lock().unwrap().kill().unwrap();
                        }
                    }
                });
            }
        });
        self.child.wait().unwrap();
        std::mem::take(&mut *kept.lock().unwrap())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Keeps a draft as the composer does; its identifier, or nothing when the connection broke.
fn save(
    connection: &mut BufReader<TcpStream>,
    address: SocketAddr,
    cookie: &str,
    title: &str,
) -> Option<MeetingId> {
    let body = serde_json::json!({ "saved": null, "input": { "title": title } }).to_string();
    let request = format!(
        "POST /api/meetings/keep HTTP/1.1\r\nHost: {address}\r\nSec-Fetch-Site: same-origin\r\nCookie: {cookie}\r\n\
         Content-Type: application/json\r\nAccept: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.get_mut().write_all(request.as_bytes()).ok()?;
    let (status, body) = answer(connection)?;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    let kept: serde_json::Value = serde_json::from_slice(&body).unwrap();
    Some(serde_json::from_value(kept["saved"]["id"].clone()).unwrap())
}

/// Status and body of the next answer; nothing when the connection ends before it is whole.
fn answer(connection: &mut BufReader<TcpStream>) -> Option<(u16, Vec<u8>)> {
    let mut line = || {
        let mut line = String::new();
        connection.read_line(&mut line).ok()?;
        line.ends_with('\n').then(|| line.trim_end().to_ascii_lowercase())
    };
    let status = line()?.split(' ').nth(1)?.parse().ok()?;
    let mut length = 0;
    loop {
        let header = line()?;
        match header.split_once(':') {
            None => break,
            Some(("content-length", value)) => length = value.trim().parse().ok()?,
            Some(("transfer-encoding", _)) => panic!("a short answer comes whole"),
            Some(_) => {}
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).ok()?;
    Some((status, body))
}
