//! Reading a client's description. It comes from whoever has a seat, so every list in it is bounded, and what is not
//! understood is passed over.

use crate::peer::Fingerprint;

/// A browser's description of three m-lines is some 8 kB; of a receiving connection some 20 kB.
const LONGEST: usize = 64 * 1024;
/// M-lines: the subscriber's eleven, and what a browser may add.
const SECTIONS: usize = 24;
/// Codecs of an m-line: a browser offers some twenty and their repeats.
const CODECS: usize = 64;
/// Header extensions of an m-line have four bits of id.
const EXTENSIONS: usize = 16;
/// Sizes of a camera.
const RIDS: usize = 4;
/// Streams declared in an m-line.
const STREAMS: usize = 8;
/// Names of m-lines in one group.
const GROUP: usize = SECTIONS;
/// Kinds of feedback of a codec.
const FEEDBACK: usize = 12;
/// RFC 3551: a payload type has seven bits. RFC 5761: these would be taken for control packets.
const NO_PAYLOADS: std::ops::RangeInclusive<u8> = 64..=95;
/// A name or a line that is longer is none that a browser writes.
const NAME: usize = 64;

/// What an m-line carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
    /// Anything else, which is declined.
    Other,
}

/// A codec as declared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Codec {
    /// Its payload type.
    pub number: u8,
    /// `VP8/90000`, in capitals.
    pub name: String,
    /// For repeats: the payload type repeated.
    pub repeats: Option<u8>,
    /// The feedback that the client understands for it.
    pub feedback: Vec<String>,
}

/// Who sends in an m-line, or fills in a header extension, of the one who describes it and the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// Both.
    SendReceive,
    /// The one who describes it.
    Send,
    /// The other.
    Receive,
    /// Nobody.
    Inactive,
}

impl Direction {
    fn of(word: &str) -> Option<Direction> {
        Some(match word {
            "sendrecv" => Direction::SendReceive,
            "sendonly" => Direction::Send,
            "recvonly" => Direction::Receive,
            "inactive" => Direction::Inactive,
            _ => return None,
        })
    }

    /// Whether the one who describes it sends.
    pub fn sends(self) -> bool {
        matches!(self, Direction::SendReceive | Direction::Send)
    }
}

/// A header extension as declared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Extension {
    /// Its number in packets, 1 to 14.
    pub id: u8,
    /// What it is.
    pub what: String,
    /// Who fills it in; none where nothing is said.
    pub direction: Option<Direction>,
}

/// An m-line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Section {
    /// What it carries.
    pub kind: Kind,
    /// The first words of the m-line after the port, to decline it by.
    pub form: String,
    /// Its name.
    pub mid: String,
    /// Port 0, and so stopped; but for an m-line that shares the way of another (`a=bundle-only`, RFC 8843), as Firefox writes
    /// every one but the first.
    pub declined: bool,
    /// Who sends.
    pub direction: Direction,
    /// Whether control packets go beside the others (RFC 5761).
    pub has_control_beside: bool,
    /// Whether control packets may be short (RFC 5506).
    pub has_short_control: bool,
    /// Its codecs, the preferred first.
    pub codecs: Vec<Codec>,
    /// Header extensions.
    pub extensions: Vec<Extension>,
    /// Sizes sent, as declared; of a simulcast (RFC 8853) those that it names, in its order.
    pub rids: Vec<String>,
    /// Whether the sizes are a simulcast.
    pub is_simulcast: bool,
    /// Streams declared.
    pub streams: Vec<u32>,
    /// Streams and those that repeat them.
    pub repeats: Vec<(u32, u32)>,
}

impl Section {
    /// Whether the client sends here.
    pub fn sends(&self) -> bool {
        !self.declined && self.direction.sends()
    }

    /// The id of a header extension.
    pub fn extension(&self, what: &str) -> Option<u8> {
        self.extensions.iter().find(|extension| extension.what == what).map(|extension| extension.id)
    }

    /// A codec by name.
    pub fn codec(&self, name: &str) -> Option<&Codec> {
        self.codecs.iter().find(|codec| codec.name == name)
    }

    /// What repeats a codec.
    pub fn repeat_of(&self, number: u8) -> Option<u8> {
        let repeats = |codec: &&Codec| codec.repeats == Some(number) && codec.name.starts_with("RTX/");
        self.codecs.iter().find(repeats).map(|codec| codec.number)
    }
}

/// A client's description.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Description {
    /// What its certificate is known by.
    pub fingerprint: Fingerprint,
    /// Whether it can be the client of the handshake: it says `actpass` or `active`.
    pub can_shake: bool,
    /// Whether it has an ICE name and password, without which nobody would look for the server.
    pub can_connect: bool,
    /// The names of the m-lines that share one way (RFC 8843); none where no way is shared.
    pub bundle: Option<Vec<String>>,
    /// Its m-lines.
    pub sections: Vec<Section>,
}

