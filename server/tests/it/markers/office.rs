//! The office: agencies in a tree, people of every role in many of them, meetings in every stage. The
//! program's own use cases create it from a seed. Every private field holds a word of its own.

use backend::q;
use chrono::{DateTime, Utc};
use domain::access::{Caller, Role, Stage};
use domain::agencies::AgencyInput;
use domain::ids::{AgendaItemId, MeetingId, PaperId, ParticipantId, PersonId, RoomId};
use domain::meetings::{AgendaInput, GuestInput, MeetingInput, SittingInput};
use domain::rooms::RoomInput;
use domain::text::fold;
use uuid::Uuid;

use super::oracle::{Clearance, MeetingView, Who};
use super::words::{Dice, Words};
use crate::world::{PASSWORD, World, cookie, now};

/// Agencies, each with the one above it. The first one exists from the start.
const TREE: [(&str, &str); 7] = [
    ("UBND", ""),
    ("SNV", "UBND"),
    ("STC", "UBND"),
    ("SYT", "UBND"),
    ("XA", "UBND"),
    ("SNVVP", "SNV"),
    ("TTYT", "SYT"),
];

/// People: own agency and roles, each with the agency that it is held in.
const PEOPLE: [(&str, &[(Role, &str)]); 19] = [
    ("UBND", &[(Role::Secretary, "UBND")]),
    ("UBND", &[(Role::Leader, "UBND")]),
    ("SNV", &[(Role::Secretary, "SNV")]),
    ("SNV", &[(Role::AgencyAdministrator, "SNV")]),
    ("SNV", &[(Role::Delegate, "SNV")]),
    ("SNV", &[(Role::ReportingOfficer, "SNV")]),
    ("STC", &[(Role::Secretary, "STC"), (Role::AgencyAdministrator, "STC")]),
    ("STC", &[(Role::Leader, "STC"), (Role::AgencyAdministrator, "STC")]),
    ("STC", &[(Role::Delegate, "STC")]),
    ("STC", &[]),
    ("SYT", &[(Role::SystemAdministrator, "SYT")]),
    ("SYT", &[(Role::Secretary, "SYT")]),
    ("SYT", &[(Role::Leader, "TTYT")]),
    ("XA", &[(Role::Secretary, "XA")]),
    ("XA", &[(Role::Delegate, "XA")]),
    ("SNVVP", &[(Role::Delegate, "SNVVP")]),
    ("TTYT", &[(Role::AgencyAdministrator, "TTYT"), (Role::Delegate, "TTYT")]),
    ("TTYT", &[]),
    ("UBND", &[(Role::AgencyAdministrator, "UBND")]),
];

/// The agency of the person whom administrators may change, the last of all people.
pub(super) const VICTIM_OF: &str = "SYT";

/// Meetings: two of every stage, the first six at agencies of their own.
const MEETINGS: [(Stage, &str); 12] = [
    (Stage::Draft, "STC"),
    (Stage::Scheduled, "STC"),
    (Stage::UnderWay, "SNV"),
    (Stage::Held, "STC"),
    (Stage::Cancelled, "SYT"),
    (Stage::Postponed, "XA"),
    (Stage::Draft, ""),
    (Stage::Scheduled, ""),
    (Stage::UnderWay, ""),
    (Stage::Held, ""),
    (Stage::Cancelled, ""),
    (Stage::Postponed, ""),
];

/// A person of the office.
pub(super) struct Person {
    pub(super) caller: Caller,
    pub(super) cookie: String,
    pub(super) agency: &'static str,
    pub(super) roles: Vec<(Role, &'static str)>,
}

/// A meeting, as recorded by the test. People are given by number.
pub(super) struct TestMeeting {
    pub(super) id: MeetingId,
    pub(super) agency: &'static str,
    pub(super) stage: Stage,
    pub(super) date: &'static str,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) chair: usize,
    pub(super) secretary: Option<usize>,
    pub(super) delegates: Vec<usize>,
    /// Agencies that have named nobody.
    pub(super) waiting: Vec<&'static str>,
    /// Agencies with the person whom they have named.
    pub(super) named: Vec<(&'static str, usize)>,
    pub(super) sites: Vec<&'static str>,
    pub(super) item: AgendaItemId,
    pub(super) paper: PaperId,
    pub(super) participant: ParticipantId,
}

impl TestMeeting {
    /// All people listed by name.
    pub(super) fn everybody(&self) -> impl Iterator<Item = usize> {
        let named = self.named.iter().map(|(_, person)| *person);
        [self.chair].into_iter().chain(self.secretary).chain(self.delegates.iter().copied()).chain(named)
    }

