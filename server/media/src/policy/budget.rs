//! What places cost and how one line's budget is spent on them, first things first. What is new must fit with a tenth to
//! spare, what is there stays until it does not fit any more: an estimate that wavers changes nothing.

use crate::command::Layer;

use super::VOICES;

/// A voice: Opus at 32 kbit/s, and what fifty packets a second cost besides; bit/s like all of these.
pub const VOICE: u32 = 50_000;
/// 160 × 90.
pub const LOW: u32 = 100_000;
/// 320 × 180.
pub const MID: u32 = 250_000;
/// 640 × 360.
pub const HIGH: u32 = 600_000;
/// A screen whose pages change.
pub const SCREEN: u32 = 600_000;
/// A screen that is read rather than changed; with less it is not begun.
pub const SCREEN_AT_LEAST: u32 = 150_000;

/// What a camera's picture costs.
pub(super) fn picture(layer: Layer) -> u32 {
    match layer {
        Layer::Off => 0,
        Layer::Low => LOW,
        Layer::Mid => MID,
        Layer::High => HIGH,
    }
}

/// What is left of one line.
#[derive(Debug)]
pub(super) struct Budget {
    /// For what is there already, and for what is new.
    kept: u32,
    new: u32,
}

impl Budget {
    pub(super) fn new(bits_per_second: u32, at_most: u32) -> Self {
        let new = bits_per_second - bits_per_second / 10;
        Self { kept: bits_per_second.min(at_most), new: new.min(at_most) }
    }

    /// Takes so much if it is there.
    fn take(&mut self, bits: u32, is_kept: bool) -> bool {
        let fits = bits <= if is_kept { self.kept } else { self.new };
        if fits {
            self.kept = self.kept.saturating_sub(bits);
            self.new = self.new.saturating_sub(bits);
        }
        fits
    }

    /// Sets something aside for voices: for three of them, but no more than a fifth of a weak line, for rarely more than one
    /// speaks. Gives how many may pass.
    pub(super) fn voices(&mut self, had: usize) -> usize {
        let fits = |number: u32, bits: u32| number * VOICE <= bits;
        let passes = |number: usize| fits(number as u32, if had >= number { self.kept } else { self.new });
        let voices = 1 + (2..=VOICES).take_while(|number| passes(*number)).count();
        let aside = |bits: u32| bits.saturating_sub((bits / 5).clamp(VOICE, VOICES as u32 * VOICE));
        (self.kept, self.new) = (aside(self.kept), aside(self.new));
        voices
    }

    /// Whether there is what a screen needs at least.
    pub(super) fn bears_screen(&self, is_kept: bool) -> bool {
        SCREEN_AT_LEAST <= if is_kept { self.kept } else { self.new }
    }

    /// A screen takes what it needs before any camera, or what there is.
    pub(super) fn take_screen(&mut self) {
        self.kept = self.kept.saturating_sub(SCREEN);
        self.new = self.new.saturating_sub(SCREEN);
    }

    /// A picture grows from one size to another.
    pub(super) fn larger(&mut self, from: Layer, to: Layer, is_kept: bool) -> bool {
        self.take(picture(to).saturating_sub(picture(from)), is_kept)
    }

    /// So many small pictures grow to the middle size, all or none.
    pub(super) fn all_larger(&mut self, pictures: usize, is_kept: bool) -> bool {
        let pictures = u32::try_from(pictures).unwrap_or(u32::MAX);
        self.take(pictures.saturating_mul(MID - LOW), is_kept)
    }
}
