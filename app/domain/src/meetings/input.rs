//! What the composer's form holds, and the one place where it is parsed. A draft keeps the input as typed; only a
//! plan, valid by construction, can be scheduled.

mod two_ways;

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use self::two_ways::TwoWays;
use super::guest::{GUESTS_AT_MOST, GuestInput, PlannedGuest};
use super::{
    AGENDA_AT_MOST, DELEGATES_AT_MOST, ROOMS_AT_MOST, SITES_AT_MOST, SITTINGS_AT_MOST, TEXT_AT_MOST,
    TITLE_AT_MOST,
};
use crate::count::{Counterpart, Form, Side};
use crate::error::{FieldProblem, Problem};
use crate::ids::{AgencyId, AgendaItemId, PersonId, RoomId};
use crate::text::{Line, Paragraphs};
use crate::time::{DateReading, Sitting, read_time};

/// The form, every field as text, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MeetingInput {
    /// Title.
    pub title: String,
    /// Identifier of the agency that holds it.
    pub agency: String,
    /// Code of the kind.
    pub kind: String,
    /// Code of the form.
    pub form: String,
    /// `organised` (also when empty) or `attended`.
    pub side: String,
    /// Code of the counterpart; `internal` when empty.
    pub counterpart: String,
    /// `on` when called at short notice.
    pub unexpected: String,
    /// `on` when the meeting took place already and is entered afterwards.
    pub held: String,
    /// Sittings.
    pub sittings: Vec<SittingInput>,
    /// Identifiers of rooms.
    pub rooms: Vec<String>,
    /// Another place.
    pub place: String,
    /// Identifiers of agencies that join online.
    pub sites: Vec<String>,
    /// Identifier of the chair.
    pub chair: String,
    /// Identifier of the secretary.
    pub secretary: String,
    /// Delegates: `p-<person>` or `a-<agency>`.
    pub delegates: Vec<String>,
    /// Guests from outside.
    pub guests: Vec<GuestInput>,
    /// Agenda.
    pub agenda: Vec<AgendaInput>,
    /// Names that nobody was chosen for yet, by field, one of [`UNPLACED_FIELDS`]. A draft keeps them; a meeting is not sent with them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unplaced: BTreeMap<String, String>,
}

/// The fields beside the form's own.
pub const UNPLACED_FIELDS: [&str; 6] =
    ["add_chair", "add_secretary", "add", "add_room", "add_guests", "add_list"];
/// Longest text that a draft keeps of these fields together, in bytes: a thousand names with their positions.
pub const UNPLACED_BYTES_AT_MOST: u32 = 60 * 1024;

/// One sitting as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SittingInput {
    /// As [`DateReading::read`] reads it.
    pub date: String,
    /// As [`read_time`] reads it.
    pub from: String,
    /// Likewise; 24:00 is the end of the day.
    pub to: String,
    /// Both days that the date may mean, when it was typed without its year or week; kept by [`MeetingInput::settled`].
    #[serde(skip_serializing_if = "String::is_empty")]
    pub two_ways: String,
}

/// One agenda item as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AgendaInput {
    /// Identifier of an item that is there already; empty for a new one.
    pub id: String,
    /// Title.
    pub title: String,
    /// Minutes.
    pub minutes: String,
    /// Who presents.
    pub presenter: String,
    /// `on` when the report is not read out again.
    pub discussion: String,
}

/// An invited person, or an agency that names its own later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delegation {
    /// A person.
    Person(PersonId),
    /// An agency.
    Agency(AgencyId),
}

impl Delegation {
    /// The form's code.
    pub fn code(&self) -> String {
        match self {
            Delegation::Person(id) => format!("p-{id}"),
            Delegation::Agency(id) => format!("a-{id}"),
        }
    }

    /// Reads the form's code.
    pub fn parse(code: &str) -> Option<Delegation> {
        match code.trim().split_once('-')? {
            ("p", id) => id.parse().ok().map(Delegation::Person),
            ("a", id) => id.parse().ok().map(Delegation::Agency),
            _ => None,
        }
    }
}

/// A meeting that can be scheduled: everything parsed, nothing missing. Whether rooms, people and kinds exist is for
/// the backend to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Title.
    pub title: Line,
    /// Agency.
    pub agency: AgencyId,
    /// Kind code.
    pub kind: Line,
    /// Form.
    pub form: Form,
    /// Organised or attended.
    pub side: Side,
    /// With whom.
    pub counterpart: Counterpart,
    /// Called at short notice.
    pub is_unexpected: bool,
    /// Took place already, at the hours of its sittings.
    pub is_held: bool,
    /// At least one, in order, none overlapping.
    pub sittings: Vec<Sitting>,
    /// Rooms.
    pub rooms: Vec<RoomId>,
    /// Another place.
    pub place: Line,
    /// Sites.
    pub sites: Vec<AgencyId>,
    /// Chair.
    pub chair: PersonId,
    /// Secretary.
    pub secretary: Option<PersonId>,
    /// Delegates, without repetition, without chair and secretary.
    pub delegates: Vec<Delegation>,
    /// Guests from outside.
    pub guests: Vec<PlannedGuest>,
    /// Agenda: the item's identifier when it is there already.
    pub agenda: Vec<PlannedItem>,
}

