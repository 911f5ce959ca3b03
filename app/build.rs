//! Turns `locales/*.toml` into one constant per text, and fails the build when the languages differ.
//!
//! The files are flat `key = "text with {arg}"` lines under comments, so a parser of forty lines reads them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("locales");
    println!("cargo:rerun-if-changed={}", folder.display());
    let vi = texts(&folder.join("vi.toml"));
    let en = texts(&folder.join("en.toml"));
    agree(&vi, &en);
    let mut code = String::new();
    for (key, text) in &vi {
        let name = key.to_uppercase();
        writeln!(code, "/// {}", text.replace('\n', " ")).expect("a string takes everything");
        writeln!(code, "pub const {name}: Text = Text {{ vi: {text:?}, en: {:?} }};", en[key])
            .expect("a string takes everything");
    }
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("keys.rs");
    fs::write(out, code).expect("the build folder can be written");
}

fn texts(file: &Path) -> BTreeMap<String, String> {
    let name = file.display();
    let content = fs::read_to_string(file).unwrap_or_else(|failure| panic!("{name}: {failure}"));
    let mut texts = BTreeMap::new();
    for (number, line) in content.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, text) = line
            .split_once('=')
            .and_then(|(key, text)| Some((key.trim(), quoted(text.trim())?)))
            .unwrap_or_else(|| panic!("{name}:{}: not `key = \"text\"`", number + 1));
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(key.chars().all(is_plain), "{name}:{}: the key {key} is not [a-z0-9_]+", number + 1);
        let earlier = texts.insert(key.to_owned(), text);
        assert!(earlier.is_none(), "{name}:{}: {key} is there twice", number + 1);
    }
    texts
}

/// The text between quotes, with `\"`, `\\` and `\n` resolved.
fn quoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut resolved = String::with_capacity(inner.len());
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        resolved.push(match letter {
            '"' => return None,
            '\\' => match letters.next()? {
                'n' => '\n',
                same @ ('"' | '\\') => same,
                _ => return None,
            },
            other => other,
        });
    }
    Some(resolved)
}

fn agree(vi: &BTreeMap<String, String>, en: &BTreeMap<String, String>) {
    for key in vi.keys().chain(en.keys()) {
        let (Some(vi), Some(en)) = (vi.get(key), en.get(key)) else {
            panic!("locales: {key} is missing in one language");
        };
        assert!(arguments(vi) == arguments(en), "locales: {key} has different arguments in vi and en");
    }
}

/// `{n}` and `{n:day|days}` both name the argument `n`.
fn arguments(text: &str) -> BTreeSet<&str> {
    let marks = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    marks.map(|(name, _)| name.split_once(':').map_or(name, |(name, _)| name)).collect()
}
