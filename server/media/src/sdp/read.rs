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
    /// Port 0, or `a=inactive`.
    pub declined: bool,
    /// Its codecs, the preferred first.
    pub codecs: Vec<Codec>,
    /// Header extensions: id and what it is.
    pub extensions: Vec<(u8, String)>,
    /// Sizes sent, as declared.
    pub rids: Vec<String>,
    /// Streams declared.
    pub streams: Vec<u32>,
    /// Streams and those that repeat them.
    pub repeats: Vec<(u32, u32)>,
}

impl Section {
    /// The id of a header extension.
    pub fn extension(&self, what: &str) -> Option<u8> {
        self.extensions.iter().find(|(_, known)| known == what).map(|(id, _)| *id)
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
    /// Its m-lines.
    pub sections: Vec<Section>,
}

/// Reads a description; the reason why not is for the log and the caller's message.
pub fn read(text: &str) -> Result<Description, &'static str> {
    if text.len() > LONGEST {
        return Err("the description is too long");
    }
    let (mut fingerprint, mut setup, mut sections) = (None, None, Vec::<Section>::new());
    for line in text.lines() {
        let Some((key, value)) = line.trim_end().split_once('=') else { continue };
        let (name, rest) = value.split_once(':').unwrap_or((value, ""));
        match (key, name) {
            ("m", _) if sections.len() == SECTIONS => return Err("the description has too many m-lines"),
            ("m", _) => sections.push(section(value).ok_or("an m-line is torn")?),
            ("a", "fingerprint") => fingerprint = fingerprint.or(hash(rest)),
            ("a", "setup") => setup = setup.or(Some(rest != "passive")),
            ("a", _) => sections.last_mut().into_iter().for_each(|section| attribute(section, name, rest)),
            _ => {}
        }
    }
    Ok(Description {
        fingerprint: fingerprint.ok_or("the description has no SHA-256 fingerprint")?,
        can_shake: setup.unwrap_or(true),
        sections,
    })
}

fn section(value: &str) -> Option<Section> {
    let mut words = value.split(' ');
    let kind = match words.next()? {
        "audio" => Kind::Audio,
        "video" => Kind::Video,
        _ => Kind::Other,
    };
    let port = words.next()?;
    let (protocol, first) = (words.next()?, words.next().unwrap_or("0"));
    let numbers = std::iter::once(first).chain(words).filter_map(|number| number.parse().ok()).take(CODECS);
    let codecs = numbers.map(|number| Codec { number, name: String::new(), repeats: None }).collect();
    let media = value.split(' ').next()?;
    let form = format!("{media} 0 {protocol} {first}");
    (form.len() <= 2 * NAME && form.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')).then_some(
        Section {
            kind,
            form,
            mid: String::new(),
            declined: port == "0",
            codecs,
            extensions: Vec::new(),
            rids: Vec::new(),
            streams: Vec::new(),
            repeats: Vec::new(),
        },
    )
}

fn attribute(section: &mut Section, name: &str, value: &str) {
    match name {
        "mid" if is_token(value) => value.clone_into(&mut section.mid),
        "inactive" => section.declined = true,
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
            // The id may be followed by a direction.
            let id = words.next().and_then(|id| id.split('/').next()).and_then(|id| id.parse().ok());
            if let (Some(id @ 1..=14), Some(what)) = (id, words.next()) {
                section.extensions.push((id, what.to_owned()));
            }
        }
        "rid" if section.rids.len() < RIDS => {
            if let Some((rid, "send")) =
                value.split_once(' ').map(|(rid, rest)| (rid, rest.split(' ').next().unwrap_or("")))
                && is_token(rid)
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
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_{}.+".contains(&byte))
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
