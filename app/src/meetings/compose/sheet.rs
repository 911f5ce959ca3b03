//! The sheet: what is typed, what stands beside it, and when it is kept. On the server it only holds; in the browser it
//! reads the form at every key, checks shortly after, and keeps the draft by itself.
//!
//! The fields belong to the browser: sections are drawn from the sheet only when their shape changes (a row more, a slot
//! applied), never while somebody types.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::access::Stage;
use domain::agencies::Agency;
use domain::duration;
use domain::error::{Failure, FieldProblem, Problem};
use domain::ids::{MeetingId, RoomId};
use domain::meetings::{BusyOf, Check, Delegation, DurationCheck, MeetingInput, Saved, UNPLACED_FIELDS};
use domain::people::PersonRef;
use domain::rooms::Room;
use domain::rules::rule_on;
use leptos::prelude::*;
use leptos::serde_json::from_str;

use super::calls::{Choices, Composed};
use super::finding::Found;
use super::listed::ListedName;
use crate::failure::describe_problem;
use crate::form::Posted;
use crate::session::{self, PageClock};
use crate::text::keys::*;
use crate::text::t;

/// How the draft stands.
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only a live form keeps by itself"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keeping {
    /// Nothing typed since it was read.
    Still,
    /// Typed and not kept yet.
    Typed,
    /// On its way.
    Sending,
    /// Kept at this time.
    Kept(DateTime<Utc>),
    /// Could not be kept; it stays on the page.
    Failed,
}

/// A name that stands in a search field and is nobody yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Loose {
    /// The field.
    pub(super) field: &'static str,
    /// What stands in the way.
    pub(super) why: LooseWhy,
}

/// Why a name in a search field is nobody yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LooseWhy {
    /// It was looked for, and nobody fits.
    Unknown,
    /// It was looked for, and several fit.
    Several,
    /// It was not looked for.
    NotChosen,
}

impl Loose {
    /// What is to be done about it.
    pub(super) fn words(self) -> &'static str {
        t(match (self.field, self.why) {
            (ADD_ROOM, LooseWhy::Unknown) => COMPOSER_NO_ROOM_FOUND,
            (ADD_ROOM, LooseWhy::Several | LooseWhy::NotChosen) => COMPOSER_NO_ROOM_CHOSEN,
            (ADD_GUESTS, LooseWhy::Unknown) => COMPOSER_GUESTS_TOO_MANY,
            (ADD_LIST, LooseWhy::Unknown | LooseWhy::Several) => COMPOSER_NAMES_LEFT,
            (ADD_GUESTS | ADD_LIST, _) => COMPOSER_PASTE_LEFT,
            (_, LooseWhy::Unknown) => COMPOSER_NOBODY_FOUND,
            (_, LooseWhy::Several) => COMPOSER_SEVERAL_FIT,
            (_, LooseWhy::NotChosen) => COMPOSER_NOBODY_CHOSEN,
        })
    }
}

/// The fields beside the form's own: those that people and rooms are searched in, and those that take a pasted list.
pub(super) const FINDERS: [&str; 6] = UNPLACED_FIELDS;
/// The field for a pasted list of delegates' names.
pub(super) const ADD_LIST: &str = "add_list";
/// The field for a pasted list of guests.
pub(super) const ADD_GUESTS: &str = "add_guests";
/// The field that a room is searched in, when there are too many to list.
pub(super) const ADD_ROOM: &str = "add_room";

/// The field in which a plain press brings back those whom the text of a search field fits.
pub(super) fn offers_field(finder: &str) -> String {
    format!("{finder}_offers")
}

/// The place of a field in [`FINDERS`].
pub(super) fn place_of(field: &str) -> usize {
    FINDERS.iter().position(|finder| *finder == field).unwrap_or_default()
}