/// An agenda item, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedItem {
    /// Identifier when it is there already.
    pub id: Option<AgendaItemId>,
    /// Title.
    pub title: Line,
    /// Minutes, 0 when not planned.
    pub minutes: u32,
    /// Presenter.
    pub presenter: Line,
    /// Report not read out again.
    pub is_discussion: bool,
}

/// Reads a time that a clock shows, as [`read_time`] does.
pub fn parse_time(text: &str) -> Option<NaiveTime> {
    read_time(text)?.time()
}

impl SittingInput {
    /// A sitting as a form shows it.
    pub fn of(sitting: &Sitting) -> SittingInput {
        SittingInput {
            date: sitting.date.to_string(),
            from: sitting.from.format("%H:%M").to_string(),
            to: sitting.to.to_string(),
            two_ways: String::new(),
        }
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.date.trim().is_empty() && self.from.trim().is_empty() && self.to.trim().is_empty()
    }

    /// The sitting, or what is wrong with each field. `index` names the fields.
    pub fn parse(&self, index: usize, dates: &DateReading) -> Result<Sitting, Vec<FieldProblem>> {
        let field = |name: &str, text: &str, problem| {
            let problem = if text.trim().is_empty() { Problem::Missing } else { problem };
            FieldProblem::new(format!("sittings[{index}][{name}]"), problem)
        };
        let date = dates.read(&self.date).map_err(|problem| field("date", &self.date, problem));
        let from = parse_time(&self.from).ok_or_else(|| field("from", &self.from, Problem::NotATime));
        let to = read_time(&self.to).ok_or_else(|| field("to", &self.to, Problem::NotATime));
        match (date, from, to) {
            (Ok(date), Ok(from), Ok(to)) => {
                Sitting::checked(date, from, to).map_err(|problem| vec![field("to", &self.to, problem)])
            }
            (date, from, to) => Err([date.err(), from.err(), to.err()].into_iter().flatten().collect()),
        }
    }

    /// The same with its date whole, if it can be read: `mai` means another day tomorrow. A date that was typed without its
    /// year follows whether the meeting took place; one that was typed whole stays.
    fn settled(mut self, dates: &DateReading) -> SittingInput {
        let known = TwoWays::parse(&self.two_ways).filter(|known| dates.read(&self.date) == Ok(known.date()));
        let two_ways = TwoWays::read(&self.date, dates).or(known).map(|known| known.toward(dates.toward));
        if let Some(date) = two_ways.map(|taken| taken.date()).or_else(|| dates.read(&self.date).ok()) {
            self.date = date.to_string();
        }
        self.two_ways = two_ways.map(|taken| taken.code()).unwrap_or_default();
        self
    }
}

impl MeetingInput {
    /// How the dates of the form are read: what took place lies behind, what is planned ahead.
    pub fn dates(&self, today: NaiveDate) -> DateReading {
        if self.held == "on" { DateReading::past(today) } else { DateReading::coming(today) }
    }

    /// The form with every date whole that can be read today. What cannot be read stays as it was typed.
    pub fn settled(mut self, today: NaiveDate) -> MeetingInput {
        let dates = self.dates(today);
        self.sittings = self.sittings.into_iter().map(|sitting| sitting.settled(&dates)).collect();
        let unplaced = std::mem::take(&mut self.unplaced).into_iter();
        let unplaced = unplaced.filter(|(field, _)| UNPLACED_FIELDS.contains(&field.as_str()));
        let unplaced = unplaced.map(|(field, text)| (field, String::from(Paragraphs::new(&text))));
        self.unplaced = unplaced.filter(|(_, text)| !text.is_empty()).collect();
        self
    }

    /// The sittings that can be read, in order; what cannot is left out. For live feedback while typing.
    pub fn readable_sittings(&self, today: NaiveDate) -> Vec<Sitting> {
        let dates = self.dates(today);
        let mut sittings: Vec<Sitting> =
            self.sittings.iter().enumerate().filter_map(|(i, s)| s.parse(i, &dates).ok()).collect();
        sittings.sort();
        sittings
    }

