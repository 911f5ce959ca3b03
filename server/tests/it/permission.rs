//! Nothing can be reached that the table of permissions does not name, and the policy is kept readable.

use std::collections::BTreeSet;

use domain::access::{Action, Grant, Part, Role, Scope, Stage, permits};
use domain::accounts::Duty;
use domain::ids::AgencyId;
use domain::sight::{Ground, Sight, sight_by};
use server::permission::{self, Access};
use server::router::{page_routes, quick_routes, streaming_routes};

use crate::snapshot;

/// Every address that the program answers.
fn served() -> BTreeSet<String> {
    let mut served: BTreeSet<String> = page_routes().iter().map(|route| route.path().to_owned()).collect();
    served.extend(leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()));
    served.extend(quick_routes().iter().map(|(path, _)| (*path).to_owned()));
    served.extend(streaming_routes().iter().map(|(path, _)| (*path).to_owned()));
    served.extend(server::routes::files::ADDRESSES.map(str::to_owned));
    served
}

#[test]
fn every_address_is_in_the_table_of_permissions() {
    let named: BTreeSet<String> = permission::all().map(|(address, _)| address.to_owned()).collect();
    let served = served();
    let missing: Vec<_> = served.difference(&named).collect();
    let gone: Vec<_> = named.difference(&served).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "name in server/src/permission.rs:\n{missing:#?}\nremove from it:\n{gone:#?}"
    );
}

#[test]
fn every_duty_can_be_done_and_its_addresses_are_in_the_table() {
    for duty in Duty::ALL {
        let open: Vec<&str> = permission::all()
            .map(|(address, _)| address)
            .filter(|address| permission::duties(address).contains(&duty))
            .collect();
        assert!(open.contains(&app::failure::page_of(duty)), "{duty:?}: {open:?}");
        assert!(open.contains(&"/api/accounts/sign-out"), "{duty:?}: {open:?}");
    }
}

#[test]
fn every_action_stands_behind_some_address() {
    let used: BTreeSet<Action> = permission::all()
        .filter_map(|(_, access)| match access {
            Access::Needs(action) => Some(action),
            _ => None,
        })
        .chain(permission::messages().iter().flat_map(|message| permission::of_message(message).1).copied())
        .collect();
    // The kind of file decides which right an import needs.
    let inside = [Action::ImportMeetings, Action::ImportBaseline];
    let idle: Vec<_> =
        Action::ALL.into_iter().filter(|action| !used.contains(action) && !inside.contains(action)).collect();
    assert!(idle.is_empty(), "no address asks for {idle:?}");
}

#[test]
fn the_policy_is_written_down() {
    snapshot::same("docs/permissions.md", &policy());
}

