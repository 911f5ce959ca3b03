//! External dependencies: checks each package of Cargo.lock against deny.toml, without a network and without
//! another program. `cargo xtask audit` finds known vulnerabilities and needs the network.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::tree::{none, read, root};

/// The rules in deny.toml.
struct Rules {
    licenses: Vec<String>,
    banned: Vec<(String, String)>,
    registries: Vec<String>,
}

impl Rules {
    fn read() -> Rules {
        let rules: toml::Table = read(Path::new("deny.toml")).parse().expect("deny.toml is TOML");
        let texts = |table: &str, key: &str| -> Vec<String> {
            let listed = rules[table][key].as_array().expect("a list");
            listed.iter().map(|text| text.as_str().expect("a text").to_owned()).collect()
        };
        let banned = rules["bans"]["deny"].as_array().expect("a list").iter().map(|ban| {
            let text = |key: &str| ban[key].as_str().expect("each ban has a crate and a reason").to_owned();
            (text("crate"), text("reason"))
        });
        Rules {
            licenses: texts("licenses", "allow"),
            banned: banned.collect(),
            registries: texts("sources", "allow-registry"),
        }
    }
}

/// Every package of the tree that is not ours.
fn packages() -> Vec<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let asked = Command::new(cargo)
        .args(["metadata", "--locked", "--all-features", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo tells of the packages");
    assert!(asked.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&asked.stderr));
    let mut told: Value = serde_json::from_slice(&asked.stdout).expect("cargo writes JSON");
    let Value::Array(packages) = told["packages"].take() else { panic!("cargo names no packages") };
    packages.into_iter().filter(|package| !package["source"].is_null()).collect()
}

fn text<'p>(package: &'p Value, key: &str) -> &'p str {
    package[key].as_str().unwrap_or_default()
}

/// The allowed licences that satisfy an expression; none if it cannot be satisfied.
fn satisfied_by(expression: &str, allowed: &[String]) -> Option<BTreeSet<String>> {
    let parsed = spdx::Expression::parse_mode(expression, spdx::ParseMode::LAX).ok()?;
    let mut chosen = BTreeSet::new();
    let is_satisfied = parsed.evaluate(|requirement| {
        let name = requirement.to_string();
        let is_allowed = allowed.contains(&name);
        if is_allowed {
            chosen.insert(name);
        }
        is_allowed
    });
    is_satisfied.then_some(chosen)
}

#[test]
fn every_package_may_be_used_comes_from_where_it_may_and_is_not_banned() {
    let rules = Rules::read();
    let mut used = BTreeSet::new();
    let mut found = Vec::new();
    for package in packages() {
        let (name, version) = (text(&package, "name"), text(&package, "version"));
        let license = text(&package, "license");
        match satisfied_by(license, &rules.licenses) {
            Some(chosen) => used.extend(chosen),
            None => found.push(format!("{name} {version}: its licence {license:?} is not allowed")),
        }
        let source = text(&package, "source");
        if !rules.registries.iter().any(|registry| source == format!("registry+{registry}")) {
            found.push(format!("{name} {version}: comes from {source}"));
        }
        if let Some((_, reason)) = rules.banned.iter().find(|(banned, _)| banned == name) {
            found.push(format!("{name} {version}: is banned: {reason}"));
        }
    }
    let idle = rules.licenses.iter().filter(|license| !used.contains(*license));
    found.extend(idle.map(|license| format!("{license}: allowed in deny.toml and used by nothing")));
    none("packages that deny.toml does not let in:", &found);
}

#[test]
fn an_expression_is_satisfied_by_what_is_allowed_alone() {
    let allowed = ["MIT".to_owned(), "ISC".to_owned()];
    for (expression, is_satisfied) in [
        ("MIT OR GPL-3.0-only", true),
        ("MIT/Apache-2.0", true),
        ("MIT AND ISC", true),
        ("MIT AND GPL-3.0-only", false),
        ("AGPL-3.0-only", false),
        ("", false),
        ("no licence of this world", false),
    ] {
        assert_eq!(satisfied_by(expression, &allowed).is_some(), is_satisfied, "{expression}");
    }
}
