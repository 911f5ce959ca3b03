//! Who is loud, and who speaks: from the level that each voice packet carries (RFC 6464) to the few voices that are
//! passed on and the one active speaker. Both are slow to change their mind, so that a cough moves nothing and two who
//! talk at once do not flicker. Refuses to know packets, rooms and pictures: a voice is a number.

use std::time::{Duration, Instant};

/// Voices that are passed on: the three loudest, and one more so that each of them hears three others.
pub const LOUDEST: usize = 4;

/// Speakers that are remembered, the newest first.
pub const REMEMBERED: usize = 8;

/// Louder than this counts as speech, in decibels above the quietest level (127): −57 dBov. A quiet room lies below.
const SPEECH: f32 = 70.0;

/// A voice must be so much louder to push another out from among the loudest.
const LOUDER: f32 = 6.0;

/// Pauses between words do not cost a voice its place.
const PLACE_HELD: Duration = Duration::from_millis(1500);

/// The active speaker is not interrupted sooner than this after having become it.
const SPEAKER_HELD: Duration = Duration::from_secs(2);

/// Another must lead for so long to become the active speaker.
const LEAD: Duration = Duration::from_millis(600);

/// After so long a silence nobody is the active speaker.
const SILENCE: Duration = Duration::from_secs(5);

/// A rising level is believed within two packets, a falling one slowly.
const RISE: f32 = 0.040;
const FALL: f32 = 0.300;
/// The slow average behind the active speaker.
const SLOW: f32 = 0.800;

#[derive(Clone, Copy, Debug)]
struct Voice {
    id: u64,
    /// Decibels above the quietest level, quickly and slowly averaged.
    quick: f32,
    slow: f32,
    heard: Option<Instant>,
    spoke: Option<Instant>,
}

/// What has changed since the last look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Who is among the loudest, or their places.
    pub loudest: bool,
    /// Who the active speaker is.
    pub speaker: bool,
}

/// The voices of one room.
#[derive(Debug, Default)]
pub struct Levels {
    voices: Vec<Voice>,
    loudest: [Option<u64>; LOUDEST],
    speaker: Option<(u64, Instant)>,
    /// Who leads over the active speaker, and since when.
    leader: Option<(u64, Instant)>,
    recent: Vec<u64>,
}

impl Levels {
    /// A packet of this voice came with this level: 0 the loudest, 127 silence; more counts as silence. The first packet
    /// of a voice makes it known.
    pub fn heard(&mut self, now: Instant, voice: u64, level: u8) {
        let at = self.place(voice).unwrap_or_else(|at| {
            self.voices.insert(at, Voice { id: voice, quick: 0.0, slow: 0.0, heard: None, spoke: None });
            at
        });
        self.voices[at].hear(now, f32::from(127 - level.min(127)));
    }

    /// A voice is gone, or muted: it leaves its place at once, and is not remembered as a speaker.
    pub fn forget(&mut self, voice: u64) {
        if let Ok(at) = self.place(voice) {
            self.voices.remove(at);
        }
        for place in &mut self.loudest {
            *place = place.filter(|held| *held != voice);
        }
        self.speaker = self.speaker.filter(|(speaker, _)| *speaker != voice);
        self.leader = self.leader.filter(|(leader, _)| *leader != voice);
        self.recent.retain(|speaker| *speaker != voice);
    }

    /// Looks at the room again; every 20 to 100 ms is often enough.
    pub fn look(&mut self, now: Instant) -> Changed {
        for voice in &mut self.voices {
            voice.fade(now);
        }
        Changed { loudest: self.choose_loudest(now), speaker: self.choose_speaker(now) }
    }

    /// The voices to pass on, each in the place that it keeps, the three loudest in the first three; empty places between
    /// them are possible.
    #[must_use]
    pub fn loudest(&self) -> &[Option<u64>; LOUDEST] {
        &self.loudest
    }

    /// Who speaks now, if anybody does.
    #[must_use]
    pub fn speaker(&self) -> Option<u64> {
        self.speaker.map(|(speaker, _)| speaker)
    }

    /// Who spoke last, the newest first, the active speaker among them.
    #[must_use]
    pub fn recent(&self) -> &[u64] {
        &self.recent
    }

    /// Present loudness of the voices that speak, 0 to 127, for a mark beside the name.
    pub fn loud(&self) -> impl Iterator<Item = (u64, u8)> {
        let speaks = |voice: &&Voice| voice.quick >= SPEECH;
        self.voices.iter().filter(speaks).map(|voice| (voice.id, voice.quick as u8))
    }

    fn choose_loudest(&mut self, now: Instant) -> bool {
        let before = self.loudest;
        for place in 0..LOUDEST {
            let has_fallen_silent = self.loudest[place].is_some_and(|held| {
                self.voice(held).is_none_or(|voice| !voice.spoke_within(now, PLACE_HELD))
            });
            if has_fallen_silent {
                self.loudest[place] = None;
            }
        }
        // At most as many as there are places can enter; the loudest of those outside goes first.
        for _ in 0..LOUDEST {
            let outside =
                self.voices.iter().filter(|voice| voice.quick >= SPEECH && !self.is_among_loudest(voice.id));
            let Some(challenger) = outside.max_by(|one, other| one.quick.total_cmp(&other.quick)).copied()
            else {
                break;
            };
            let Some(place) = self.place_for(&challenger) else { break };
            self.loudest[place] = Some(challenger.id);
        }
        self.keep_the_three_first();
        self.loudest != before
    }

