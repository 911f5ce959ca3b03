//! Attackers that take as much as they can: silent connections, uploads and forms that never end, imports of
//! the worst kind, files that are hard to read. Each continues until it is told to stop, and reopens what the
//! server closes.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;

use super::super::client::{Client, open};

/// The pause between two rounds over connections that the server may have closed.
const ROUND: Duration = Duration::from_secs(1);
/// An answer to a whole file arrives within this time, or the file is given up.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// What an attack needs to know, and its counters.
pub(super) struct Siege<'a> {
    pub(super) server: SocketAddr,
    /// Cookies of a delegate, of a reporting officer and of a secretary.
    pub(super) delegate: &'a str,
    pub(super) officer: &'a str,
    pub(super) secretary: &'a str,
    /// The secretary's meeting, as a path, and an item of its agenda.
    pub(super) meeting: &'a str,
    pub(super) item: &'a str,
    pub(super) is_over: &'a AtomicBool,
    /// Connections that were opened again after the server had closed them.
    pub(super) reopened: &'a AtomicU64,
    /// Files that were sent as a whole and answered.
    pub(super) answered: &'a AtomicU64,
}

impl Siege<'_> {
    /// Holds `count` connections open. Each sends `first` and then `trickle` each round.
    pub(super) fn hold(&self, from: IpAddr, count: usize, first: &str, trickle: &[u8]) {
        let mut held: Vec<Option<TcpStream>> = (0..count).map(|_| None).collect();
        let mut is_first = true;
        while !self.is_over() {
            for place in &mut held {
                if self.is_over() {
                    return;
                }
                if place.as_mut().is_some_and(|stream| is_open(stream, trickle)) {
                    continue;
                }
                *place = open(from, self.server).ok().and_then(|mut stream| {
                    stream.write_all(first.as_bytes()).ok()?;
                    stream.set_nonblocking(true).ok()?;
                    Some(stream)
                });
                if !is_first {
                    self.reopened.fetch_add(1, Ordering::Relaxed);
                }
            }
            is_first = false;
            std::thread::sleep(ROUND);
        }
    }

    /// Uploads that send one byte per second.
    pub(super) fn idle_uploads(&self, from: IpAddr, count: usize) {
        let head =
            self.head(self.delegate, &format!("{}/papers", self.meeting), "Transfer-Encoding: chunked");
        self.hold(from, count, &format!("{head}2\r\n--\r\n"), b"1\r\n-\r\n");
    }

    /// Sign-ins whose form never arrives.
    pub(super) fn half_forms(&self, from: IpAddr, count: usize) {
        let head = format!(
            "POST /api/accounts/sign-in HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\n",
            self.server
        );
        self.hold(from, count, &head, b"");
    }

    /// Sends a file again and again to be checked as an import of past meetings.
    pub(super) fn imports(&self, from: IpAddr, file: &[u8]) {
        while !self.is_over() {
            let fields = [("mode", "dry_run")];
            self.send_file(from, self.officer, "/admin/imports/meetings", &fields, ("a.csv", file));
            std::thread::sleep(ROUND);
        }
    }

    /// Uploads files that are hard to read, in turn.
    pub(super) fn papers(&self, from: IpAddr, files: &[Vec<u8>]) {
        let address = format!("{}/papers", self.meeting);
        for file in files.iter().cycle() {
            if self.is_over() {
                return;
            }
            let fields = [("item", self.item), ("level", "open"), ("title", "x")];
            self.send_file(from, self.secretary, &address, &fields, ("a.pdf", file));
            std::thread::sleep(ROUND);
        }
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    fn head(&self, cookie: &str, path: &str, length: &str) -> String {
        format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: multipart/form-data; boundary=xx\r\nConnection: close\r\n{length}\r\n\r\n",
            self.server
        )
    }

    fn send_file(
        &self,
        from: IpAddr,
        cookie: &str,
        path: &str,
        fields: &[(&str, &str)],
        (name, file): (&str, &[u8]),
    ) {
        let mut body = Vec::with_capacity(file.len() + 1024);
        for (field, value) in fields {
            let part = format!("--xx\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
            body.extend(part.bytes());
        }
        let head =
            format!("--xx\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        body.extend(head.bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--xx--\r\n");
        let head = self.head(cookie, path, &format!("Content-Length: {}", body.len()));
        let sent = (|| -> Result<bool> {
            let mut stream = open(from, self.server)?;
            stream.set_read_timeout(Some(ANSWER_WITHIN))?;
            stream.set_write_timeout(Some(ANSWER_WITHIN))?;
            stream.write_all(head.as_bytes())?;
            // The server no longer reads from a refused client, but the client may still read the reason.
            stream.write_all(&body).ok();
            let mut answer = [0; 64];
            let read = stream.read(&mut answer)?;
            stream.shutdown(Shutdown::Both).ok();
            Ok(answer[..read].starts_with(b"HTTP/1.1"))
        })();
        if sent.is_ok_and(|is_answered| is_answered) {
            self.answered.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Whether the server still keeps the connection open. Reads and discards any answer.
fn is_open(stream: &mut TcpStream, trickle: &[u8]) -> bool {
    let mut bytes = [0; 4096];
    loop {
        match stream.read(&mut bytes) {
            Ok(0) => return false,
            Ok(_) => {}
            Err(cause) if cause.kind() == ErrorKind::WouldBlock => break,
            Err(_) => return false,
        }
    }
    trickle.is_empty() || stream.write_all(trickle).is_ok()
}

/// The session cookie of an attacker who signs in.
pub(super) fn cookie(from: IpAddr, server: SocketAddr, user: &str, password: &str) -> Result<String> {
    let client = Client::over(open(from, server)?, server, "")?.signed_in(user, password)?;
    Ok(client.cookie().to_owned())
}

/// The worst rows: each has a bad cell in every column.
pub(super) fn worst_import() -> Vec<u8> {
    const BYTES: usize = 31 << 20;
    let head = "agency,title,kind,form,sittings,status,role,counterpart,sites_connected\n";
    let mut file = head.as_bytes().to_vec();
    file.extend(b"x\n".iter().cycle().take(BYTES));
    file
}

/// Small files that would cost a careless parser gigabytes or hours.
pub(super) fn hostile_papers() -> Vec<Vec<u8>> {
    vec![wide_map(), nested_arrays(), endless_pages()]
}

/// A font whose character map has a range of four thousand million.
fn wide_map() -> Vec<u8> {
    let map = "/CIDInit /ProcSet findresource begin begincmap\n1 begincodespacerange\n<00000000> <FFFFFFFF>\n\
               endcodespacerange\n1 beginbfrange\n<00000000> <FFFFFFFF> <0041>\nendbfrange\nendcmap end\n";
    let text = "BT /F1 12 Tf 10 10 Td <00000041> Tj ET";
    pdf(&[
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
            .to_owned(),
        format!("<</Length {}>>stream\n{text}\nendstream", text.len()),
        "<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/ToUnicode 6 0 R>>".to_owned(),
        format!("<</Length {}>>stream\n{map}\nendstream", map.len()),
    ])
}

/// Arrays nested a hundred thousand deep.
fn nested_arrays() -> Vec<u8> {
    let deep = 100_000;
    pdf(&[
        "<</Type/Catalog/Pages 2 0 R/More 3 0 R>>".to_owned(),
        "<</Type/Pages/Kids[]/Count 0>>".to_owned(),
        format!("{}{}", "[".repeat(deep), "]".repeat(deep)),
    ])
}

/// Pages that form a circle, in a file that states two thousand million pages.
fn endless_pages() -> Vec<u8> {
    pdf(&[
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 2000000000>>".to_owned(),
        "<</Type/Pages/Parent 2 0 R/Kids[2 0 R 3 0 R]/Count 2000000000>>".to_owned(),
    ])
}

/// A PDF file of these objects. The first one is its catalog.
fn pdf(objects: &[String]) -> Vec<u8> {
    let mut file = "%PDF-1.5\n".to_owned();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(objects) {
        places.push(file.len());
        file += &format!("{number} 0 obj\n{object}\nendobj\n");
    }
    let (table, count) = (file.len(), objects.len() + 1);
    file += &format!("xref\n0 {count}\n0000000000 65535 f \n");
    for place in places {
        file += &format!("{place:010} 00000 n \n");
    }
    file += &format!("trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n");
    file.into_bytes()
}
