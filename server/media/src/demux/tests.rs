//! What the demultiplexer promises.

use proptest::prelude::*;

use crate::chance::settings;

use super::{Kind, kind, ssrc, username};

/// A binding request with these attributes.
fn request(attributes: &[(u16, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (kind, value) in attributes {
        body.extend(kind.to_be_bytes());
        body.extend((value.len() as u16).to_be_bytes());
        body.extend(*value);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    let mut message = vec![0, 1];
    message.extend((body.len() as u16).to_be_bytes());
    message.extend([0x21, 0x12, 0xa4, 0x42]);
    message.extend([7; 12]);
    message.extend(body);
    message
}

fn datagram(first: u8, second: u8) -> Vec<u8> {
    let mut bytes = vec![0; 40];
    (bytes[0], bytes[1]) = (first, second);
    bytes
}

#[test]
fn every_first_byte_has_one_meaning() {
    for first in 0..=255 {
        let expected = match first {
            20..=63 => Some(Kind::Dtls),
            128..=191 => Some(Kind::Rtp),
            // STUN needs more than its first byte; 64 to 79 belong to TURN, which we are not.
            _ => None,
        };
        assert_eq!(kind(&datagram(first, 96)), expected, "{first}");
    }
}

#[test]
fn the_second_byte_tells_rtcp_from_rtp() {
    for second in 0..=255 {
        let expected = if (192..=223).contains(&second) { Kind::Rtcp } else { Kind::Rtp };
        assert_eq!(kind(&datagram(0x80, second)), Some(expected), "{second}");
    }
}

#[test]
fn what_is_shorter_than_its_header_is_nothing() {
    for (bytes, header) in [(datagram(22, 0), 13), (datagram(0x80, 96), 12), (datagram(0x80, 200), 8)] {
        for end in 0..header {
            assert_eq!(kind(&bytes[..end]), None);
        }
        assert!(kind(&bytes[..header]).is_some());
    }
}

#[test]
fn a_request_is_for_the_fragment_before_the_colon() {
    let message = request(&[(0x8022, b"browser"), (0x0006, b"oursABCD:theirs+/")]);
    assert_eq!(kind(&message), Some(Kind::Stun));
    let found = username(&message).unwrap();
    assert_eq!((found.ours, found.theirs), ("oursABCD", "theirs+/"));
}

#[test]
fn usernames_that_ice_does_not_make_are_refused() {
    for name in [
        &b"oursABCD"[..],
        b":theirs",
        b"ours:",
        b"abc:defg",
        b"ours:the:irs",
        b"ou\nrs:theirs",
        b"o\xffrs:theirs",
    ] {
        assert_eq!(username(&request(&[(0x0006, name)])), None, "{name:?}");
    }
    let long = [b'a'; 257];
    assert_eq!(username(&request(&[(0x0006, &[&long[..], b":theirs"].concat())])), None);
}

#[test]
fn a_stun_message_that_lies_about_its_length_is_nothing() {
    let message = request(&[(0x0006, b"oursABCD:theirs")]);
    for end in 0..message.len() {
        assert_eq!(kind(&message[..end]), None);
        assert_eq!(username(&message[..end]), None);
    }
    let mut longer = message.clone();
    longer.push(0);
    assert_eq!(kind(&longer), None);
    // An attribute that reaches beyond the message.
    let mut lying = message;
    lying[23] = 200;
    assert_eq!(username(&lying), None);
}

#[test]
fn an_answer_from_a_stranger_names_nobody() {
    let mut answer = request(&[(0x0006, b"oursABCD:theirs")]);
    answer[0] = 1;
    assert_eq!((kind(&answer), username(&answer)), (Some(Kind::Stun), None));
}

#[test]
fn the_stream_is_that_of_rtp_only() {
    let mut bytes = datagram(0x80, 96);
    bytes[8..12].copy_from_slice(&[1, 2, 3, 4]);
    assert_eq!(ssrc(&bytes), Some(0x0102_0304));
    assert_eq!(ssrc(&bytes[..11]), None);
    bytes[1] = 200;
    assert_eq!(ssrc(&bytes), None);
}

proptest! {
    #![proptest_config(settings(512))]

    #[test]
    fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..96)) {
        let _ = (kind(&bytes), username(&bytes), ssrc(&bytes));
    }

    #[test]
    fn any_attributes_are_read_without_harm(attributes in prop::collection::vec(any::<u8>(), 0..24).prop_map(|mut bytes| { bytes.truncate(bytes.len() / 4 * 4); bytes })) {
        let mut message = request(&[]);
        message[3] = attributes.len() as u8;
        message.extend(attributes);
        prop_assert_eq!(kind(&message), Some(Kind::Stun));
        let _ = username(&message);
    }
}
