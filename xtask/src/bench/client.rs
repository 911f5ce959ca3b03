//! The least client that measures well: HTTP/1.1 on a connection that stays open, with one session's cookie.
//! Bodies are read into one buffer and counted. Knows no page.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use socket2::{Domain, Socket, Type};

/// Longer than any answer here takes, so that a hanging server ends the run.
const SILENT_AT_MOST: Duration = Duration::from_secs(60);
/// The program closes a connection that has requested nothing for 10 s. A client that pauses for longer than
/// this opens another.
const KEPT_OPEN: Duration = Duration::from_secs(5);
/// Pieces in which a body is read away.
const PIECE_BYTES: usize = 256 * 1024;
/// A server that accepts no connection within this time is full.
const OPENS_WITHIN: Duration = Duration::from_secs(3);
/// A header longer than this is a fault of the server.
const LINE_BYTES_AT_MOST: u64 = 64 * 1024;

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    /// Empty when it was only counted.
    pub(crate) body: Vec<u8>,
    pub(crate) bytes: u64,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// One connection.
pub(crate) struct Client {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
    cookie: String,
    piece: Vec<u8>,
    used: Instant,
}

impl Client {
    /// Connects, with a session's cookie or without.
    pub(crate) fn connect(address: SocketAddr, cookie: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).with_context(|| format!("connecting to {address}"))?;
        Self::over(stream, address, cookie)
    }

    /// The same over an open connection.
    pub(crate) fn over(stream: TcpStream, address: SocketAddr, cookie: &str) -> Result<Self> {
        let stream = ready(stream)?;
        let (cookie, piece) = (cookie.to_owned(), vec![0; PIECE_BYTES]);
        Ok(Self { address, stream, cookie, piece, used: Instant::now() })
    }

    /// Signs in as a browser without script would; the cookie is kept.
    pub(crate) fn sign_in(address: SocketAddr, user: &str, password: &str) -> Result<Self> {
        Self::connect(address, "")?.signed_in(user, password)
    }

    /// The same over this connection.
    pub(crate) fn signed_in(self, user: &str, password: &str) -> Result<Self> {
        let mut client = self;
        let form = format!("user_name={user}&password={password}&keep=&next=%2F");
        let answer = client.send("POST", "/api/accounts/sign-in", Some(&form), true)?;
        let cookie = answer
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
            .filter_map(|(_, value)| value.split(';').next())
            .find(|pair| pair.starts_with("phien=") && pair.len() > "phien=".len());
        let failed = || format!("{user} cannot sign in: {} {:?}", answer.status, answer.header("location"));
        client.cookie = cookie.with_context(failed)?.to_owned();
        Ok(client)
    }

    /// The session's cookie, for further connections.
    pub(crate) fn cookie(&self) -> &str {
        &self.cookie
    }

    /// A page that must be there; its text.
    pub(crate) fn page(&mut self, path: &str) -> Result<String> {
        let answer = self.send("GET", path, None, true)?;
        ensure!(answer.status == 200, "{path} answers {} {:?}", answer.status, answer.header("location"));
        String::from_utf8(answer.body).with_context(|| format!("{path} is no text"))
    }

    /// The same without keeping the body: how long it was.
    pub(crate) fn count(&mut self, path: &str) -> Result<u64> {
        let answer = self.send("GET", path, None, false)?;
        ensure!(answer.status == 200, "{path} answers {}", answer.status);
        Ok(answer.bytes)
    }

    /// Whatever is answered, as long as something is.
    pub(crate) fn any(&mut self, path: &str) -> Result<u16> {
        Ok(self.send("GET", path, None, false)?.status)
    }

    fn send(&mut self, method: &str, path: &str, form: Option<&str>, keep: bool) -> Result<Answer> {
        let host = self.address;
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nAccept: text/html\r\n\
             Accept-Encoding: identity\r\n"
        );
        if !self.cookie.is_empty() {
            request += &format!("Cookie: {}\r\n", self.cookie);
        }
        if let Some(form) = form {
            let length = form.len();
            request +=
                &format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n");
        }
        request += "\r\n";
        request += form.unwrap_or("");
        if self.used.elapsed() > KEPT_OPEN {
            let from = self.stream.get_ref().local_addr().context("the address of this end")?.ip();
            self.stream = ready(open(from, self.address)?)?;
        }
        self.stream.get_mut().write_all(request.as_bytes()).context("sending")?;
        self.used = Instant::now();
        self.receive(keep).with_context(|| format!("{method} {path}"))
    }

    fn receive(&mut self, keep: bool) -> Result<Answer> {
        let first = self.line()?;
        let status = first.split(' ').nth(1).and_then(|code| code.parse().ok());
        let mut answer = Answer {
            status: status.with_context(|| format!("no status in {first:?}"))?,
            headers: Vec::new(),
            body: Vec::new(),
            bytes: 0,
        };
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').with_context(|| format!("no header: {line:?}"))?;
            answer.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        if answer.header("transfer-encoding").is_some_and(|coding| coding.contains("chunked")) {
            loop {
                let size = self.line()?;
                let size = u64::from_str_radix(size.split(';').next().unwrap_or("").trim(), 16)
                    .with_context(|| format!("no size of a piece: {size:?}"))?;
                if size == 0 {
                    while !self.line()?.is_empty() {}
                    return Ok(answer);
                }
                self.take(size, keep, &mut answer)?;
                self.line()?;
            }
        }
        let length = answer.header("content-length").map_or(Ok(0), str::parse).context("no length")?;
        self.take(length, keep, &mut answer)?;
        Ok(answer)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = Vec::new();
        (&mut self.stream).take(LINE_BYTES_AT_MOST).read_until(b'\n', &mut line).context("reading")?;
        if line.pop() != Some(b'\n') {
            bail!("the server closed the connection");
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        String::from_utf8(line).context("a header that is no text")
    }

    fn take(&mut self, length: u64, keep: bool, answer: &mut Answer) -> Result<()> {
        let mut left = length;
        while left > 0 {
            let wanted = usize::try_from(left).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
            let read = self.stream.read(&mut self.piece[..wanted]).context("reading a body")?;
            ensure!(read > 0, "the server closed the connection within a body");
            if keep {
                answer.body.extend_from_slice(&self.piece[..read]);
            }
            left -= read as u64;
        }
        answer.bytes += length;
        Ok(())
    }
}

