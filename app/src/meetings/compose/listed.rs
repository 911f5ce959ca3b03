//! A pasted list of names in the delegates' field: each name is looked up, those that mean exactly one person or agency are
//! added, and all others stay to be settled. Nobody is added by a guess: among sixty names nobody sees one that is wrong, so
//! more is asked of a name here than in a field whose one answer is looked at. No name is lost.

use std::collections::HashSet;

use domain::meetings::{GuestInput, MeetingInput, is_heading, names_several, parts_of_line, pasted_guests};
use domain::text::Line;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::field::{folded, press};
use super::finding::Found;
#[cfg(feature = "ssr")]
use super::finding::named;
use super::people::option;
use super::sheet::{ADD_LIST, Sheet};
use super::step::add_once;
use crate::failure::CallError;
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::{Icon, Loaded, loaded, resource, textarea_text};
#[cfg(feature = "ssr")]
use {
    crate::session::asked,
    domain::access::Caller,
    domain::agencies::{Agency, AgencyRef},
    domain::error::{Failure, FieldProblem, Problem},
    domain::meetings::{
        AgencyNames, LISTED_NAME_BYTES_AT_MOST, PROPOSED_AT_MOST, may_mean, near_people, person_in,
        post_written_out, without_address,
    },
    domain::services::Services,
    domain::text::{fold, title_key},
};

/// Names looked up at once: each costs one search, or up to four when it is nobody's, and a list of a conference has fewer.
/// The others stay in the field.
#[cfg(feature = "ssr")]
const LOOKED_UP_AT_ONCE: usize = 100;
/// What is not looked up by then stays in the field too. A list of ordinary names takes a second.
#[cfg(feature = "ssr")]
const LOOKED_UP_WITHIN: std::time::Duration = std::time::Duration::from_secs(3);

/// Names of a list: as many as a meeting may have people.
#[cfg(feature = "ssr")]
const LISTED_AT_MOST: u32 = 5_000;
/// Longest list: each of them with position and agency takes some fifty bytes.
#[cfg(feature = "ssr")]
const LIST_BYTES_AT_MOST: usize = LISTED_AT_MOST as usize * 50;

/// What a listed name means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Meaning {
    /// Exactly this person or agency.
    One(Found),
    /// One of these; a person has to choose.
    Several(Vec<Found>),
    /// Nobody of exactly this name; it may be one of these.
    Near(Vec<Found>),
    /// Nobody here.
    Nobody,
    /// It was not looked up: there were too many at once.
    Later,
}

impl Meaning {
    /// Those to choose from.
    pub(super) fn choices(&self) -> &[Found] {
        match self {
            Meaning::Several(found) | Meaning::Near(found) => found,
            Meaning::One(_) | Meaning::Nobody | Meaning::Later => &[],
        }
    }
}

/// A name of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedName {
    /// As it was pasted.
    pub text: String,
    /// What it means.
    pub meaning: Meaning,
}

/// The names of a pasted list, each once: one a line, or parted by semicolons; agencies also by commas.
pub(super) fn names_in(text: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    let lines = text.split(['\n', '\r', ';']);
    let names = lines.flat_map(parts_of_line).map(|part| String::from(Line::new(part)));
    // `Danh sách đại biểu:` is the heading of a list, and nobody.
    let is_name = |name: &String| !name.is_empty() && !name.ends_with(':') && !is_heading(name);
    names.filter(|name| is_name(name) && seen.insert(name.clone())).collect()
}

/// The list without a name that is settled.
pub(super) fn without(text: &str, settled: &str) -> String {
    let left: Vec<String> = names_in(text).into_iter().filter(|name| name != settled).collect();
    left.join("\n")
}