/// The composer's state, shared by its parts.
#[derive(Clone, Copy)]
pub(super) struct Sheet {
    /// The meeting and its revision, once kept.
    pub(super) saved: RwSignal<Option<Saved>>,
    /// What is typed.
    pub(super) input: RwSignal<MeetingInput>,
    /// Grows when the sections are to be drawn anew.
    pub(super) shape: RwSignal<u32>,
    /// What stands beside the form.
    pub(super) check: RwSignal<Check>,
    /// Whether what is missing is pointed out too: once somebody asked for it or tried to send.
    pub(super) shows_missing: RwSignal<bool>,
    /// Why the last press did not go through.
    pub(super) failure: RwSignal<Option<Failure>>,
    /// How the draft stands.
    pub(super) keeping: RwSignal<Keeping>,
    /// What stands in the search fields, in the order of [`FINDERS`].
    pub(super) beside: RwSignal<[String; FINDERS.len()]>,
    /// Those of them that stand in the way.
    pub(super) loose: RwSignal<Vec<Loose>>,
    /// Those whom the text of a search field fits, while it is asked which one is meant.
    pub(super) offers: RwSignal<Vec<(&'static str, Vec<Found>)>>,
    /// Names of the pasted list that are still to be settled, once they were looked up from this page.
    pub(super) unsettled: RwSignal<Option<Vec<ListedName>>>,
    /// Parts of the form that are unfolded, so that they stay so when they are drawn anew.
    pub(super) unfolded: StoredValue<Vec<&'static str>>,
    /// People named in the form.
    pub(super) people: RwSignal<Vec<PersonRef>>,
    /// What can be chosen.
    pub(super) choices: StoredValue<Choices>,
    /// How many papers each agenda item held when the page was read, by its identifier.
    pub(super) papers: StoredValue<BTreeMap<String, u32>>,
    /// What those who are invited know of; none of a draft.
    pub(super) sent: StoredValue<Option<MeetingInput>>,
    /// How far the meeting has come.
    pub(super) stage: Stage,
    /// What dates without their year are read by.
    pub(super) clock: PageClock,
    /// Whether what stands beside the form could not be asked for since something was typed.
    pub(super) is_unchecked: RwSignal<bool>,
    /// The saves.
    #[cfg(feature = "hydrate")]
    pub(super) keeper: StoredValue<super::keeper::Keeper>,
    /// Whether it is being sent.
    #[cfg(feature = "hydrate")]
    pub(super) is_sending: StoredValue<bool>,
    /// Turns of typing, so that only the last one is checked and kept.
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only a live form takes turns"))]
    pub(super) turn: StoredValue<u64>,
    /// Whether sections are being drawn anew, so that the form on the page is not what was typed.
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only a live form is drawn anew"))]
    pub(super) is_drawing: StoredValue<bool>,
    /// The form on the page.
    pub(super) form: NodeRef<leptos::html::Form>,
    /// The look at what will be sent.
    pub(super) preview: NodeRef<leptos::html::Dialog>,
    /// Whether it was asked for.
    pub(super) is_previewed: RwSignal<bool>,
}

impl Sheet {
    /// The sheet of what was kept, with what came back from a plain press.
    pub(super) fn new(mut composed: Composed, posted: &Posted, shows_missing: bool) -> Sheet {
        let kept = std::mem::take(&mut composed.input.unplaced);
        let mut check = composed.check;
        let mut failure = posted.failure.clone();
        if let Some(Failure::Invalid(fields)) =
            failure.take_if(|failure| matches!(failure, Failure::Invalid(_)))
        {
            check.fields = fields;
        }
        // A plain press brings back what fitted nobody, or what nobody was chosen for when it was to be sent; a draft what was
        // nobody when it was left.
        let posted_beside = FINDERS.map(|field| posted.typed(field));
        let is_posted = posted_beside.iter().any(|text| !text.trim().is_empty());
        let beside = match is_posted {
            true => posted_beside,
            false => FINDERS.map(|field| kept.get(field).cloned().unwrap_or_default()),
        };
        let is_asked_for = posted.typed("all") == "on";
        let offers: Vec<(&'static str, Vec<Found>)> = FINDERS
            .into_iter()
            .filter_map(|field| Some((field, from_str(&posted.typed(&offers_field(field))).ok()?)))
            .collect();
        let why = |field: &str| match offers.iter().any(|(of, _)| *of == field) {
            true => LooseWhy::Several,
            false if is_asked_for || !is_posted => LooseWhy::NotChosen,
            false => LooseWhy::Unknown,
        };
        let loose = FINDERS.into_iter().zip(&beside).filter(|(_, text)| !text.trim().is_empty());
        let loose = loose.map(|(field, _)| Loose { field, why: why(field) }).collect();
        Sheet {
            saved: RwSignal::new(composed.saved),
            input: RwSignal::new(composed.input),
            shape: RwSignal::new(0),
            check: RwSignal::new(check),
            shows_missing: RwSignal::new(is_asked_for || shows_missing),
            failure: RwSignal::new(failure),
            keeping: RwSignal::new(Keeping::Still),
            beside: RwSignal::new(beside),
            loose: RwSignal::new(loose),
            offers: RwSignal::new(offers),
            unsettled: RwSignal::new(None),
            unfolded: StoredValue::new(Vec::new()),
            people: RwSignal::new(composed.choices.people.clone()),
            choices: StoredValue::new(composed.choices),
            papers: StoredValue::new(composed.papers),
            sent: StoredValue::new(composed.sent),
            stage: composed.stage,
            clock: session::clock(),
            is_unchecked: RwSignal::new(false),
            #[cfg(feature = "hydrate")]
            keeper: StoredValue::new(super::keeper::Keeper::new(
                composed.saved,
                crate::session::draw_number(),
            )),
            #[cfg(feature = "hydrate")]
            is_sending: StoredValue::new(false),
            turn: StoredValue::new(0),
            is_drawing: StoredValue::new(false),
            form: NodeRef::new(),
            preview: NodeRef::new(),
            is_previewed: RwSignal::new(false),
        }
    }

    /// What is to be kept: the form, and what is nobody yet.
    #[cfg(feature = "hydrate")]
    pub(super) fn to_keep(self) -> Option<MeetingInput> {
        let input = self.input.try_get_untracked()?;
        let beside = self.beside.try_get_untracked()?;
        let left = FINDERS.into_iter().zip(beside).filter(|(_, text)| !text.trim().is_empty());
        Some(MeetingInput { unplaced: left.map(|(field, text)| (field.to_owned(), text)).collect(), ..input })
    }

    /// The meeting's identifier, once kept.
    pub(super) fn id(self) -> Option<MeetingId> {
        self.saved.get_untracked().map(|saved| saved.id)
    }

    /// Draws a section now and whenever the shape changes: then with new fields, for a field that was typed into no
    /// longer follows what the page says its value is.
    pub(super) fn drawn<V: IntoView + 'static>(
        self,
        section: impl Fn(&MeetingInput) -> V + Clone + Send + Sync + 'static,
    ) -> impl IntoView {
        let shapes = move || [self.shape.get()];
        view! {
            <For each=shapes key=|shape| *shape children=move |_| self.input.with_untracked(|input| section(input))/>
        }
    }

