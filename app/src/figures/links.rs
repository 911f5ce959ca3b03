//! Every number opens the list of the meetings that it counts: these are the addresses.

use domain::count::{Base, What};
use domain::figures::{Figures, Reach};
use domain::ids::AgencyId;
use domain::period::Window;
use leptos::prelude::*;

use crate::text;

/// Whose meetings, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opens {
    agency: AgencyId,
    reach: Reach,
    window: Window,
}

impl Opens {
    /// Those of a report.
    pub(super) fn of(figures: &Figures) -> Opens {
        Opens { agency: figures.agency.id, reach: figures.reach, window: figures.window }
    }

    /// The same over other dates.
    pub(super) fn over(self, window: Window) -> Opens {
        Opens { window, ..self }
    }

    /// Those of one agency alone.
    pub(super) fn alone(self, agency: AgencyId) -> Opens {
        Opens { agency, reach: Reach::Own, ..self }
    }

    /// The address of the list behind a number.
    pub(super) fn href(&self, base: Base, what: What) -> String {
        let subtree = if self.reach == Reach::Subtree { "&subtree=1" } else { "" };
        format!(
            "/meetings?agency={}{subtree}&from={}&to={}&base={}&what={}",
            self.agency,
            text::iso(self.window.from),
            text::iso(self.window.to),
            base.code(),
            what.code()
        )
    }

    /// A count as a link to its list.
    pub(super) fn count(&self, base: Base, what: What, count: i64) -> AnyView {
        link(self.href(base, what), text::number(count))
    }
}

/// A number as a link.
pub(super) fn link(href: String, number: String) -> AnyView {
    view! { <a class="numlink num" href=href>{number}</a> }.into_any()
}