    /// The last place is the reserve: it moves up when one before it is free, or clearly quieter.
    fn keep_the_three_first(&mut self) {
        let reserve = LOUDEST - 1;
        let by_loudness = |one: &usize, other: &usize| self.quick_in(*one).total_cmp(&self.quick_in(*other));
        let Some(quietest) = (0..reserve).min_by(by_loudness) else { return };
        if self.loudest[reserve].is_some() && self.quick_in(reserve) >= self.quick_in(quietest) + LOUDER {
            self.loudest.swap(reserve, quietest);
        }
    }

    /// The loudness of whoever holds a place; an empty one is quieter than any voice.
    fn quick_in(&self, place: usize) -> f32 {
        self.loudest[place].and_then(|held| self.voice(held)).map_or(-LOUDER, |voice| voice.quick)
    }

    /// An empty place, or that of the quietest if the challenger is clearly louder.
    fn place_for(&self, challenger: &Voice) -> Option<usize> {
        let quietest =
            (0..LOUDEST).min_by(|one, other| self.quick_in(*one).total_cmp(&self.quick_in(*other)))?;
        (challenger.quick >= self.quick_in(quietest) + LOUDER).then_some(quietest)
    }

    fn choose_speaker(&mut self, now: Instant) -> bool {
        let leader = self.loudest_of_late().copied();
        let Some((speaker, since)) = self.speaker else {
            return leader.is_some_and(|leader| leader.slow >= SPEECH / 2.0 && self.give_to(leader.id, now));
        };
        let present = self.voice(speaker).copied();
        // In a pause of the speaker another leads at once, and has it when the pause has lasted.
        let is_silent = present.is_none_or(|voice| voice.quick < SPEECH);
        let rival = leader.filter(|leader| {
            leader.id != speaker
                && (is_silent || present.is_none_or(|present| leader.slow >= present.slow + LOUDER))
        });
        let Some(rival) = rival else {
            self.leader = None;
            let is_over = present.is_none_or(|voice| !voice.spoke_within(now, SILENCE));
            if is_over {
                self.speaker = None;
            }
            return is_over;
        };
        let leads_since = self.leader.filter(|(id, _)| *id == rival.id).map_or(now, |(_, since)| since);
        self.leader = Some((rival.id, leads_since));
        let may = now.saturating_duration_since(since) >= SPEAKER_HELD
            && now.saturating_duration_since(leads_since) >= LEAD;
        may && self.give_to(rival.id, now)
    }

    /// Who speaks loudest on the slow average; of several about as loud, whoever led before.
    fn loudest_of_late(&self) -> Option<&Voice> {
        let speak = self.voices.iter().filter(|voice| voice.quick >= SPEECH);
        let first = speak.max_by(|one, other| one.slow.total_cmp(&other.slow))?;
        let before = self.leader.and_then(|(leader, _)| self.voice(leader));
        before.filter(|before| before.quick >= SPEECH && before.slow + LOUDER > first.slow).or(Some(first))
    }

    fn give_to(&mut self, voice: u64, now: Instant) -> bool {
        self.speaker = Some((voice, now));
        self.leader = None;
        self.recent.retain(|speaker| *speaker != voice);
        self.recent.insert(0, voice);
        self.recent.truncate(REMEMBERED);
        true
    }

    fn is_among_loudest(&self, voice: u64) -> bool {
        self.loudest.contains(&Some(voice))
    }

    fn voice(&self, id: u64) -> Option<&Voice> {
        self.place(id).ok().map(|at| &self.voices[at])
    }

    fn place(&self, id: u64) -> Result<usize, usize> {
        self.voices.binary_search_by_key(&id, |voice| voice.id)
    }
}

impl Voice {
    fn hear(&mut self, now: Instant, loudness: f32) {
        let passed =
            self.heard.map_or(0.02, |heard| now.saturating_duration_since(heard).as_secs_f32().min(1.0));
        let constant = if loudness > self.quick { RISE } else { FALL };
        self.quick += (loudness - self.quick) * (1.0 - (-passed / constant).exp());
        self.slow += (loudness - self.slow) * (1.0 - (-passed / SLOW).exp());
        self.heard = Some(now);
        if self.quick >= SPEECH {
            self.spoke = Some(now);
        }
    }

    /// A voice that sends nothing, as Opus does in silence and a lost line always, fades like one that sends silence.
    fn fade(&mut self, now: Instant) {
        let is_absent =
            self.heard.is_some_and(|heard| now.saturating_duration_since(heard) > Duration::from_millis(200));
        if is_absent && self.slow > 0.5 {
            self.hear(now, 0.0);
        }
    }

    fn spoke_within(&self, now: Instant, time: Duration) -> bool {
        self.spoke.is_some_and(|spoke| now.saturating_duration_since(spoke) <= time)
    }
}

#[cfg(test)]
mod tests;