    /// What is wrong with a field, in words. What is only missing is pointed out when it was asked for.
    pub(super) fn problem(self, field: &str) -> Option<String> {
        let shows_missing = self.shows_missing.get();
        self.check.with(|check| {
            check
                .fields
                .iter()
                .find(|found| found.field == field && (shows_missing || found.problem != Problem::Missing))
                .map(|found| describe_problem(&found.problem))
        })
    }

    /// Fields that stand in the way of sending, missing ones included.
    pub(super) fn open_fields(self) -> Vec<FieldProblem> {
        self.check.with(|check| check.fields.clone())
    }

    /// What stands in a search field now.
    pub(super) fn beside(self, field: &str) -> String {
        let at = FINDERS.iter().position(|finder| *finder == field);
        at.and_then(|at| self.beside.with_untracked(|beside| beside.get(at).cloned())).unwrap_or_default()
    }

    /// A search field has served.
    pub(super) fn clear(self, field: &str) {
        if let Some(at) = FINDERS.iter().position(|finder| *finder == field) {
            self.beside.try_update(|beside| beside[at].clear());
        }
        self.loose.try_update(|loose| loose.retain(|loose| loose.field != field));
        self.offer(field, Vec::new());
    }

    /// Asks which of several is meant by the text of a search field; with nobody, no longer asks.
    pub(super) fn offer(self, field: &str, found: Vec<Found>) {
        let Some(field) = FINDERS.into_iter().find(|finder| *finder == field) else { return };
        self.offers.try_update(|offers| {
            offers.retain(|(of, _)| *of != field);
            if !found.is_empty() {
                offers.push((field, found));
            }
        });
    }

    /// Those among whom to choose for a search field.
    pub(super) fn offered(self, field: &str) -> Vec<Found> {
        let offered = |offers: &Vec<(&str, Vec<Found>)>| {
            offers.iter().find(|(of, _)| *of == field).map(|(_, found)| found.clone())
        };
        self.offers.with(offered).unwrap_or_default()
    }