/// What a name means among the agencies of exactly this name and the people that a search gave.
///
/// The name has to be whole, with the right marks or without any: `Hưng` is not `Hùng`.
#[cfg(feature = "ssr")]
fn meaning_of(text: &str, agencies: Vec<AgencyRef>, people: Vec<Found>) -> Meaning {
    let bare = without_address(text);
    let said = words(&bare);
    let by_name = [text, &bare].map(|text| named(&people, text));
    let mut meant = by_name.into_iter().find(|named| !named.is_empty()).unwrap_or_default();
    if meant.is_empty() {
        meant = people.iter().filter(|of| says_all(of, &said)).collect();
    }
    let is_plain = title_key(&bare) == title_key(&fold(&bare));
    let is_marked =
        |of: &Found| [text, &bare].iter().any(|text| of.is_named(text, title_key)) || says_all(of, &said);
    // By the name of an agency all its people are found, and none of them is meant.
    let is_guessed = meant.is_empty() && agencies.is_empty();
    let is_certain = !is_guessed && (is_plain || meant.iter().all(|of| is_marked(of)));
    let may_be_meant = |of: &Found| !matches!(of, Found::Person(person) if !may_mean(&bare, person));
    let meant: Vec<Found> = match is_guessed {
        true => people.into_iter().filter(may_be_meant).collect(),
        false => meant.into_iter().cloned().collect(),
    };
    let mut found: Vec<Found> = agencies.into_iter().map(Found::Agency).chain(meant).collect();
    match (found.len(), is_certain) {
        (0, _) => Meaning::Nobody,
        (1, true) => Meaning::One(found.remove(0)),
        _ => Meaning::Several(found),
    }
}

/// Whether words that are said are the whole name of a person, and beside it nothing but their position and agency.
#[cfg(feature = "ssr")]
fn says_all(of: &Found, said: &[String]) -> bool {
    let Found::Person(person) = of else { return false };
    let of_name = words(&person.name);
    let of_person = words(&format!("{} {} {}", person.name, person.position, person.agency));
    of_name.iter().all(|word| said.contains(word)) && said.iter().all(|word| of_person.contains(word))
}

#[cfg(feature = "ssr")]
fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(title_key).collect()
}

/// Looks up every name of a list.
#[cfg(feature = "ssr")]
pub(super) async fn look_up(
    services: &Services,
    caller: &Caller,
    text: &str,
) -> Result<Vec<ListedName>, Failure> {
    if text.len() > LIST_BYTES_AT_MOST {
        return Err(Failure::Invalid(vec![FieldProblem::new(ADD_LIST, Problem::TooMany(LISTED_AT_MOST))]));
    }
    let names = names_in(text);
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let tree = services.agencies.tree(caller).await?;
    let agencies = AgencyNames::of(&tree);
    let mut listed = Vec::with_capacity(names.len());
    let began = std::time::Instant::now();
    for (at, text) in names.into_iter().enumerate() {
        let meaning = match at < LOOKED_UP_AT_ONCE && began.elapsed() < LOOKED_UP_WITHIN {
            true if text.len().max(fold(&text).len()) > LISTED_NAME_BYTES_AT_MOST => Meaning::Nobody,
            true => look_up_one(services, caller, &agencies, &text).await?,
            false => Meaning::Later,
        };
        listed.push(ListedName { text, meaning });
    }
    Ok(listed)
}

/// What one name means. What is nobody's whole name is compared with the agencies and people that it may mean.
#[cfg(feature = "ssr")]
async fn look_up_one(
    services: &Services,
    caller: &Caller,
    agencies: &AgencyNames<'_>,
    text: &str,
) -> Result<Meaning, Failure> {
    if let [counted] = agencies.counted(text)[..] {
        return Ok(Meaning::One(agency(counted)));
    }
    let text = &*post_written_out(text);
    let whole = without_address(text);
    let people = services.people.find(caller, &whole).await?;
    let people = people.into_iter().map(Found::Person).collect();
    let asked: Vec<Found> = agencies.asked(text).into_iter().map(agency).collect();
    match meaning_of(text, agencies.named(text).into_iter().map(Agency::to_ref).collect(), people) {
        Meaning::Several(people) => Ok(Meaning::Several(asked.into_iter().chain(people).collect())),
        Meaning::Nobody if !asked.is_empty() => Ok(Meaning::Near(asked)),
        Meaning::Nobody => {
            let part = person_in(text);
            let people = if part == whole { Vec::new() } else { services.people.find(caller, &part).await? };
            let people = match people.is_empty() {
                true => services.people.find_near(caller, text).await?,
                false => near_people(text, people),
            };
            let mut near: Vec<Found> = people.into_iter().map(Found::Person).collect();
            near.extend(agencies.near(text).into_iter().map(agency));
            let searched = services.agencies.find(caller, &whole).await?.into_iter().map(Found::Agency);
            for agency in searched {
                if !near.contains(&agency) {
                    near.push(agency);
                }
            }
            near.truncate(PROPOSED_AT_MOST);
            Ok(if near.is_empty() { Meaning::Nobody } else { Meaning::Near(near) })
        }
        meaning => Ok(meaning),
    }
}

