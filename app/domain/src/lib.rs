//! The nouns, rules and ports of Phiên. No I/O, no clock, no user interface, no database.
//!
//! Rules are plain functions on plain data: [`duration`], [`period`], [`calendar`], [`count`], [`targets`], [`slots`],
//! [`access`], [`sight`]. Each feature has a module with its nouns and one port, whose comment is the contract.

pub mod access;
pub mod accounts;
pub mod agencies;
pub mod attendance;
pub mod audit;
pub mod calendar;
pub mod count;
pub mod duration;
pub mod error;
pub mod figures;
pub mod ids;
pub mod imports;
pub mod live;
pub mod meetings;
pub mod notices;
pub mod papers;
pub mod people;
pub mod period;
pub mod rooms;
pub mod rules;
pub mod search;
pub mod second_factor;
pub mod services;
pub mod sight;
pub mod slots;
pub mod targets;
pub mod text;
pub mod time;
