//! The room and the child as they are: real processes with their real limits.

mod files;
mod hostile;
mod room;
mod seen;
