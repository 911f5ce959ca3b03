//! What the composer asks of the server: the form with its choices, the check, keeping. The plain form goes to one
//! address with the pressed button's value.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::access::Stage;
use domain::agencies::Agency;
use domain::calendar::WorkCalendar;
use domain::ids::{AgencyId, MeetingId, RoomId};
use domain::meetings::{AgendaInput, Check, LastSaved, MeetingInput, Saved, Typing};
use domain::people::PersonRef;
use domain::rooms::Room;
use domain::rules::KindRule;
use domain::time::{Hours, read_time};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::beside::Typed;
use crate::failure::CallError;
#[cfg(feature = "ssr")]
use {
    super::beside::{Offers, add_typed, fitting},
    super::listed::without,
    super::sheet::offers_field,
    super::step::{Step, add_once},
    crate::form::{FlashMessage, answer, fill_in_further, noted},
    crate::session::{asked, now},
    domain::access::{Action, Caller, Role, Scope},
    domain::agencies::path_in,
    domain::error::{Failure, Refusal},
    domain::ids::PersonId,
    domain::meetings::{Delegation, SittingInput},
    domain::rooms::{RoomsOffered, RoomsWanted},
    domain::services::Services,
    domain::time::Zone,
    leptos::serde_json::to_string,
    std::collections::BTreeSet,
};

/// The form as it was last kept, with everything it offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Composed {
    /// The meeting and its revision; none while it was never kept.
    pub saved: Option<Saved>,
    /// How far it has come.
    pub stage: Stage,
    /// What was typed.
    pub input: MeetingInput,
    /// What those who are invited know of; none of a draft.
    pub sent: Option<MeetingInput>,
    /// What stands beside it.
    pub check: Check,
    /// What can be chosen.
    pub choices: Choices,
    /// How many papers each agenda item holds, by its identifier; items without any are missing.
    pub papers: BTreeMap<String, u32>,
    /// The server's now.
    pub now: DateTime<Utc>,
}

/// What can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// Every rule on kinds.
    pub rules: Vec<KindRule>,
    /// Rooms that the meeting may use, those nearest to its agency first, and those already chosen.
    pub rooms: Vec<Room>,
    /// Whether there are more rooms, to be found by some of their name.
    pub has_more_rooms: bool,
    /// The tree of agencies.
    pub agencies: Vec<Agency>,
    /// Those the caller composes for.
    pub own: Vec<AgencyId>,
    /// Working hours of the agency that holds the meeting.
    pub hours: Hours,
    /// Its days off and the days it keeps free.
    pub calendar: WorkCalendar,
    /// The people named in the form.
    pub people: Vec<PersonRef>,
}

/// What the composer's address may preset, as links from the calendar's free hours do: only codes, dates and
/// hours, so that no link can put a sentence into a form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// Date of the first sitting.
    pub date: String,
    /// Its start.
    pub from: String,
    /// Its end.
    pub to: String,
    /// Room.
    pub room: String,
    /// Agency that holds it.
    pub agency: String,
}

impl Start {
    /// Reads an address. Values that are not a date, an hour or an identifier are left out.
    pub fn read(text: impl Fn(&str) -> String) -> Start {
        // Formatted again from the parsed value, so that nothing else gets in.
        let time = |name| read_time(&text(name)).map(|time| time.to_string()).unwrap_or_default();
        let date = text("date").parse::<chrono::NaiveDate>();
        let (room, agency) = (text("room").parse::<RoomId>(), text("agency").parse::<AgencyId>());
        Start {
            date: date.map(|date| date.to_string()).unwrap_or_default(),
            from: time("from"),
            to: time("to"),
            room: room.map(|room| room.to_string()).unwrap_or_default(),
            agency: agency.map(|agency| agency.to_string()).unwrap_or_default(),
        }
    }
}

