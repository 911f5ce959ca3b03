//! The manual says what the program knows.

use server::config::SETTINGS;

use crate::snapshot;

#[test]
fn the_manual_lists_every_setting_with_its_default() {
    let name = "docs/operations.md";
    let text = std::fs::read_to_string(snapshot::path(name)).unwrap();
    let (before, rest) = text.split_once("<!-- settings -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- /settings -->").unwrap();
    let mut table = "| Environment | Default | Meaning |\n|---|---|---|\n".to_owned();
    for setting in SETTINGS {
        let default = if setting.default.is_empty() { "empty" } else { setting.default };
        table.push_str(&format!("| `{}` | {default} | {} |\n", setting.variable(), setting.meaning));
    }
    snapshot::same(name, &format!("{before}<!-- settings -->\n{table}<!-- /settings -->{after}"));
}
