//! One agency as a field of a form: found while a name is typed, with marks or without; without script a list with the
//! tree's indentation. Offers only those in which the caller may do what the form is for.

use domain::access::{Action, Scope, permits};
use domain::agencies::{Agency, path_in};
use domain::text::fold;
use leptos::prelude::*;

use super::calls::agency_tree;
use crate::form::Posted;
use crate::session;
use crate::text::keys::*;
use crate::text::t;
use crate::ui::combo::{ComboOption, Finding};
use crate::ui::{Combo, Select, loaded, resource};

/// More than fit a screen is no help.
const OFFERED_AT_MOST: usize = 20;

/// The field `agency`, which sends the code of the agency chosen; at first the caller's own.
#[component]
pub fn AgencyField(
    /// Its label.
    label: &'static str,
    /// What came back with the form.
    posted: Posted,
    /// What the form does there.
    action: Action,
) -> impl IntoView {
    let tree = resource(|| (), |()| agency_tree());
    loaded(tree, move |tree| agency_choice(label, reached(tree, action), First::own(&posted)))
}

/// A field that sends the code of one of these agencies, for a form that has the tree already.
pub fn agency_choice(label: &'static str, agencies: StoredValue<Vec<Agency>>, first: First) -> AnyView {
    let is_alive = RwSignal::new(false);
    // Somebody may have chosen from the plain list while the program was on its way.
    let chosen = StoredValue::new(first.code.clone());
    let name = first.name.clone();
    Effect::new(move |_| {
        if let Some(code) = chosen_in_list(&name) {
            chosen.set_value(code);
        }
        is_alive.set(true);
    });
    let drawn = move || match is_alive.get() {
        true => finder(label, agencies, First { code: chosen.get_value(), ..first.clone() }).into_any(),
        false => list(label, agencies, first.clone()).into_any(),
    };
    drawn.into_any()
}

/// What the field is called and shows at first.
#[derive(Clone, Debug, Default)]
pub struct First {
    /// Name of the field with the code.
    pub name: String,
    /// Name of the field in which it is found.
    pub typed_name: String,
    /// Code of the agency; empty when what was typed is none.
    pub code: String,
    /// What was typed.
    pub typed: String,
    /// What is wrong with it.
    pub error: Option<String>,
}

impl First {
    /// The field `agency`, with the caller's own agency until something else was typed.
    pub fn own(posted: &Posted) -> First {
        First::of(posted, session::me().map(|me| me.agency.code).unwrap_or_default())
    }

    /// The field `agency`, with the agency of a code until something else was typed.
    pub fn of(posted: &Posted, code: String) -> First {
        let (came_back, typed) = (posted.typed("agency"), posted.typed("agency_name"));
        // A name that was typed and is no agency is not to become the one that stood there.
        let code = if came_back.is_empty() && typed.is_empty() { code } else { came_back };
        let (name, typed_name) = ("agency".to_owned(), "agency_name".to_owned());
        First { name, typed_name, code, typed, error: posted.error("agency") }
    }
}

/// What is chosen in the plain list, while it is there.
#[cfg(feature = "hydrate")]
fn chosen_in_list(name: &str) -> Option<String> {
    let list = document().query_selector(&format!("select[name=\"{name}\"]")).ok().flatten()?;
    web_sys::js_sys::Reflect::get(&list, &"value".into()).ok()?.as_string()
}

#[cfg(not(feature = "hydrate"))]
fn chosen_in_list(_name: &str) -> Option<String> {
    None
}

/// Those in which the caller may do this, in the order of the tree.
pub fn reached(tree: Vec<Agency>, action: Action) -> StoredValue<Vec<Agency>> {
    let grants = session::me().map(|me| me.grants).unwrap_or_default();
    let may = |agency: &&Agency| permits(&grants, action, Scope::Agency(&path_in(&tree, agency)));
    StoredValue::new(tree.iter().filter(may).cloned().collect())
}

