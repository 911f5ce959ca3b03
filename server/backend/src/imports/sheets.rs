//! A workbook as text, read in a process of its own. It and its rows are on the disk meanwhile: neither is held twice.

use std::fs::OpenOptions;

use domain::access::Caller;
use domain::error::{Failure, Refusal};
use domain::imports::{ImportKind, NotRows, Note};
use foreign::{SheetRead, SheetRows};

use super::decode;
use crate::stop::Done;
use crate::{Backend, access};

/// The rows of a workbook.
#[derive(Debug)]
pub(super) struct SheetText {
    /// As CSV, each row on the line that is its number in the sheet.
    pub(super) rows: String,
    /// Which sheet they are from.
    pub(super) note: Option<Note>,
}

/// What parts the cells of the rows.
pub(super) const DELIMITER: u8 = b',';

/// Reads the rows of a workbook.
pub(super) async fn read(
    backend: &Backend,
    caller: &Caller,
    kind: ImportKind,
    workbook: &[u8],
) -> Done<SheetText> {
    backend.keep_reserve().await?;
    let unique = || backend.entropy().id(caller.now).to_string();
    let mut sent = backend.blobs().begin(&unique()).await?;
    sent.write(workbook).await?;
    let workbook = std::fs::File::open(sent.settle().await?)?;
    let mut spooled = backend.blobs().begin(&unique()).await?;
    let rows = OpenOptions::new().read(true).write(true).open(spooled.settle().await?)?;
    let sender = access::sender(caller);
    let read = backend.inspector().read_sheet(workbook, kind, rows, sender).await;
    let (sheet, rows) = match read.map_err(|_| Failure::Unavailable)? {
        SheetRows::Read { sheet, rows } => (sheet, rows),
        SheetRows::Not(why) => return Err(Refusal::NotRows { why }.into()),
    };
    drop(rows);
    let rows = String::from_utf8(spooled.read().await?);
    let rows = rows.map_err(|_| Refusal::NotRows { why: NotRows::BrokenWorkbook })?;
    // Typed for a font of an old encoding, the letters are as wrong in a workbook as in any file.
    match decode::old_encoding(&rows) {
        Some(why) => Err(Refusal::NotRows { why }.into()),
        None => Ok(SheetText { rows, note: note(sheet) }),
    }
}

/// Of a workbook with one sheet there is nothing to say.
fn note(SheetRead { name, of }: SheetRead) -> Option<Note> {
    (of > 1).then(|| Note::Sheet { name: domain::text::Line::shortened(&name, 31).into(), of })
}
