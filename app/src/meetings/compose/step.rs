//! What a press of the composer's form does to what was typed. The same step is taken on the server for a plain form and
//! in the browser for a live one, so both end alike. Knows no page and no port.

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveDate, NaiveTime};
use domain::agencies::{Agency, Level};
use domain::calendar::WorkCalendar;
use domain::ids::{AgencyId, RoomId};
use domain::meetings::{AgendaInput, Delegation, GuestInput, MeetingInput, SittingInput, names_several};
#[cfg(any(feature = "hydrate", test))]
use domain::time::read_time;
use domain::time::{DayTime, Sitting};

use super::guests::add_guest;
use super::listed::as_guest;

/// One press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Keeps the draft.
    Keep,
    /// Keeps it and has everything checked, what is missing included.
    Check,
    /// Keeps it and sends the invitations; a live form shows first what will be sent.
    Publish,
    /// Sends what was looked at.
    Send,
    /// Drops what was changed since the meeting was sent.
    DropChanges,
    /// One more sitting, on the working day after the last one.
    AddSitting,
    /// Away with a sitting.
    DropSitting(usize),
    /// One more room.
    AddRoom,
    /// The room that was typed beside the button is used too.
    FindRoom,
    /// Away with a room.
    DropRoom(usize),
    /// The agency chosen beside the button joins as a site.
    AddSite,
    /// Away with a site.
    DropSite(String),
    /// Every commune and ward joins as a site.
    AddAllCommunes,
    /// Away with all sites.
    DropAllSites,
    /// Who was typed beside the button is invited.
    AddDelegate,
    /// Away with a delegate.
    DropDelegate(String),
    /// Every commune and ward is asked to send its delegate.
    InviteAllCommunes,
    /// Away with all delegates.
    DropAllDelegates,
    /// One of those whom the text of a search field fits takes the place of the text.
    Choose {
        /// Name of the search field.
        field: String,
        /// Code of the one chosen.
        code: String,
    },
    /// One more guest.
    AddGuest,
    /// Away with a guest.
    DropGuest(usize),
    /// The guests of the pasted list are invited.
    PasteGuests,
    /// Those whom the pasted list of names means are invited.
    PasteDelegates,
    /// A name of that list means this person or agency.
    Settle {
        /// Code of the delegate.
        code: String,
        /// The name.
        name: String,
    },
    /// A name of that list is a guest.
    SettleGuest(String),
    /// All whom a line of the pasted list names are settled.
    DropName(String),
    /// Another chair is to be chosen.
    DropChair,
    /// Another secretary is to be chosen.
    DropSecretary,
    /// One more item of the agenda.
    AddItem,
    /// Away with an item.
    DropItem(usize),
    /// An item goes before the one above it.
    Up(usize),
    /// An item goes after the one below it.
    Down(usize),
    /// The sittings become these.
    ApplySlot(Vec<Sitting>),
    /// The first room becomes this one.
    ApplyRoom(String),
    /// The meeting is held online.
    MakeOnline,
}

