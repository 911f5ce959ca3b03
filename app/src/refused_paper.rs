//! The words of why a paper was refused: its marking, what its first page needs, what kind of file it is. Decides nothing.

use domain::papers::{FileKind, Level, Unread};

use crate::text::keys::*;
use crate::text::{Text, t, tf};

/// The words of a marking as it stands on a paper.
pub(crate) fn marking(level: Level) -> &'static str {
    match level {
        Level::Open => t(LEVEL_OPEN),
        Level::Confidential => t(LEVEL_CONFIDENTIAL),
        Level::Secret => t(LEVEL_SECRET),
        Level::TopSecret => t(LEVEL_TOP_SECRET),
    }
}

/// What a first page needs, as a title.
pub(crate) fn first_page(why: Unread) -> Text {
    if why.is_doubt() { REFUSED_FIRST_PAGE_DOUBTFUL } else { REFUSED_FIRST_PAGE_UNREAD }
}

/// Why a first page could not be read, or what on it may be a marking.
pub(crate) fn unread(why: Unread) -> &'static str {
    match why {
        Unread::NoText => t(UNREAD_NO_TEXT),
        Unread::Letters => t(UNREAD_LETTERS),
        Unread::OldLetters => t(UNREAD_OLD_LETTERS),
        Unread::Locked => t(UNREAD_LOCKED),
        Unread::Damaged => t(UNREAD_DAMAGED),
        Unread::NotAll => t(UNREAD_NOT_ALL),
        Unread::GivenUp => t(UNREAD_GIVEN_UP),
        Unread::Doubtful => t(UNREAD_DOUBTFUL),
        Unread::Pictures => t(UNREAD_PICTURES),
        Unread::Outlines => t(UNREAD_OUTLINES),
    }
}

/// Which file is there already, and under which title.
pub(crate) fn same(name: &str, title: &str) -> String {
    tf(REFUSED_SAME_PAPER, &[("name", &name), ("title", &title)])
}

/// How long a withdrawn paper could have been put back.
pub(crate) fn late(minutes: i64) -> String {
    tf(REFUSED_RESTORED_LATE, &[("n", &minutes)])
}

/// What kind of file was sent instead of a PDF.
pub(crate) fn not_pdf(kind: FileKind) -> Text {
    match kind {
        FileKind::Office => REFUSED_NOT_PDF_OFFICE,
        FileKind::Picture => REFUSED_NOT_PDF_PICTURE,
        FileKind::Packed => REFUSED_NOT_PDF_PACKED,
        FileKind::WebPage => REFUSED_NOT_PDF_WEB_PAGE,
        FileKind::Form => REFUSED_NOT_PDF_FORM,
        FileKind::Cut => REFUSED_NOT_PDF_CUT,
        FileKind::Other => REFUSED_NOT_PDF,
    }
}

/// What to do instead.
pub(crate) fn instead_of(kind: FileKind) -> Text {
    match kind {
        FileKind::Form => REFUSED_NOT_PDF_FORM_BODY,
        FileKind::Cut => REFUSED_NOT_PDF_CUT_BODY,
        _ => REFUSED_NOT_PDF_BODY,
    }
}