    /// Agencies that are invited as agencies.
    pub(super) fn invited(&self) -> impl Iterator<Item = &'static str> {
        self.waiting.iter().copied().chain(self.named.iter().map(|(agency, _)| *agency))
    }
}

/// The whole office.
pub(super) struct Office {
    pub(super) world: World,
    pub(super) people: Vec<Person>,
    pub(super) meetings: Vec<TestMeeting>,
    pub(super) rooms: Vec<RoomId>,
    pub(super) words: Words,
    /// The person whom administrators may change.
    pub(super) victim: PersonId,
    /// The name of a report of the first system administrator.
    pub(super) report: String,
    agencies: Vec<domain::ids::AgencyId>,
    number: u128,
}

/// Instants of one morning: before the meetings, at their opening, now.
fn at(time: &str) -> DateTime<Utc> {
    format!("2026-06-16T{time}:00+07:00").parse().unwrap()
}

impl Office {
    pub(super) async fn new(seed: u64) -> Office {
        // Every operation is called as everybody, far more often than a person may.
        let world = World::with(|config| config.limits.calls_of_person.at_once = u32::MAX).await;
        let (world, first) = world.claim().await;
        let system = world.site.backend.system_caller(now());
        let token = first.split_once('=').unwrap().1;
        let caller = world.site.services.accounts.identify(token, now()).await.unwrap();
        let root = world.site.services.agencies.tree(&system).await.unwrap().remove(0);
        let roles = vec![(Role::SystemAdministrator, "UBND")];
        let quantri = Person { caller, cookie: first, agency: "UBND", roles };
        let mut office = Office {
            world,
            people: vec![quantri],
            meetings: Vec::new(),
            rooms: Vec::new(),
            words: Words::default(),
            victim: PersonId(Uuid::nil()),
            report: String::new(),
            agencies: vec![root.id],
            number: 0,
        };
        office.agencies_and_rooms(&system, &root.code).await;
        for (agency, roles) in PEOPLE {
            office.person(agency, roles).await;
        }
        office.victim = office.person_row(VICTIM_OF, &[]).await.0;
        let mut dice = Dice(seed);
        for number in 0..MEETINGS.len() {
            office.meeting(&mut dice, number).await;
        }
        office.import().await;
        office
    }

    async fn agencies_and_rooms(&mut self, system: &Caller, root: &str) {
        let services = &self.world.site.services;
        for (at, (code, parent)) in TREE.into_iter().enumerate() {
            let parent = if parent == "UBND" { root } else { parent };
            if at > 0 {
                let alias = self.words.add(format!("alias of {code}"), Clearance::SignedIn);
                let input = AgencyInput {
                    code: code.into(),
                    parent: parent.into(),
                    level: if parent == root { "department" } else { "unit" }.into(),
                    name: format!("Cơ quan {code}"),
                    short_name: code.into(),
                    aliases: alias,
                };
                self.agencies.push(services.agencies.add(system, input).await.unwrap());
            }
            let equipment = self.words.add(format!("equipment of the room of {code}"), Clearance::SignedIn);
            let input = RoomInput {
                code: format!("P-{code}"),
                name: format!("Phòng {code}"),
                agency: if at == 0 { root.into() } else { code.into() },
                capacity: "50".into(),
                equipment,
                ..RoomInput::default()
            };
            self.rooms.push(services.rooms.add(system, input).await.unwrap());
        }
    }

    pub(super) fn agency(&self, code: &str) -> domain::ids::AgencyId {
        self.agencies[TREE.iter().position(|(of, _)| *of == code).unwrap()]
    }

    /// Codes of all agencies.
    pub(super) fn codes(&self) -> impl Iterator<Item = &'static str> {
        TREE.into_iter().map(|(code, _)| code)
    }

