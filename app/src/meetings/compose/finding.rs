//! What the composer's search fields ask of the server: people, agencies and rooms that fit what was typed. Keeps nothing.

use domain::meetings::Delegation;
use domain::people::PersonRef;
use domain::rooms::Room;
use domain::text::{fold, title_key};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use {
    crate::session::asked,
    domain::access::Caller,
    domain::error::Failure,
    domain::ids::AgencyId,
    domain::meetings::{AgencyNames, LISTED_NAME_BYTES_AT_MOST, post_written_out},
    domain::rooms::RoomsWanted,
    domain::services::Services,
};

/// Whom a text means, of those that it fits: the only one, or the one whose whole name it is. Where several have that name
/// without marks, the marks decide. Nobody is guessed at: with several left the page asks.
pub(super) fn meant(found: &[Found], text: &str) -> Option<Found> {
    match (found, named(found, text).as_slice()) {
        ([one], _) => Some(one.clone()),
        (_, [one]) => Some((*one).clone()),
        _ => None,
    }
}

/// Those whose whole name a text is; where some have it with the marks of the text, only those.
pub(super) fn named<'f>(found: &'f [Found], text: &str) -> Vec<&'f Found> {
    let marked: Vec<&Found> = found.iter().filter(|of| of.is_named(text, title_key)).collect();
    if marked.is_empty() { found.iter().filter(|of| of.is_named(text, fold)).collect() } else { marked }
}

/// A person, an agency or a room that fits a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Found {
    /// A person.
    Person(PersonRef),
    /// An agency that names its delegate later.
    Agency(domain::agencies::AgencyRef),
    /// A room.
    Room(Room),
}

impl Found {
    /// The form's code.
    pub(super) fn code(&self) -> String {
        match self {
            Found::Person(person) => Delegation::Person(person.id).code(),
            Found::Agency(agency) => Delegation::Agency(agency.id).code(),
            Found::Room(room) => room.id.to_string(),
        }
    }

    #[cfg(feature = "ssr")]
    fn room(self) -> Option<Room> {
        match self {
            Found::Room(room) => Some(room),
            Found::Person(_) | Found::Agency(_) => None,
        }
    }

    /// Whether a text is one of its names, compared by a key.
    pub(super) fn is_named(&self, text: &str, key: fn(&str) -> String) -> bool {
        let text = key(text);
        self.names().iter().any(|name| key(name) == text)
    }

    /// The names by which it is called: a person also by what they are, where they are.
    fn names(&self) -> Vec<String> {
        match self {
            Found::Person(person @ PersonRef { name, position, agency, .. }) => {
                let mut names = vec![
                    name.clone(),
                    person.distinct_name(),
                    format!("{name} {agency}"),
                    format!("{name} {position} {agency}"),
                ];
                // Without a position this would be the name of the agency.
                if !position.is_empty() {
                    names.push(format!("{position} {agency}"));
                }
                names
            }
            Found::Agency(agency) => vec![agency.short_name.clone(), agency.code.clone()],
            Found::Room(room) => vec![room.name.clone()],
        }
    }
}

/// Rooms that a meeting of an agency may use and whose name, code, equipment or agency fits a text.
#[server(endpoint = "meetings/find-rooms")]
pub async fn find_rooms(
    /// What was typed.
    text: String,
    /// The agency that holds the meeting.
    #[server(default)]
    agency: String,
) -> Result<Vec<Room>, CallError> {
    let (services, caller) = asked()?;
    let holder = agency.parse().unwrap_or(caller.agency.id);
    let found = rooms_found(&services, &caller, holder, text).await?;
    Ok(found.into_iter().filter_map(Found::room).collect())
}

/// So many rooms are listed under a text; more letters find the others.
#[cfg(feature = "ssr")]
const ROOMS_FOUND: usize = 12;

/// The rooms listed under a text, for a meeting of the holder.
#[cfg(feature = "ssr")]
pub(super) async fn rooms_found(
    services: &Services,
    caller: &Caller,
    holder: AgencyId,
    text: String,
) -> Result<Vec<Found>, Failure> {
    let wanted = RoomsWanted { text, holder: Some(holder), ..RoomsWanted::default() };
    let mut rooms = services.rooms.offer(caller, wanted).await?.rooms;
    rooms.truncate(ROOMS_FOUND);
    Ok(rooms.into_iter().map(Found::Room).collect())
}

/// People, and agencies unless only people will do.
#[server(endpoint = "meetings/find")]
pub async fn find(
    /// What was typed.
    text: String,
    /// Whether agencies are left out.
    #[server(default)]
    only_people: bool,
) -> Result<Vec<Found>, CallError> {
    let (services, caller) = asked()?;
    Ok(people_found(&services, &caller, &text, only_people).await?)
}

