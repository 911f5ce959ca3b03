//! The agenda after it was kept: items that were new have identifiers, and items that hold papers come back. Takes both
//! into what was typed meanwhile. Knows no field of the page.

use domain::meetings::AgendaInput;

/// Gives the typed items the identifiers that they were kept under, and returns those that came back at the end.
///
/// Rows may have moved while `sent` was under way, unless the form `stands` as it did then: an item is known by the
/// identifier it was sent with, else by its place, else by saying the same.
pub(super) fn adopt(
    typed: &mut [AgendaInput],
    sent: &[AgendaInput],
    settled: &[AgendaInput],
    stands: bool,
) -> Vec<AgendaInput> {
    for (at, (sent, settled)) in sent.iter().zip(settled).enumerate() {
        if settled.id.is_empty() || sent.id == settled.id {
            continue;
        }
        let row = if !sent.id.is_empty() {
            typed.iter_mut().find(|item| item.id == sent.id)
        } else if stands {
            typed.get_mut(at).filter(|item| item.id.is_empty())
        } else {
            typed.iter_mut().find(|item| *item == sent)
        };
        if let Some(row) = row {
            row.id.clone_from(&settled.id);
        }
    }
    let came_back = settled.iter().skip(sent.len());
    came_back.filter(|item| typed.iter().all(|typed| typed.id != item.id)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: &str, title: &str) -> AgendaInput {
        AgendaInput { id: id.to_owned(), title: title.to_owned(), ..AgendaInput::default() }
    }

    fn ids(items: &[AgendaInput]) -> Vec<&str> {
        items.iter().map(|item| item.id.as_str()).collect()
    }

    #[test]
    fn a_new_item_keeps_the_identifier_it_was_kept_under_while_one_types_on() {
        let mut typed = [item("", "Kế hoạch tu"), item("", "")];
        let came_back =
            adopt(&mut typed, &[item("", "Kế"), item("", "")], &[item("1", "Kế"), item("", "")], true);
        assert_eq!(ids(&typed), ["1", ""]);
        assert!(came_back.is_empty());
    }

    #[test]
    fn items_that_moved_meanwhile_are_known_by_what_they_say() {
        let mut typed = [item("", "b"), item("2", "c"), item("", "a")];
        let sent = [item("", "a"), item("", "b"), item("2", "c")];
        adopt(&mut typed, &sent, &[item("1", "a"), item("3", "b"), item("2", "c")], false);
        assert_eq!(ids(&typed), ["3", "2", "1"]);
    }

    #[test]
    fn a_copy_has_items_of_its_own() {
        let mut typed = [item("1", "a")];
        adopt(&mut typed, &[item("1", "a")], &[item("9", "a")], false);
        assert_eq!(ids(&typed), ["9"]);
    }

    #[test]
    fn an_item_that_holds_a_paper_comes_back() {
        let mut typed = [item("1", "a")];
        let settled = [item("1", "a"), item("2", "b")];
        assert_eq!(adopt(&mut typed, &[item("1", "a")], &settled, true), [item("2", "b")]);
        let mut undone = settled.clone();
        assert!(adopt(&mut undone, &[item("1", "a")], &settled, false).is_empty());
    }
}