impl Step {
    /// Reads the value of a pressed button; anything else keeps the draft.
    pub(super) fn parse(text: &str) -> Step {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        let place = || rest.parse::<usize>().ok();
        let step = match name {
            "check" => Some(Step::Check),
            "publish" => Some(Step::Publish),
            "send" => Some(Step::Send),
            "drop_changes" => Some(Step::DropChanges),
            "add_sitting" => Some(Step::AddSitting),
            "drop_sitting" => place().map(Step::DropSitting),
            "add_room" => Some(Step::AddRoom),
            "find_room" => Some(Step::FindRoom),
            "drop_room" => place().map(Step::DropRoom),
            "add_site" => Some(Step::AddSite),
            "drop_site" => Some(Step::DropSite(rest.to_owned())),
            "add_all_communes" => Some(Step::AddAllCommunes),
            "drop_all_sites" => Some(Step::DropAllSites),
            "add_delegate" => Some(Step::AddDelegate),
            "drop_delegate" => Some(Step::DropDelegate(rest.to_owned())),
            "invite_all_communes" => Some(Step::InviteAllCommunes),
            "drop_all_delegates" => Some(Step::DropAllDelegates),
            "choose" => rest
                .split_once(':')
                .map(|(field, code)| Step::Choose { field: field.to_owned(), code: code.to_owned() }),
            "add_guest" => Some(Step::AddGuest),
            "drop_guest" => place().map(Step::DropGuest),
            "paste_guests" => Some(Step::PasteGuests),
            "paste_delegates" => Some(Step::PasteDelegates),
            "settle" => rest
                .split_once(':')
                .map(|(code, name)| Step::Settle { code: code.to_owned(), name: name.to_owned() }),
            "settle_guest" => Some(Step::SettleGuest(rest.to_owned())),
            "drop_name" => Some(Step::DropName(rest.to_owned())),
            "drop_chair" => Some(Step::DropChair),
            "drop_secretary" => Some(Step::DropSecretary),
            "add_agenda" => Some(Step::AddItem),
            "drop_agenda" => place().map(Step::DropItem),
            "up" => place().map(Step::Up),
            "down" => place().map(Step::Down),
            "apply_slot" => read_slot(rest).map(Step::ApplySlot),
            "apply_room" => Some(Step::ApplyRoom(rest.to_owned())),
            "make_online" => Some(Step::MakeOnline),
            _ => None,
        };
        step.unwrap_or(Step::Keep)
    }

    /// Takes the step. What concerns the outside (keeping, checking, sending) changes nothing that was typed.
    pub(super) fn apply(&self, input: &mut MeetingInput, agencies: &[Agency], calendar: &WorkCalendar) {
        match self {
            Step::Keep
            | Step::Check
            | Step::Publish
            | Step::Send
            | Step::DropChanges
            | Step::AddSite
            | Step::AddDelegate
            | Step::FindRoom
            | Step::PasteGuests
            | Step::PasteDelegates
            | Step::DropName(_) => {}
            Step::AddSitting => input.sittings.push(next_sitting(&input.sittings, calendar)),
            Step::DropSitting(at) => drop_at(&mut input.sittings, *at),
            Step::AddRoom => input.rooms.push(String::new()),
            Step::DropRoom(at) => drop_at(&mut input.rooms, *at),
            Step::DropSite(id) => input.sites.retain(|site| site != id),
            Step::AddAllCommunes => {
                communes(agencies).for_each(|id| add_once(&mut input.sites, id.to_string()));
            }
            Step::DropAllSites => input.sites.clear(),
            Step::DropDelegate(code) => input.delegates.retain(|delegate| delegate != code),
            Step::InviteAllCommunes => {
                communes(agencies)
                    .for_each(|id| add_once(&mut input.delegates, Delegation::Agency(id).code()));
            }
            Step::DropAllDelegates => input.delegates.clear(),
            Step::Choose { field, code } => choose(input, field, code),
            Step::Settle { code, .. } => {
                if Delegation::parse(code).is_some() {
                    add_once(&mut input.delegates, code.clone());
                }
            }
            Step::SettleGuest(name) => {
                input.guests.retain(|guest| !guest.is_blank());
                add_guest(&mut input.guests, as_guest(name));
            }
            Step::AddGuest => input.guests.push(GuestInput::default()),
            Step::DropGuest(at) => drop_at(&mut input.guests, *at),
            Step::DropChair => input.chair.clear(),
            Step::DropSecretary => input.secretary.clear(),
            Step::AddItem => input.agenda.push(AgendaInput::default()),
            Step::DropItem(at) => drop_at(&mut input.agenda, *at),
            Step::Up(at) => swap(&mut input.agenda, at.checked_sub(1), *at),
            Step::Down(at) => swap(&mut input.agenda, Some(*at), at + 1),
            Step::ApplySlot(sittings) => input.sittings = sittings.iter().map(SittingInput::of).collect(),
            Step::ApplyRoom(room) => match input.rooms.first_mut() {
                Some(first) => first.clone_from(room),
                None => input.rooms.push(room.clone()),
            },
            Step::MakeOnline => input.form = "online".to_owned(),
        }
    }

