//! Who gets to see and hear whom: a plain function from the state of a room to what each subscriber is sent and what each
//! seat is asked to send. Whom the chair chose, or who speaks, large; the chair and the last few small; a shared screen
//! before both; the loudest voices always, and the chair's among them; each within what its own line bears, and with as
//! few changes of place as possible.
//! Refuses to know packets, names, permission and time. Everybody to everybody cannot be expressed: a view has its places.

mod asks;
mod budget;

use crate::command::{Direction, Layer, LineState, Look, Sending};
pub use asks::{Asks, LINGER};
use budget::Budget;
pub use budget::{HIGH, LOW, MID, SCREEN, SCREEN_AT_LEAST, VOICE};

/// Small pictures beside the large one; a page of the grid.
pub const THUMBS: usize = 6;

/// Voices heard at once: more are a murmur.
pub const VOICES: usize = 3;

/// Cameras that are candidates for everybody's view: the large one, the small ones, and one more because a seat does not
/// see itself. Common to the whole room, so that few cameras send whatever the number of seats.
pub const STAGE: usize = THUMBS + 2;

/// A seat as the room knows it now.
#[derive(Clone, Debug, Default)]
pub struct Member {
    /// Its number.
    pub number: u64,
    /// It has a camera that it can send.
    pub camera: bool,
    /// It has a screen that it can send.
    pub screen: bool,
    /// Its screen comes at present: what is only announced takes no face's place.
    pub screen_comes: bool,
    /// It sends sound at present, if only that of a quiet room.
    pub sound: bool,
    /// It has a receiving connection.
    pub subscribes: bool,
    /// What it wants to see.
    pub look: Look,
    /// How its line is.
    pub line: LineState,
    /// What its line is believed to bear, bit/s.
    pub bits_per_second: u32,
}

/// The state of a room.
#[derive(Clone, Copy, Debug)]
pub struct Room<'a> {
    /// Everybody, by number, each once.
    pub members: &'a [Member],
    /// The chair's will.
    pub direction: &'a Direction,
    /// Who spoke last, the newest first, whoever speaks now among them.
    pub recent: &'a [u64],
    /// The loudest voices, the three loudest first; the fourth is for each of those three.
    pub loudest: &'a [Option<u64>],
    /// Nobody is sent more, bit/s.
    pub at_most: u32,
}

/// A picture in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Whose camera.
    pub seat: u64,
    /// At most at this size; what the camera does not send is replaced by what it does, see [`nearest`].
    pub layer: Layer,
}

/// What one subscriber gets. Places keep their occupants from plan to plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Whose view.
    pub seat: u64,
    /// The large picture.
    pub main: Option<Shown>,
    /// The small pictures.
    pub thumbs: [Option<Shown>; THUMBS],
    /// Whose screen.
    pub screen: Option<u64>,
    /// Whose screen as soon as it comes; it is asked for, and takes nothing until then.
    pub awaited: Option<u64>,
    /// Whose voices.
    pub voices: [Option<u64>; VOICES],
}

/// What everybody gets and sends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The room's candidates, the first to be shown first.
    pub stage: Vec<u64>,
    /// By seat.
    pub views: Vec<View>,
    /// What each seat's camera and screen are to send for these views, by seat.
    pub sends: Vec<(u64, Sending)>,
}

impl Plan {
    /// What this seat gets.
    #[must_use]
    pub fn view(&self, seat: u64) -> Option<&View> {
        self.views.binary_search_by_key(&seat, |view| view.seat).ok().map(|at| &self.views[at])
    }

    /// What this seat is to send.
    #[must_use]
    pub fn sending(&self, seat: u64) -> Sending {
        let at = self.sends.binary_search_by_key(&seat, |(seat, _)| *seat);
        at.map_or_else(|_| Sending::default(), |at| self.sends[at].1)
    }
}

impl View {
    /// What its pictures cost at most, bit/s; a screen counts with what it needs at least, see the budget.
    #[must_use]
    pub fn bits_per_second(&self) -> u32 {
        let pictures = self.shows().map(|shown| budget::picture(shown.layer));
        pictures.sum::<u32>() + self.screen.map_or(0, |_| SCREEN_AT_LEAST)
    }

    fn shows(&self) -> impl Iterator<Item = Shown> {
        self.thumbs.iter().chain([&self.main]).flatten().copied()
    }

