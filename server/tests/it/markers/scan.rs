//! Finds words such as `mk0017x` in an answer, however they are encoded: in capitals, as HTML, JSON or
//! address, in base64.

use std::collections::BTreeSet;

/// The word with this number.
pub(super) fn word(number: usize) -> String {
    format!("mk{number:04}x")
}

/// Number of letters of a word.
const LENGTH: usize = 7;

/// How such a word begins in base64, for each offset within three bytes.
const IN_BASE64: [&[u8]; 5] = [b"bWs", b"taz", b"1rM", b"1rN", b"1rO"];

/// The numbers of all words in a text.
pub(super) fn words(text: &[u8]) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    plain(text, &mut found);
    if let Some(decoded) = unescaped(text) {
        plain(&decoded, &mut found);
    }
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| b"bt1".contains(byte)) {
        rest = &rest[at..];
        if IN_BASE64.iter().any(|begins| rest.starts_with(begins)) {
            let run = &rest[..rest.len().min(4 * LENGTH)];
            (0..4).for_each(|from| plain(&of_base64(run.get(from..).unwrap_or_default()), &mut found));
            // The word may begin up to three characters before the one that was found.
            (1..4).for_each(|back| {
                let from = text.len() - rest.len();
                let run = &text[from.saturating_sub(back)..text.len().min(from + 4 * LENGTH)];
                plain(&of_base64(run), &mut found);
            });
        }
        rest = &rest[1..];
    }
    found
}

fn plain(text: &[u8], found: &mut BTreeSet<usize>) {
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'm' | b'M')) {
        rest = &rest[at..];
        if let Some(part) = rest.get(..LENGTH) {
            let is_word = part[1].eq_ignore_ascii_case(&b'k') && part[6].eq_ignore_ascii_case(&b'x');
            if is_word && part[2..6].iter().all(u8::is_ascii_digit) {
                found.insert(part[2..6].iter().fold(0, |n, digit| n * 10 + usize::from(digit - b'0')));
            }
        }
        rest = &rest[1..];
    }
}

/// Escaped characters: the prefix, the number of hexadecimal digits, the suffix.
const ESCAPES: [(&[u8], usize, &[u8]); 3] = [(b"%", 2, b""), (b"\\u", 4, b""), (b"&#x", 2, b";")];

/// The text with escapes replaced by their characters; none if it holds no escape.
fn unescaped(text: &[u8]) -> Option<Vec<u8>> {
    let mut out: Option<Vec<u8>> = None;
    let mut rest = text;
    let mut plain_from = 0;
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'%' | b'\\' | b'&')) {
        rest = &rest[at..];
        let here = text.len() - rest.len();
        match ESCAPES.iter().find_map(|escape| sign(rest, *escape)) {
            Some((sign, then)) => {
                let out = out.get_or_insert_default();
                out.extend_from_slice(&text[plain_from..here]);
                out.push(sign);
                plain_from = text.len() - then.len();
                rest = then;
            }
            None => rest = &rest[1..],
        }
    }
    out.as_mut()?.extend_from_slice(&text[plain_from..]);
    out
}

fn sign<'t>(text: &'t [u8], (before, digits, after): (&[u8], usize, &[u8])) -> Option<(u8, &'t [u8])> {
    let text = text.strip_prefix(before)?;
    let code = u32::from_str_radix(std::str::from_utf8(text.get(..digits)?).ok()?, 16).ok()?;
    Some((u8::try_from(code).ok()?, text.get(digits..)?.strip_prefix(after)?))
}

fn of_base64(run: &[u8]) -> Vec<u8> {
    let (mut bits, mut held, mut out) = (0_u32, 0, Vec::with_capacity(run.len() * 3 / 4));
    for byte in run {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            _ => 63,
        };
        bits = (bits << 6 | u32::from(value)) & 0xff_ffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).unwrap());
        }
    }
    out
}

#[test]
fn a_word_is_found_however_it_is_written() {
    let written = [
        "họp mk0017x.",
        "MK0017X",
        "<b>mk0017x</b>",
        "m%6b0017x",
        "\\u006dk0017x",
        "&#x6d;k0017x",
        // `a mk0017x b`, at each offset within three bytes.
        "YSBtazAwMTd4IGI=",
        "YWEgbWswMDE3eCBi",
        "YWFhIG1rMDAxN3ggYg==",
    ];
    for text in written {
        assert_eq!(words(text.as_bytes()), BTreeSet::from([17]), "{text}");
    }
    assert!(words(b"mk17x mk00017 mkabcdx").is_empty());
}
