//! When to ask a source for a keyframe. Many subscribers want one at once (a speaker change, a join storm); the source is
//! asked once, and never more often than it can bear. Refuses to know RTCP, subscribers and pictures: a source is a number.

use std::time::{Duration, Instant};

/// A source is asked at most this often: a keyframe is some ten times an ordinary frame, on the publisher's weak uplink.
pub const APART: Duration = Duration::from_millis(300);

/// A source that does not answer is asked ever more rarely, down to this: its layer may not be sent at all just now.
pub const PATIENCE: Duration = Duration::from_millis(2400);

/// So many requests are answered as fast as they come, and then one in this time: a sick subscriber, or a lying one, that
/// wants keyframes for ever cannot spoil the picture of all others.
const AT_ONCE: u32 = 6;
const EARNED: Duration = Duration::from_millis(1500);

#[derive(Clone, Copy, Debug)]
struct Source {
    id: u64,
    is_wanted: bool,
    asked: Option<Instant>,
    /// How often it was asked since its last keyframe.
    unanswered: u32,
    /// Requests left, and since when the next one is being earned.
    left: u32,
    earning: Option<Instant>,
}

/// The keyframe requests of one room.
#[derive(Debug, Default)]
pub struct Keyframes {
    sources: Vec<Source>,
}

impl Keyframes {
    /// Somebody needs a keyframe of this source. Asked again and again it remains one request.
    pub fn want(&mut self, source: u64) {
        let at = self.place(source).unwrap_or_else(|at| {
            self.sources.insert(at, Source::new(source));
            at
        });
        self.sources[at].is_wanted = true;
    }

    /// A keyframe of this source has begun to come: whoever waited has it.
    pub fn came(&mut self, source: u64) {
        if let Ok(at) = self.place(source) {
            self.sources[at].is_wanted = false;
            self.sources[at].unanswered = 0;
        }
    }

    /// Nobody waits for this source any more. When it was asked is remembered, so that a source which is left and taken
    /// up again is not asked too soon.
    pub fn give_up(&mut self, source: u64) {
        if let Ok(at) = self.place(source) {
            self.sources[at].is_wanted = false;
        }
    }

    /// Forgets a source that has left for good.
    pub fn forget(&mut self, source: u64) {
        if let Ok(at) = self.place(source) {
            self.sources.remove(at);
        }
    }

    /// The next source to be asked now; call until `None`. It counts as asked.
    pub fn due(&mut self, now: Instant) -> Option<u64> {
        let source = self
            .sources
            .iter_mut()
            .find(|source| source.is_wanted && source.ready().is_none_or(|ready| ready <= now))?;
        source.ask(now);
        Some(source.id)
    }

    /// When `due` will next have something, if nothing else happens.
    #[must_use]
    pub fn wake(&self, now: Instant) -> Option<Instant> {
        let wanted = self.sources.iter().filter(|source| source.is_wanted);
        wanted.map(|source| source.ready().map_or(now, |ready| ready.max(now))).min()
    }

    fn place(&self, source: u64) -> Result<usize, usize> {
        self.sources.binary_search_by_key(&source, |known| known.id)
    }
}

impl Source {
    fn new(id: u64) -> Self {
        Self { id, is_wanted: false, asked: None, unanswered: 0, left: AT_ONCE, earning: None }
    }

    /// From when it may be asked again; `None` if at any time. The first answer may take a round trip and the start of
    /// an encoder, so patience grows from the second silence on.
    fn ready(&self) -> Option<Instant> {
        let pause = APART * (1 << self.unanswered.saturating_sub(2).min(8));
        let rested = self.asked.map(|asked| asked + pause.min(PATIENCE));
        let earned = self.earning.filter(|_| self.left == 0).map(|earning| earning + EARNED);
        rested.max(earned)
    }

    fn ask(&mut self, now: Instant) {
        self.asked = Some(now);
        self.unanswered = self.unanswered.saturating_add(1);
        if let Some(earning) = self.earning {
            let earned = now.saturating_duration_since(earning).as_millis() / EARNED.as_millis();
            let earned = u32::try_from(earned).unwrap_or(AT_ONCE).min(AT_ONCE);
            self.left = (self.left + earned).min(AT_ONCE);
            self.earning = (self.left < AT_ONCE).then(|| earning + EARNED * earned);
        }
        self.left = self.left.saturating_sub(1);
        self.earning = self.earning.or(Some(now));
    }
}

#[cfg(test)]
mod tests;
