//! What the tables keep of a meeting: everything that could be read of a draft, or the whole of a plan. Writing it keeps
//! the identifiers, presences and connections of what stays. Decides nothing.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use domain::access::Part;
use domain::count::{Counterpart, Form, Side};
use domain::error::{FieldProblem, Problem};
use domain::ids::{AgencyId, PersonId, RoomId};
use domain::meetings::{
    AGENDA_AT_MOST, DELEGATES_AT_MOST, Delegation, GUESTS_AT_MOST, GuestInput, MeetingInput, Plan,
    PlannedGuest, PlannedItem, ROOMS_AT_MOST, SITES_AT_MOST, SITTINGS_AT_MOST, TEXT_AT_MOST, TITLE_AT_MOST,
};
use domain::text::Line;
use domain::time::Sitting;

use crate::db::{BINDS_AT_MOST, Source, places, q};
use crate::stop::Done;
use crate::{agencies, stored};

/// A meeting for the tables.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) title: Line,
    pub(super) agency: AgencyId,
    pub(super) kind: Line,
    pub(super) form: Option<Form>,
    pub(super) side: Side,
    pub(super) counterpart: Counterpart,
    pub(super) is_unexpected: bool,
    /// Took place already and is entered afterwards.
    pub(super) is_held: bool,
    pub(super) sittings: Vec<Sitting>,
    pub(super) rooms: Vec<RoomId>,
    pub(super) place: Line,
    pub(super) sites: Vec<AgencyId>,
    pub(super) people: Vec<(Part, Delegation)>,
    pub(super) guests: Vec<PlannedGuest>,
    pub(super) agenda: Vec<PlannedItem>,
}

impl Rows {
    /// The whole of a plan.
    pub(super) fn of_plan(plan: Plan) -> Rows {
        let mut people = vec![(Part::Chair, Delegation::Person(plan.chair))];
        people.extend(
            plan.secretary.filter(|s| *s != plan.chair).map(|s| (Part::Secretary, Delegation::Person(s))),
        );
        people.extend(plan.delegates.into_iter().map(|d| (Part::Delegate, d)));
        Rows {
            title: plan.title,
            agency: plan.agency,
            kind: plan.kind,
            form: Some(plan.form),
            side: plan.side,
            counterpart: plan.counterpart,
            is_unexpected: plan.is_unexpected,
            is_held: plan.is_held,
            sittings: plan.sittings,
            rooms: plan.rooms,
            place: plan.place,
            sites: plan.sites,
            people,
            guests: plan.guests,
            agenda: plan.agenda,
        }
    }

    /// What can be read of a form; the rest stays in the draft alone.
    pub(super) fn of_input(input: &MeetingInput, agency: AgencyId, today: NaiveDate) -> Rows {
        let mut sittings = input.readable_sittings(today);
        sittings.truncate(SITTINGS_AT_MOST as usize);
        Rows {
            title: Line::shortened(&input.title, TITLE_AT_MOST),
            agency,
            kind: Line::shortened(&input.kind, 60),
            form: Form::parse(input.form.trim()),
            side: Side::parse(input.side.trim()).unwrap_or(Side::Organised),
            counterpart: Counterpart::parse(input.counterpart.trim()).unwrap_or(Counterpart::Internal),
            is_unexpected: input.unexpected == "on",
            is_held: input.held == "on",
            sittings,
            rooms: ids(&input.rooms, ROOMS_AT_MOST),
            place: Line::shortened(&input.place, TEXT_AT_MOST),
            sites: ids(&input.sites, SITES_AT_MOST),
            people: people_of(input),
            guests: guests_of(input),
            agenda: agenda_of(input),
        }
    }

    pub(super) fn chair(&self) -> Option<PersonId> {
        self.people.iter().find_map(|(part, delegation)| match delegation {
            Delegation::Person(person) if *part == Part::Chair => Some(*person),
            _ => None,
        })
    }

    /// Everybody listed by name.
    pub(super) fn persons(&self) -> Vec<PersonId> {
        self.people
            .iter()
            .filter_map(|(_, d)| if let Delegation::Person(p) = d { Some(*p) } else { None })
            .collect()
    }

    /// Delegates listed, by name or agency, and guests.
    pub(super) fn delegates_and_guests(&self) -> u32 {
        let delegates = self.people.iter().filter(|(part, _)| *part == Part::Delegate).count();
        u32::try_from(delegates + self.guests.len()).unwrap_or(u32::MAX)
    }

    /// Leaves out what is not there.
    pub(super) fn keep_known(&mut self, known: &Known) {
        self.rooms.retain(|room| known.rooms.contains_key(room));
        self.sites.retain(|site| known.agencies.contains(site));
        self.people.retain(|(_, delegation)| known.has(delegation));
    }

    /// The fields that name what is not there.
    pub(super) fn unknown(&self, known: &Known) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        let mut put = |is_known: bool, field: &str| {
            if !is_known && !problems.iter().any(|p: &FieldProblem| p.field == field) {
                problems.push(FieldProblem::new(field, Problem::Unknown));
            }
        };
        put(known.agencies.contains(&self.agency), "agency");
        self.rooms.iter().for_each(|room| put(known.rooms.contains_key(room), "rooms"));
        self.sites.iter().for_each(|site| put(known.agencies.contains(site), "sites"));
        for (part, delegation) in &self.people {
            let field = match part {
                Part::Chair => "chair",
                Part::Secretary => "secretary",
                Part::Delegate | Part::Invited => "delegates",
            };
            put(known.has(delegation), field);
        }
        problems
    }
}