/// The people listed under a text, after the agencies unless only people will do.
#[cfg(feature = "ssr")]
pub(super) async fn people_found(
    services: &Services,
    caller: &Caller,
    text: &str,
    only_people: bool,
) -> Result<Vec<Found>, Failure> {
    let text = &*post_written_out(text);
    let people = services.people.find(caller, text).await?.into_iter().map(Found::Person);
    let agencies = if only_people { Vec::new() } else { services.agencies.find(caller, text).await? };
    let found: Vec<Found> =
        agencies.into_iter().map(Found::Agency).take(AGENCIES_FOUND).chain(people).collect();
    if only_people || !found.is_empty() || text.len() > LISTED_NAME_BYTES_AT_MOST {
        return Ok(found);
    }
    // `Lãnh đạo Sở Y tế` is nobody's name, and asks for somebody of that agency; `Sở KH&CN` is one by its first letters.
    let tree = services.agencies.tree(caller).await?;
    let names = AgencyNames::of(&tree);
    let asked = names.named(text).into_iter().chain(names.asked(text));
    Ok(asked.map(|agency| Found::Agency(agency.to_ref())).collect())
}

/// Agencies come before people, so that an agency's own name finds it first; more than these would hide the people.
#[cfg(feature = "ssr")]
const AGENCIES_FOUND: usize = 5;

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_meant_by_its_own_name_or_when_it_is_the_only_one() {
        let room = |name: &str| -> Room {
            leptos::serde_json::from_value(leptos::serde_json::json!({
                "id": uuid::Uuid::nil(), "code": "P", "name": name, "capacity": 20, "has_video": false, "equipment": "",
                "is_withdrawn": false, "agency": {"id": uuid::Uuid::nil(), "code": "A", "short_name": "A"},
            }))
            .unwrap()
        };
        let rooms = [room("Phòng họp số 1"), room("Phòng họp số 12"), room("Hội trường")];
        let meant = |rooms: &[Room], text: &str| {
            let rooms: Vec<Found> = rooms.iter().cloned().map(Found::Room).collect();
            meant(&rooms, text).map(|found| found.names()[0].clone())
        };
        assert_eq!(meant(&rooms, "phong hop so 1"), Some("Phòng họp số 1".into()));
        assert_eq!(meant(&rooms, "phong"), None);
        assert_eq!(meant(&rooms[2..], "hoi"), Some("Hội trường".into()));
        assert_eq!(meant(&[], "hoi"), None);
    }

    #[test]
    fn a_person_is_meant_by_the_whole_name_when_nobody_else_has_it() {
        let person = |number: u128, name: &str| {
            Found::Person(PersonRef {
                id: domain::ids::PersonId(uuid::Uuid::from_u128(number)),
                name: name.to_owned(),
                position: "Chuyên viên".to_owned(),
                agency: "SNV".to_owned(),
                namesake_mark: String::new(),
            })
        };
        let agency = |code: &str, short_name: &str| {
            Found::Agency(domain::agencies::AgencyRef {
                id: domain::ids::AgencyId(uuid::Uuid::nil()),
                code: code.to_owned(),
                short_name: short_name.to_owned(),
            })
        };
        let hung =
            [person(1, "Nguyễn Văn Hùng"), person(2, "Nguyễn Văn Hưng"), person(3, "Nguyễn Văn Hứng Anh")];
        assert_eq!(meant(&hung, "nguyễn văn hưng"), Some(hung[1].clone()), "the marks decide");
        assert_eq!(meant(&hung, "nguyen van hung"), None, "two have this name without marks");
        assert_eq!(meant(&hung, "hung anh"), None, "a part of a name is none");
        assert_eq!(meant(&hung[2..], "anh"), Some(hung[2].clone()), "the only one");
        let directors = [person(1, "Giám đốc"), person(2, "Giám đốc"), person(3, "Phó Giám đốc")];
        assert_eq!(meant(&directors, "giam doc"), None);
        assert_eq!(meant(&directors, "Giám đốc"), None);
        assert_eq!(meant(&directors, "pho giam doc"), Some(directors[2].clone()));
        let clerks = [person(1, "Lò Văn An"), person(2, "Lò Văn An Bình")];
        assert_eq!(meant(&clerks, "lo van an chuyen vien snv"), Some(clerks[0].clone()));
        assert_eq!(meant(&clerks, "chuyen vien snv"), None, "both are");
        let office = [agency("SNV", "Sở Nội vụ"), person(1, "Giám đốc Sở Nội vụ"), person(2, "Thư ký")];
        assert_eq!(meant(&office, "snv"), Some(office[0].clone()));
        assert_eq!(meant(&office, "so noi vu"), Some(office[0].clone()));
        let Found::Person(mut nobody_special) = person(3, "Lò Văn Cương") else { unreachable!() };
        (nobody_special.position, nobody_special.agency) = (String::new(), "Sở Nội vụ".to_owned());
        let office = [office[0].clone(), Found::Person(nobody_special)];
        assert_eq!(
            meant(&office, "so noi vu"),
            Some(office[0].clone()),
            "without a position, no name of a person"
        );
    }
}
