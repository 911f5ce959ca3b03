//! Compares the rule of who may see what of a meeting with the conditions that lists use: in random offices,
//! for every caller and every meeting, both give the same result.

use std::collections::BTreeSet;

use backend::q;
use domain::access::{Caller, Grant, Part, Role, Stage};
use domain::ids::{AgencyId, MeetingId, ParticipantId};
use domain::sight::{Sight, Standing, sight};

use crate::support::{World, each_database};

/// Random offices of one run; each has other people, parts and stages.
const SEEDS: [u64; 3] = [1, 20_260_616, 77];
/// Meetings of an office.
const MEETINGS: usize = 36;
const TREE: [(&str, &str); 7] =
    [("A", "UBND"), ("B", "UBND"), ("C", "UBND"), ("A1", "A"), ("A2", "A"), ("B1", "B"), ("A11", "A1")];

/// Pseudo-random numbers from a seed.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.throw(all.len())]
    }
}

/// A meeting, as recorded by the test itself.
struct TestMeeting {
    id: MeetingId,
    agency: Vec<AgencyId>,
    stage: Stage,
    /// People listed by name: the agency that they represent, their part, and whether their agency named
    /// them.
    people: Vec<(Caller, AgencyId, Part, bool)>,
    /// Agencies that have named nobody yet.
    invited: Vec<AgencyId>,
    sites: Vec<AgencyId>,
}

fn code(part: Part) -> &'static str {
    match part {
        Part::Chair => "chair",
        Part::Secretary => "secretary",
        Part::Delegate | Part::Invited => "delegate",
    }
}

async fn office(world: &World, dice: &mut Dice) -> (Vec<Vec<AgencyId>>, Vec<Caller>, Vec<TestMeeting>) {
    let root = world.agency("UBND").await;
    let mut paths = vec![vec![root]];
    let mut codes = vec!["UBND"];
    for (agency, above) in TREE {
        let id = world.agency_below(agency, above, "department").await;
        let mut path = paths[codes.iter().position(|code| *code == above).unwrap()].clone();
        path.push(id);
        paths.push(path);
        codes.push(agency);
    }
    let mut callers = Vec::new();
    for (n, code) in codes.iter().enumerate() {
        // One caller of every role and one without roles, spread over the tree, and one with roles in two
        // places.
        for role in Role::ALL.into_iter().skip(n % 3).step_by(3) {
            callers.push(world.caller(role, code).await);
        }
        callers.push(world.person(code).await);
        let mut both = world.caller(*dice.of(&Role::ALL), code).await;
        let at = *paths[dice.throw(paths.len())].last().unwrap();
        both.grants.push(Grant { role: *dice.of(&Role::ALL), agency: at });
        callers.push(both);
    }
    let mut made = Vec::new();
    for n in 0..MEETINGS {
        let at = dice.throw(codes.len());
        let stage = Stage::ALL[n % Stage::ALL.len()];
        let id = world.meeting(codes[at]).stage(stage).store().await;
        let mut meeting = TestMeeting {
            id,
            agency: paths[at].clone(),
            stage,
            people: Vec::new(),
            invited: Vec::new(),
            sites: Vec::new(),
        };
        for part in [Part::Chair, Part::Secretary, Part::Delegate, Part::Delegate] {
            let person = dice.of(&callers).clone();
            if dice.throw(3) > 0 && meeting.people.iter().all(|(listed, ..)| listed.person != person.person) {
                let is_named = part == Part::Delegate && dice.throw(2) == 0;
                // The person whom an agency names may belong to an agency below it.
                let own = paths.iter().find(|path| path.last() == Some(&person.agency.id)).unwrap();
                let agency = if is_named { *dice.of(own) } else { person.agency.id };
                meeting.people.push((person, agency, part, is_named));
            }
        }
        let agency = |dice: &mut Dice| *paths[dice.throw(paths.len())].last().unwrap();
        if dice.throw(2) == 0 {
            meeting.invited.push(agency(dice));
        }
        if dice.throw(2) == 0 {
            meeting.sites.push(agency(dice));
        }
        store(world, &meeting).await;
        made.push(meeting);
    }
    (paths, callers, made)
}

