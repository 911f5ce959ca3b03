//! Descriptions as browsers write them, and as they go wrong: each is answered as its browser takes it, or refused with a reason.

use std::sync::{Arc, LazyLock};
use std::time::Instant;

use super::super::Candidate;
use super::check::faults;
use crate::command::Over;
use crate::peer::{Credentials, Identity, Publisher};

/// Firefox 153: a voice, a camera of three sizes, a screen.
const FIREFOX: &str = include_str!("../offers/firefox-plain.sdp");
/// The same when only VP8 is wanted, as the page asks for.
const FIREFOX_PREFERRED: &str = include_str!("../offers/firefox-preferred.sdp");
/// The same without the policy that all share one way: no m-line is `bundle-only`.
const FIREFOX_BALANCED: &str = include_str!("../offers/firefox-balanced.sdp");
/// Firefox 153: a voice, a camera of one size, a data channel.
const FIREFOX_DATA: &str = include_str!("../offers/firefox-data.sdp");
/// Chromium 156: a voice, a camera of three sizes, a screen.
const CHROMIUM: &str = include_str!("../offers/chromium-plain.sdp");
const CHROMIUM_PREFERRED: &str = include_str!("../offers/chromium-preferred.sdp");
const CHROMIUM_DATA: &str = include_str!("../offers/chromium-data.sdp");
/// Safari: VP8 stands after H.264 and H.265.
const SAFARI: &str = include_str!("../offers/safari.sdp");
const SAFARI_WITHOUT_VP8: &str = include_str!("../offers/safari-without-vp8.sdp");

static IDENTITY: LazyLock<Arc<Identity>> = LazyLock::new(|| Arc::new(Identity::generate().unwrap()));

/// The answer to an offer, which is held against it.
fn answered(offer: &str) -> Result<String, &'static str> {
    let ours = Credentials { fragment: "ours".to_owned(), password: "0123456789012345678901".to_owned() };
    let candidates = [Candidate { address: "192.0.2.1:3478".parse().unwrap(), over: Over::Udp }];
    let (_, answer) = Publisher::new(Instant::now(), offer, &IDENTITY, ours, &candidates, 3_000_000, 0)?;
    assert_eq!(faults(offer, &answer), [""; 0], "{offer}\n{answer}");
    Ok(answer)
}

/// What an answer takes: of each m-line its formats and sizes; a dash where it is declined.
fn taken(offer: &str) -> String {
    let answer = match answered(offer) {
        Ok(answer) => answer,
        Err(why) => return why.to_owned(),
    };
    let section = |text: &str| {
        let mut lines = text.lines();
        let words: Vec<_> = lines.next().unwrap_or_default().split(' ').collect();
        let rids: Vec<_> =
            lines.filter_map(|line| line.strip_prefix("a=rid:")?.strip_suffix(" recv")).collect();
        match words[1] {
            "0" => "-".to_owned(),
            _ => [words[3..].join(" "), rids.join(";")].join(" ").trim_end().to_owned(),
        }
    };
    answer.split("\r\nm=").skip(1).map(section).collect::<Vec<_>>().join(", ")
}

#[test]
fn what_browsers_offer_is_taken() {
    for (offer, expected) in [
        (FIREFOX, "109, 120 124 l;m;h, 120 124"),
        (FIREFOX_PREFERRED, "109, 120 124 l;m;h, 120 124"),
        (FIREFOX_BALANCED, "109, 120 124 l;m;h, 120 124"),
        (FIREFOX_DATA, "109, 120 124, -"),
        (CHROMIUM, "111, 96 97 l;m;h, 96 97"),
        (CHROMIUM_PREFERRED, "111, 96 97 l;m;h, 96 97"),
        (CHROMIUM_DATA, "111, 96 97, -"),
        (SAFARI, "111, 100 101 l;m;h"),
        (SAFARI_WITHOUT_VP8, "111, -"),
    ] {
        assert_eq!(taken(offer), expected, "{offer}");
    }
}

#[test]
fn a_data_channel_is_declined_as_firefox_demands() {
    let answer = answered(FIREFOX_DATA).unwrap();
    assert!(answer.contains("m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n"), "{answer}");
}

/// A description with something else in it; the texts are looked for, so that none of these tests stops asking.
fn changed(offer: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(offer.to_owned(), |text, (before, after)| {
        assert!(text.contains(before), "{before} is not in it");
        text.replace(before, after)
    })
}