#[cfg(feature = "ssr")]
fn agency(of: &Agency) -> Found {
    Found::Agency(of.to_ref())
}

/// Puts those who are meant among the delegates, and gives the others and the text that is left of the list.
pub(super) fn take_meant(
    input: &mut MeetingInput,
    listed: Vec<ListedName>,
) -> (Vec<Found>, Vec<ListedName>, String) {
    let (mut taken, mut left) = (Vec::new(), Vec::new());
    for name in listed {
        match name.meaning {
            Meaning::One(found) => {
                add_once(&mut input.delegates, found.code());
                taken.push(found);
            }
            meaning => left.push(ListedName { text: name.text, meaning }),
        }
    }
    let text = left.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join("\n");
    (taken, left, text)
}

/// What each name of a list means.
#[server(endpoint = "meetings/find-list")]
pub async fn find_listed(
    /// The list.
    text: String,
) -> Result<Vec<ListedName>, CallError> {
    let (services, caller) = asked()?;
    Ok(look_up(&services, &caller, &text).await?)
}

/// A name of the list as a guest from outside.
pub(super) fn as_guest(name: &str) -> GuestInput {
    pasted_guests(name).pop().unwrap_or_default()
}

/// The field for the list, and below it what is to be settled.
pub(super) fn pasting(sheet: Sheet) -> impl IntoView + use<> {
    let text = sheet.beside(ADD_LIST);
    if !text.is_empty() {
        sheet.unfolded.update_value(|unfolded| unfolded.push("pasted_names"));
    }
    // Without script the names that are left are looked up for this page.
    let at_first = if sheet.unsettled.with_untracked(Option::is_none) { text.clone() } else { String::new() };
    let first: Loaded<Vec<ListedName>> = resource(
        move || at_first.clone(),
        |text| async move { if text.is_empty() { Ok(Vec::new()) } else { find_listed(text).await } },
    );
    let wrong = move || {
        let loose = sheet.loose.with(|loose| loose.iter().find(|loose| loose.field == ADD_LIST).copied());
        loose.map(|loose| {
            view! { <p class="field__error" id="add_list-error"><Icon name="octagon-x"/>{loose.words()}</p> }
        })
    };
    let settling = move || match sheet.unsettled.get() {
        Some(names) => unsettled(sheet, names),
        None => loaded(first, move |names| unsettled(sheet, names)).into_any(),
    };
    let body = view! {
        <div class="field">
            <label for=ADD_LIST>{t(COMPOSER_PASTE_NAMES_LABEL)}</label>
            <p class="hint" id="add_list-hint">{t(COMPOSER_PASTE_NAMES_HINT)}</p>
            {wrong}
            <textarea
                class="input"
                id=ADD_LIST
                name=ADD_LIST
                rows="5"
                aria-describedby="add_list-hint add_list-error"
            >{textarea_text(text)}</textarea>
            {settling}
            <div>{press("paste_delegates".to_owned(), "plus", Some(t(COMPOSER_PASTE_ADD)), None, "btn btn--secondary")}</div>
        </div>
    };
    folded(sheet, "pasted_names", || t(COMPOSER_PASTE_NAMES).to_owned(), body.into_any())
}

