//! The project's own tool, started as `cargo xtask …`.
fn main() {}