    /// The one of them that has a code.
    #[cfg(feature = "hydrate")]
    pub(super) fn offered_as(self, field: &str, code: &str) -> Option<Found> {
        self.offers.with_untracked(|offers| {
            let (_, found) = offers.iter().find(|(of, _)| *of == field)?;
            found.iter().find(|found| found.code() == code).cloned()
        })
    }

    /// Puts a text into a field beside the form's own.
    #[cfg(feature = "hydrate")]
    pub(super) fn put(self, field: &str, text: String) {
        self.clear(field);
        self.beside.try_update(|beside| beside[place_of(field)] = text);
    }

    /// What stands in a search field stands in the way.
    #[cfg(feature = "hydrate")]
    pub(super) fn loosen(self, field: &'static str, why: LooseWhy) {
        self.loose.try_update(|loose| {
            loose.retain(|loose| loose.field != field);
            loose.push(Loose { field, why });
        });
    }

    /// How many fields stand in the way of sending.
    pub(super) fn open_count(self) -> usize {
        self.check.with(|check| check.fields.len()) + self.loose.with(Vec::len)
    }

    /// The length against the limit, computed here and now.
    pub(super) fn length(self) -> Option<DurationCheck> {
        self.choices.with_value(|choices| self.input.with(|input| length(input, choices, self.clock.today())))
    }

    /// Whether the meeting is declared as held, to be entered afterwards.
    pub(super) fn is_held(self) -> bool {
        self.input.with(|input| input.held == "on")
    }

    /// How many points stand in the way, and how many only warn. The length counts as it is typed.
    pub(super) fn counts(self) -> (usize, usize) {
        let is_over = !self.is_held() && self.length().is_some_and(|length| length.is_over());
        self.check.with(|check| {
            let told = !check.is_held && check.duration.as_ref().is_some_and(DurationCheck::is_over);
            let must = check.must_fix() - usize::from(told) + usize::from(is_over);
            (must, check.warnings())
        })
    }

    /// Whether the person or agency of this identifier is taken at that time.
    pub(super) fn is_busy(self, id: &str) -> bool {
        self.check.with(|check| {
            check
                .conflicts
                .iter()
                .any(|conflict| !matches!(conflict.of, BusyOf::Room(_)) && conflict.id == id)
        })
    }

    /// Whether another meeting holds the room at that time; none while the time is not known.
    pub(super) fn is_room_busy(self, room: RoomId) -> Option<bool> {
        self.check.with(|check| check.busy_rooms.as_ref().map(|busy| busy.contains(&room)))
    }

    /// An agency of the tree.
    pub(super) fn agency(self, id: &str) -> Option<Agency> {
        self.choices
            .with_value(|choices| choices.agencies.iter().find(|agency| agency.id.to_string() == id).cloned())
    }

    /// A person of the form by identifier.
    pub(super) fn person(self, id: &str) -> Option<PersonRef> {
        self.people.with(|people| people.iter().find(|person| person.id.to_string() == id).cloned())
    }

    /// Name, agency, and whether it is an agency, of a delegate's code.
    pub(super) fn delegate(self, code: &str) -> Option<(String, String, bool)> {
        match Delegation::parse(code)? {
            Delegation::Person(id) => {
                self.person(&id.to_string()).map(|person| (person.distinct_name(), person.agency, false))
            }
            Delegation::Agency(id) => {
                self.agency(&id.to_string()).map(|agency| (agency.short_name, agency.code, true))
            }
        }
    }

    /// Remembers a room that was just found.
    pub(super) fn meet_room(self, room: Room) {
        self.choices.update_value(|choices| {
            if choices.rooms.iter().all(|known| known.id != room.id) {
                choices.rooms.push(room);
            }
        });
    }

    /// Remembers a person that was just found.
    pub(super) fn meet(self, person: PersonRef) {
        self.people.update(|people| {
            if people.iter().all(|known| known.id != person.id) {
                people.push(person);
            }
        });
    }
}

/// The length of what is typed, when kind and time can be read.
fn length(input: &MeetingInput, choices: &Choices, today: NaiveDate) -> Option<DurationCheck> {
    let sittings = input.readable_sittings(today);
    let first = sittings.first()?;
    let rule = rule_on(&choices.rules, input.kind.trim(), first.date)?.clone();
    Some(DurationCheck {
        sessions: duration::sessions(&sittings, &choices.hours).into_iter().collect(),
        fits: duration::what_fits(&sittings, &choices.hours, rule.limit_sessions),
        rule,
    })
}
