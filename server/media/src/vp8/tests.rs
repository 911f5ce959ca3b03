//! What the reader of VP8 descriptors promises.

use proptest::prelude::*;

use crate::chance::settings;

use super::{Fields, PICTURE_IDS, Picture, parse};

/// A keyframe of 640×360 behind the descriptor of a browser's simulcast: wide picture id, TL0PICIDX, TID and KEYIDX.
const KEYFRAME: [u8; 16] =
    [0x90, 0xf0, 0x92, 0x34, 0x07, 0x25, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01];

#[test]
fn every_field_of_a_full_descriptor_is_read() {
    let found = parse(&KEYFRAME).unwrap();
    assert_eq!(found.len, 6);
    assert_eq!(found.picture, Some(Picture { id: 0x1234, is_wide: true }));
    assert_eq!((found.base, found.temporal, found.key), (Some(7), Some(0), Some(5)));
    assert!(found.is_layer_sync && found.starts_keyframe(&KEYFRAME) && !found.is_disposable);
}

#[test]
fn a_keyframe_tells_its_size() {
    assert_eq!(parse(&KEYFRAME).unwrap().size(&KEYFRAME), Some((640, 360)));
}

#[test]
fn a_frame_that_refers_to_another_is_no_keyframe() {
    let mut frame = KEYFRAME;
    frame[6] |= 1;
    let found = parse(&frame).unwrap();
    assert!(found.starts_frame() && !found.starts_keyframe(&frame));
    assert_eq!(found.size(&frame), None);
}

#[test]
fn the_rest_of_a_keyframe_is_not_its_beginning() {
    // Neither a packet within the first partition nor the beginning of the second one.
    for first in [0x80, 0x91] {
        let mut packet = KEYFRAME;
        packet[0] = first;
        assert!(!parse(&packet).unwrap().starts_keyframe(&packet));
    }
}

#[test]
fn the_narrow_picture_id_and_the_bare_descriptor_are_read() {
    let narrow = parse(&[0x90, 0x80, 0x7f, 0x00]).unwrap();
    assert_eq!(narrow.picture, Some(Picture { id: 127, is_wide: false }));
    let bare = parse(&[0x10, 0x00]).unwrap();
    assert_eq!((bare.len, bare.picture, bare.base, bare.temporal, bare.key), (1, None, None, None, None));
}

#[test]
fn a_descriptor_without_a_frame_is_refused() {
    for end in 0..=6 {
        assert_eq!(parse(&KEYFRAME[..end]), None, "{end} bytes");
    }
}

#[test]
fn what_is_written_is_read_again_and_nothing_else_changes() {
    let mut payload = KEYFRAME;
    parse(&payload).unwrap().patch(&mut payload, Fields { picture: 0x7fff, base: 255, key: 31 });
    let found = parse(&payload).unwrap();
    assert_eq!(found.picture, Some(Picture { id: 0x7fff, is_wide: true }));
    assert_eq!((found.base, found.temporal, found.key), (Some(255), Some(0), Some(31)));
    assert!(found.is_layer_sync);
    assert_eq!(payload[6..], KEYFRAME[6..]);
}

proptest! {
    #![proptest_config(settings(512))]

    #[test]
    fn any_bytes_are_read_without_harm(mut bytes in prop::collection::vec(any::<u8>(), 0..64), other in prop::collection::vec(any::<u8>(), 0..8)) {
        let Some(found) = parse(&bytes) else { return Ok(()) };
        prop_assert!(usize::from(found.len) < bytes.len() && found.len <= 6);
        let size = found.size(&bytes);
        prop_assert!(size.is_none() || found.starts_keyframe(&bytes));
        // A descriptor of one packet, used by mistake on another, stays within it.
        let _ = (found.size(&other), found.starts_keyframe(&other));
        found.patch(&mut other.clone(), Fields::default());
        let before = bytes.clone();
        found.patch(&mut bytes, Fields { picture: 1, base: 2, key: 3 });
        prop_assert_eq!(&before[usize::from(found.len)..], &bytes[usize::from(found.len)..]);
        let again = parse(&bytes).expect("the form did not change");
        prop_assert_eq!(again.len, found.len);
        prop_assert_eq!(again.picture.map(|picture| picture.id), found.picture.map(|_| 1));
        prop_assert_eq!((again.base, again.key), (found.base.map(|_| 2), found.key.map(|_| 3)));
        prop_assert!(again.picture.is_none_or(|picture| picture.id < PICTURE_IDS));
    }
}
