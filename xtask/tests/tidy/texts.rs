//! Texts of people come in through `domain::text` alone.

use crate::tree::{files_below, none, read};

/// Judges passwords, which are never cleaned.
const PASSWORDS: &str = "server/backend/src/accounts/password.rs";
/// Where texts are cleaned, counted and refused.
const EDGE: &str = "app/domain/src/text/clean.rs";

/// A field that counts characters by itself counts decomposed letters twice, and keeps what nobody sees.
#[test]
fn texts_are_cleaned_and_counted_in_one_place() {
    let mut found = Vec::new();
    for file in ["app/domain/src", "app/src", "server/backend/src", "server/src"]
        .iter()
        .flat_map(|at| files_below(at, &["rs"]))
    {
        let text = read(&file);
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        if [PASSWORDS, EDGE].iter().any(|exempt| file.ends_with(exempt)) || file.ends_with("tests.rs") {
            continue;
        }
        for (number, line) in code.lines().enumerate() {
            let counts = line.contains("chars().count()") && line.contains("AT_MOST");
            let joins = line.contains("split_whitespace().collect::<Vec<_>>().join");
            let refuses = line.contains("Problem::TooManyLetters {");
            if counts || joins || refuses {
                found.push(format!("{}:{}: {}", file.display(), number + 1, line.trim()));
            }
        }
    }
    none("a text of people that does not come in through domain::text; use Line or Paragraphs:", &found);
}