    /// The plan, or every field that stands in its way at once.
    pub fn parse(&self, today: NaiveDate) -> Result<Plan, Vec<FieldProblem>> {
        let mut fields = Fields::default();
        let title = fields.text("title", &self.title, TITLE_AT_MOST, true);
        let agency = fields.id("agency", &self.agency);
        let kind = fields.text("kind", &self.kind, 60, true);
        let form = fields.choice("form", &self.form, Form::parse);
        let side = fields.choice("side", or(&self.side, "organised"), Side::parse);
        let counterpart = fields.choice("counterpart", or(&self.counterpart, "internal"), Counterpart::parse);
        let sittings = self.parse_sittings(&mut fields, &self.dates(today));
        let rooms = fields.ids("rooms", &self.rooms, ROOMS_AT_MOST);
        let place = fields.text("place", &self.place, TEXT_AT_MOST, false);
        let sites = fields.ids("sites", &self.sites, SITES_AT_MOST);
        let chair = fields.id::<PersonId>("chair", &self.chair);
        let secretary = fields.optional_id::<PersonId>("secretary", &self.secretary);
        let delegates = self.parse_delegates(&mut fields, chair, secretary);
        let guests = self.parse_guests(&mut fields);
        let agenda = self.parse_agenda(&mut fields);
        for (field, _) in self.unplaced.iter().filter(|(_, text)| !text.trim().is_empty()) {
            fields.put(field, Problem::Unplaced);
        }
        if form.is_some_and(|f| f != Form::Online) && rooms.is_empty() && place.is_empty() {
            fields.put("rooms", Problem::Missing);
        }
        match (agency, form, side, counterpart, chair) {
            (Some(agency), Some(form), Some(side), Some(counterpart), Some(chair)) if fields.0.is_empty() => {
                Ok(Plan {
                    title,
                    agency,
                    kind,
                    form,
                    side,
                    counterpart,
                    is_unexpected: self.unexpected == "on",
                    is_held: self.held == "on",
                    sittings,
                    rooms,
                    place,
                    sites: if form == Form::InPerson { Vec::new() } else { sites },
                    chair,
                    secretary,
                    delegates,
                    guests,
                    agenda,
                })
            }
            _ => Err(fields.0),
        }
    }

    /// A list of the form that is longer than any office fills in. It is not checked further.
    pub fn endless_list(&self) -> Option<FieldProblem> {
        let lists = [
            ("sittings", self.sittings.len(), SITTINGS_AT_MOST),
            ("rooms", self.rooms.len(), ROOMS_AT_MOST),
            ("sites", self.sites.len(), SITES_AT_MOST),
            ("delegates", self.delegates.len(), DELEGATES_AT_MOST),
            ("guests", self.guests.len(), GUESTS_AT_MOST),
            ("agenda", self.agenda.len(), AGENDA_AT_MOST),
        ];
        let endless =
            |(_, entries, at_most): &(&str, usize, u32)| *entries > (ROOM_TO_SHORTEN * at_most) as usize;
        let unplaced: usize = self.unplaced.values().map(String::len).sum();
        if unplaced > UNPLACED_BYTES_AT_MOST as usize {
            return Some(FieldProblem::new("add_list", Problem::TooLong(UNPLACED_BYTES_AT_MOST)));
        }
        let (field, _, at_most) = lists.into_iter().find(endless)?;
        Some(FieldProblem::new(field, Problem::TooMany(ROOM_TO_SHORTEN * at_most)))
    }

    fn parse_sittings(&self, fields: &mut Fields, dates: &DateReading) -> Vec<Sitting> {
        let typed: Vec<(usize, &SittingInput)> =
            self.sittings.iter().enumerate().filter(|(_, s)| !s.is_empty()).collect();
        if typed.is_empty() {
            fields.put("sittings[0][date]", Problem::Missing);
        }
        if typed.len() > SITTINGS_AT_MOST as usize {
            fields.put("sittings", Problem::TooMany(SITTINGS_AT_MOST));
        }
        let mut sittings: Vec<Sitting> = Vec::new();
        for (index, input) in typed {
            match input.parse(index, dates) {
                Ok(sitting) if sittings.iter().any(|s| s.overlaps(&sitting)) => {
                    fields.put(&format!("sittings[{index}][from]"), Problem::OverlapsOwn);
                }
                Ok(sitting) => sittings.push(sitting),
                Err(problems) => fields.0.extend(problems),
            }
        }
        sittings.sort();
        sittings
    }

    fn parse_delegates(
        &self,
        fields: &mut Fields,
        chair: Option<PersonId>,
        secretary: Option<PersonId>,
    ) -> Vec<Delegation> {
        if self.delegates.len() > DELEGATES_AT_MOST as usize {
            fields.put("delegates", Problem::TooMany(DELEGATES_AT_MOST));
        }
        let mut delegates = Vec::new();
        for text in self.delegates.iter().filter(|t| !t.trim().is_empty()) {
            match Delegation::parse(text) {
                Some(Delegation::Person(p)) if Some(p) == chair || Some(p) == secretary => {}
                Some(d) if delegates.contains(&d) => {}
                Some(d) => delegates.push(d),
                None => fields.put("delegates", Problem::Unknown),
            }
        }
        delegates
    }

