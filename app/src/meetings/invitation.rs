//! A meeting in the words of its entry in other programs' calendars: most of them show the title, the place and the
//! description and nothing else, so whether it was called off and the way back stand there.

use domain::access::Stage;
use domain::count::Form;
use domain::meetings::Meeting;

use crate::text::keys::*;
use crate::text::{t, tf};

/// The texts of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The title, with the word before it when the meeting was called off.
    pub title: String,
    /// Rooms and place; the address of the online meeting where there is no other place.
    pub place: String,
    /// Chair, agenda and addresses, each on a line of its own.
    pub description: String,
    /// The address of the online meeting; none where it is held in person alone, or no longer.
    pub online: Option<String>,
}

/// What of the agenda stands in an entry, in bytes: some forty lines. Programs show less, and each sitting carries it.
const AGENDA_BYTES_AT_MOST: usize = 4_000;

/// The items of the agenda, as far as there is room, and how many more there are.
fn agenda(meeting: &Meeting) -> Option<String> {
    let mut text = format!("{}:", t(COMPOSER_ITEMS));
    for (at, item) in meeting.agenda.iter().enumerate() {
        let line = format!("\n{}. {}", at + 1, item.title);
        if text.len() + line.len() > AGENDA_BYTES_AT_MOST {
            text.push('\n');
            text.push_str(&tf(ENTRY_MORE_ITEMS, &[("n", &(meeting.agenda.len() - at))]));
            break;
        }
        text.push_str(&line);
    }
    (!meeting.agenda.is_empty()).then_some(text)
}

/// The entry of a meeting whose page has this address.
pub fn entry(meeting: &Meeting, page: &str) -> Entry {
    let title = match meeting.state.stage() {
        Stage::Cancelled => tf(ENTRY_CANCELLED, &[("title", &meeting.title)]),
        Stage::Postponed => tf(ENTRY_POSTPONED, &[("title", &meeting.title)]),
        _ => meeting.title.clone(),
    };
    let is_ahead = matches!(meeting.state.stage(), Stage::Scheduled | Stage::UnderWay);
    let is_online = meeting.form != Form::InPerson && is_ahead;
    let online = is_online.then(|| format!("{page}/live"));
    let rooms = meeting.rooms.iter().map(|room| room.name.clone());
    let place: Vec<String> = rooms.chain([meeting.place.clone()]).filter(|name| !name.is_empty()).collect();
    let place = match &online {
        Some(online) if place.is_empty() => online.clone(),
        _ => place.join(", "),
    };
    let chair = meeting.chair();
    let chair = chair.map(|person| format!("{}: {}, {}", t(PART_CHAIR), person.name, person.position));
    let agenda = agenda(meeting);
    let join = online.as_ref().map(|online| format!("{}: {online}", t(LIVE_JOIN)));
    let back = format!("{}: {page}", t(ENTRY_PAGE));
    let lines: Vec<String> = [chair, join, Some(back), agenda].into_iter().flatten().collect();
    Entry { title, place, description: lines.join("\n"), online }
}