/// The composer's form: an existing meeting's, or a new one.
#[server(endpoint = "meetings/compose", input = server_fn::codec::Json)]
pub async fn compose(
    /// The meeting.
    id: Option<MeetingId>,
    /// What the address sets beforehand.
    start: Start,
) -> Result<Composed, CallError> {
    let (services, caller) = asked()?;
    let (input, saved, stage) = match id {
        Some(id) => {
            let (input, saved, state) = services.meetings.input(&caller, id).await?;
            (input, Some(saved), state.stage())
        }
        None => (started(&services, &caller, start).await?, None, Stage::Draft),
    };
    let sent = match id.filter(|_| stage != Stage::Draft) {
        Some(id) => services.meetings.sent(&caller, id).await?,
        None => None,
    };
    let choices = choices(&services, &caller, &input, sent.as_ref()).await?;
    // What is nobody yet stands in fields of its own on the page, which says so there.
    let placed = MeetingInput { unplaced: BTreeMap::new(), ..input.clone() };
    let check = services.meetings.check(&caller, id, placed).await?;
    let papers = match id {
        Some(id) => papers_of_items(&services, &caller, id).await?,
        None => BTreeMap::new(),
    };
    Ok(Composed { saved, stage, input, sent, check, choices, papers, now: now()? })
}

/// How many papers each agenda item holds, neutral lines among them.
#[cfg(feature = "ssr")]
async fn papers_of_items(
    services: &Services,
    caller: &Caller,
    id: MeetingId,
) -> Result<BTreeMap<String, u32>, Failure> {
    let agenda = services.meetings.get(caller, id).await?.agenda;
    let held = agenda.into_iter().filter(|item| !item.papers.is_empty());
    Ok(held.map(|item| (item.id.to_string(), u32::try_from(item.papers.len()).unwrap_or(u32::MAX))).collect())
}

/// A new form: the caller's agency, the caller as secretary, one sitting and one item to fill in.
#[cfg(feature = "ssr")]
async fn started(services: &Services, caller: &Caller, start: Start) -> Result<MeetingInput, Failure> {
    let tree = services.agencies.tree(caller).await?;
    let own = own(caller, &tree);
    let asked_for = start.agency.parse().ok().filter(|id| own.contains(id));
    let first =
        || if own.contains(&caller.agency.id) { Some(caller.agency.id) } else { own.first().copied() };
    let agency = asked_for.or_else(first).ok_or(Failure::Forbidden)?;
    let secretary = if caller.has_role(Role::Secretary) { caller.person.to_string() } else { String::new() };
    Ok(MeetingInput {
        agency: agency.to_string(),
        form: "in_person".to_owned(),
        sittings: vec![SittingInput {
            date: start.date,
            from: start.from,
            to: start.to,
            ..SittingInput::default()
        }],
        rooms: vec![start.room],
        secretary,
        agenda: vec![AgendaInput::default()],
        ..MeetingInput::default()
    })
}

/// The agencies that the caller composes meetings for, in the order of the tree.
#[cfg(feature = "ssr")]
fn own(caller: &Caller, tree: &[Agency]) -> Vec<AgencyId> {
    let may = |agency: &&Agency| caller.may(Action::ComposeMeeting, Scope::Agency(&path_in(tree, agency)));
    tree.iter().filter(may).map(|agency| agency.id).collect()
}

#[cfg(feature = "ssr")]
async fn choices(
    services: &Services,
    caller: &Caller,
    input: &MeetingInput,
    sent: Option<&MeetingInput>,
) -> Result<Choices, Failure> {
    let agencies = services.agencies.tree(caller).await?;
    let agency = input.agency.parse().unwrap_or(caller.agency.id);
    let (hours, calendar) = working_time(services, caller, agency).await;
    let forms = || [Some(input), sent].into_iter().flatten();
    let named = forms().flat_map(people_in).collect::<BTreeSet<_>>();
    let people = services.people.named(caller, named.into_iter().collect()).await?;
    let chosen = forms().flat_map(|form| &form.rooms).filter_map(|room| room.parse().ok());
    let chosen = chosen.collect::<BTreeSet<RoomId>>().into_iter().collect();
    let wanted = RoomsWanted { holder: Some(agency), chosen, ..RoomsWanted::default() };
    let RoomsOffered { rooms, has_more: has_more_rooms } = services.rooms.offer(caller, wanted).await?;
    Ok(Choices {
        rules: services.rules.list(caller).await?,
        rooms,
        has_more_rooms,
        own: own(caller, &agencies),
        agencies,
        hours,
        calendar,
        people,
    })
}

/// Working hours and days off of an agency; the usual ones of an agency that is none.
#[cfg(feature = "ssr")]
async fn working_time(services: &Services, caller: &Caller, agency: AgencyId) -> (Hours, WorkCalendar) {
    let settings = services.agencies.settings(caller, agency).await;
    settings.map(|settings| (settings.hours, settings.calendar)).unwrap_or_default()
}