    pub(super) fn is_below(&self, agency: &str, above: &str) -> bool {
        let mut at = agency;
        while !at.is_empty() {
            if at == above {
                return true;
            }
            at = TREE.iter().find(|(code, _)| *code == at).unwrap().1;
        }
        false
    }

    /// Every caller: the people, and one who is not signed in.
    pub(super) fn everybody(&self) -> impl Iterator<Item = Who> + use<> {
        (0..self.people.len()).map(Some).chain([None])
    }

    pub(super) fn cookie(&self, who: Who) -> Option<&str> {
        who.map(|who| self.people[who].cookie.as_str())
    }

    pub(super) fn name(&self, who: Who) -> String {
        let of = |person: &Person| format!("somebody of {} as {:?}", person.agency, person.roles);
        who.map_or("nobody".into(), |who| of(&self.people[who]))
    }

    fn id(&mut self) -> Uuid {
        self.number += 1;
        Uuid::from_u128(0x0197_7000_0000_7000_8000_0000_0000_0000 + self.number)
    }

    /// An import row of a person who signs in with the shared password.
    async fn person_row(
        &mut self,
        agency: &'static str,
        roles: &[(Role, &'static str)],
    ) -> (PersonId, String) {
        let number = self.people.len();
        let id = PersonId(self.id());
        let user_name = self.words.add(format!("user name of person {number}"), Clearance::Manages(number));
        let position = self.words.add(format!("position of person {number}"), Clearance::SignedIn);
        let name = format!("Người {number}");
        let mut tx = self.world.site.backend.db().begin().await.unwrap();
        q("INSERT INTO person (id, user_name, name, position, agency_id, password_hash, is_active, folded, created_at) \
           SELECT $1, $2, $3, $4, $5, password_hash, TRUE, $6, $7 FROM person WHERE user_name = 'quantri'")
            .bind(id)
            .bind(&user_name)
            .bind(&name)
            .bind(&position)
            .bind(self.agency(agency))
            .bind(fold(&format!("{name} {position} {agency}")))
            .bind(now())
            .run(&mut tx)
            .await
            .unwrap();
        for (role, at) in roles {
            q("INSERT INTO role_grant (person_id, role, agency_id) VALUES ($1, $2, $3)")
                .bind(id)
                .bind(role.code())
                .bind(self.agency(at))
                .run(&mut tx)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        (id, user_name)
    }

    async fn person(&mut self, agency: &'static str, roles: &[(Role, &'static str)]) {
        let (_, user_name) = self.person_row(agency, roles).await;
        let accounts = &self.world.site.services.accounts;
        let signed = accounts.sign_in(&user_name, PASSWORD, false, "test", "127.0.0.1", now()).await.unwrap();
        let caller = accounts.identify(&signed.token, now()).await.unwrap();
        self.people.push(Person { caller, cookie: cookie(&signed.token), agency, roles: roles.to_vec() });
    }

    pub(super) fn as_of(&self, who: usize, time: &str) -> Caller {
        Caller { now: at(time), ..self.people[who].caller.clone() }
    }

    /// A person with this role in the agency or above it.
    pub(super) fn holder(&self, role: Role, agency: &str) -> usize {
        let holds = |person: &Person| {
            person.roles.iter().any(|(held, at)| *held == role && self.is_below(agency, at))
        };
        self.people.iter().rposition(holds).unwrap()
    }

    /// A new word for a field of a meeting.
    pub(super) fn mark(&mut self, number: usize, field: &str, need: Clearance) -> String {
        let (stage, _) = MEETINGS[number];
        self.words.add(format!("{field} of meeting {number}, {stage:?}"), need)
    }

    async fn meeting(&mut self, dice: &mut Dice, number: usize) {
        let (stage, fixed) = MEETINGS[number];
        let agency = if fixed.is_empty() { TREE[dice.throw(TREE.len())].0 } else { fixed };
        let writer = self.holder(Role::Secretary, agency);
        let is_today = matches!(stage, Stage::UnderWay | Stage::Held);
        // Each meeting has a time of its own, so that nobody is in two places.
        let (date, start) = match is_today {
            true => ("2026-06-16", 7 * 60 + 5 + 10 * number),
            false => ("2026-06-18", 7 * 60 + 30 + 20 * number),
        };
        let clock = |minute: usize| format!("{:02}:{:02}", minute / 60, minute % 60);
        let (from, to) = (clock(start), clock(start + if is_today { 9 } else { 19 }));
        let mut listed: Vec<usize> = Vec::new();
        while listed.len() < 4 {
            let person = 1 + dice.throw(self.people.len() - 1);
            if !listed.contains(&person) {
                listed.push(person);
            }
        }
        // Few people see the first meetings: their participants are from the meeting's own agency as far as
        // it has any.
        if number < 6 {
            let own: Vec<usize> =
                (1..self.people.len()).filter(|p| self.people[*p].agency == agency).collect();
            let others = listed.iter().copied().filter(|person| !own.contains(person));
            listed = own.iter().copied().chain(others).take(4).collect();
        }
        let secretary = number.is_multiple_of(2).then_some(listed[1]);
        let pick = |dice: &mut Dice| TREE[dice.throw(TREE.len())].0;
        let (invited, site) = (pick(dice), pick(dice));
        let waiting = vec![if invited == agency { "XA" } else { invited }];
        let speaker = waiting[0];
        let sees = |seen| Clearance::Sees(number, seen);
        let input = MeetingInput {
            title: self.mark(number, "title", sees(MeetingView::Title)),
            agency: self.agency(agency).to_string(),
            kind: "briefing".into(),
            form: "hybrid".into(),
            sittings: vec![SittingInput {
                date: date.into(),
                from: from.clone(),
                to: to.clone(),
                ..SittingInput::default()
            }],
            rooms: vec![self.rooms[TREE.iter().position(|(code, _)| *code == agency).unwrap()].to_string()],
            place: self.mark(
                number,
                "place",
                sees(if stage == Stage::Scheduled { MeetingView::Opened } else { MeetingView::Title }),
            ),
            sites: vec![self.agency(site).to_string()],
            chair: self.people[listed[0]].caller.person.to_string(),
            secretary: secretary.map(|s| self.people[s].caller.person.to_string()).unwrap_or_default(),
            delegates: listed[2..]
                .iter()
                .map(|person| format!("p-{}", self.people[*person].caller.person))
                .chain([format!("a-{}", self.agency(speaker))])
                .collect(),
            guests: vec![GuestInput {
                name: self.mark(number, "guest", sees(MeetingView::Opened)),
                position: self.mark(number, "position of a guest", sees(MeetingView::Opened)),
                organisation: self.mark(number, "organisation of a guest", sees(MeetingView::Opened)),
                ..GuestInput::default()
            }],
            agenda: vec![AgendaInput {
                title: self.mark(number, "item", sees(MeetingView::Opened)),
                presenter: self.mark(number, "presenter", sees(MeetingView::Opened)),
                minutes: "5".into(),
                ..AgendaInput::default()
            }],
            ..MeetingInput::default()
        };
        let caller = self.as_of(writer, "06:30");
        let meetings = self.world.site.services.meetings.clone();
        let saved = meetings.save(&caller, None, input).await.unwrap();
        if stage != Stage::Draft {
            meetings.publish(&caller, saved.id, saved.rev).await.unwrap();
        }
        let item = meetings.get(&caller, saved.id).await.unwrap().agenda[0].id;
        let paper = self.paper(&caller, number, item).await;
        let participants = meetings.get(&caller, saved.id).await.unwrap().participants;
        let absent = self.people[listed[2]].caller.person;
        let of = |p: &&domain::meetings::Participant| p.person.as_ref().is_some_and(|p| p.id == absent);
        let participant = participants.iter().find(of).unwrap().id;
        self.meetings.push(TestMeeting {
            id: saved.id,
            agency,
            stage,
            date,
            from,
            to,
            chair: listed[0],
            secretary,
            delegates: listed[2..].to_vec(),
            waiting,
            named: Vec::new(),
            sites: vec![site],
            item,
            paper,
            participant,
        });
        self.lead(number, writer).await;
    }
}