fn list(label: &'static str, agencies: StoredValue<Vec<Agency>>, first: First) -> impl IntoView {
    let First { name, code, error, .. } = first;
    // Without a choice the first of the list would be sent as if it were one.
    let none = code.is_empty().then(|| (String::new(), t(COMPOSER_SITE_NONE).to_owned()));
    let options = agencies.with_value(|agencies| {
        let top = agencies.iter().map(|agency| agency.depth).min().unwrap_or_default();
        let option = |agency: &Agency| {
            let indent = "\u{2003}".repeat((agency.depth - top) as usize);
            (agency.code.clone(), format!("{indent}{}", agency.short_name))
        };
        none.into_iter().chain(agencies.iter().map(option)).collect()
    });
    view! { <Select name=name label=label options=options selected=code error=error/> }
}

fn finder(label: &'static str, agencies: StoredValue<Vec<Agency>>, first: First) -> impl IntoView {
    let name = agencies.with_value(|agencies| {
        agencies.iter().find(|agency| agency.code == first.code).map(|agency| agency.short_name.clone())
    });
    let name = name.unwrap_or(first.typed);
    let (of_code, of_text) = (first.name, first.typed_name);
    let code = RwSignal::new(first.code);
    let error = Signal::stored(first.error);
    let find = Callback::new(move |text: String| -> Finding {
        let found = agencies.with_value(|agencies| matching(agencies, &text));
        // What is typed in full counts as chosen; anything else is not the agency that was chosen before.
        code.set(match found.as_slice() {
            [only] => only.value.clone(),
            several => {
                several.iter().find(|one| one.label == text).map(|one| one.value.clone()).unwrap_or_default()
            }
        });
        Box::pin(std::future::ready(Some(found)))
    });
    let choose = Callback::new(move |chosen: ComboOption| code.set(chosen.value));
    view! {
        <div>
            <input r#type="hidden" name=of_code prop:value=code/>
            <Combo
                name=of_text
                label=label
                none=t(AGENCY_NONE_FOUND)
                hint=t(AGENCY_FIND_HINT)
                value=name
                error
                find
                on_choose=choose
            />
        </div>
    }
}

/// Agencies of which every word typed begins a word of a name, a code or a former name; none for nothing typed.
fn matching(agencies: &[Agency], text: &str) -> Vec<ComboOption> {
    let folded = fold(text);
    let typed: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    if typed.is_empty() {
        return Vec::new();
    }
    let fits = |agency: &&Agency| {
        let names = [&agency.short_name, &agency.name, &agency.code].into_iter().chain(&agency.aliases);
        let words = names.map(|name| fold(name)).collect::<Vec<_>>().join(" ");
        typed.iter().all(|typed| words.split(' ').any(|word| word.starts_with(typed)))
    };
    let option = |agency: &Agency| ComboOption {
        value: agency.code.clone(),
        label: agency.short_name.clone(),
        detail: format!("{} ({})", agency.name, agency.code),
    };
    agencies.iter().filter(fits).take(OFFERED_AT_MOST).map(option).collect()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::agencies::Level;

    use super::*;

    fn agency(code: &str, short_name: &str, aliases: &[&str]) -> Agency {
        Agency {
            id: "00000000-0000-0000-0000-000000000001".parse().expect("an identifier"),
            code: code.to_owned(),
            parent: None,
            level: Level::Commune,
            name: format!("Ủy ban nhân dân {short_name}"),
            short_name: short_name.to_owned(),
            aliases: aliases.iter().map(|&alias| alias.to_owned()).collect(),
            depth: 1,
        }
    }

    #[test]
    fn agencies_are_found_by_words_without_marks_by_code_and_by_former_names() {
        let agencies =
            [agency("03646", "Phường Tô Hiệu", &["Quyết Thắng"]), agency("04075", "Xã Mộc Châu", &[])];
        let found = |text| matching(&agencies, text).into_iter().map(|one| one.value).collect::<Vec<_>>();
        assert_eq!(found("to hieu"), ["03646"]);
        assert_eq!(found("quyet"), ["03646"]);
        assert_eq!(found("0407"), ["04075"]);
        assert_eq!(found("uy ban"), ["03646", "04075"]);
        assert!(found(" ").is_empty() && found("oc chau").is_empty());
    }
}
