//! A question to the index: what was typed, as conditions of queries. Knows no caller: who may find a
//! meeting by what is for the query to say.

use chrono::NaiveDate;
use domain::period::Window;
use domain::search::{
    Asked, ShortForm, Texts, Wanted, asked_dates, every_whole_word, every_word, one_letter_wrong, phrase,
    words_of,
};

use crate::db::{Q, Source, q};
use crate::stop::Done;

/// Meetings that hold the words and are looked at, the last entered: more than a province holds in years. Of more one is told,
/// and asked for another word. It bounds the work of a search whoever may see how little of what it finds.
const LOOKED_AT_MOST: u32 = 20_000;

/// Where words are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum In {
    /// In titles alone, which everybody sees who may know of a meeting.
    Titles,
    /// On agendas, in places, agencies and chairs too.
    Everything,
}

/// The short forms of the office, in the order of their letters.
pub(crate) async fn short_forms(on: impl Source) -> Done<Vec<ShortForm>> {
    let rows: Vec<(String, String)> = q("SELECT short, meaning FROM short_form").all(on).await?;
    let mut forms: Vec<ShortForm> =
        rows.iter().filter_map(|(short, meaning)| ShortForm::new(short, meaning)).collect();
    forms.sort_by_cached_key(|form| domain::text::title_key(&form.short));
    Ok(forms)
}

/// What was typed.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    words: Vec<String>,
    asked: Asked,
    whole: Option<Asked>,
    dates: Option<Dates>,
}

/// Dates among it, and what else is asked for then.
#[derive(Clone, Debug)]
struct Dates {
    windows: Vec<Window>,
    rest: Option<Asked>,
}

impl Search {
    /// None when nothing was typed that could be searched for.
    pub(crate) fn read(text: &str, today: NaiveDate, forms: &[ShortForm]) -> Option<Search> {
        let words = words_of(text);
        let dates = asked_dates(text, today)
            .map(|dates| Dates { windows: dates.windows, rest: every_word(&words_of(&dates.rest), forms) });
        let (asked, whole) = (every_word(&words, forms)?, every_whole_word(&words, forms));
        Some(Search { words, asked, whole, dates })
    }

    /// The same with a wrong letter in one of the words. Dates are not guessed at.
    pub(crate) fn with_a_letter_wrong(&self) -> Option<Search> {
        let asked = one_letter_wrong(&self.words)?;
        Some(Search { words: Vec::new(), asked, whole: None, dates: None })
    }

    /// A condition on `meeting m`: it holds what was typed, or is on the dates that were.
    pub(crate) fn condition(&self, query: &mut Q, is_postgres: bool, place: In) -> String {
        let found = found(query, is_postgres, &self.asked, place);
        let Some(dates) = &self.dates else { return found };
        let on_date = is_on(query, "m.id", &dates.windows);
        match &dates.rest {
            None => format!("({found} OR {on_date})"),
            Some(rest) => {
                let rest = self::found(query, is_postgres, rest, place);
                format!("({found} OR ({rest} AND {on_date}))")
            }
        }
    }

    /// Whether more meetings hold the words, or are on the dates, than are looked at, whoever may know of them.
    pub(crate) async fn is_cut(&self, on: impl Source, is_postgres: bool) -> Done<bool> {
        let mut query = q("SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 FROM ");
        let held = match is_postgres {
            true => {
                let asked = query.place(tsquery(&self.asked, ""));
                format!("search_line WHERE words @@ to_tsquery('simple', {asked})")
            }
            false => format!("search_words WHERE search_words MATCH {}", query.place(fts5(&self.asked))),
        };
        query.push(&format!("{held} LIMIT {LOOKED_AT_MOST} + 1) AS held"));
        let mut on = on;
        let (held,): (i64,) = query.one(&mut on).await?;
        if held > i64::from(LOOKED_AT_MOST) {
            return Ok(true);
        }
        let Some(dates) = &self.dates else { return Ok(false) };
        let mut query = q("SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 FROM sitting s WHERE ");
        let within = within(&mut query, &dates.windows);
        query.push(&format!("{within} LIMIT {LOOKED_AT_MOST} + 1) AS held"));
        let (held,): (i64,) = query.one(on).await?;
        Ok(held > i64::from(LOOKED_AT_MOST))
    }

    /// A condition that a meeting is on the nearest of the dates that were typed. None without dates.
    pub(crate) fn nearest(&self, query: &mut Q, meeting: &str) -> Option<String> {
        self.dates.as_ref().map(|dates| is_on(query, meeting, &dates.windows[..1]))
    }