#[test]
fn what_others_may_write_is_answered_by_the_rules() {
    let both = "109, 120 124 l;m;h, 120 124";
    let of = |changes: &[(&str, &str)]| taken(&changed(FIREFOX_PREFERRED, changes));
    // Stopped for good, and not because it shares another's way.
    assert_eq!(of(&[("a=bundle-only\r\n", "")]), "109, -, -");
    assert_eq!(of(&[("m=audio 9", "m=audio 0")]), "-, 120 124 l;m;h, 120 124");
    // Only what shares the way can be carried; where nothing does, the first alone.
    assert_eq!(of(&[("BUNDLE 0 1 2", "BUNDLE 0 2")]), "109, -, 120 124");
    assert_eq!(
        of(&[("BUNDLE 0 1 2", "BUNDLE 0"), ("a=bundle-only\r\n", ""), ("m=video 0", "m=video 9")]),
        "109, -, -"
    );
    assert_eq!(
        of(&[("a=group:BUNDLE 0 1 2\r\n", ""), ("a=bundle-only\r\n", ""), ("m=video 0", "m=video 9")]),
        "109, -, -"
    );
    assert_eq!(of(&[("a=group:BUNDLE 0 1 2", "a=group:LS 0 1\r\na=group:BUNDLE 0 1 2")]), both);
    assert_eq!(of(&[("BUNDLE 0 1 2", "BUNDLE 2 1 0")]), both);
    // Who does not send is not heard: of one m-line, and of all that say nothing themselves.
    assert_eq!(
        of(&[("a=sendonly\r\na=extmap:1 ", "a=recvonly\r\na=extmap:1 ")]),
        "-, 120 124 l;m;h, 120 124"
    );
    assert_eq!(
        of(&[("a=sendonly\r\na=extmap:1 ", "a=inactive\r\na=extmap:1 ")]),
        "-, 120 124 l;m;h, 120 124"
    );
    assert_eq!(
        of(&[("a=sendrecv\r\n", "a=inactive\r\n"), ("a=sendonly\r\na=extmap:1 ", "a=extmap:1 ")]),
        "-, 120 124 l;m;h, 120 124"
    );
    assert_eq!(of(&[("a=sendonly\r\na=extmap:1 ", "a=extmap:1 ")]), both);
    // Names of codecs have no case, numbers have seven bits.
    assert_eq!(of(&[("VP8/90000", "vp8/90000"), ("opus/48000/2", "OPUS/48000/2")]), both);
    assert_eq!(of(&[("120", "200"), ("124", "201")]), "109, -, -");
    assert_eq!(of(&[("a=fmtp:124 apt=120\r\n", "")]), "109, 120 l;m;h, 120");
    // Sizes: fewer, in another order, standing for one another, at rest, in the older form, not a simulcast.
    assert_eq!(of(&[("send l;m;h", "send h;l")]), "109, 120 124 h;l, 120 124");
    assert_eq!(of(&[("send l;m;h", "send ~l;m,h")]), "109, 120 124 l;m, 120 124");
    assert_eq!(of(&[("send l;m;h", "send rid=l;m;h")]), both);
    assert_eq!(of(&[("send l;m;h", "recv x send l;m;h")]), both);
    assert_eq!(of(&[("a=simulcast:send l;m;h\r\n", "")]), both);
    assert_eq!(
        of(&[("a=rid:l send", "a=rid:l recv"), ("send l;m;h", "send m;h")]),
        "109, 120 124 m;h, 120 124"
    );
    // Extensions with numbers of two bytes are passed over; so is what only the client wants to hear.
    assert_eq!(of(&[("a=extmap:3 ", "a=extmap:15 ")]), both);
    assert_eq!(of(&[("a=extmap:9/sendonly ", "a=extmap:9/recvonly ")]), both);
    // Names are tokens (RFC 8843), not only numbers.
    assert_eq!(of(&[("BUNDLE 0 1 2", "BUNDLE a!1 1 2"), ("a=mid:0", "a=mid:a!1")]), both);
    // Lines that end as on Unix.
    let unix = FIREFOX_PREFERRED.replace("\r\n", "\n");
    let ours = Credentials { fragment: "ours".to_owned(), password: "secret".to_owned() };
    assert!(Publisher::new(Instant::now(), &unix, &IDENTITY, ours, &[], 3_000_000, 0).is_ok());
}

#[test]
fn what_cannot_be_answered_is_refused_with_the_reason() {
    for (changes, why) in [
        (&[("a=mid:", "a=dim:")][..], "the offer's m-lines have no names"),
        (&[("a=setup:actpass", "a=setup:passive")], "the client wants to be the server of the handshake"),
        (&[("a=setup:actpass", "a=setup:holdconn")], "the client wants to be the server of the handshake"),
        (&[("a=ice-ufrag:", "a=ice-fragu:")], "the offer has no ICE name and password"),
        (&[("a=ice-pwd:", "a=ice-dwp:")], "the offer has no ICE name and password"),
        (&[("opus/", "speex/"), ("VP8/", "VP9/")], "the offer has neither Opus nor VP8"),
        (&[("fingerprint:sha-256", "fingerprint:sha-512")], "the description has no SHA-256 fingerprint"),
    ] {
        for offer in [FIREFOX_PREFERRED, CHROMIUM, SAFARI] {
            let of_it: Vec<_> =
                changes.iter().filter(|(before, _)| offer.contains(before)).copied().collect();
            assert_eq!(taken(&changed(offer, &of_it)), why, "{changes:?}");
        }
    }
}

#[test]
fn any_line_may_be_missing() {
    let mut answers = 0;
    for offer in [FIREFOX_PREFERRED, FIREFOX_DATA, CHROMIUM_PREFERRED, CHROMIUM_DATA, SAFARI] {
        let lines: Vec<&str> = offer.split_inclusive("\r\n").collect();
        for left_out in 0..lines.len() {
            let rest = [&lines[..left_out], &lines[left_out + 1..]].concat().concat();
            answers += usize::from(answered(&rest).is_ok());
        }
    }
    assert!(answers > 300, "{answers}");
}
