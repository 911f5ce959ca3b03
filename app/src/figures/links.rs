//! Every number opens the list of the meetings that it counts: these are the addresses, each with the way back to the
//! report it was opened from.

use domain::count::{Base, What};
use domain::figures::{Figures, Reach};
use domain::ids::AgencyId;
use domain::period::Window;
use leptos::prelude::*;

use super::query::{Asked, Subject};
use crate::form::escape;
use crate::text;

/// Whose meetings, and when.
#[derive(Clone, Debug)]
pub(super) struct Opens {
    agency: AgencyId,
    reach: Reach,
    window: Window,
    /// The query of the report, as a list carries it.
    back: String,
}

impl Opens {
    /// Those of a report as it was asked for.
    pub(super) fn of(figures: &Figures, asked: &Asked) -> Opens {
        let (agency, reach) = (figures.agency.id, figures.reach);
        let subject = Subject { agency: Some(agency), reach: Some(reach), period: Some(figures.period) };
        let back = escape(&Asked { subject, ..*asked }.query());
        Opens { agency, reach, window: figures.window, back }
    }

    /// The same over other dates.
    pub(super) fn over(&self, window: Window) -> Opens {
        Opens { window, ..self.clone() }
    }

    /// Those of one agency alone.
    pub(super) fn alone(&self, agency: AgencyId) -> Opens {
        Opens { agency, reach: Reach::Own, ..self.clone() }
    }

    /// The address of the list behind a number.
    pub(super) fn href(&self, base: Base, what: What) -> String {
        let subtree = if self.reach == Reach::Subtree { "&subtree=1" } else { "" };
        format!(
            "/meetings?agency={}{subtree}&from={}&to={}&base={}&what={}&figures={}",
            self.agency,
            text::iso(self.window.from),
            text::iso(self.window.to),
            base.code(),
            what.code(),
            self.back
        )
    }

    /// The address of what the reduction compares: held, by the agencies that have a figure of the year before.
    pub(super) fn compared_href(&self, base: Base) -> String {
        format!("{}&compared=1", self.href(base, What::Held))
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