/// Everybody a form names.
#[cfg(feature = "ssr")]
fn people_in(input: &MeetingInput) -> Vec<PersonId> {
    let leaders = [&input.chair, &input.secretary].into_iter().filter_map(|id| id.parse().ok());
    let delegates = input.delegates.iter().filter_map(|code| match Delegation::parse(code) {
        Some(Delegation::Person(id)) => Some(id),
        _ => None,
    });
    leaders.chain(delegates).collect()
}

/// What stands beside the form while it is typed.
#[server(endpoint = "meetings/check", input = server_fn::codec::Json)]
pub async fn checked(
    /// The meeting.
    id: Option<MeetingId>,
    /// What was typed.
    input: MeetingInput,
) -> Result<Check, CallError> {
    let (services, caller) = asked()?;
    Ok(services.meetings.check(&caller, id, input).await?)
}

/// What was kept and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The meeting and its revision.
    pub saved: Saved,
    /// The agenda as it was kept: new items with their identifiers, and those that came back because they hold papers.
    /// Empty when it has changed again since.
    pub agenda: Vec<AgendaInput>,
    /// When, by the server's clock.
    pub at: DateTime<Utc>,
}

/// Keeps what was typed, for a live form.
#[server(name = KeepCall, endpoint = "meetings/keep", input = server_fn::codec::Json)]
pub async fn keep(
    /// The meeting and its revision; none for a new one.
    saved: Option<Saved>,
    /// The page, so that all its saves find one draft.
    #[server(default)]
    typing: Option<Typing>,
    /// What was typed.
    input: MeetingInput,
) -> Result<Kept, CallError> {
    let (services, caller) = asked()?;
    let at = saved.map(|saved| (saved.id, saved.rev));
    let saved = match typing {
        Some(typing) => services.meetings.keep(&caller, at, typing, input).await?,
        None => services.meetings.save(&caller, at, input).await?,
    };
    // It is kept; that it cannot be read again right now is no reason to say otherwise.
    let newest =
        services.meetings.input(&caller, saved.id).await.ok().filter(|(_, newest, _)| *newest == saved);
    let agenda = newest.map(|(input, ..)| input.agenda).unwrap_or_default();
    Ok(Kept { saved, agenda, at: now()? })
}

/// Who saved the form last.
#[server(name = LastSavedCall, endpoint = "meetings/last-saved")]
pub async fn last_saved(
    /// The meeting.
    id: MeetingId,
) -> Result<LastSaved, CallError> {
    let (services, caller) = asked()?;
    Ok(services.meetings.last_saved(&caller, id).await?)
}

/// Takes the pressed step, keeps the draft, and comes back to it; sends the invitations when that was pressed.
#[server(endpoint = "meetings/save")]
pub async fn save(
    /// The meeting.
    #[server(default)]
    id: String,
    /// The revision it was read at.
    #[server(default)]
    rev: String,
    /// Value of the pressed button.
    #[server(default)]
    then: String,
    /// What was typed beside the buttons.
    #[server(flatten)]
    typed: Typed,
    /// What was typed.
    #[server(flatten)]
    input: MeetingInput,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let edited = id.parse().ok().zip(rev.parse().ok());
    let fields = super::typed::fields_of(&input);
    let names = typed.clone();
    let page =
        id.parse::<MeetingId>().map_or("/meetings/new".to_owned(), |id| format!("/meetings/{id}/edit"));
    let step = Step::parse(&then);
    if let (Step::DropChanges, Ok(id)) = (&step, id.parse::<MeetingId>()) {
        let dropped = services.meetings.drop_changes(&caller, id).await;
        return answer(&page, or_nothing_to_drop(dropped), &[], |()| format!("/meetings/{id}"));
    }
    match saved(&services, &caller, edited, step, typed, input).await {
        Ok(SaveOutcome::Goes(goal)) => answer(&page, Ok(goal), &[], |goal| goal),
        Ok(SaveOutcome::Refused { page, failure }) => {
            answer(&page, Err(failure), &[("all", "on")], |(): ()| page.clone())
        }
        Ok(SaveOutcome::FillInFurther { page, typed, offers, shows_missing }) => {
            let all = if shows_missing { "on" } else { "" };
            let offers: Vec<(String, String)> = offers
                .iter()
                .filter_map(|(field, found)| Some((offers_field(field), to_string(found).ok()?)))
                .collect();
            let offers = offers.iter().map(|(field, found)| (field.as_str(), found.as_str()));
            let typed: Vec<(&str, &str)> =
                typed.fields().into_iter().chain([("all", all)]).chain(offers).collect();
            fill_in_further(&page, &typed);
            Ok(())
        }
        Err(failure) => {
            let typed = fields.iter().map(|(name, text)| (name.as_str(), text.as_str()));
            let typed: Vec<(&str, &str)> =
                [("typed", "on")].into_iter().chain(names.fields()).chain(typed).collect();
            answer(&page, Err(failure), &typed, |(): ()| page.clone())
        }
    }
}

