//! The form's fields by name, both ways: what a form holds as the input it stands for, and an input as the fields of a form
//! that comes back because it could not be kept. Knows no page.

use std::collections::BTreeMap;

use domain::meetings::{AgendaInput, GuestInput, MeetingInput, SittingInput};

/// The input of the fields: `all` gives the values that a field was sent with, none when it was not sent.
pub(super) fn input_of(all: impl Fn(&str) -> Vec<String>) -> MeetingInput {
    let one = |name: &str| all(name).into_iter().next().unwrap_or_default();
    let row = |list: &str, at: usize, field: &str| one(&format!("{list}[{at}][{field}]"));
    let rows = |list: &str, field: &str| {
        (0..).take_while(|at| !all(&format!("{list}[{at}][{field}]")).is_empty()).count()
    };
    let sitting = |at| SittingInput {
        date: row("sittings", at, "date"),
        from: row("sittings", at, "from"),
        to: row("sittings", at, "to"),
        two_ways: row("sittings", at, "two_ways"),
    };
    let item = |at| AgendaInput {
        id: row("agenda", at, "id"),
        title: row("agenda", at, "title"),
        minutes: row("agenda", at, "minutes"),
        presenter: row("agenda", at, "presenter"),
        discussion: row("agenda", at, "discussion"),
    };
    let guest = |at| GuestInput {
        id: row("guests", at, "id"),
        name: row("guests", at, "name"),
        position: row("guests", at, "position"),
        organisation: row("guests", at, "organisation"),
        sort: row("guests", at, "sort"),
    };
    MeetingInput {
        title: one("title"),
        agency: one("agency"),
        kind: one("kind"),
        form: one("form"),
        side: one("side"),
        counterpart: one("counterpart"),
        unexpected: one("unexpected"),
        held: one("held"),
        sittings: (0..rows("sittings", "date")).map(sitting).collect(),
        rooms: all("rooms[]"),
        place: one("place"),
        sites: all("sites[]"),
        chair: one("chair"),
        secretary: one("secretary"),
        delegates: all("delegates[]"),
        guests: (0..rows("guests", "name")).map(guest).collect(),
        agenda: (0..rows("agenda", "title")).map(item).collect(),
        // It stands in fields of its own.
        unplaced: BTreeMap::new(),
    }
}

/// The fields of an input.
#[cfg(any(feature = "ssr", test))]
pub(super) fn fields_of(input: &MeetingInput) -> Vec<(String, String)> {
    let mut fields: Vec<(String, &String)> = [
        ("title", &input.title),
        ("agency", &input.agency),
        ("kind", &input.kind),
        ("form", &input.form),
        ("side", &input.side),
        ("counterpart", &input.counterpart),
        ("unexpected", &input.unexpected),
        ("held", &input.held),
        ("place", &input.place),
        ("chair", &input.chair),
        ("secretary", &input.secretary),
    ]
    .map(|(name, text)| (name.to_owned(), text))
    .into();
    for (at, sitting) in input.sittings.iter().enumerate() {
        let SittingInput { date, from, to, two_ways } = sitting;
        for (field, text) in [("date", date), ("from", from), ("to", to), ("two_ways", two_ways)] {
            fields.push((format!("sittings[{at}][{field}]"), text));
        }
    }
    for (list, texts) in
        [("rooms[]", &input.rooms), ("sites[]", &input.sites), ("delegates[]", &input.delegates)]
    {
        fields.extend(texts.iter().map(|text| (list.to_owned(), text)));
    }
    for (at, guest) in input.guests.iter().enumerate() {
        let GuestInput { id, name, position, organisation, sort } = guest;
        let of = [
            ("id", id),
            ("name", name),
            ("position", position),
            ("organisation", organisation),
            ("sort", sort),
        ];
        fields.extend(of.map(|(field, text)| (format!("guests[{at}][{field}]"), text)));
    }
    for (at, item) in input.agenda.iter().enumerate() {
        let AgendaInput { id, title, minutes, presenter, discussion } = item;
        let of = [
            ("id", id),
            ("title", title),
            ("minutes", minutes),
            ("presenter", presenter),
            ("discussion", discussion),
        ];
        fields.extend(of.map(|(field, text)| (format!("agenda[{at}][{field}]"), text)));
    }
    fields.into_iter().map(|(name, text)| (name, text.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_comes_back_as_it_was() {
        let item =
            |title: &str| AgendaInput { title: title.into(), minutes: "15".into(), ..AgendaInput::default() };
        let typed = MeetingInput {
            title: "Họp & bàn".into(),
            held: "on".into(),
            sittings: vec![SittingInput {
                date: "31/6".into(),
                from: "7h30".into(),
                to: String::new(),
                ..SittingInput::default()
            }],
            rooms: vec!["a".into(), "b".into()],
            delegates: vec!["p-1".into()],
            guests: vec![GuestInput { name: "Khách".into(), ..GuestInput::default() }, GuestInput::default()],
            agenda: vec![item("một"), item("")],
            ..MeetingInput::default()
        };
        let fields = fields_of(&typed);
        let all = |name: &str| {
            fields.iter().filter(|(field, _)| field == name).map(|(_, text)| text.clone()).collect::<Vec<_>>()
        };
        assert_eq!(input_of(all), typed);
    }
}