fn ids<T: std::str::FromStr + PartialEq>(texts: &[String], at_most: u32) -> Vec<T> {
    let mut ids = Vec::new();
    for id in texts.iter().filter_map(|text| text.parse().ok()) {
        if !ids.contains(&id) && ids.len() < at_most as usize {
            ids.push(id);
        }
    }
    ids
}

fn people_of(input: &MeetingInput) -> Vec<(Part, Delegation)> {
    let named = |text: &str| text.parse().ok().map(Delegation::Person);
    let chair = named(&input.chair).map(|d| (Part::Chair, d));
    let secretary = named(&input.secretary).map(|d| (Part::Secretary, d));
    let delegates = input.delegates.iter().take(DELEGATES_AT_MOST as usize);
    let delegates = delegates.filter_map(|code| Some((Part::Delegate, Delegation::parse(code)?)));
    let mut seen = HashSet::new();
    chair.into_iter().chain(secretary).chain(delegates).filter(|(_, d)| seen.insert(*d)).collect()
}

fn guests_of(input: &MeetingInput) -> Vec<PlannedGuest> {
    let typed = input.guests.iter().filter(|guest| !guest.is_blank());
    typed.take(GUESTS_AT_MOST as usize).map(GuestInput::readable).collect()
}

fn agenda_of(input: &MeetingInput) -> Vec<PlannedItem> {
    let items = input.agenda.iter().filter(|item| !item.id.is_empty()).take(AGENDA_AT_MOST as usize);
    items
        .map(|item| PlannedItem {
            id: item.id.parse().ok(),
            title: Line::shortened(&item.title, TITLE_AT_MOST),
            minutes: item.minutes.trim().parse().unwrap_or(0),
            presenter: Line::shortened(&item.presenter, TEXT_AT_MOST),
            is_discussion: item.discussion == "on",
        })
        .collect()
}

/// What of the named things is really there.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) rooms: HashMap<RoomId, KnownRoom>,
    pub(super) agencies: HashSet<AgencyId>,
    /// The people who may still sign in.
    pub(super) people: HashMap<PersonId, KnownPerson>,
}

/// A room that exists.
#[derive(Debug)]
pub(super) struct KnownRoom {
    pub(super) name: String,
    pub(super) seats: i64,
    /// Path of its agency, root first.
    pub(super) path: Vec<AgencyId>,
}

/// A person who exists.
#[derive(Debug)]
pub(super) struct KnownPerson {
    pub(super) name: String,
    pub(super) agency: AgencyId,
    /// Path of their agency, root first.
    pub(super) path: Vec<AgencyId>,
}

impl Known {
    /// Looks up everything that the rows name.
    pub(super) async fn load(on: &mut impl Source, rows: &Rows) -> Done<Known> {
        let mut known = Known::default();
        if !rows.rooms.is_empty() {
            let sql = format!(
                "SELECT r.id, r.name, r.capacity, a.path FROM room r JOIN agency a ON a.id = r.agency_id \
                 WHERE r.id IN ({})",
                places(1, rows.rooms.len())
            );
            let found: Vec<(String, String, i64, String)> =
                q(sql).bind_all(rows.rooms.iter().copied()).all(&mut *on).await?;
            for (id, name, seats, path) in found {
                let path = agencies::read_path(&path)?;
                known.rooms.insert(stored::id(&id)?, KnownRoom { name, seats, path });
            }
        }
        let invited = rows.people.iter().filter_map(|(_, d)| match d {
            Delegation::Agency(agency) => Some(*agency),
            Delegation::Person(_) => None,
        });
        let named: Vec<AgencyId> =
            std::iter::once(rows.agency).chain(rows.sites.iter().copied()).chain(invited).collect();
        for chunk in named.chunks(BINDS_AT_MOST) {
            let sql = format!("SELECT id FROM agency WHERE id IN ({})", places(1, chunk.len()));
            let found: Vec<(String,)> = q(sql).bind_all(chunk.iter().copied()).all(&mut *on).await?;
            for (id,) in found {
                known.agencies.insert(stored::id(&id)?);
            }
        }
        for chunk in rows.persons().chunks(BINDS_AT_MOST) {
            let sql = format!(
                "SELECT h.id, h.name, h.agency_id, a.path FROM person h JOIN agency a ON a.id = h.agency_id \
                 WHERE h.is_active AND h.id IN ({})",
                places(1, chunk.len())
            );
            let found: Vec<(String, String, String, String)> =
                q(sql).bind_all(chunk.iter().copied()).all(&mut *on).await?;
            for (id, name, agency, path) in found {
                let (agency, path) = (stored::id(&agency)?, agencies::read_path(&path)?);
                known.people.insert(stored::id(&id)?, KnownPerson { name, agency, path });
            }
        }
        Ok(known)
    }

    fn has(&self, delegation: &Delegation) -> bool {
        match delegation {
            Delegation::Person(person) => self.people.contains_key(person),
            Delegation::Agency(agency) => self.agencies.contains(agency),
        }
    }

    pub(super) fn person_name(&self, person: PersonId) -> String {
        self.people.get(&person).map(|known| known.name.clone()).unwrap_or_default()
    }
}