fn ready(stream: TcpStream) -> Result<BufReader<TcpStream>> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(SILENT_AT_MOST))?;
    Ok(BufReader::with_capacity(64 * 1024, stream))
}

/// A connection from one of this machine's own addresses.
pub(crate) fn open(from: IpAddr, to: SocketAddr) -> Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(to), Type::STREAM, None).context("a socket")?;
    socket.bind(&SocketAddr::new(from, 0).into()).with_context(|| format!("binding {from}"))?;
    socket.connect_timeout(&to.into(), OPENS_WITHIN).with_context(|| format!("connecting to {to}"))?;
    Ok(socket.into())
}

/// What a load gave, seen from outside.
pub(crate) struct Load {
    pub(crate) requests: u32,
    pub(crate) wall: Duration,
    /// Half of the answers took no longer.
    pub(crate) median: Duration,
    /// Nineteen of twenty took no longer.
    pub(crate) slow: Duration,
}

/// Asks for one page over and over, on so many connections, each waiting for its answer before it asks again.
pub(crate) fn load(
    address: SocketAddr,
    cookie: &str,
    path: &str,
    connections: u32,
    requests: u32,
) -> Result<Load> {
    let each = requests / connections;
    let begin = Instant::now();
    let answered: Vec<Result<Vec<Duration>>> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..connections)
            .map(|_| {
                scope.spawn(move || -> Result<Vec<Duration>> {
                    let mut client = Client::connect(address, cookie)?;
                    let mut times = Vec::with_capacity(each as usize);
                    for _ in 0..each {
                        let asked = Instant::now();
                        client.count(path)?;
                        times.push(asked.elapsed());
                    }
                    Ok(times)
                })
            })
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().expect("a client panics only with its thread"))
            .collect()
    });
    let wall = begin.elapsed();
    let mut times: Vec<Duration> = answered.into_iter().collect::<Result<Vec<_>>>()?.concat();
    times.sort();
    ensure!(!times.is_empty(), "no request was made");
    let (median, slow) = (times[times.len() / 2], times[times.len() * 19 / 20]);
    Ok(Load { requests: each * connections, wall, median, slow })
}
