//! The pages of Phiên: components, server functions, texts. Compiled twice: for the server (`ssr`) and for the
//! browser (`hydrate`). Knows the ports of `domain` and nothing of what stands behind them.

pub mod admin;
pub mod assets;
pub mod bundles;
pub mod calls;
pub mod context;
pub mod dates;
pub mod failure;
pub mod form;
pub mod parts;
#[cfg(feature = "ssr")]
mod qr;
mod refused_paper;
pub mod refused_rows;
pub mod session;
pub mod shell;
pub mod text;
pub mod ui;
pub mod words;

pub mod accounts;
pub mod agencies;
pub mod attendance;
pub mod audit;
pub mod calendar;
pub mod figures;
pub mod hall;
pub mod home;
pub mod imports;
pub mod live;
pub mod meetings;
pub mod notices;
pub mod people;
pub mod reader;
pub mod rooms;
pub mod rules;
pub mod search;
pub mod second_factor;
pub mod work_days;

pub mod routes;

pub use routes::App;
pub use shell::document;
