//! The texts: both languages say everything, with the same arguments, and nothing that nobody shows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::tree::{files_below, none, read};

type Texts = BTreeMap<String, String>;

fn locales() -> Vec<(PathBuf, Texts)> {
    let files = files_below("app/locales", &["toml"]);
    let texts = |file: PathBuf| {
        let texts: Texts = toml::from_str(&read(&file))
            .unwrap_or_else(|failure| panic!("{} is not flat `key = \"text\"`: {failure}", file.display()));
        (file, texts)
    };
    files.into_iter().map(texts).collect()
}

/// `{n}` and `{n:day|days}` both name the argument `n`.
fn arguments(text: &str) -> BTreeSet<&str> {
    let marks = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    marks.map(|(name, _)| name.split_once(':').map_or(name, |(name, _)| name)).collect()
}

#[test]
fn languages_have_the_same_texts_with_the_same_arguments() {
    let locales = locales();
    let mut found = Vec::new();
    for (file, texts) in &locales {
        for (other_file, others) in &locales {
            for (key, text) in texts {
                match others.get(key) {
                    None => found.push(format!("{}: {key} is missing", other_file.display())),
                    Some(other) if arguments(text) != arguments(other) => {
                        found.push(format!(
                            "{}: {key} has other arguments than in {}",
                            other_file.display(),
                            file.display()
                        ));
                    }
                    Some(_) => {}
                }
            }
        }
    }
    none("the languages differ:", &found);
}

#[test]
fn texts_are_named_and_written_alike() {
    let mut found = Vec::new();
    for (file, texts) in locales() {
        for (key, text) in texts {
            let plain =
                |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
            if !key.chars().all(plain) {
                found.push(format!("{}: the key {key} is not [a-z0-9_]+", file.display()));
            }
            if text.trim().is_empty() || text != text.trim() {
                found.push(format!("{}: {key} is empty or has spaces around it", file.display()));
            }
        }
    }
    none("keys and texts:", &found);
}

/// A text is named by its key in capitals; that a named one exists is the compiler's to say.
#[test]
fn every_text_is_shown_somewhere() {
    let words: BTreeSet<String> = files_below("app", &["rs"]).iter().flat_map(|file| words(file)).collect();
    let keys: BTreeSet<String> = locales().into_iter().flat_map(|(_, texts)| texts.into_keys()).collect();
    let unused: Vec<_> = keys.iter().filter(|key| !words.contains(&key.to_uppercase())).collect();
    none("texts that no code under app/ names; remove them from every language:", &unused);
}

/// The same in every language: the program's name, and a language's own name for itself.
const NAMES: [&str; 2] = ["Phiên", "Tiếng Việt"];

/// How dates and numbers are written is a matter of code, and the only one.
const NOTATION: &str = "app/src/text.rs";

#[test]
fn pages_take_their_words_from_the_locales() {
    let mut found = Vec::new();
    // Tests of a module that stand in a file of their own.
    let is_page = |file: &&std::path::PathBuf| !file.ends_with(NOTATION) && !file.ends_with("tests.rs");
    for file in files_below("app/src", &["rs"]).iter().filter(is_page) {
        let text = read(file);
        let before_tests =
            text.lines().take_while(|line| !(line.starts_with("#[cfg(") && line.contains("test")));
        for (number, line) in before_tests.enumerate() {
            let code = line.split("//").next().unwrap_or("");
            let code = NAMES.iter().fold(code.to_owned(), |code, name| code.replace(name, ""));
            if code.chars().any(|letter| letter.is_alphabetic() && !letter.is_ascii()) {
                found.push(format!("{}:{}: {}", file.display(), number + 1, line.trim()));
            }
        }
    }
    none("words in the code of a page; give them a key in every language of app/locales:", &found);
}

fn words(file: &Path) -> BTreeSet<String> {
    let text = read(file);
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
