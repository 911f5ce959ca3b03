//! Stamps in every shape that office programs give them: small capitals, a large first letter, letters one
//! under another.

use std::time::{Duration, Instant};

use domain::papers::{Level, marking};

use crate::files::{File, at, head, string};
use crate::inspector::file;
use crate::seen::{hold, page, real};

const SECRET: Option<Level> = Some(Level::Secret);
const CONFIDENTIAL: Option<Level> = Some(Level::Confidential);

/// Draws parts of a text one after the other, each in its own size.
fn in_sizes(parts: &[(&str, i32)]) -> Vec<u8> {
    let mut text = b"BT 60 600 Td".to_vec();
    for (part, size) in parts {
        text.extend(format!(" /F1 {size} Tf ").bytes());
        text.extend(string(part));
        text.extend_from_slice(b" Tj");
    }
    [text, b" ET\n".to_vec()].concat()
}

#[tokio::test]
async fn words_in_two_sizes_are_read_as_one_word() {
    let marked = |parts: &[(&str, i32)]| page(&in_sizes(parts), "", "").done();
    hold(vec![
        ("small capitals", marked(&[("T", 14), ("ỐI ", 11), ("M", 14), ("ẬT", 11)]), SECRET, None),
        ("small capitals, one word", marked(&[("M", 14), ("ẬT", 11)]), CONFIDENTIAL, None),
        ("of a browser", marked(&[("T", 20), ("ỐI ", 14), ("M", 20), ("ẬT", 14)]), SECRET, None),
        ("large first letter", marked(&[("T", 16), ("ỐI MẬT", 10)]), SECRET, None),
        ("ordinary word", marked(&[("B", 14), ("Í ", 11), ("M", 14), ("ẬT", 11)]), None, None),
        (
            "ordinary heading",
            marked(&[
                ("B", 14),
                ("ẢO ", 11),
                ("V", 14),
                ("Ệ ", 11),
                ("B", 14),
                ("Í ", 11),
                ("M", 14),
                ("ẬT", 11),
            ]),
            None,
            None,
        ),
    ])
    .await;
}

#[tokio::test]
async fn letters_one_under_another_are_read_as_one_word() {
    let column = |letters: &str, step: i32| {
        let letters = letters.chars().enumerate().filter(|(_, letter)| *letter != ' ');
        let drawn = letters.flat_map(|(row, letter)| {
            let row = i32::try_from(row).unwrap();
            at(&letter.to_string(), 500, 600 - step * row, 14)
        });
        page(&drawn.collect::<Vec<u8>>(), "", "").done()
    };
    hold(vec![
        ("close", column("TỐIMẬT", 15), SECRET, None),
        ("with a space", column("TỐI MẬT", 18), SECRET, None),
        ("one word", column("MẬT", 16), CONFIDENTIAL, None),
        ("numbers of a list", column("1234", 18), None, None),
    ])
    .await;
}

#[tokio::test]
async fn a_map_full_of_labels_is_read_in_time() {
    let labels = (0..8000).flat_map(|label| at("AB", 5 + label * 37 % 580, 5 + label * 53 % 830, 8));
    let map = [labels.collect::<Vec<u8>>(), at("TỐI MẬT", 60, 780, 13)].concat();
    let map = File::page(&[head(), map].concat(), "", "").done();
    let start = Instant::now();
    let look = real().inspect(file(&map), 1).await.unwrap();
    assert_eq!((marking(&look.lines), look.unread), (SECRET, None));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}