    /// The identifier of the agenda item that the step drops; none for another step or an item that was never kept.
    pub(super) fn dropped_item(&self, input: &MeetingInput) -> Option<String> {
        let Step::DropItem(at) = self else { return None };
        input.agenda.get(*at).map(|item| item.id.clone()).filter(|id| !id.is_empty())
    }

    /// The name of the pasted list that the step settles.
    pub(super) fn settled_name(&self) -> Option<&str> {
        match self {
            Step::Settle { name, .. } if names_several(name) => None,
            Step::Settle { name, .. } | Step::SettleGuest(name) | Step::DropName(name) => Some(name),
            _ => None,
        }
    }

    /// The part of the page the press was made in, and that is shown again after it.
    #[cfg(feature = "ssr")]
    pub(super) fn section(&self) -> &'static str {
        match self {
            Step::Keep => "top",
            Step::Check
            | Step::Publish
            | Step::Send
            | Step::DropChanges
            | Step::ApplySlot(_)
            | Step::ApplyRoom(_)
            | Step::MakeOnline => "check",
            Step::AddSitting | Step::DropSitting(_) => "time",
            Step::AddRoom | Step::FindRoom | Step::DropRoom(_) => "place",
            Step::AddSite | Step::DropSite(_) | Step::AddAllCommunes | Step::DropAllSites => "place",
            Step::Choose { field, .. } if field == "add_room" => "place",
            Step::AddDelegate | Step::DropDelegate(_) | Step::InviteAllCommunes => "people",
            Step::DropAllDelegates | Step::Choose { .. } => "people",
            Step::PasteDelegates | Step::Settle { .. } | Step::SettleGuest(_) | Step::DropName(_) => "people",
            Step::AddGuest | Step::DropGuest(_) | Step::PasteGuests => "guests",
            Step::DropChair | Step::DropSecretary => "people",
            Step::AddItem | Step::DropItem(_) | Step::Up(_) | Step::Down(_) => "items",
        }
    }
}

/// Puts a person, an agency or a room in the place of a search field. A code that is none of these changes nothing.
fn choose(input: &mut MeetingInput, field: &str, code: &str) {
    match (field, Delegation::parse(code)) {
        ("add_room", _) if code.parse::<RoomId>().is_ok() => add_room(&mut input.rooms, code.to_owned()),
        ("add_chair", Some(Delegation::Person(id))) => input.chair = id.to_string(),
        ("add_secretary", Some(Delegation::Person(id))) => input.secretary = id.to_string(),
        ("add", Some(delegate)) => add_once(&mut input.delegates, delegate.code()),
        _ => {}
    }
}

fn communes(agencies: &[Agency]) -> impl Iterator<Item = AgencyId> {
    agencies.iter().filter(|agency| agency.level == Level::Commune).map(|agency| agency.id)
}

/// Adds what is not there yet.
pub(super) fn add_once(list: &mut Vec<String>, entry: String) {
    if !entry.is_empty() && !list.contains(&entry) {
        list.push(entry);
    }
}

/// Uses one more room: in the first place where none is chosen yet, or after the others.
pub(super) fn add_room(rooms: &mut Vec<String>, room: String) {
    if rooms.contains(&room) {
        return;
    }
    match rooms.iter_mut().find(|chosen| chosen.is_empty()) {
        Some(blank) => *blank = room,
        None => rooms.push(room),
    }
}

fn drop_at<T>(list: &mut Vec<T>, at: usize) {
    if at < list.len() {
        list.remove(at);
    }
}

fn swap<T>(list: &mut [T], first: Option<usize>, second: usize) {
    if let Some(first) = first
        && second < list.len()
    {
        list.swap(first, second);
    }
}

/// The working day after the last sitting at the same hours; an empty one when there is none to go by.
fn next_sitting(sittings: &[SittingInput], calendar: &WorkCalendar) -> SittingInput {
    let Some(last) = sittings.last() else { return SittingInput::default() };
    let next = domain::meetings::parse_date(&last.date)
        .and_then(|date| calendar.next_working_day(date).or_else(|| date.succ_opt()));
    SittingInput {
        date: next.map(|date| date.to_string()).unwrap_or_default(),
        from: last.from.clone(),
        to: last.to.clone(),
        ..SittingInput::default()
    }
}