async fn store(world: &World, meeting: &TestMeeting) {
    let mut tx = world.backend.db().begin().await.unwrap();
    let named = meeting
        .people
        .iter()
        .map(|(person, agency, part, is_named)| (Some(person.person), *agency, code(*part), *is_named));
    let invited = meeting.invited.iter().map(|agency| (None, *agency, "delegate", false));
    for (position, (person, agency, part, is_named)) in (0i64..).zip(named.chain(invited)) {
        q("INSERT INTO participant (id, meeting_id, part, person_id, agency_id, position, is_named) \
           VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(ParticipantId(world.id()))
        .bind(meeting.id)
        .bind(part)
        .bind(person)
        .bind(agency)
        .bind(position)
        .bind(is_named)
        .run(&mut tx)
        .await
        .unwrap();
    }
    for site in &meeting.sites {
        q("INSERT INTO site (meeting_id, agency_id, position, is_connected) VALUES ($1, $2, 0, FALSE)")
            .bind(meeting.id)
            .bind(*site)
            .run(&mut tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

/// The caller's relation to the meeting, computed only from what the test created.
fn standing<'m>(meeting: &'m TestMeeting, caller: &Caller, paths: &[Vec<AgencyId>]) -> Standing<'m> {
    let path = |agency: &AgencyId| paths.iter().find(|path| path.last() == Some(agency)).unwrap();
    let speaks = |agency: &AgencyId, roles: &[Role]| {
        // A delegate speaks for their own agency alone, other roles for those below as well.
        let reaches = |g: &domain::access::Grant| match g.role {
            Role::Delegate => g.agency == *agency,
            _ => path(agency).contains(&g.agency),
        };
        caller.grants.iter().any(|g| roles.contains(&g.role) && reaches(g))
    };
    let names = [Role::AgencyAdministrator, Role::Secretary, Role::Leader];
    let connects = [Role::Secretary, Role::Leader, Role::Delegate];
    let invited: Vec<AgencyId> = meeting
        .people
        .iter()
        .filter(|(.., is_named)| *is_named)
        .map(|(_, agency, ..)| *agency)
        .chain(meeting.invited.iter().copied())
        .collect();
    Standing {
        agency: &meeting.agency,
        stage: meeting.stage,
        part: meeting.people.iter().find(|(p, ..)| p.person == caller.person).map(|(_, _, part, _)| *part),
        speaks_for_invited: invited.iter().any(|agency| speaks(agency, &names))
            || meeting.sites.iter().any(|agency| speaks(agency, &connects)),
        is_own_agency_invited: invited.contains(&caller.agency.id)
            || meeting.sites.contains(&caller.agency.id),
    }
}

#[tokio::test]
async fn conditions_and_rule_agree_for_every_caller_and_meeting() {
    for seed in SEEDS {
        each_database(async |world| {
            let mut dice = Dice(seed);
            let (paths, callers, made) = office(world, &mut dice).await;
            let ids: Vec<MeetingId> = made.iter().map(|meeting| meeting.id).collect();
            let mut met = BTreeSet::new();
            for caller in &callers {
                let own = paths.iter().find(|path| path.last() == Some(&caller.agency.id)).unwrap();
                let rule = |meeting: &TestMeeting| sight(caller, own, &standing(meeting, caller, &paths));
                let stored = world.backend.sights(caller, &ids).await.unwrap();
                for meeting in &made {
                    let expected = rule(meeting);
                    met.insert(expected);
                    assert_eq!(
                        stored.get(&meeting.id.to_string()),
                        Some(&expected),
                        "{} seed {seed}: {caller:?} {:?}",
                        world.engine,
                        meeting.stage
                    );
                }
                for wanted in Sight::ALL.into_iter().skip(1) {
                    let found = world.backend.seen_at_least(caller, wanted).await.unwrap();
                    let found: BTreeSet<String> = found.into_iter().collect();
                    let expected = made.iter().filter(|meeting| rule(meeting) >= wanted);
                    let expected: BTreeSet<String> = expected.map(|meeting| meeting.id.to_string()).collect();
                    assert_eq!(found, expected, "{} seed {seed}: {wanted:?} {caller:?}", world.engine);
                }
            }
            assert_eq!(met.len(), Sight::ALL.len(), "every step is met, so that each is tried: {met:?}");
        })
        .await;
    }
}
