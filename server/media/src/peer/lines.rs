//! The m-lines of a client's sending connection: which are taken, and what a stream of each shows.
//! Streams themselves, which come and go, are not known here.

use super::What;
use crate::command::Layer;
use crate::sdp::{Codec, Description, Kind, Section, codec, extension};

/// An m-line that was taken.
pub(super) struct Line {
    pub(super) mid: String,
    pub(super) is_sound: bool,
    pub(super) is_screen: bool,
    pub(super) codec: u8,
    pub(super) repeat: Option<u8>,
    /// Whether the client sends again what it is asked for.
    pub(super) is_mended: bool,
    pub(super) rids: Vec<String>,
    pub(super) streams: Vec<u32>,
    pub(super) repeats: Vec<(u32, u32)>,
    pub(super) ids: Ids,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Ids {
    pub(super) mid: Option<u8>,
    pub(super) rid: Option<u8>,
    pub(super) repaired: Option<u8>,
    pub(super) level: Option<u8>,
    pub(super) transport: Option<u8>,
}

impl Line {
    /// The rid of a stream that was declared and bears none: Firefox declares the streams of a camera in the order of its sizes.
    pub(super) fn declared_rid(&self, ssrc: u32) -> Option<&str> {
        let is_repeat = |stream: &u32| self.repeats.iter().any(|(_, repeat)| repeat == stream);
        let firsts = self.streams.iter().filter(|stream| !is_repeat(stream));
        let place = firsts.clone().position(|stream| *stream == ssrc)?;
        let is_one_each = firsts.count() == self.rids.len();
        self.rids.get(place).filter(|_| is_one_each).map(String::as_str)
    }

    /// What a stream of this m-line shows, by its rid.
    pub(super) fn what(&self, rid: &str) -> What {
        let layer = match (rid, self.rids.iter().position(|known| known == rid)) {
            _ if self.is_sound => return What::Voice,
            _ if self.is_screen => return What::Screen,
            ("l", _) => Layer::Low,
            ("m", _) => Layer::Mid,
            ("h", _) => Layer::High,
            (_, Some(0)) => Layer::Low,
            (_, Some(2..)) => Layer::High,
            // One size only is taken for the middle one, which fits every slot.
            _ => Layer::Mid,
        };
        What::Camera(layer)
    }
}

/// The m-lines that are taken: the first sound, the first pictures (the camera), the second pictures (the screen).
pub(super) fn lines(offer: &Description) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let is_taken =
        |section: &&Section| section.sends() && !section.mid.is_empty() && offer.shares_the_way(section);
    for section in offer.sections.iter().filter(is_taken) {
        let is_sound = section.kind == Kind::Audio;
        let (name, most) = if is_sound { (codec::OPUS, 1) } else { (codec::VP8, 2) };
        let before = lines.iter().filter(|line| line.is_sound == is_sound).count();
        let Some(found) = section.codec(name).filter(|_| section.kind != Kind::Other && before < most) else {
            continue;
        };
        lines.push(line(section, found, is_sound, before == 1));
    }
    lines
}

fn line(section: &Section, found: &Codec, is_sound: bool, is_screen: bool) -> Line {
    let codec = found.number;
    Line {
        mid: section.mid.clone(),
        is_sound,
        is_screen,
        codec,
        repeat: section.repeat_of(codec).filter(|_| !is_sound),
        is_mended: !is_sound || found.feedback.iter().any(|feedback| feedback == "nack"),
        rids: section.rids.clone(),
        streams: section.streams.clone(),
        repeats: section.repeats.clone(),
        ids: Ids {
            mid: section.extension(extension::MID),
            rid: section.extension(extension::RID),
            repaired: section.extension(extension::REPAIRED_RID),
            level: section.extension(extension::LEVEL),
            transport: section.extension(extension::TRANSPORT),
        },
    }
}