impl Description {
    /// Whether an m-line may go over the one way that there is.
    pub fn shares_the_way(&self, section: &Section) -> bool {
        section.has_control_beside
            && match &self.bundle {
                Some(names) => names.contains(&section.mid),
                None => self
                    .sections
                    .iter()
                    .find(|first| !first.declined)
                    .is_some_and(|first| first.mid == section.mid),
            }
    }
}

/// What is said before the first m-line counts for all that say nothing themselves.
#[derive(Default)]
struct Reading {
    fingerprint: Option<Fingerprint>,
    setup: Option<bool>,
    direction: Option<Direction>,
    has_name: bool,
    has_password: bool,
    bundle: Option<Vec<String>>,
    parts: Vec<Part>,
}

/// An m-line that is still being read.
struct Part {
    section: Section,
    direction: Option<Direction>,
    is_bundle_only: bool,
    /// The sizes of its simulcast.
    simulcast: Option<Vec<String>>,
}

/// Reads a description; the reason why not is for the log and the caller's message.
pub fn read(text: &str) -> Result<Description, &'static str> {
    if text.len() > LONGEST {
        return Err("the description is too long");
    }
    let mut reading = Reading::default();
    for line in text.lines() {
        let Some((key, value)) = line.trim_end().split_once('=') else { continue };
        match key {
            "m" if reading.parts.len() == SECTIONS => return Err("the description has too many m-lines"),
            "m" => reading.parts.push(section(value).ok_or("an m-line is torn")?),
            "a" => reading.attribute(value),
            _ => {}
        }
    }
    reading.end()
}

impl Reading {
    fn attribute(&mut self, value: &str) {
        let (name, rest) = value.split_once(':').unwrap_or((value, ""));
        let direction = Direction::of(value);
        match (name, self.parts.last_mut()) {
            ("fingerprint", _) => self.fingerprint = self.fingerprint.or(hash(rest)),
            ("setup", _) => self.setup = self.setup.or(Some(matches!(rest, "actpass" | "active"))),
            ("ice-ufrag", _) => self.has_name |= !rest.is_empty(),
            ("ice-pwd", _) => self.has_password |= !rest.is_empty(),
            ("group", None) => self.bundle = self.bundle.take().or_else(|| bundle(rest)),
            (_, None) => self.direction = direction.or(self.direction),
            (_, Some(part)) => {
                part.direction = part.direction.or(direction);
                attribute(part, name, rest);
            }
        }
    }

    fn end(self) -> Result<Description, &'static str> {
        let whole = self.direction.unwrap_or(Direction::SendReceive);
        Ok(Description {
            fingerprint: self.fingerprint.ok_or("the description has no SHA-256 fingerprint")?,
            can_shake: self.setup.unwrap_or(true),
            can_connect: self.has_name && self.has_password,
            bundle: self.bundle,
            sections: self.parts.into_iter().map(|part| part.end(whole)).collect(),
        })
    }
}

impl Part {
    fn end(self, whole: Direction) -> Section {
        let Part { mut section, direction, is_bundle_only, simulcast } = self;
        section.direction = direction.unwrap_or(whole);
        section.declined &= !is_bundle_only;
        section.is_simulcast = simulcast.is_some();
        if let Some(mut sizes) = simulcast {
            sizes.retain(|size| section.rids.contains(size));
            section.rids = sizes;
        }
        section
    }
}

/// The names in a group of m-lines that share one way.
fn bundle(value: &str) -> Option<Vec<String>> {
    let mut words = value.split(' ');
    (words.next() == Some("BUNDLE"))
        .then(|| words.filter(|name| is_token(name)).take(GROUP).map(str::to_owned).collect())
}

/// The sizes that a simulcast sends; of those that stand for one another the first.
fn simulcast(value: &str) -> Option<Vec<String>> {
    let mut words = value.split(' ');
    words.find(|word| *word == "send")?;
    let sizes = words.next()?.trim_start_matches("rid=").split(';').take(RIDS);
    let first =
        sizes.filter_map(|size| size.split(',').next()).map(|size| size.trim_start_matches('~').to_owned());
    Some(first.collect())
}

