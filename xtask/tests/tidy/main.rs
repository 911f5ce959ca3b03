//! The house rules that no compiler checks: layers, sources, texts, tables, styles.
//!
//! Each test reads files and fails with the place and what to do there. Nothing is built or run here.

mod dependencies;
mod layers;
mod locales;
mod migrations;
mod sources;
mod styles;
mod texts;
mod tree;
