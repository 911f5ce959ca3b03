//! What the audit trail holds of a draft: one line per person and 15 minutes, with what differs from the
//! previous line, cut to a size. The size is bounded because autosave writes a draft every few seconds and a
//! line can never be deleted. Knows no permission.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::access::Caller;
use domain::audit::Deed;
use domain::ids::{AgencyId, MeetingId};
use domain::meetings::MeetingInput;
use serde_json::{Map, Value, json};

use crate::Backend;
use crate::audit::{self, Difference, Entry, difference, fields};
use crate::db::{Tx, q};
use crate::stop::Done;
use crate::stored;

/// A person's saves of one draft within this time are one line: long enough to fill in a form, short enough
/// to say what a person did this morning.
const ONE_LINE_IN: TimeDelta = TimeDelta::minutes(15);
/// Most names of other people who saved since the last line: no more than this work on one form.
const SAVERS_AT_MOST: usize = 10;

/// The first line of a draft.
pub(super) async fn begun(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    (id, agency): (MeetingId, AgencyId),
    input: &MeetingInput,
) -> Done<()> {
    let difference = difference(&fields(&MeetingInput::default())?, &placed(input)?);
    let entry = Entry::new(Deed::MeetingsDraft, input.title.trim()).of(agency).about(id);
    audit::record(tx, backend, caller, entry.after(&difference.after)?).await?;
    keep(tx, caller, id, input, BTreeMap::new()).await
}

/// A save: writes a line with what differs since the last line, unless this person has written one within 15
/// minutes.
pub(super) async fn saved(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    (id, agency, title): (MeetingId, AgencyId, &str),
    (before, input): (&MeetingInput, &MeetingInput),
) -> Done<()> {
    let row: Option<(String, String, String)> =
        q("SELECT text, lines, savers FROM draft_line WHERE meeting_id = $1")
            .bind(id)
            .optional(&mut *tx)
            .await?;
    let (last, lines, savers) = match row {
        Some((text, lines, savers)) => {
            (stored::json(&text)?, stored::json(&lines)?, stored::json::<Vec<String>>(&savers)?)
        }
        None => (before.clone(), BTreeMap::new(), Vec::new()),
    };
    if is_told(caller, &lines) {
        return add_saver(tx, caller, id, savers).await;
    }
    let Difference { before, mut after } = difference(&placed(&last)?, &placed(input)?);
    if before.is_empty() && after.is_empty() {
        return Ok(());
    }
    let others: Vec<String> = savers.into_iter().filter(|name| *name != caller.name).collect();
    if !others.is_empty() {
        after.insert("saved_by".into(), json!(others));
    }
    let entry = Entry::new(Deed::MeetingsSave, title).of(agency).about(id).before(&before)?.after(&after)?;
    audit::record(tx, backend, caller, entry).await?;
    keep(tx, caller, id, input, lines).await
}

/// Deletes the state for the next line, which is no longer needed because the meeting's own line was written.
pub(super) async fn settled(tx: &mut Tx, id: MeetingId) -> Done<()> {
    q("DELETE FROM draft_line WHERE meeting_id = $1").bind(id).run(tx).await?;
    Ok(())
}

/// The fields of a form without what is nobody yet: the trail tells who was invited, and not what was typed on the way there.
pub(super) fn placed(input: &MeetingInput) -> Done<Map<String, Value>> {
    fields(&MeetingInput { unplaced: BTreeMap::new(), ..input.clone() })
}

/// A dropped draft, as its line holds it.
pub(super) fn whole(draft: &str) -> Done<Value> {
    let input: MeetingInput = stored::json(draft)?;
    Ok(difference(&fields(&MeetingInput::default())?, &placed(&input)?).after.into())
}

/// Whether the caller's last line is recent. A time in the future does not count: the clock was set back.
fn is_told(caller: &Caller, lines: &BTreeMap<String, i64>) -> bool {
    let now = caller.now.timestamp_millis();
    let last = lines.get(&caller.person.to_string());
    last.is_some_and(|last| (0..ONE_LINE_IN.num_milliseconds()).contains(&(now - last)))
}

