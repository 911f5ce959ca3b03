//! One agency as a field of a form: found while a name is typed, with marks or without; without script a list with the
//! tree's indentation. Offers only those in which the caller may do what the form is for.

use domain::access::{Action, Scope, permits};
use domain::agencies::{Agency, path_in};
use domain::text::fold;
use leptos::prelude::*;

use super::calls::agency_tree;
use crate::session;
use crate::text::keys::*;
use crate::text::t;
use crate::ui::combo::{ComboOption, Finding};
use crate::ui::{Combo, Icon, Select, loaded, resource};

/// More than fit a screen is no help.
const OFFERED_AT_MOST: usize = 20;

/// The field `agency`, which sends the code of the agency chosen.
#[component]
pub fn AgencyField(
    /// Its label.
    label: &'static str,
    /// Code of the agency chosen at first.
    selected: String,
    /// What the form does there.
    action: Action,
    /// What is wrong with it.
    error: Option<String>,
) -> impl IntoView {
    let tree = resource(|| (), |()| agency_tree());
    loaded(tree, move |tree| {
        let agencies = StoredValue::new(reached(tree, action));
        let (selected, error) = (selected.clone(), error.clone());
        let is_alive = RwSignal::new(false);
        Effect::new(move |_| is_alive.set(true));
        let drawn = move || match is_alive.get() {
            true => finder(label, agencies, selected.clone(), error.clone()).into_any(),
            false => list(label, agencies, selected.clone(), error.clone()).into_any(),
        };
        drawn.into_any()
    })
}

/// Those in which the caller may do this, in the order of the tree.
fn reached(tree: Vec<Agency>, action: Action) -> Vec<Agency> {
    let grants = session::me().map(|me| me.grants).unwrap_or_default();
    let may = |agency: &&Agency| permits(&grants, action, Scope::Agency(&path_in(&tree, agency)));
    tree.iter().filter(may).cloned().collect()
}

fn list(
    label: &'static str,
    agencies: StoredValue<Vec<Agency>>,
    selected: String,
    error: Option<String>,
) -> impl IntoView {
    let options = agencies.with_value(|agencies| {
        let top = agencies.iter().map(|agency| agency.depth).min().unwrap_or_default();
        let option = |agency: &Agency| {
            let indent = "\u{2003}".repeat((agency.depth - top) as usize);
            (agency.code.clone(), format!("{indent}{}", agency.short_name))
        };
        agencies.iter().map(option).collect()
    });
    view! { <Select name="agency" label=label options=options selected=selected error=error/> }
}

fn finder(
    label: &'static str,
    agencies: StoredValue<Vec<Agency>>,
    selected: String,
    error: Option<String>,
) -> impl IntoView {
    let name = agencies.with_value(|agencies| {
        agencies.iter().find(|agency| agency.code == selected).map(|agency| agency.short_name.clone())
    });
    let code = RwSignal::new(selected);
    let find = Callback::new(move |text: String| -> Finding {
        let found = agencies.with_value(|agencies| matching(agencies, &text));
        // What is typed in full counts as chosen; anything else is not the agency that was chosen before.
        code.set(match found.as_slice() {
            [only] => only.value.clone(),
            several => {
                several.iter().find(|one| one.label == text).map(|one| one.value.clone()).unwrap_or_default()
            }
        });
        Box::pin(std::future::ready(found))
    });
    let choose = Callback::new(move |chosen: ComboOption| code.set(chosen.value));
    let error = error.map(|words| view! { <p class="field__error"><Icon name="octagon-x"/>{words}</p> });
    view! {
        <div>
            <input r#type="hidden" name="agency" prop:value=code/>
            <Combo
                name="agency_name"
                label=label
                none=t(AGENCY_NONE_FOUND)
                hint=t(AGENCY_FIND_HINT)
                value=name.unwrap_or_default()
                find
                on_choose=choose
            />
            {error}
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
