//! The calendar's page: reads the address, asks, and draws one of the three shapes.

use domain::meetings::Calendar;
use domain::people::PersonRef;
use domain::rooms::Room;
use domain::time::Zone;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::choices::Choices;
use super::query::{Asked, Shape, Whose};
use super::{board, calls, month, tools, week};
use crate::failure::CallError;
use crate::session::{self, me};
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::{Loaded, loaded_page, resource};

/// All that the page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Shown {
    asked: Asked,
    calendar: Calendar,
    choices: Choices,
    people: Vec<PersonRef>,
    rooms: Vec<Room>,
}

/// The calendar by week, month or room.
#[component]
pub fn CalendarPage() -> impl IntoView {
    let query = use_query_map();
    let now = session::clock().today();
    let asked = Memo::new(move |_| query.with(|query| Asked::parse(query, now)));
    let shown: Loaded<Shown> = resource(move || asked.get(), load);
    view! {
        <Title text=t(NAV_CALENDAR)/>
        {loaded_page(shown, t(NAV_CALENDAR), |shown| draw(&shown))}
    }
}

async fn load(asked: Asked) -> Result<Shown, CallError> {
    let (people, rooms) = if asked.find.is_empty() {
        Default::default()
    } else {
        calls::calendar_find(asked.find.clone()).await?
    };
    Ok(Shown {
        calendar: calls::show_calendar(asked.clone()).await?,
        choices: calls::calendar_choices(asked.room).await?,
        people,
        rooms,
        asked,
    })
}

fn draw(shown: &Shown) -> AnyView {
    let Shown { asked, calendar, choices, people, rooms } = shown;
    let today = Zone::VIETNAM.date(calendar.now);
    let window = asked.window(today);
    let label = label(asked, choices);
    let body = match asked.shape {
        Shape::Week => week::week(calendar, asked, window, &label),
        Shape::Month => month::month(calendar, asked, window, &label),
        Shape::Rooms => board::board(calendar, asked.date.unwrap_or(today), &calendar.rooms),
    };
    view! {
        {tools::tools(asked, calendar, choices)}
        {tools::in_force(asked, choices)}
        {tools::found(asked, people, rooms)}
        {tools::left_out(calendar)}
        {tools::not_entered(calendar)}
        {body}
    }
    .into_any()
}

/// Names the calendar for those who hear it.
fn label(asked: &Asked, choices: &Choices) -> String {
    let name = match asked.whose {
        Whose::Agency(id) => choices.agency(id).map(str::to_owned),
        Whose::Mine => me().map(|me| me.agency.short_name),
        Whose::All => Some(t(CALENDAR_AGENCY_ALL).to_owned()),
    };
    tf(CALENDAR_OF, &[("name", &name.unwrap_or_default())])
}