fn section(value: &str) -> Option<Part> {
    let mut words = value.split(' ');
    let kind = match words.next()? {
        "audio" => Kind::Audio,
        "video" => Kind::Video,
        _ => Kind::Other,
    };
    let port = words.next()?;
    let (protocol, first) = (words.next()?, words.next().unwrap_or("0"));
    let numbers =
        std::iter::once(first).chain(words).filter_map(|number| number.parse::<u8>().ok()).take(CODECS);
    let numbers = numbers.filter(|number| *number < 128 && !NO_PAYLOADS.contains(number));
    let codecs = numbers
        .map(|number| Codec { number, name: String::new(), repeats: None, feedback: Vec::new() })
        .collect();
    let media = value.split(' ').next()?;
    let form = format!("{media} 0 {protocol} {first}");
    let is_written = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    let section = (form.len() <= 2 * NAME && form.bytes().all(is_written)).then_some(Section {
        kind,
        form,
        mid: String::new(),
        declined: port == "0",
        direction: Direction::SendReceive,
        has_control_beside: false,
        has_short_control: false,
        codecs,
        extensions: Vec::new(),
        rids: Vec::new(),
        is_simulcast: false,
        streams: Vec::new(),
        repeats: Vec::new(),
    })?;
    Some(Part { section, direction: None, is_bundle_only: false, simulcast: None })
}

fn attribute(part: &mut Part, name: &str, value: &str) {
    let section = &mut part.section;
    match name {
        "mid" if section.mid.is_empty() && is_token(value) => value.clone_into(&mut section.mid),
        "bundle-only" => part.is_bundle_only = true,
        "simulcast" => part.simulcast = simulcast(value),
        "rtcp-mux" => section.has_control_beside = true,
        "rtcp-rsize" => section.has_short_control = true,
        "rtcp-fb" => {
            let Some((number, feedback)) = value.split_once(' ').filter(|_| value.len() <= NAME) else {
                return;
            };
            let of = |codec: &&mut Codec| number == "*" || number.parse() == Ok(codec.number);
            for codec in section.codecs.iter_mut().filter(of).filter(|codec| codec.feedback.len() < FEEDBACK)
            {
                codec.feedback.push(feedback.to_owned());
            }
        }
        "rtpmap" => {
            let Some((codec, name)) = codec(section, value) else { return };
            codec.name = name.to_ascii_uppercase();
        }
        "fmtp" => {
            let Some((codec, parameters)) = codec(section, value) else { return };
            let repeats = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("apt="));
            codec.repeats = repeats.and_then(|number| number.parse().ok());
        }
        "extmap" if section.extensions.len() < EXTENSIONS => {
            let mut words = value.split(' ');
            let (id, direction) =
                words.next().map(|id| id.split_once('/').unwrap_or((id, ""))).unwrap_or_default();
            let is_new = |id: &u8| section.extensions.iter().all(|known| known.id != *id);
            if let (Some(id @ 1..=14), Some(what)) = (id.parse().ok().filter(is_new), words.next()) {
                let direction = Direction::of(direction);
                section.extensions.push(Extension { id, what: what.to_owned(), direction });
            }
        }
        "rid" if section.rids.len() < RIDS => {
            if let Some((rid, "send")) =
                value.split_once(' ').map(|(rid, rest)| (rid, rest.split(' ').next().unwrap_or("")))
                && is_token(rid)
                && !section.rids.iter().any(|known| known == rid)
            {
                section.rids.push(rid.to_owned());
            }
        }
        "ssrc" => {
            let ssrc = value.split(' ').next().and_then(|ssrc| ssrc.parse().ok());
            if let Some(ssrc) =
                ssrc.filter(|ssrc| !section.streams.contains(ssrc) && section.streams.len() < STREAMS)
            {
                section.streams.push(ssrc);
            }
        }
        "ssrc-group" if section.repeats.len() < STREAMS => {
            let mut words = value.split(' ');
            if words.next() == Some("FID")
                && let (Some(first), Some(second)) = (words.next(), words.next())
                && let (Ok(first), Ok(second)) = (first.parse(), second.parse())
            {
                section.repeats.push((first, second));
            }
        }
        _ => {}
    }
}

/// The codec that a line `96 …` speaks of, and the rest of the line.
fn codec<'a, 's>(section: &'s mut Section, value: &'a str) -> Option<(&'s mut Codec, &'a str)> {
    let (number, rest) = value.split_once(' ')?;
    let number = number.parse::<u8>().ok().filter(|_| rest.len() <= 4 * NAME)?;
    section.codecs.iter_mut().find(|codec| codec.number == number).map(|codec| (codec, rest))
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= NAME
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`{|}~".contains(&byte))
}

fn hash(value: &str) -> Option<Fingerprint> {
    let (algorithm, hex) = value.split_once(' ')?;
    if !algorithm.eq_ignore_ascii_case("sha-256") {
        return None;
    }
    let mut bytes = [0; 32];
    let mut pairs = hex.split(':');
    for byte in &mut bytes {
        *byte =
            pairs.next().filter(|pair| pair.len() == 2).and_then(|pair| u8::from_str_radix(pair, 16).ok())?;
    }
    pairs.next().is_none().then_some(bytes)
}
