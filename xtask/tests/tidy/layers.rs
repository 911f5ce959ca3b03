//! Which crate may use which: the architecture as it stands in the manifests.

use std::collections::BTreeMap;
use std::path::Path;

use crate::tree::{none, read};

/// Each crate with its manifest and the crates of this project that it may use.
const LAYERS: [(&str, &str, &[&str]); 11] = [
    ("domain", "app/domain", &[]),
    ("app", "app", &["domain"]),
    ("hydrate", "app/hydrate", &["app"]),
    ("reports", "server/reports", &["domain"]),
    ("media", "server/media", &["domain"]),
    ("foreign", "server/foreign", &["domain"]),
    ("backend", "server/backend", &["domain", "foreign", "reports"]),
    ("server", "server", &["app", "backend", "domain", "foreign", "media", "reports"]),
    ("xtask", "xtask", &[]),
    // Measured against: the ports and the clock of the server, no page.
    ("bare", "xtask/bare", &["backend", "domain", "foreign", "server"]),
    // Measured with: the media server alone, and sites that load it and others.
    ("load", "xtask/load", &["domain", "media"]),
];

/// Libraries that belong to a layer, and the crates that may name them.
const BELONGINGS: [(&str, &[&str]); 11] = [
    ("sqlx", &["backend"]),
    ("leptos", &["app", "hydrate", "server"]),
    ("tokio", &["backend", "bare", "foreign", "load", "media", "server"]),
    // Only a process that may crash reads foreign files.
    ("hayro-interpret", &["foreign"]),
    ("calamine", &["foreign"]),
    ("axum", &["app", "server"]),
    ("rtc", &["media"]),
    ("webrtc", &["media"]),
    ("wasm-bindgen-cli-support", &["xtask"]),
    // Half a megabyte of word lists, which no browser needs.
    ("zxcvbn", &["backend"]),
    // The server's tests act as the phone.
    ("totp-rs", &["backend", "server"]),
];

/// Names of dependencies by crate, from every table of its manifest.
fn dependencies() -> BTreeMap<&'static str, Vec<String>> {
    let mut all = BTreeMap::new();
    for (name, folder, _) in LAYERS {
        let manifest: toml::Table =
            read(&Path::new(folder).join("Cargo.toml")).parse().expect("cargo has read this manifest");
        let mut names = Vec::new();
        for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let table = manifest.get(table).and_then(toml::Value::as_table);
            names.extend(table.into_iter().flat_map(|table| table.keys().cloned()));
        }
        all.insert(name, names);
    }
    all
}

#[test]
fn every_member_has_its_layer() {
    let workspace: toml::Table = read(Path::new("Cargo.toml")).parse().expect("cargo has read this manifest");
    let members = workspace["workspace"]["members"].as_array().expect("the workspace lists its members");
    let members: Vec<&str> = members.iter().filter_map(toml::Value::as_str).collect();
    let unknown: Vec<_> =
        members.iter().filter(|member| LAYERS.iter().all(|(_, folder, _)| folder != *member)).collect();
    none("crates without a layer; say in xtask/tests/tidy/layers.rs what each may use:", &unknown);
}

#[test]
fn crates_use_only_the_layers_below_them() {
    let dependencies = dependencies();
    let mut found = Vec::new();
    for (name, folder, allowed) in LAYERS {
        let ours = |used: &&String| LAYERS.iter().any(|(name, ..)| name == used);
        for used in dependencies[name].iter().filter(ours) {
            if !allowed.contains(&used.as_str()) {
                found.push(format!("{folder}/Cargo.toml: {name} uses {used}"));
            }
        }
    }
    none(
        "hydrate → app → domain; backend → reports, foreign → domain; media → domain; server sees them all:",
        &found,
    );
}

#[test]
fn libraries_stay_in_their_layer() {
    let dependencies = dependencies();
    let mut found = Vec::new();
    for (library, allowed) in BELONGINGS {
        for (name, used) in &dependencies {
            if used.iter().any(|used| used == library) && !allowed.contains(name) {
                found.push(format!("{name} uses {library}, which belongs to {}", allowed.join(", ")));
            }
        }
    }
    none("a library is used in a layer that must not know it:", &found);
}

#[test]
fn features_do_not_reach_into_each_others_pages() {
    let features = crate::tree::files_below("app/src", &["rs"]);
    let feature = |file: &Path| -> Option<String> {
        let mut parts = file.strip_prefix("app/src").ok()?.components();
        let (folder, rest) = (parts.next()?, parts.next());
        rest.map(|_| folder.as_os_str().to_string_lossy().into_owned())
    };
    let mut found = Vec::new();
    for file in &features {
        let Some(own) = feature(file) else { continue };
        for (number, line) in read(file).lines().enumerate() {
            let Some(path) = line.split("crate::").nth(1) else { continue };
            let other =
                path.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or("");
            let after = &path[other.len()..];
            let page =
                after.strip_prefix("::page").is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
            if other != own && page {
                found.push(format!("{}:{}: {}", file.display(), number + 1, line.trim()));
            }
        }
    }
    none("a feature imports another feature's page; share through ui or domain:", &found);
}