async fn add_saver(tx: &mut Tx, caller: &Caller, id: MeetingId, mut savers: Vec<String>) -> Done<()> {
    if savers.contains(&caller.name) || savers.len() >= SAVERS_AT_MOST {
        return Ok(());
    }
    savers.push(caller.name.clone());
    q("UPDATE draft_line SET savers = $2 WHERE meeting_id = $1")
        .bind(id)
        .bind(serde_json::to_string(&savers)?)
        .run(tx)
        .await?;
    Ok(())
}

/// Stores the state that the line just written covers, so that the next line holds only what differs from it.
async fn keep(
    tx: &mut Tx,
    caller: &Caller,
    id: MeetingId,
    input: &MeetingInput,
    mut lines: BTreeMap<String, i64>,
) -> Done<()> {
    let now = caller.now.timestamp_millis();
    lines.retain(|_, at| (0..ONE_LINE_IN.num_milliseconds()).contains(&(now - *at)));
    lines.insert(caller.person.to_string(), now);
    q("INSERT INTO draft_line (meeting_id, text, lines, savers) VALUES ($1, $2, $3, '[]') \
       ON CONFLICT (meeting_id) DO UPDATE SET text = excluded.text, lines = excluded.lines, savers = '[]'")
    .bind(id)
    .bind(serde_json::to_string(input)?)
    .bind(serde_json::to_string(&lines)?)
    .run(tx)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::meetings::{AgendaInput, MeetingInput};
    use serde_json::json;

    use crate::audit::{DIFFERENCE_BYTES_AT_MOST, Difference, difference, fields};

    fn of(before: &MeetingInput, after: &MeetingInput) -> Difference {
        difference(&fields(before).unwrap(), &fields(after).unwrap())
    }

    #[test]
    fn a_line_holds_the_fields_that_differ_and_the_entries_that_came_and_went() {
        let item = |title: &str| AgendaInput { title: title.into(), ..AgendaInput::default() };
        let before = MeetingInput {
            title: "Giao ban".into(),
            place: "Phòng 1".into(),
            agenda: vec![item("A"), item("B")],
            ..MeetingInput::default()
        };
        let mut after = MeetingInput { title: "Giao ban tháng".into(), ..before.clone() };
        after.agenda = vec![item("A"), item("C")];
        let found = of(&before, &after);
        assert_eq!(found.before["title"], json!("Giao ban"));
        assert_eq!(found.after["title"], json!("Giao ban tháng"));
        assert_eq!(found.before["agenda"][0]["title"], json!("B"));
        assert_eq!(found.after["agenda"].as_array().map(Vec::len), Some(1));
        assert_eq!(found.before.len(), 2, "{found:?}");
    }

    #[test]
    fn the_longest_form_makes_a_line_of_bounded_size_that_names_what_it_leaves_out() {
        let long = "ộ".repeat(2000);
        let item = |n: usize| AgendaInput {
            title: format!("{n}{long}"),
            presenter: long.clone(),
            minutes: long.clone(),
            ..AgendaInput::default()
        };
        let mut input = MeetingInput { title: long.clone(), place: long.clone(), ..MeetingInput::default() };
        input.agenda = (0..500).map(item).collect();
        input.delegates = (0..500).map(|n| format!("{n}{long}")).collect();
        input.sites = input.delegates.clone();
        let found = of(&MeetingInput::default(), &input);
        let bytes = serde_json::to_string(&found.before).unwrap().len()
            + serde_json::to_string(&found.after).unwrap().len();
        assert!(bytes < DIFFERENCE_BYTES_AT_MOST + 1024, "{bytes}");
        assert!(found.after.contains_key("title") && found.after.contains_key("delegates"), "{found:?}");
        assert_eq!(found.after["more"], json!(["agenda"]));
        assert_eq!(found.after["delegates"][12], json!("… +488"));
    }
}
