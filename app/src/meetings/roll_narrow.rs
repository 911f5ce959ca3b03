//! Narrowing a long roll: to a name, and to those who are not called yet, absent, or to be named. Without script the form asks
//! for the page again; with it the rows follow at once. Knows no mark.

use std::collections::HashSet;

use domain::attendance::Presence;
use domain::ids::{MeetingId, ParticipantId};
use domain::meetings::Meeting;
use domain::text::fold;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use uuid::Uuid;

use super::roll_row::RollRow;
use crate::text::keys::*;
use crate::text::t;
use crate::ui::Icon;

/// A roll of fewer rows is seen whole on a desk's screen.
const NARROWED_FROM: usize = 15;

/// Which rows are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Only {
    /// All of them.
    #[default]
    Everybody,
    /// Those who are not called yet.
    NotCalled,
    /// Those who are absent.
    Absent,
    /// Agencies that have named nobody yet.
    Unnamed,
}

impl Only {
    const ALL: [Only; 4] = [Self::Everybody, Self::NotCalled, Self::Absent, Self::Unnamed];

    const fn code(self) -> &'static str {
        match self {
            Self::Everybody => "",
            Self::NotCalled => "not_called",
            Self::Absent => "absent",
            Self::Unnamed => "unnamed",
        }
    }

    fn parse(code: &str) -> Only {
        Self::ALL.into_iter().find(|only| only.code() == code).unwrap_or_default()
    }

    fn words(self) -> &'static str {
        t(match self {
            Self::Everybody => ROLL_ONLY_EVERYBODY,
            Self::NotCalled => ROLL_NOT_CALLED,
            Self::Absent => ROLL_ABSENT,
            Self::Unnamed => ROLL_UNNAMED,
        })
    }

    fn lets_through(self, row: &RollRow) -> bool {
        match self {
            Self::Everybody => true,
            Self::NotCalled => row.is_named && row.presence == Presence::NotCalled,
            Self::Absent => matches!(row.presence, Presence::Absent { .. }),
            Self::Unnamed => !row.is_named,
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Asked {
    text: String,
    only: Only,
}

impl Asked {
    /// Whether every word of the text is part of what the row says.
    fn names(&self, row: &RollRow) -> bool {
        let said = fold(&format!("{} {} {}", row.name, row.meta.join(" "), row.agency));
        fold(&self.text).split(' ').all(|word| said.contains(word))
    }
}

/// The narrowing of one roll, shared by its rows and its form.
#[derive(Clone, Copy)]
pub(super) struct Narrowing {
    asked: RwSignal<Asked>,
    /// What the address asks for.
    first: StoredValue<Asked>,
    /// Rows shown since it was asked, and what was asked. A row stays after its mark: a reason may follow, or a slip.
    seen: StoredValue<(Asked, HashSet<Uuid>)>,
}

impl Narrowing {
    /// As the address says.
    pub(super) fn of_address() -> Narrowing {
        let asked = use_query_map().with_untracked(|query| Asked {
            text: query.get("find").unwrap_or_default(),
            only: Only::parse(&query.get("only").unwrap_or_default()),
        });
        Narrowing {
            asked: RwSignal::new(asked.clone()),
            first: StoredValue::new(asked.clone()),
            seen: StoredValue::new((asked, HashSet::new())),
        }
    }

    /// Those of the rows that are asked for.
    pub(super) fn of<'m>(
        self,
        meeting: &'m Meeting,
        ids: impl Iterator<Item = &'m ParticipantId>,
    ) -> Vec<Uuid> {
        self.asked
            .with(|asked| {
                self.seen.try_update_value(|(seen_for, seen)| {
                    if seen_for != asked {
                        seen.clear();
                        seen_for.clone_from(asked);
                    }
                    ids.filter(|id| {
                        let Some(row) = RollRow::of(meeting, **id) else { return false };
                        if asked.only.lets_through(&row) {
                            seen.insert(id.0);
                        }
                        seen.contains(&id.0) && asked.names(&row)
                    })
                    .map(|id| id.0)
                    .collect()
                })
            })
            .unwrap_or_default()
    }

    /// Fields by which a plain mark comes back to what the address asks for.
    pub(super) fn fields(self) -> Option<AnyView> {
        let Asked { text, only } = self.first.get_value();
        (!text.is_empty() || only != Only::default()).then(|| {
            view! {
                <input r#type="hidden" name="find" value=text/>
                <input r#type="hidden" name="only" value=only.code()/>
            }
            .into_any()
        })
    }

    /// The form; nothing above a short roll.
    pub(super) fn form(self, id: MeetingId, count: usize) -> Option<AnyView> {
        let Asked { text, only } = self.asked.get_untracked();
        let options = Only::ALL
            .into_iter()
            .map(|of| view! { <option value=of.code() selected=of == only>{of.words()}</option> })
            .collect_view();
        let type_in = move |event| self.asked.update(|asked| asked.text = event_target_value(&event));
        let choose =
            move |event| self.asked.update(|asked| asked.only = Only::parse(&event_target_value(&event)));
        // Rows follow what is typed: there is nothing left to send.
        let stay = move |event: leptos::ev::SubmitEvent| event.prevent_default();
        (count >= NARROWED_FROM || !text.is_empty() || only != Only::default()).then(|| {
            view! {
                <form
                    class="filterbar rc__narrow"
                    method="get"
                    action=format!("/meetings/{id}#roll")
                    role="search"
                    on:submit=stay
                >
                    <input r#type="hidden" name="tab" value="delegates"/>
                    <div class="affix">
                        <Icon name="search"/>
                        <input
                            class="input"
                            r#type="search"
                            name="find"
                            aria-label=t(ROLL_FIND)
                            placeholder=t(ROLL_FIND)
                            autocomplete="off"
                            value=text
                            on:input=type_in
                        />
                    </div>
                    <select class="select" name="only" aria-label=t(ROLL_ONLY) on:change=choose>{options}</select>
                    <button class="btn btn--secondary"><Icon name="funnel"/>{t(MEETINGS_FILTER_APPLY)}</button>
                </form>
            }
            .into_any()
        })
    }
}

/// The query that brings a plain form back to the roll as it was narrowed.
#[cfg(feature = "ssr")]
pub(super) fn query(find: &str, only: &str) -> String {
    let only = Only::parse(only).code();
    if find.is_empty() && only.is_empty() {
        return String::new();
    }
    format!("&find={}&only={only}", crate::form::escape(find))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn row(name: &str, agency: &str, presence: Presence, is_named: bool) -> RollRow {
        RollRow {
            name: name.into(),
            agency: agency.into(),
            meta: vec!["Chuyên viên".into(), agency.into()],
            presence,
            called_by: None,
            is_named,
            is_added: false,
        }
    }

    #[test]
    fn a_row_is_found_by_words_of_name_position_and_agency_without_marks() {
        let of = row("Lò Văn An", "Sở Nội vụ", Presence::NotCalled, true);
        let finds = |text: &str| Asked { text: text.into(), only: Only::Everybody }.names(&of);
        for text in ["", " ", "lo van", "an noi vu", "CHUYÊN VIÊN"] {
            assert!(finds(text), "{text}");
        }
        assert!(!finds("lo van binh"));
    }

    #[test]
    fn the_rest_of_a_roll_is_whoever_was_named_and_not_called() {
        let absent = Presence::Absent { reason: String::new() };
        let rows = [
            row("Một", "SNV", Presence::NotCalled, true),
            row("Hai", "SNV", Presence::InRoom, true),
            row("Ba", "SNV", absent, true),
            row("SXD", "SXD", Presence::NotCalled, false),
        ];
        let through = |only: &str| -> Vec<&str> {
            let only = Only::parse(only);
            rows.iter().filter(|row| only.lets_through(row)).map(|row| row.name.as_str()).collect()
        };
        assert_eq!(through("not_called"), ["Một"]);
        assert_eq!(through("absent"), ["Ba"]);
        assert_eq!(through("unnamed"), ["SXD"]);
        assert_eq!(through("nonsense").len(), 4);
        assert_eq!(query("", "nonsense"), "");
        assert_eq!(query("lò văn", "not_called"), "&find=l%C3%B2%20v%C4%83n&only=not_called");
    }
}