/// What a form says, whichever way it says it: blank rows gone, dates in one form, defaults spelt out. A form drawn from
/// a draft holds the same, so that merely opening it is no change.
#[cfg(any(feature = "hydrate", test))]
pub(super) fn meaning(input: &MeetingInput) -> MeetingInput {
    let or = |text: &str, default: &str| if text.is_empty() { default.to_owned() } else { text.to_owned() };
    let mut said = input.clone();
    said.side = or(&said.side, "organised");
    said.counterpart = or(&said.counterpart, "internal");
    for list in [&mut said.rooms, &mut said.sites, &mut said.delegates] {
        list.retain(|entry| !entry.is_empty());
    }
    said.sittings.retain(|sitting| !sitting.is_empty());
    for sitting in &mut said.sittings {
        if let Some(date) = domain::meetings::parse_date(&sitting.date) {
            sitting.date = date.to_string();
        }
        for hour in [&mut sitting.from, &mut sitting.to] {
            if let Some(time) = read_time(hour) {
                *hour = time.to_string();
            }
        }
    }
    said.guests.retain(|guest| !guest.is_blank());
    said.agenda.retain(|item| *item != AgendaInput::default());
    said
}

/// Sittings as a button's value: `2026-06-16T07:30/11:30`, several by commas.
pub(super) struct SlotCode<'a>(pub(super) &'a [Sitting]);

impl fmt::Display for SlotCode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, sitting) in self.0.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(
                f,
                "{comma}{}T{}/{}",
                sitting.date,
                crate::text::time(sitting.from),
                crate::text::time(sitting.to)
            )?;
        }
        Ok(())
    }
}

fn read_slot(text: &str) -> Option<Vec<Sitting>> {
    let sittings: Option<Vec<Sitting>> = text.split(',').map(read_sitting).collect();
    sittings.filter(|sittings| !sittings.is_empty())
}