/// A form that was never kept has nothing to drop: the meeting is as it was sent, which is what was asked for.
#[cfg(feature = "ssr")]
fn or_nothing_to_drop(dropped: Result<(), Failure>) -> Result<(), Failure> {
    dropped.or_else(|failure| match failure {
        Failure::Refused(Refusal::WrongState) => Ok(()),
        failure => Err(failure),
    })
}

/// The result of a plain form that was saved.
#[cfg(feature = "ssr")]
enum SaveOutcome {
    /// Redirect to this address.
    Goes(String),
    /// The draft is saved, but what was pressed was refused.
    Refused {
        /// The page of the draft.
        page: String,
        /// Why.
        failure: Failure,
    },
    /// The draft is saved, but some names match nobody or several, or no person was chosen for them before publishing.
    FillInFurther {
        /// The page of the draft.
        page: String,
        /// The names.
        typed: Typed,
        /// Those whom a name fits, by its field.
        offers: Offers,
        /// Whether missing fields are pointed out too.
        shows_missing: bool,
    },
}

/// Handles a plain form.
#[cfg(feature = "ssr")]
async fn saved(
    services: &Services,
    caller: &Caller,
    edited: Option<(MeetingId, i64)>,
    step: Step,
    mut typed: Typed,
    mut input: MeetingInput,
) -> Result<SaveOutcome, Failure> {
    input = input.settled(Zone::VIETNAM.date(caller.now));
    // What is sent holds nobody who was only guessed at.
    match &step {
        Step::Choose { field, .. } => typed.clear(field),
        step => {
            if let Some(name) = step.settled_name() {
                typed.add_list = without(&typed.add_list, name);
            }
        }
    }
    let offers = match step {
        Step::Publish => {
            add_once(&mut input.sites, typed.add_site.clone());
            fitting(services, caller, &typed, &input).await?
        }
        _ => add_typed(services, caller, &mut typed, &mut input).await?,
    };
    let is_left = typed.is_left();
    let held = match (edited, step.dropped_item(&input)) {
        (Some((id, _)), Some(item)) => papers_of_items(services, caller, id).await?.get(&item).copied(),
        _ => None,
    };
    // An item that holds papers stays where it is.
    if held.is_none() {
        let agency = input.agency.parse().unwrap_or(caller.agency.id);
        let (_, calendar) = working_time(services, caller, agency).await;
        step.apply(&mut input, &services.agencies.tree(caller).await?, &calendar);
    }
    input.unplaced = typed.unplaced();
    let saved = match services.meetings.save(caller, edited, input.clone()).await {
        // Somebody else was faster. What was typed here becomes a draft of its own, so neither is lost.
        Err(Failure::Stale) => {
            let copy = services.meetings.save(caller, None, input).await?;
            let page = format!("/meetings/{}/edit", copy.id);
            let goal = match edited {
                Some((original, _)) => noted(FlashMessage::CopyOf(original), page),
                None => page,
            };
            return Ok(SaveOutcome::Goes(goal));
        }
        outcome => outcome?,
    };
    let edit = format!("/meetings/{}/edit", saved.id);
    if let Some(papers) = held {
        return Ok(SaveOutcome::Refused { page: edit, failure: Refusal::ItemHasPapers { papers }.into() });
    }
    match step {
        step if is_left => {
            let shows_missing = matches!(step, Step::Publish | Step::Check);
            Ok(SaveOutcome::FillInFurther { page: edit, typed, offers, shows_missing })
        }
        Step::Publish => match services.meetings.publish(caller, saved.id, saved.rev).await {
            Ok(_) => Ok(SaveOutcome::Goes(format!("/meetings/{}", saved.id))),
            Err(failure) => Ok(SaveOutcome::Refused { page: edit, failure }),
        },
        // Showing what is missing only changes the view, like a filter.
        Step::Check => Ok(SaveOutcome::Goes(format!("{edit}?all=on#check"))),
        step => Ok(SaveOutcome::Goes(format!("{edit}#{}", step.section()))),
    }
}