/// The names that are left, each with what can be done about it. A name that was changed since is left out.
fn unsettled(sheet: Sheet, names: Vec<ListedName>) -> AnyView {
    let at = super::sheet::place_of(ADD_LIST);
    let left = Memo::new(move |_| names_in(&sheet.beside.with(|beside| beside[at].clone())));
    let delegates = Memo::new(move |_| sheet.input.with(|input| input.delegates.clone()));
    let rows = move || {
        let is_left = |name: &&ListedName| left.with(|left| left.contains(&name.text));
        let delegates = delegates.get();
        names.iter().filter(is_left).filter_map(|name| row(name, &delegates)).collect_view()
    };
    view! { <ul class="listed">{rows}</ul> }.into_any()
}

fn row(name: &ListedName, delegates: &[String]) -> Option<AnyView> {
    let text = name.text.clone();
    let guest = press(
        format!("settle_guest:{text}"),
        "user-plus",
        Some(t(COMPOSER_NAME_AS_GUEST)),
        Some(tf(COMPOSER_NAME_AS_GUEST_OF, &[("name", &text)])),
        "btn btn--quiet btn--sm",
    );
    let said = match &name.meaning {
        // It was added already.
        Meaning::One(_) => return None,
        Meaning::Later => t(COMPOSER_NAME_LATER).to_owned(),
        Meaning::Nobody => t(COMPOSER_NAME_NOBODY).to_owned(),
        Meaning::Several(found) => tf(COMPOSER_NAME_SEVERAL, &[("n", &found.len())]),
        Meaning::Near(_) => t(COMPOSER_NAME_NEAR).to_owned(),
    };
    let done = names_several(&text).then(|| {
        press(
            format!("drop_name:{text}"),
            "check",
            Some(t(COMPOSER_NAME_DONE)),
            Some(tf(COMPOSER_NAME_DONE_OF, &[("name", &text)])),
            "btn btn--quiet btn--sm",
        )
    });
    let choices: Vec<AnyView> = name
        .meaning
        .choices()
        .iter()
        .filter(|found| !delegates.contains(&found.code()))
        .map(|found| {
            let shown = option(found);
            let words = if shown.detail.is_empty() {
                shown.label
            } else {
                format!("{}, {}", shown.label, shown.detail)
            };
            let value = format!("settle:{}:{text}", found.code());
            view! {
                <button class="btn btn--secondary btn--sm" name="then" value=value>
                    <Icon name="plus"/>{words}
                </button>
            }
            .into_any()
        })
        .collect();
    Some(
        view! {
            <li>
                <p><b>{text}</b>": "{said}</p>
                <div class="row row--wrap">{choices}{guest}{done}</div>
            </li>
        }
        .into_any(),
    )
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn person(name: &str, position: &str, agency: &str) -> Found {
        let id = domain::ids::PersonId(uuid::Uuid::nil());
        let namesake_mark = String::new();
        Found::Person(domain::people::PersonRef {
            id,
            name: name.into(),
            position: position.into(),
            agency: agency.into(),
            namesake_mark,
        })
    }

    fn meant(text: &str, people: &[Found]) -> Result<String, usize> {
        match meaning_of(text, Vec::new(), people.to_vec()) {
            Meaning::One(Found::Person(person)) => Ok(format!("{}, {}", person.name, person.agency)),
            Meaning::Several(found) => Err(found.len()),
            _ => Err(0),
        }
    }

    #[test]
    fn a_list_is_parted_at_lines_and_semicolons() {
        assert_eq!(names_in("Một; Hai ;\r\n\tBa\n\nMột;;"), ["Một", "Hai", "Ba"]);
        assert_eq!(
            names_in("STT\tHọ và tên\tChức vụ\n1\tVũ Thu\tGiám đốc").len(),
            1,
            "the heading of a table"
        );
        assert_eq!(without("Một\nHai; Ba", "Hai"), "Một\nBa");
        let counted = "Sở Y tế (02 người), Sở Nội vụ ( 1 đ/c),\nLò Văn A, Sở Y tế (02)";
        assert_eq!(names_in(counted), ["Sở Y tế (02 người)", "Sở Nội vụ ( 1 đ/c)", "Lò Văn A, Sở Y tế (02)"]);
        // A line that may name several stays when one of them is chosen.
        let several = "UBND các phường: Tô Hiệu, Chiềng An";
        let settled =
            |press: String| super::super::step::Step::parse(&press).settled_name().map(str::to_owned);
        assert_eq!(settled(format!("settle:a-1:{several}")), None);
        assert_eq!(settled(format!("drop_name:{several}")).as_deref(), Some(several));
        assert_eq!(settled("settle:a-1:Lãnh đạo Sở Y tế".into()).as_deref(), Some("Lãnh đạo Sở Y tế"));
        for (text, name) in [
            ("1. Đ/c Lò Văn A", "Lò Văn A"),
            ("2) Đồng chí Lò", "Lò"),
            ("- Ông Lò", "Lò"),
            ("Bà Cà Thị B", "Cà Thị B"),
            ("Ong", "Ong"),
            ("7", "7"),
        ] {
            assert_eq!(without_address(text), name, "{text}");
        }
    }

    #[test]
    fn a_name_means_somebody_only_when_nobody_else_can_be_meant() {
        let people = [
            person("Người mẫu Toàn", "Giám đốc", "SNV"),
            person("Người mẫu Toán", "Chuyên viên", "STC"),
            person("Người mẫu Toàn Anh", "Chuyên viên", "STC"),
        ];
        assert_eq!(meant("Người mẫu Toàn", &people), Ok("Người mẫu Toàn, SNV".into()));
        assert_eq!(meant("nguoi mau toan", &people), Err(2), "without marks it may be either");
        assert_eq!(meant("2. Ông Người mẫu Toán", &people[1..]), Ok("Người mẫu Toán, STC".into()));
        assert_eq!(
            meant("Người mẫu Toán, Chuyên viên, STC", &people[1..2]),
            Ok("Người mẫu Toán, STC".into())
        );
        assert_eq!(meant("Người mẫu Toàn, STC", &people[..1]), Err(1), "another agency was said");
        // Searching finds parts of words; a shorter name is not the longer one.
        assert_eq!(meant("Người mẫu To", &people[..1]), Err(1));
        assert_eq!(meant("Người mẫu Toản", &people[1..2]), Err(1), "other marks are another name");
        assert_eq!(meant("Giám đốc SNV Người mẫu Toàn", &people[..1]), Ok("Người mẫu Toàn, SNV".into()));
        assert_eq!(meant("Giám đốc, SNV", &people), Ok("Người mẫu Toàn, SNV".into()), "one has this post");
        assert_eq!(meant("Chuyên viên STC", &people), Err(2), "two have this post");
        assert_eq!(meant("Ai đó", &[]), Err(0));
        let same = [person("Người mẫu", "", "SNV"), person("Người mẫu", "", "STC")];
        assert_eq!(meant("Người mẫu", &same), Err(2));
    }

    #[test]
    fn those_meant_become_delegates_and_all_others_stay_in_the_list() {
        let name = |text: &str, meaning| ListedName { text: text.into(), meaning };
        let one = person("Một", "", "");
        let listed = vec![
            name("Một", Meaning::One(one.clone())),
            name("Hai", Meaning::Nobody),
            name("Ba", Meaning::Several(vec![one.clone(), one.clone()])),
            name("Bốn", Meaning::Later),
        ];
        let mut input = MeetingInput::default();
        let (taken, left, text) = take_meant(&mut input, listed);
        assert_eq!((taken, left.len(), text.as_str()), (vec![one.clone()], 3, "Hai\nBa\nBốn"));
        assert_eq!(input.delegates, [one.code()]);
        let guest = as_guest("Khách, Vụ trưởng, Bộ Y tế, Hà Nội");
        assert_eq!(
            [guest.name, guest.position, guest.organisation],
            ["Khách", "Vụ trưởng", "Bộ Y tế, Hà Nội"]
        );
    }
}
