//! Records and words in, bytes out: official letters as PDF (NĐ 30/2020/NĐ-CP), meetings as iCalendar, sheets for Excel.
//! Pure: no file, no database, no clock; the faces to set type in are handed over by the caller.

mod calendar;
mod letter;
mod paint;
mod sheet;
mod typeset;

pub use calendar::{Event, ics};
pub use letter::{Block, Letter};
pub use paint::pdf;
pub use sheet::{SheetError, sheet};
pub use typeset::{FaceError, Faces};
