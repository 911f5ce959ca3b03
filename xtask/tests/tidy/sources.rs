//! What stands where: the top level, the length of files, words that mean unfinished work, files nobody compiles.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::tree::{files, files_below, none, read, root};

/// The agreed top level. Anything else finds its place inside one of these.
const TOP: [&str; 22] = [
    ".cargo",
    ".ci",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "app",
    "clippy.toml",
    "deny.toml",
    "docs",
    "end2end",
    "migrations",
    "package-lock.json",
    "package.json",
    "rustfmt.toml",
    "server",
    "style",
];

/// A file that needs more than this has two subjects.
const LINES_AT_MOST: usize = 500;

#[test]
fn the_top_level_is_as_agreed() {
    let first =
        |file: &PathBuf| file.components().next().map(|part| part.as_os_str().to_string_lossy().into_owned());
    let top: BTreeSet<String> = files().iter().filter_map(first).collect();
    let extra: Vec<_> = top.iter().filter(|name| *name != "xtask" && !TOP.contains(&name.as_str())).collect();
    none("at the top level and not agreed on; move it, or agree in xtask/tests/tidy/sources.rs:", &extra);
}

#[test]
fn source_files_stay_short() {
    let long = files_below("", &["rs"]).into_iter().filter_map(|file| {
        let lines = read(&file).lines().count();
        (lines > LINES_AT_MOST).then(|| format!("{}: {lines} lines", file.display()))
    });
    none(&format!("over {LINES_AT_MOST} lines; split by subject:"), &long.collect::<Vec<_>>());
}

#[test]
fn nothing_is_left_unfinished() {
    // Written in two parts, so that this file does not find itself.
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
    ];
    let sources = files_below("", &["rs", "mjs", "js", "ts", "css", "sql"]);
    none("unfinished work in the code; finish it or file it:", &lines_with(&sources, &words));
}

#[test]
fn exceptions_from_lints_have_reasons() {
    let bare = [concat!("#[", "allow("), concat!("#![", "allow(")];
    let sources = files_below("", &["rs"]);
    none(
        "write #[expect(lint, reason = \"…\")], which ends when its cause does:",
        &lines_with(&sources, &bare),
    );
}

#[test]
fn no_file_names_a_path_of_one_machine() {
    let homes = [concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/home", "/")];
    let mut sources = files();
    sources.retain(|file| !file.ends_with("Cargo.lock") && !file.ends_with("package-lock.json"));
    sources.retain(|file| std::fs::read_to_string(root().join(file)).is_ok());
    let mut found = lines_with(&sources, &homes);
    // What goes on after the folder is a name; anything else is prose.
    let names = |line: &String, home: &&str| {
        line.split(home)
            .skip(1)
            .any(|rest| rest.starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '.'))
    };
    found.retain(|line| homes.iter().any(|home| names(line, home)));
    none("a path that exists on one machine only:", &found);
}

#[test]
fn server_functions_name_their_endpoint() {
    let mut found = Vec::new();
    for file in files_below("app/src", &["rs"]) {
        let text = read(&file);
        for (at, _) in text.match_indices(concat!("#[ser", "ver")) {
            let attribute = text[at..].split(']').next().unwrap_or("");
            // The attribute of one argument has the same name as that of the function.
            let is_of_an_argument = attribute.ends_with("(default)") || attribute.ends_with("(flatten)");
            if !attribute.contains("endpoint = ") && !is_of_an_argument {
                found.push(format!("{}:{}: {attribute}]", file.display(), text[..at].lines().count() + 1));
            }
        }
    }
    none("without a name the address changes with every build; write endpoint = \"feature/verb\":", &found);
}

fn lines_with(files: &[PathBuf], words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        for (number, line) in read(file).lines().enumerate() {
            if words.iter().any(|word| line.contains(word)) {
                found.push(format!("{}:{}: {}", file.display(), number + 1, line.trim()));
            }
        }
    }
    found
}

#[test]
fn every_source_file_is_compiled() {
    let sources: BTreeSet<PathBuf> = files_below("", &["rs"]).into_iter().collect();
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<PathBuf> = sources.iter().filter(|file| is_crate_root(file)).cloned().collect();
    while let Some(file) = waiting.pop() {
        if sources.contains(&file) && reached.insert(file.clone()) {
            waiting.extend(modules_of(&file));
        }
    }
    let dead: Vec<_> = sources.difference(&reached).map(|file| file.display()).collect();
    none("no `mod` line leads here, so nobody compiles it; declare it or remove it:", &dead);
}

/// The files from which cargo starts: library, programs, build script, and a root for every test, bench and example.
fn is_crate_root(file: &Path) -> bool {
    let parent = file.parent().unwrap_or(Path::new(""));
    let folder =
        |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let own = |folder: &Path| root().join(folder).join("Cargo.toml").is_file();
    let above = parent.parent().unwrap_or(Path::new(""));
    let many = |path: &Path| {
        matches!(folder(path).as_str(), "tests" | "benches" | "examples" | "bin" | "fuzz_targets")
    };
    match folder(file).as_str() {
        "build.rs" if own(parent) => true,
        "lib.rs" | "main.rs" if folder(parent) == "src" && own(above) => true,
        "main.rs" if many(above) => true,
        _ => many(parent) && (own(above) || folder(above) == "src"),
    }
}

/// The files that the `mod name;` lines of this one may mean.
fn modules_of(file: &Path) -> Vec<PathBuf> {
    let parent = file.parent().expect("a source file lies in a folder");
    let stem = file.file_stem().expect("a source file has a name").to_string_lossy().into_owned();
    let owns_folder = is_crate_root(file) || stem == "mod";
    let folder = if owns_folder { parent.to_path_buf() } else { parent.join(stem) };
    let text = read(file);
    let mut modules = Vec::new();
    let mut path = None;
    for line in text.lines().map(str::trim) {
        if let Some(named) = line.strip_prefix("#[path = \"") {
            path = named.split('"').next().map(|named| parent.join(named));
        } else if let Some(name) = declared_module(line) {
            modules.push(folder.join(format!("{name}.rs")));
            modules.push(folder.join(name).join("mod.rs"));
            modules.extend(path.take());
        }
    }
    modules
}

/// The name in `mod name;`, `pub mod name;`, `pub(crate) mod name;`.
fn declared_module(line: &str) -> Option<&str> {
    let (before, name) = line.strip_suffix(';')?.rsplit_once("mod ")?;
    let before = before.trim();
    let visible = before.is_empty() || before == "pub" || before.starts_with("pub(") || before.ends_with(']');
    visible.then(|| name.trim())
}
