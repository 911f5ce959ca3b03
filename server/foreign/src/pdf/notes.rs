//! Reads the text that readers draw by themselves: of free-text notes and of form fields. The file need not
//! have a picture of it. If it has one, the picture may be out of date, and only some readers show it.

use domain::papers::PageLine;
use hayro_interpret::hayro_syntax::object::{Array, Dict, Name, Object, String as PdfString};
use hayro_interpret::hayro_syntax::page::Page;

/// Flags of an annotation that is not shown: hidden, or not viewed.
const NOT_SHOWN: u32 = 1 << 1 | 1 << 5;
/// Most fields from a field up to its root. Forms have two or three.
const PARENTS_AT_MOST: usize = 32;

/// The lines of the notes and fields of a page.
pub(super) fn lines(page: &Page<'_>) -> Vec<PageLine> {
    let Some(annotations) = page.raw().get::<Array<'_>>(b"Annots") else { return Vec::new() };
    let notes = annotations.iter::<Object<'_>>().filter_map(Object::into_dict);
    notes
        .filter(|note| note.get::<u32>(b"F").unwrap_or(0) & NOT_SHOWN == 0)
        .flat_map(|note| wrapped(&texts(&note)))
        .collect()
}

/// The texts of one annotation that a reader may draw.
fn texts(note: &Dict<'_>) -> Vec<String> {
    let found = match note.get::<Name<'_>>(b"Subtype").as_deref() {
        Some(b"FreeText") => note.get::<Object<'_>>(b"Contents").map(values),
        Some(b"Widget") => inherited(note, b"V").map(|value| shown(note, values(value))),
        _ => None,
    };
    found.unwrap_or_default()
}

/// An entry of a field, or of the nearest parent that has it.
fn inherited<'a>(field: &Dict<'a>, key: &[u8]) -> Option<Object<'a>> {
    let mut field = field.clone();
    for _ in 0..PARENTS_AT_MOST {
        if let Some(value) = field.get::<Object<'_>>(key) {
            return Some(value);
        }
        field = field.get::<Dict<'_>>(b"Parent")?;
    }
    None
}

/// The texts of a value: one, or several of a list in which several are chosen.
fn values(value: Object<'_>) -> Vec<String> {
    match value {
        Object::String(text) => vec![decoded(text.as_bytes())],
        Object::Stream(text) => text.decoded_data().map_or(Vec::new(), |text| vec![decoded(&text)]),
        Object::Array(chosen) => chosen
            .iter::<Object<'_>>()
            .filter_map(Object::into_string)
            .map(|text| decoded(text.as_bytes()))
            .collect(),
        _ => Vec::new(),
    }
}

/// The values of a field with the texts that are shown for them: a list may have a code for each text.
fn shown(field: &Dict<'_>, mut values: Vec<String>) -> Vec<String> {
    let Some(options) = inherited(field, b"Opt").and_then(Object::into_array) else { return values };
    let options = options.iter::<Object<'_>>().filter_map(Object::into_array);
    let pairs = options.filter_map(|option| {
        let mut texts = option.iter::<PdfString<'_>>();
        Some((decoded(texts.next()?.as_bytes()), decoded(texts.next()?.as_bytes())))
    });
    let texts: Vec<String> = pairs.filter(|(code, _)| values.contains(code)).map(|(_, text)| text).collect();
    values.extend(texts);
    values
}

/// The lines of texts. Each continues the line above it.
fn wrapped(texts: &[String]) -> Vec<PageLine> {
    let wrap = |text: &String| {
        let lines: Vec<&str> = text.lines().collect();
        let before = |at: usize| at.checked_sub(1).map(|above| lines[above].to_owned());
        let line = |(at, line): (usize, &&str)| PageLine {
            text: (*line).to_owned(),
            before: before(at).into_iter().collect(),
            ..PageLine::default()
        };
        lines.iter().enumerate().map(line).collect::<Vec<_>>()
    };
    texts.iter().flat_map(wrap).collect()
}

/// A text string of a PDF: UTF-16, UTF-8 or one byte a letter.
fn decoded(bytes: &[u8]) -> String {
    let text = match bytes {
        [0xfe, 0xff, rest @ ..] => {
            let units: Vec<u16> = rest.as_chunks().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
            String::from_utf16_lossy(&units)
        }
        [0xff, 0xfe, rest @ ..] => {
            let units: Vec<u16> = rest.as_chunks().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
            String::from_utf16_lossy(&units)
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        plain => plain.iter().map(|byte| char::from(*byte)).collect(),
    };
    text.replace('\r', "\n")
}
