//! What a plain form sends beside the input: names and lists that are not in their place yet. Each is put there when it means
//! one person, agency or room, and comes back to be settled when it does not. Knows no draft and no page.

use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    super::finding::{Found, meant, people_found, rooms_found},
    super::guests::take_pasted,
    super::listed::{look_up, take_meant},
    super::sheet::ADD_ROOM,
    super::step::{Step, add_once},
    domain::access::Caller,
    domain::calendar::WorkCalendar,
    domain::error::Failure,
    domain::meetings::MeetingInput,
    domain::services::Services,
    std::collections::BTreeMap,
};

/// What the plain form sends beside the input: the people, the room and the site typed beside their buttons.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// Name or code of a delegate to be added.
    pub add: String,
    /// Name of the chair.
    pub add_chair: String,
    /// Name of the secretary.
    pub add_secretary: String,
    /// Name of one more room.
    pub add_room: String,
    /// A pasted list of delegates' names.
    pub add_list: String,
    /// A pasted list of guests.
    pub add_guests: String,
    /// Identifier of an agency that joins as a site.
    pub add_site: String,
}

/// Those whom the text of a search field fits, by the name of the field.
#[cfg(feature = "ssr")]
pub(super) type Offers = Vec<(&'static str, Vec<Found>)>;

#[cfg(feature = "ssr")]
impl Typed {
    /// The names as fields of the form.
    pub(super) fn fields(&self) -> [(&'static str, &str); 6] {
        [
            ("add", &self.add),
            ("add_chair", &self.add_chair),
            ("add_secretary", &self.add_secretary),
            ("add_room", &self.add_room),
            ("add_guests", &self.add_guests),
            ("add_list", &self.add_list),
        ]
    }

    /// What a draft keeps of it.
    pub(super) fn unplaced(&self) -> BTreeMap<String, String> {
        let left = self.fields().into_iter().filter(|(_, text)| !text.trim().is_empty());
        left.map(|(field, text)| (field.to_owned(), text.to_owned())).collect()
    }

    /// Someone was chosen for the name in this field.
    pub(super) fn clear(&mut self, field: &str) {
        if let Some(text) = self.searched(field) {
            text.clear();
        }
    }

    /// What stands in a search field.
    fn searched(&mut self, field: &str) -> Option<&mut String> {
        match field {
            "add" => Some(&mut self.add),
            "add_chair" => Some(&mut self.add_chair),
            "add_secretary" => Some(&mut self.add_secretary),
            ADD_ROOM => Some(&mut self.add_room),
            _ => None,
        }
    }

    /// Whether a typed name is left for which no person or room was chosen.
    pub(super) fn is_left(&self) -> bool {
        self.fields().iter().any(|(_, text)| !text.trim().is_empty())
    }
}

/// What each search field's text fits, of those that fit something.
#[cfg(feature = "ssr")]
pub(super) async fn fitting(
    services: &Services,
    caller: &Caller,
    typed: &Typed,
    input: &MeetingInput,
) -> Result<Offers, Failure> {
    let holder = input.agency.parse().unwrap_or(caller.agency.id);
    let mut offers = Offers::new();
    for (field, text) in typed.fields().into_iter().filter(|(_, text)| !text.trim().is_empty()) {
        let found = match field {
            ADD_ROOM => rooms_found(services, caller, holder, text.to_owned()).await?,
            "add" | "add_chair" | "add_secretary" => {
                people_found(services, caller, text, field != "add").await?
            }
            _ => continue,
        };
        if !found.is_empty() {
            offers.push((field, found));
        }
    }
    Ok(offers)
}

/// Finds what was typed beside the buttons and puts it in its place. What fits nobody stays where it is; of what fits
/// several nobody is taken, and these are given back to be asked about.
#[cfg(feature = "ssr")]
pub(super) async fn add_typed(
    services: &Services,
    caller: &Caller,
    typed: &mut Typed,
    input: &mut MeetingInput,
) -> Result<Offers, Failure> {
    if typed.add.contains(';') {
        typed.add_list = format!("{}\n{}", typed.add_list, std::mem::take(&mut typed.add));
    }
    let listed = look_up(services, caller, &typed.add_list).await?;
    (_, _, typed.add_list) = take_meant(input, listed);
    let mut offers = Offers::new();
    for (field, found) in fitting(services, caller, typed, input).await? {
        let Some(text) = typed.searched(field) else { continue };
        match meant(&found, text) {
            Some(found) => {
                Step::Choose { field: field.to_owned(), code: found.code() }.apply(
                    input,
                    &[],
                    &WorkCalendar::default(),
                );
                text.clear();
            }
            None => offers.push((field, found)),
        }
    }
    if take_pasted(input, &typed.add_guests) {
        typed.add_guests.clear();
    }
    add_once(&mut input.sites, typed.add_site.clone());
    Ok(offers)
}