fn policy() -> String {
    let mut text = String::from(
        "# Who may do what\n\nWritten by the tests from `domain::access` and `server::permission`; \
         `PHIEN_TEST_WRITE=1 cargo test -p server` writes it anew.\n\n## In an agency\n\n\
         A role reaches the agency that it is held in and all below it. ● allowed, blank forbidden.\n\n",
    );
    let here: AgencyId = "00000000-0000-0000-0000-000000000001".parse().unwrap();
    let path = [here];
    let mark = |allowed: bool| if allowed { "●" } else { "" };

    head(&mut text, "Action", ["everybody"].into_iter().chain(Role::ALL.map(Role::code)));
    for action in Action::ALL {
        let mut cells = vec![mark(permits(&[], action, Scope::Myself))];
        for role in Role::ALL {
            cells.push(mark(permits(&[Grant { role, agency: here }], action, Scope::Agency(&path))));
        }
        row(&mut text, &name(action), &cells);
    }

    text.push_str("\n## In a meeting\n\nThe stages in which it is allowed, by role in the organising agency or above it, and by part in the meeting:\n");
    text.push_str("D draft, S scheduled, U under way, H held, C cancelled, P postponed. The papers of a meeting that was \
         entered after it took place are managed once it is held, by those who manage them while it is under way.\n\n");
    let parts = [Part::Chair, Part::Secretary, Part::Delegate, Part::Invited];
    let part_names = ["its chair", "its secretary", "its delegate", "an invited agency"];
    head(&mut text, "Action", Role::ALL.map(Role::code).into_iter().chain(part_names));
    for action in Action::ALL {
        let stages = |grants: &[Grant], part: Option<Part>| -> String {
            let allowed = |stage: &Stage| {
                permits(grants, action, Scope::Meeting { agency: &path, part, stage: *stage })
            };
            Stage::ALL.iter().filter(|stage| allowed(stage)).map(|stage| letter(*stage)).collect()
        };
        let mut cells: Vec<String> =
            Role::ALL.map(|role| stages(&[Grant { role, agency: here }], None)).to_vec();
        cells.extend(parts.map(|part| stages(&[], Some(part))));
        if cells.iter().any(|cell| !cell.is_empty()) {
            row(&mut text, &name(action), &cells.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }

    text.push_str(
        "\nNo paper's title is shown to those who may not read papers. Of a meeting that a reader of the audit trail may \
         not view\nit tells who, what and when, and withholds what the meeting held, before and after.\n\
         An administrator's role alone names delegates of an invited agency, but not its holder: a delegate reads papers.\n",
    );

    text.push_str(
        "\n## What is seen of a meeting\n\nThe most that any of these gives, by stage. *Taken*: that a time is taken, neither \
         title nor agency. *Title*: title, agency,\nkind, time, place, form, but nobody who takes part. *Opens*: everything but \
         papers.\n\n",
    );
    head(&mut text, "Ground", Stage::ALL.map(Stage::code).into_iter());
    for ground in Ground::ALL {
        let cells = Stage::ALL.map(|stage| match sight_by(ground, stage) {
            Sight::Nothing => "",
            Sight::Taken => "taken",
            Sight::Title => "title",
            Sight::Opens => "opens",
            Sight::Papers => "papers",
        });
        row(&mut text, &ground_name(ground), &cells);
    }
    text.push_str(
        "\nOne's own line is one's own agency, those above and those below. A list behind a figure holds a line for each \
         meeting that was\ncounted: of one whose title the caller may not see it says agency, kind, time and form alone. \
         Being found by a person who takes\npart tells that they do, so such lists hold what the caller may open.\n",
    );

    text.push_str("\n## Addresses\n\nOpen and public ones are for people who are not signed in too.\n\n");
    head(&mut text, "Address", ["asks for"].into_iter());
    let mut addresses: Vec<_> = permission::all().collect();
    addresses.sort_by_key(|(address, _)| *address);
    for (address, access) in addresses.iter().copied() {
        let access = match access {
            Access::Open => "nothing".to_owned(),
            Access::Public => "nothing; public".to_owned(),
            Access::SignedIn => "a signed-in person".to_owned(),
            Access::Needs(action) => name(action),
        };
        row(&mut text, &format!("`{address}`"), &[&access]);
    }

    text.push_str(
        "\n## Before anything else\n\nWhile a duty is outstanding, open and public addresses stay open, and these.\n\n",
    );
    head(&mut text, "Address", ["open while"].into_iter());
    for (address, _) in &addresses {
        let duties = permission::duties(address);
        if !duties.is_empty() {
            let duties: Vec<String> = duties.iter().map(|duty| duty_name(*duty)).collect();
            row(&mut text, &format!("`{address}`"), &[&duties.join(", ")]);
        }
    }

    text.push_str(
        "\n## Messages of the live socket\n\nEach is checked when it comes, against the sender as of then; what is said from a seat, against whose seat it \
         is. Whoever has the floor may\nopen and turn papers before everybody, like those who direct.\n\n\
         What all pages are told is the same for everybody who may see the meeting: who has which seat, since when one is lost and how its\n\
         line is, who asks and who has the floor.\n\n",
    );
    head(&mut text, "Message", ["asks for one of"].into_iter());
    for message in permission::messages() {
        let (message, actions) = permission::of_message(&message);
        let actions: Vec<String> = actions.iter().map(|action| name(*action)).collect();
        row(&mut text, message, &[&actions.join(", ")]);
    }
    text
}

fn name(action: Action) -> String {
    serde_json::to_value(action).unwrap().as_str().unwrap().replace('_', " ")
}

fn duty_name(duty: Duty) -> String {
    let name = serde_json::to_value(duty).unwrap().as_str().unwrap().replace('_', " ");
    format!("{name} is due")
}

fn ground_name(ground: Ground) -> String {
    match ground {
        Ground::SignedIn => "everybody".into(),
        Ground::Role(role) => format!("{} of its agency or above", role.code().replace('_', " ")),
        Ground::OwnLine => "held on one's own line".into(),
        Ground::OwnAgency => "one's own agency is invited or joins".into(),
        Ground::Part(Part::Chair) => "its chair".into(),
        Ground::Part(Part::Secretary) => "its secretary".into(),
        Ground::Part(Part::Delegate) => "its delegate".into(),
        Ground::Part(Part::Invited) => "speaking for an agency that is invited or joins".into(),
    }
}

fn letter(stage: Stage) -> char {
    match stage {
        Stage::Draft => 'D',
        Stage::Scheduled => 'S',
        Stage::UnderWay => 'U',
        Stage::Held => 'H',
        Stage::Cancelled => 'C',
        Stage::Postponed => 'P',
    }
}

fn head<'a>(text: &mut String, first: &str, rest: impl Iterator<Item = &'a str>) {
    let cells: Vec<String> = rest.map(|cell| cell.replace('_', " ")).collect();
    text.push_str(&format!("| {first} | {} |\n|---|{}\n", cells.join(" | "), "---|".repeat(cells.len())));
}

fn row(text: &mut String, first: &str, cells: &[&str]) {
    text.push_str(&format!("| {first} | {} |\n", cells.join(" | ")));
}