    /// How well a found meeting fits: the lower, the better. See [`Wanted::rank`].
    pub(crate) fn rank(&self, texts: Texts<'_>) -> usize {
        let in_order = phrase(&self.words);
        let wanted = Wanted { in_order: in_order.as_ref(), whole: self.whole.as_ref(), every: &self.asked };
        wanted.rank(texts)
    }

    /// A condition that every word, or what it stands for, is part of a folded column.
    pub(crate) fn every_part(&self, query: &mut Q, column: &str) -> String {
        part(query, column, &self.asked)
    }

    /// A condition that the words stand in a folded column in their order, each from its beginning.
    pub(crate) fn in_order(&self, query: &mut Q, column: &str) -> String {
        let words = query.place(format!("% {}%", self.words.join(" ")));
        format!("' ' || {column} LIKE {words}")
    }
}

fn part(query: &mut Q, column: &str, asked: &Asked) -> String {
    let mut holds = |text: String| format!("{column} LIKE {}", query.place(format!("%{text}%")));
    match asked {
        Asked::Word(word, _) => holds(word.clone()),
        Asked::Phrase(words, _) => holds(words.join(" ")),
        Asked::All(all) => joined(all.iter().map(|asked| part(query, column, asked)), " AND "),
        Asked::Any(any) => joined(any.iter().map(|asked| part(query, column, asked)), " OR "),
    }
}

fn joined(parts: impl Iterator<Item = String>, with: &str) -> String {
    format!("({})", parts.collect::<Vec<_>>().join(with))
}

fn is_on(query: &mut Q, meeting: &str, windows: &[Window]) -> String {
    let within = within(query, windows);
    format!(
        "{meeting} IN (SELECT s.meeting_id FROM sitting s WHERE {within} ORDER BY s.date DESC LIMIT {LOOKED_AT_MOST})"
    )
}

/// A condition on `sitting s` that it is on one of the dates.
fn within(query: &mut Q, windows: &[Window]) -> String {
    let within = |window: &Window| match window.from == window.to {
        true => format!("s.date = {}", query.place(window.from)),
        false => format!("s.date BETWEEN {} AND {}", query.place(window.from), query.place(window.to)),
    };
    format!("({})", windows.iter().map(within).collect::<Vec<_>>().join(" OR "))
}

fn found(query: &mut Q, is_postgres: bool, asked: &Asked, place: In) -> String {
    if is_postgres {
        let weights = match place {
            In::Titles => "A",
            In::Everything => "",
        };
        let asked = query.place(tsquery(asked, weights));
        return format!(
            "m.id IN (SELECT meeting_id FROM search_line WHERE words @@ to_tsquery('simple', {asked}) \
             ORDER BY meeting_id DESC LIMIT {LOOKED_AT_MOST})"
        );
    }
    let columns = match place {
        In::Titles => "{title} : ",
        In::Everything => "",
    };
    let asked = query.place(format!("{columns}({})", fts5(asked)));
    format!(
        "m.id IN (SELECT l.meeting_id FROM (SELECT rowid AS number FROM search_words \
         WHERE search_words MATCH {asked} ORDER BY rowid DESC LIMIT {LOOKED_AT_MOST}) w \
         JOIN search_line l ON l.number = w.number)"
    )
}

/// Folded words hold letters and digits only, so nothing in them is syntax to either engine.
fn fts5(asked: &Asked) -> String {
    let begun = |is_begun: &bool| if *is_begun { "*" } else { "" };
    match asked {
        Asked::Word(word, is_begun) => format!("\"{word}\"{}", begun(is_begun)),
        Asked::Phrase(words, is_begun) => format!("\"{}\"{}", words.join(" "), begun(is_begun)),
        Asked::All(all) => joined(all.iter().map(fts5), " AND "),
        Asked::Any(any) => joined(any.iter().map(fts5), " OR "),
    }
}

fn tsquery(asked: &Asked, weights: &str) -> String {
    let word = |word: &String, is_begun: bool| match (is_begun, weights) {
        (true, _) => format!("'{word}':*{weights}"),
        (false, "") => format!("'{word}'"),
        (false, _) => format!("'{word}':{weights}"),
    };
    match asked {
        Asked::Word(of, is_begun) => word(of, *is_begun),
        Asked::Phrase(words, is_begun) => {
            let last = words.len().saturating_sub(1);
            let words = words.iter().enumerate().map(|(n, of)| word(of, *is_begun && n == last));
            joined(words, " <-> ")
        }
        Asked::All(all) => joined(all.iter().map(|asked| tsquery(asked, weights)), " & "),
        Asked::Any(any) => joined(any.iter().map(|asked| tsquery(asked, weights)), " | "),
    }
}