    fn parse_guests(&self, fields: &mut Fields) -> Vec<PlannedGuest> {
        let typed: Vec<(usize, &GuestInput)> =
            self.guests.iter().enumerate().filter(|(_, guest)| !guest.is_blank()).collect();
        if typed.len() > GUESTS_AT_MOST as usize {
            fields.put("guests", Problem::TooMany(GUESTS_AT_MOST));
        }
        let mut guests = Vec::new();
        for (index, guest) in typed {
            match guest.parse() {
                Ok(guest) => guests.push(guest),
                Err(problems) => problems
                    .into_iter()
                    .for_each(|(field, problem)| fields.put(&format!("guests[{index}][{field}]"), problem)),
            }
        }
        guests
    }

    fn parse_agenda(&self, fields: &mut Fields) -> Vec<PlannedItem> {
        if self.agenda.len() > AGENDA_AT_MOST as usize {
            fields.put("agenda", Problem::TooMany(AGENDA_AT_MOST));
        }
        let mut agenda = Vec::new();
        for (index, item) in self.agenda.iter().enumerate() {
            let is_blank =
                [&item.id, &item.title, &item.minutes, &item.presenter].iter().all(|t| t.trim().is_empty());
            if is_blank {
                continue;
            }
            let name = |field: &str| format!("agenda[{index}][{field}]");
            let minutes = match item.minutes.trim() {
                "" => 0,
                text => text.parse().ok().filter(|m| *m <= MINUTES_AT_MOST).unwrap_or_else(|| {
                    fields.put(&name("minutes"), Problem::NotInRange(0, i64::from(MINUTES_AT_MOST)));
                    0
                }),
            };
            agenda.push(PlannedItem {
                id: fields.optional_id(&name("id"), &item.id),
                title: fields.text(&name("title"), &item.title, TITLE_AT_MOST, true),
                minutes,
                presenter: fields.text(&name("presenter"), &item.presenter, TEXT_AT_MOST, false),
                is_discussion: item.discussion == "on",
            });
        }
        agenda
    }
}

/// How many times longer than allowed a list of a draft may be, blank rows included, so that it is saved while a
/// person still shortens it. Entries are compared with each other and drawn as fields.
const ROOM_TO_SHORTEN: u32 = 4;

/// Longest agenda item: a full office day and evening.
const MINUTES_AT_MOST: u32 = 960;

fn or<'a>(text: &'a str, default: &'a str) -> &'a str {
    if text.trim().is_empty() { default } else { text }
}

/// Collects what is wrong, field by field.
#[derive(Default)]
struct Fields(Vec<FieldProblem>);

impl Fields {
    fn put(&mut self, field: &str, problem: Problem) {
        self.0.push(FieldProblem::new(field, problem));
    }

    fn text(&mut self, field: &str, text: &str, at_most: u32, is_needed: bool) -> Line {
        let parse = if is_needed { Line::parse } else { Line::parse_optional };
        parse(text, at_most).unwrap_or_else(|problem| {
            self.put(field, problem);
            Line::default()
        })
    }

    fn choice<T>(&mut self, field: &str, code: &str, parse: fn(&str) -> Option<T>) -> Option<T> {
        let choice = parse(code.trim());
        if choice.is_none() {
            self.put(field, if code.trim().is_empty() { Problem::Missing } else { Problem::Unknown });
        }
        choice
    }

    fn id<T: FromStr>(&mut self, field: &str, text: &str) -> Option<T> {
        if text.trim().is_empty() {
            self.put(field, Problem::Missing);
            return None;
        }
        self.optional_id(field, text)
    }

    fn optional_id<T: FromStr>(&mut self, field: &str, text: &str) -> Option<T> {
        if text.trim().is_empty() {
            return None;
        }
        let id = text.trim().parse().ok();
        if id.is_none() {
            self.put(field, Problem::Unknown);
        }
        id
    }

    fn ids<T: FromStr + PartialEq>(&mut self, field: &str, texts: &[String], at_most: u32) -> Vec<T> {
        let mut ids = Vec::new();
        for text in texts.iter().filter(|t| !t.trim().is_empty()) {
            if let Some(id) = self.optional_id(field, text)
                && !ids.contains(&id)
            {
                ids.push(id);
            }
        }
        if ids.len() > at_most as usize {
            self.put(field, Problem::TooMany(at_most));
        }
        ids
    }
}

#[cfg(test)]
mod tests;