    fn small(&self) -> usize {
        self.thumbs.iter().flatten().count()
    }
}

/// The plan for a room, as near as possible to the one before.
#[must_use]
pub fn plan(room: &Room<'_>, before: &Plan) -> Plan {
    let stage = stage(room, &before.stage);
    let nothing = View::default();
    let view = |member: &Member| view(room, member, &stage, before.view(member.number).unwrap_or(&nothing));
    let views: Vec<View> = room.members.iter().filter(|member| member.subscribes).map(view).collect();
    let sends = sends(room, &views);
    Plan { stage, views, sends }
}

/// The best size that is sent now: the wanted one, else the next smaller, else the next larger. A named size is never
/// waited for: a browser whose line or processor is weak leaves out the larger ones.
#[must_use]
pub fn nearest(wanted: Layer, is_sent: impl Fn(Layer) -> bool) -> Layer {
    let sizes = [Layer::Low, Layer::Mid, Layer::High];
    let smaller = sizes.iter().rev().filter(|size| **size <= wanted);
    let larger = sizes.iter().filter(|size| **size > wanted);
    if wanted == Layer::Off {
        return Layer::Off;
    }
    smaller.chain(larger).copied().find(|size| is_sent(*size)).unwrap_or(Layer::Off)
}

/// How many pages the grid of this seat has.
#[must_use]
pub fn pages(room: &Room<'_>, seat: u64) -> usize {
    visible(room).filter(|number| *number != seat).count().div_ceil(THUMBS)
}

/// Seats whose camera may be shown to others, by number. Who tries a line is seen and heard by nobody else.
fn visible(room: &Room<'_>) -> impl Iterator<Item = u64> {
    let may = |member: &&Member| {
        member.camera && member.look != Look::Mirror && !room.direction.hidden.contains(&member.number)
    };
    room.members.iter().filter(may).map(|member| member.number)
}

/// First whoever is to be large: the chair's choice, who has the floor, who speaks or spoke last; where nobody is, the
/// chair. The chair and the hall stand there in any case.
fn stage(room: &Room<'_>, before: &[u64]) -> Vec<u64> {
    let visible: Vec<u64> = visible(room).collect();
    let chosen = [room.direction.large, room.direction.floor];
    let ranked = chosen.into_iter().flatten().chain(room.recent.iter().copied());
    let mut stage = Vec::with_capacity(STAGE);
    let mut take = |seat: u64, places: usize| {
        if stage.len() < places && !stage.contains(&seat) && visible.binary_search(&seat).is_ok() {
            stage.push(seat);
        }
    };
    ranked.clone().for_each(|seat| take(seat, STAGE - 2));
    leading(room).for_each(|seat| take(seat, STAGE));
    // Who stood there before stays before those who only come by number.
    ranked.chain(before.iter().copied()).chain(visible.iter().copied()).for_each(|seat| take(seat, STAGE));
    stage
}

/// Where the meeting is led from, of two seats the chair's own first.
fn leading(room: &Room<'_>) -> impl Iterator<Item = u64> {
    let Direction { chair, hall, .. } = room.direction;
    [*chair, *hall].into_iter().flatten()
}

fn view(room: &Room<'_>, member: &Member, stage: &[u64], before: &View) -> View {
    let mut budget = Budget::new(member.bits_per_second, room.at_most);
    let mut view = View { seat: member.number, ..View::default() };
    if member.look == Look::Mirror {
        mirror(room, member, before, &mut budget, &mut view);
        return view;
    }
    view.voices = voices(room, member, before, &mut budget);
    if member.look == Look::AudioOnly {
        return view;
    }
    (view.screen, view.awaited) = screen(room, member, before, &mut budget);
    if member.line == LineState::AudioAndScreen {
        return view;
    }
    let mut others: Vec<u64> = stage.iter().copied().filter(|seat| *seat != member.number).collect();
    // Where they are not large, the chair and the hall are the first of the small ones, of which a weak line bears few.
    let mut first = 1;
    for leading in leading(room) {
        if let Some(at) = others.iter().position(|seat| *seat == leading).filter(|at| *at >= first) {
            others[first..=at].rotate_right(1);
            first += 1;
        }
    }
    match member.look {
        Look::Grid { page } => grid(room, member, &others, page, before, &mut budget, &mut view),
        Look::Speaker | Look::AudioOnly | Look::Mirror => {
            speaker(member, &others, before, &mut budget, &mut view)
        }
    }
    view
}

