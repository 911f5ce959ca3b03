//! What is answered without a page: files, bytes up and down, a sign of life.

pub mod files;
pub mod form;
pub mod health;
pub mod imports;
pub mod invitation;
pub mod paper_file;
pub mod papers;
pub mod plain_form;
mod streams;
