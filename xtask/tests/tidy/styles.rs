//! The style sheet: every file is in the bundle, and every line of the bundle is a file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::tree::{files_below, none, read};

#[test]
fn the_bundle_names_every_style_file() {
    let order = Path::new("style/bundle.txt");
    let text = read(order);
    let named: Vec<PathBuf> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| Path::new("style").join(line))
        .collect();
    let present: BTreeSet<PathBuf> = files_below("style", &["css"]).into_iter().collect();
    let unnamed: Vec<_> =
        present.iter().filter(|file| !named.contains(file)).map(|file| file.display()).collect();
    none("not in style/bundle.txt, so no page sees it:", &unnamed);
    let missing: Vec<_> =
        named.iter().filter(|file| !present.contains(*file)).map(|file| file.display()).collect();
    none("in style/bundle.txt without a file:", &missing);
    let once: BTreeSet<&PathBuf> = named.iter().collect();
    assert_eq!(once.len(), named.len(), "style/bundle.txt names a file twice");
}