/// One is kept for whoever has the floor, else for the chair, whatever noise the others make.
fn voices(room: &Room<'_>, member: &Member, before: &View, budget: &mut Budget) -> [Option<u64>; VOICES] {
    let may = |voice: u64| {
        let at = room.members.binary_search_by_key(&voice, |member| member.number);
        let speaker = at.ok().map(|at| &room.members[at]);
        speaker.filter(|speaker| {
            voice != member.number && !room.direction.muted.contains(&voice) && speaker.look != Look::Mirror
        })
    };
    let first = [room.direction.floor, room.direction.chair].into_iter().flatten();
    let kept = first.filter(|voice| may(*voice).is_some_and(|speaker| speaker.sound)).take(1);
    let loudest = room.loudest.iter().copied().flatten().filter(|voice| may(*voice).is_some());
    // Room for all is set aside, also while fewer speak: who begins must not push a picture out.
    let room_for = budget.voices(before.voices.iter().flatten().count());
    let mut wanted = Vec::with_capacity(VOICES);
    for voice in kept.chain(loudest) {
        if wanted.len() < room_for && !wanted.contains(&voice) {
            wanted.push(voice);
        }
    }
    keep_places(&before.voices, &wanted)
}

/// The screen that is shown, and the one that would be if it came.
fn screen(
    room: &Room<'_>,
    member: &Member,
    before: &View,
    budget: &mut Budget,
) -> (Option<u64>, Option<u64>) {
    let sharing = room.direction.sharing.filter(|sharing| *sharing != member.number);
    let at = sharing.and_then(|seat| room.members.binary_search_by_key(&seat, |member| member.number).ok());
    let Some(owner) = at.map(|at| &room.members[at]).filter(|owner| owner.screen) else {
        return (None, None);
    };
    if !budget.bears_screen(before.screen.is_some()) {
        return (None, None);
    }
    if !owner.screen_comes {
        return (None, sharing);
    }
    budget.take_screen();
    (sharing, None)
}

/// The first of the stage large, the next small. In this order as far as the budget goes, so that a better line
/// never loses what a poorer one has: large at low size, at middle size, two small ones, large at full size, the others.
fn speaker(member: &Member, others: &[u64], before: &View, budget: &mut Budget, view: &mut View) {
    let Some((first, rest)) = others.split_first() else { return };
    let had = before.main.map_or(Layer::Off, |shown| shown.layer);
    let mut large = Layer::Off;
    let mut small = 0;
    let best = match (member.line, view.screen) {
        (LineState::Full, None) => Layer::High,
        // Beside a screen, which is the large picture then, a face needs less.
        (LineState::Full, Some(_)) => Layer::Mid,
        _ => Layer::Low,
    };
    let steps = [Step::Large(Layer::Low), Step::Large(Layer::Mid), Step::Small(1), Step::Small(2)];
    let more =
        [Step::Large(Layer::High), Step::Small(3), Step::Small(4), Step::Small(5), Step::Small(THUMBS)];
    for step in steps.into_iter().chain(more) {
        match step {
            Step::Large(layer) if layer <= best => {
                if !budget.larger(large, layer, had >= layer) {
                    break;
                }
                large = layer;
            }
            Step::Small(number) if number <= rest.len() => {
                if !budget.larger(Layer::Off, Layer::Low, before.small() >= number) {
                    break;
                }
                small = number;
            }
            Step::Large(_) | Step::Small(_) => {}
        }
    }
    view.main = (large > Layer::Off).then_some(Shown { seat: *first, layer: large });
    view.thumbs = show(keep_places(&seats(&before.thumbs), &rest[..small.min(rest.len())]), Layer::Low);
}