fn read_sitting(text: &str) -> Option<Sitting> {
    let (date, hours) = text.split_once('T')?;
    let (from, to) = hours.split_once('/')?;
    let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").ok();
    let to = if to == DayTime::End.to_string() { DayTime::End } else { time(to)?.into() };
    Sitting::new(NaiveDate::from_str(date).ok()?, time(from)?, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titled(titles: &[&str]) -> MeetingInput {
        let item = |title: &&str| AgendaInput { title: (*title).to_owned(), ..AgendaInput::default() };
        MeetingInput { agenda: titles.iter().map(item).collect(), ..MeetingInput::default() }
    }

    fn after(step: &str, mut input: MeetingInput) -> MeetingInput {
        Step::parse(step).apply(&mut input, &[], &WorkCalendar::default());
        input
    }

    fn titles(input: &MeetingInput) -> Vec<&str> {
        input.agenda.iter().map(|item| item.title.as_str()).collect()
    }

    #[test]
    fn items_move_and_stay_within_the_agenda() {
        assert_eq!(titles(&after("up:2", titled(&["a", "b", "c"]))), ["a", "c", "b"]);
        assert_eq!(titles(&after("down:0", titled(&["a", "b", "c"]))), ["b", "a", "c"]);
        assert_eq!(titles(&after("up:0", titled(&["a", "b"]))), ["a", "b"]);
        assert_eq!(titles(&after("down:1", titled(&["a", "b"]))), ["a", "b"]);
        assert_eq!(titles(&after("drop_agenda:9", titled(&["a"]))), ["a"]);
    }

    #[test]
    fn another_sitting_is_the_next_working_day_at_the_same_hours() {
        let first = SittingInput {
            date: "30/6/2026".into(),
            from: "7h30".into(),
            to: "11:30".into(),
            ..SittingInput::default()
        };
        let input = after("add_sitting", MeetingInput { sittings: vec![first], ..MeetingInput::default() });
        assert_eq!(input.sittings[1].date, "2026-07-01");
        assert_eq!(input.sittings[1].from, "7h30");
        let friday = SittingInput {
            date: "2026-07-03".into(),
            from: "7h30".into(),
            to: "11:30".into(),
            ..SittingInput::default()
        };
        let input = after("add_sitting", MeetingInput { sittings: vec![friday], ..MeetingInput::default() });
        assert_eq!(input.sittings[1].date, "2026-07-06");
    }

    #[test]
    fn a_slot_survives_its_button() {
        let slot = "2026-06-16T13:30/16:30,2026-06-17T07:30/11:30,2026-06-17T20:00/24:00";
        let Step::ApplySlot(sittings) = Step::parse(&format!("apply_slot:{slot}")) else {
            panic!("a slot was expected")
        };
        assert_eq!(SlotCode(&sittings).to_string(), slot);
        assert_eq!(Step::parse("apply_slot:2026-06-16T13:30/12:30"), Step::Keep);
        assert_eq!(Step::parse("apply_slot:"), Step::Keep);
    }

    #[test]
    fn opening_a_draft_is_no_change() {
        let sitting = |date: &str| SittingInput {
            date: date.into(),
            from: "7h30".into(),
            to: "9h".into(),
            ..SittingInput::default()
        };
        let kept = MeetingInput { sittings: vec![sitting("16/6/2026")], ..MeetingInput::default() };
        assert_eq!(meaning(&kept).sittings[0].from, "07:30");
        let drawn = MeetingInput {
            side: "organised".into(),
            counterpart: "internal".into(),
            sittings: vec![SittingInput {
                from: "07:30".into(),
                to: "09:00".into(),
                ..sitting("2026-06-16")
            }],
            rooms: vec![String::new()],
            agenda: vec![AgendaInput::default()],
            ..MeetingInput::default()
        };
        assert_eq!(meaning(&kept), meaning(&drawn));
        assert_ne!(meaning(&kept), meaning(&titled(&["a"])));
    }

    #[test]
    fn the_one_chosen_takes_the_place_of_the_field_it_was_typed_in() {
        let id = "00000000-0000-0000-0000-000000000009";
        let chosen = |press: String| after(&press, titled(&["a"]));
        assert_eq!(chosen(format!("choose:add_chair:p-{id}")).chair, id);
        assert_eq!(chosen(format!("choose:add_secretary:p-{id}")).secretary, id);
        assert_eq!(chosen(format!("choose:add:a-{id}")).delegates, [format!("a-{id}")]);
        assert_eq!(chosen(format!("choose:add_room:{id}")).rooms, [id]);
        for nonsense in
            [format!("choose:add_chair:a-{id}"), format!("choose:title:p-{id}"), "choose:add".into()]
        {
            assert_eq!(chosen(nonsense), titled(&["a"]));
        }
    }

    #[test]
    fn all_delegates_go_at_once() {
        let delegates = vec!["p-1".to_owned(), "a-2".to_owned()];
        let input = MeetingInput { chair: "c".into(), delegates, ..MeetingInput::default() };
        let left = after("drop_all_delegates", input);
        assert!(left.delegates.is_empty());
        assert_eq!(left.chair, "c");
    }

    #[test]
    fn an_unknown_press_keeps_the_draft() {
        assert_eq!(Step::parse(""), Step::Keep);
        assert_eq!(Step::parse("drop_sitting:x"), Step::Keep);
    }

    #[test]
    fn a_room_that_was_found_takes_the_first_blank_place() {
        let mut rooms = vec!["a".to_owned(), String::new()];
        add_room(&mut rooms, "b".to_owned());
        add_room(&mut rooms, "c".to_owned());
        add_room(&mut rooms, "b".to_owned());
        assert_eq!(rooms, ["a", "b", "c"]);
    }

    #[test]
    fn a_free_room_takes_the_place_of_the_first() {
        let input = MeetingInput { rooms: vec!["a".into(), "b".into()], ..MeetingInput::default() };
        assert_eq!(after("apply_room:c", input).rooms, ["c", "b"]);
        assert_eq!(after("apply_room:c", MeetingInput::default()).rooms, ["c"]);
    }
}