/// One's own picture, as large as the line bears beside the voices of the meeting that is tried for.
fn mirror(room: &Room<'_>, member: &Member, before: &View, budget: &mut Budget, view: &mut View) {
    let had = before.main.filter(|shown| shown.seat == member.number).map_or(Layer::Off, |shown| shown.layer);
    let best = match member.line {
        LineState::Full => Layer::High,
        LineState::Thumbs => Layer::Low,
        LineState::AudioAndScreen => Layer::Off,
    };
    let is_seen = member.camera && !room.direction.hidden.contains(&member.number);
    budget.voices(VOICES);
    let mut large = Layer::Off;
    for layer in [Layer::Low, Layer::Mid, Layer::High] {
        if !is_seen || layer > best || !budget.larger(large, layer, had >= layer) {
            break;
        }
        large = layer;
    }
    view.main = (large > Layer::Off).then_some(Shown { seat: member.number, layer: large });
}

/// One improvement of the speaker's view.
enum Step {
    Large(Layer),
    Small(usize),
}

/// A page of everybody small, and large whoever of the stage is not on it.
fn grid(
    room: &Room<'_>,
    member: &Member,
    others: &[u64],
    page: u16,
    before: &View,
    budget: &mut Budget,
    view: &mut View,
) {
    let all: Vec<u64> = visible(room).filter(|seat| *seat != member.number).collect();
    let page = usize::from(page).min(all.len().div_ceil(THUMBS).saturating_sub(1));
    let on_page = all.chunks(THUMBS).nth(page).unwrap_or_default();
    let mut fitting = 0;
    while fitting < on_page.len() && budget.larger(Layer::Off, Layer::Low, before.small() > fitting) {
        fitting += 1;
    }
    let had = |shown: Option<Shown>| shown.map_or(Layer::Off, |shown| shown.layer);
    let had_small = before.thumbs.iter().copied().map(had).max().unwrap_or_default();
    let mut small = Layer::Low;
    let first = others.iter().find(|seat| !on_page.contains(seat)).copied();
    let mut large = Layer::Off;
    if fitting == on_page.len() {
        if first.is_some() && budget.larger(Layer::Off, Layer::Low, had(before.main) >= Layer::Low) {
            large = Layer::Low;
        }
        let is_good = member.line == LineState::Full && (first.is_none() || large == Layer::Low);
        let has_best =
            first.is_none() || (is_good && budget.larger(large, Layer::Mid, had(before.main) >= Layer::Mid));
        if first.is_some() && has_best {
            large = Layer::Mid;
        }
        if is_good && has_best && budget.all_larger(fitting, had_small >= Layer::Mid) {
            small = Layer::Mid;
        }
    }
    view.main = first.filter(|_| large > Layer::Off).map(|seat| Shown { seat, layer: large });
    view.thumbs = show(keep_places(&seats(&before.thumbs), &on_page[..fitting]), small);
}

fn seats(shown: &[Option<Shown>; THUMBS]) -> [Option<u64>; THUMBS] {
    shown.map(|shown| shown.map(|shown| shown.seat))
}

fn show(seats: [Option<u64>; THUMBS], layer: Layer) -> [Option<Shown>; THUMBS] {
    seats.map(|seat| seat.map(|seat| Shown { seat, layer }))
}

/// Whoever had a place and is still wanted keeps it; the others take the free ones in their order.
fn keep_places<const N: usize>(before: &[Option<u64>; N], wanted: &[u64]) -> [Option<u64>; N] {
    let mut places = before.map(|seat| seat.filter(|seat| wanted.contains(seat)));
    for seat in wanted {
        if places.contains(&Some(*seat)) {
            continue;
        }
        if let Some(free) = places.iter_mut().find(|place| place.is_none()) {
            *free = Some(*seat);
        }
    }
    places
}

/// What is looked at is sent, and the smallest size with it: it is the one to fall back on while a larger one starts.
fn sends(room: &Room<'_>, views: &[View]) -> Vec<(u64, Sending)> {
    let mut sends: Vec<_> = room.members.iter().map(|member| (member.number, Sending::default())).collect();
    let place = |seat: u64| room.members.binary_search_by_key(&seat, |member| member.number).ok();
    for view in views {
        for shown in view.shows() {
            let Some(at) = place(shown.seat) else { continue };
            let sending = &mut sends[at].1;
            sending.low = true;
            sending.mid |= shown.layer == Layer::Mid;
            sending.high |= shown.layer == Layer::High;
        }
        if let Some(at) = view.screen.or(view.awaited).and_then(place) {
            sends[at].1.screen = true;
        }
    }
    sends
}

#[cfg(test)]
mod tests;
