//! Holds an answer against its offer, by the rules that browsers enforce. It reads both by itself, so that what is misread by
//! the code under test is not misread here as well.

use std::collections::BTreeSet;

/// A description cut into lines: what stands before the first m-line, and each m-line with what follows.
struct Cut<'a> {
    head: Vec<&'a str>,
    parts: Vec<Vec<&'a str>>,
}

fn cut(text: &str) -> Cut<'_> {
    let mut cut = Cut { head: Vec::new(), parts: Vec::new() };
    for line in text.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
        if line.starts_with("m=") {
            cut.parts.push(Vec::new());
        }
        cut.parts.last_mut().unwrap_or(&mut cut.head).push(line);
    }
    cut
}

/// The values of an attribute; of one without a value the empty text.
fn all<'a>(lines: &[&'a str], name: &str) -> Vec<&'a str> {
    let value = |line: &&'a str| {
        let rest = line.strip_prefix("a=")?.strip_prefix(name)?;
        if rest.is_empty() { Some("") } else { rest.strip_prefix(':') }
    };
    lines.iter().filter_map(value).collect()
}

fn has(lines: &[&str], name: &str) -> bool {
    !all(lines, name).is_empty()
}

fn words<'a>(part: &[&'a str]) -> Vec<&'a str> {
    part[0]["m=".len()..].split(' ').collect()
}

fn group(head: &[&str]) -> Option<Vec<String>> {
    let bundles = all(head, "group");
    let bundle = bundles.iter().find_map(|group| group.strip_prefix("BUNDLE"))?;
    Some(bundle.split_whitespace().map(str::to_owned).collect())
}

/// Who sends, of the m-line or of all.
fn direction<'a>(head: &[&'a str], part: &[&'a str]) -> &'a str {
    let known = ["sendrecv", "sendonly", "recvonly", "inactive"];
    let of = |lines: &[&'a str]| {
        lines.iter().filter_map(|line| line.strip_prefix("a=")).find(|word| known.contains(word))
    };
    of(part).or_else(|| of(head)).unwrap_or("sendrecv")
}

/// What is wrong with an answer.
pub(super) fn faults(offer: &str, answer: &str) -> Vec<String> {
    let (offered, answered) = (cut(offer), cut(answer));
    let mut faults = Vec::new();
    let mut expect = |is_right: bool, what: String| {
        if !is_right {
            faults.push(what);
        }
    };
    expect(answer.ends_with("\r\n"), "the last line is not ended".to_owned());
    expect(
        answer.lines().count() == answer.matches("\r\n").count(),
        "a line does not end in CR LF".to_owned(),
    );
    let kinds: String = answered.head.iter().filter_map(|line| line.chars().next()).collect();
    expect(kinds.starts_with("vost"), format!("RFC 4566, 5: the head is {kinds}"));
    expect(answered.parts.len() == offered.parts.len(), "RFC 3264, 6: another number of m-lines".to_owned());

    let (group_offered, group_answered) = (group(&offered.head), group(&answered.head));
    expect(
        group_answered.is_none() || group_offered.is_some(),
        "RFC 9143, 7.3: a group that was not offered".to_owned(),
    );
    let (group_offered, group_answered) =
        (group_offered.unwrap_or_default(), group_answered.unwrap_or_default());
    let is_distinct = group_answered.iter().collect::<BTreeSet<_>>().len() == group_answered.len();
    expect(is_distinct, "a name stands twice in the group".to_owned());

    let mut alone = 0;
    for (at, (offer, answer)) in offered.parts.iter().zip(&answered.parts).enumerate() {
        let (words_offered, words_answered) = (words(offer), words(answer));
        let mut expect = |is_right: bool, what: &str| {
            expect(is_right, format!("m-line {at}: {what}\n{}", answer.join("\n")))
        };
        expect(words_offered[0] == words_answered[0], "RFC 3264, 6: another kind");
        expect(words_offered[2] == words_answered[2], "RFC 8829, 5.3.1: another protocol");
        expect(all(offer, "mid").first() == all(answer, "mid").first(), "RFC 5888, 9.1: another name");
        let name = all(answer, "mid").first().copied().unwrap_or_default().to_owned();
        let is_grouped = group_answered.contains(&name);
        let payloads: BTreeSet<_> = words_answered[3..].iter().collect();
        let known: BTreeSet<_> = words_offered[3..].iter().collect();
        expect(
            !payloads.is_empty() && payloads.is_subset(&known),
            "RFC 3264, 6.1: formats that were not offered",
        );
        let was_stopped = words_offered[1] == "0" && !has(offer, "bundle-only");
        expect(!was_stopped || words_answered[1] == "0", "RFC 8829, 5.3.1: what was stopped goes on");
        expect(!has(answer, "bundle-only"), "RFC 9143, 6: bundle-only in an answer");
        if words_answered[1] == "0" {
            expect(!is_grouped, "RFC 9143, 7.3.3: what is declined stands in the group");
            continue;
        }
        expect(
            !is_grouped || group_offered.contains(&name),
            "RFC 9143, 7.3: grouped, and was not offered so",
        );
        expect(
            is_grouped || !has(offer, "bundle-only"),
            "RFC 9143, 7.3.3: only within the group, and out of it",
        );
        alone += usize::from(!is_grouped);
        expect(
            alone == 0 || (alone == 1 && group_answered.is_empty()),
            "the server has one way, and this m-line needs another",
        );
        taken(offer, answer, (&offered.head, &answered.head), &mut expect);
        let is_first = if is_grouped { group_answered.first() == Some(&name) } else { true };
        expect(
            is_first == has(answer, "candidate"),
            "RFC 9143, 9: candidates stand in the first m-line of the group and in no other",
        );
    }
    faults
}

/// What is wrong with an m-line that was taken.
fn taken(offer: &[&str], answer: &[&str], heads: (&[&str], &[&str]), expect: &mut impl FnMut(bool, &str)) {
    let (there, here) = (direction(heads.0, offer), direction(heads.1, answer));
    let may = match there {
        "sendonly" => vec!["recvonly", "inactive"],
        "recvonly" => vec!["sendonly", "inactive"],
        "inactive" => vec!["inactive"],
        _ => vec!["sendrecv", "sendonly", "recvonly", "inactive"],
    };
    expect(may.contains(&here), "RFC 3264, 6.1: a direction that does not answer the offered one");

    let either = |part: &[&str], head: &[&str], name: &str| has(part, name) || has(head, name);
    for name in ["ice-ufrag", "ice-pwd", "fingerprint", "setup"] {
        expect(either(answer, heads.1, name), &format!("RFC 8829, 5.3.1: no {name}"));
    }
    let setups = |part: &[&str], head: &[&str]| {
        [all(part, "setup"), all(head, "setup")].concat().first().map(|setup| (*setup).to_owned())
    };
    let fits = match setups(offer, heads.0).as_deref() {
        Some("active") => "passive",
        Some("passive") => "active",
        _ => "active passive",
    };
    let setup = setups(answer, heads.1).unwrap_or_default();
    expect(fits.split(' ').any(|one| one == setup), "RFC 5763, 5: a role in the handshake that does not fit");
    expect(has(answer, "rtcp-mux") == has(offer, "rtcp-mux"), "RFC 5761, 5.1.1: rtcp-mux");
    expect(has(offer, "rtcp-rsize") || !has(answer, "rtcp-rsize"), "RFC 5506, 5: rtcp-rsize was not offered");
    expect(
        either(offer, heads.0, "extmap-allow-mixed") || !either(answer, heads.1, "extmap-allow-mixed"),
        "RFC 8285, 6: extmap-allow-mixed was not offered",
    );
    formats(offer, answer, expect);
    extensions(offer, answer, expect);
    sizes(offer, answer, expect);
}

/// Codecs, their repeats and their feedback.
fn formats(offer: &[&str], answer: &[&str], expect: &mut impl FnMut(bool, &str)) {
    let payloads = words(answer)[3..].to_vec();
    let lower = |text: &str| text.to_ascii_lowercase();
    for map in all(answer, "rtpmap") {
        let known = all(offer, "rtpmap").iter().any(|offered| lower(offered) == lower(map));
        expect(known, &format!("RFC 3264, 6.1: rtpmap {map} was not offered so"));
        expect(map.split(' ').next().is_some_and(|number| payloads.contains(&number)), "rtpmap of no format");
    }
    for payload in &payloads {
        let number = payload.parse::<u8>();
        expect(number.is_ok_and(|number| number < 128), &format!("RFC 3551: {payload} is no payload type"));
        let starts = |map: &&str| map.split(' ').next() == Some(payload);
        expect(all(answer, "rtpmap").iter().any(starts), &format!("no rtpmap of {payload}"));
    }
    for parameters in all(answer, "fmtp") {
        let Some(first) = parameters.split_once("apt=").map(|(_, first)| first) else { continue };
        expect(payloads.contains(&first), "RFC 4588, 8.6: repeats of a format that is not taken");
        expect(
            all(offer, "fmtp").contains(&parameters),
            "RFC 4588, 8.6: repeats of another format than offered",
        );
    }
    for feedback in all(answer, "rtcp-fb") {
        let (number, what) = feedback.split_once(' ').unwrap_or((feedback, ""));
        expect(payloads.contains(&number), "RFC 4585, 4.2: feedback of no format");
        let known = all(offer, "rtcp-fb");
        let is_known = known.contains(&feedback) || known.contains(&format!("* {what}").as_str());
        expect(is_known, &format!("RFC 4585, 4.2: feedback {feedback} was not offered"));
    }
}

fn extensions(offer: &[&str], answer: &[&str], expect: &mut impl FnMut(bool, &str)) {
    type Map<'a> = (&'a str, &'a str, &'a str);
    fn read<'a>(map: &'a str) -> Map<'a> {
        let mut words = map.split(' ');
        let id = words.next().unwrap_or_default();
        let (id, direction) = id.split_once('/').unwrap_or((id, "sendrecv"));
        (id, direction, words.next().unwrap_or_default())
    }
    let known: Vec<Map<'_>> = all(offer, "extmap").into_iter().map(read).collect();
    let mut ids = BTreeSet::new();
    for (id, direction, what) in all(answer, "extmap").into_iter().map(read) {
        expect(ids.insert(id), &format!("RFC 8285, 6: id {id} twice"));
        let of = known.iter().find(|(known, _, there)| *known == id && *there == what);
        expect(of.is_some(), &format!("RFC 8285, 6: {id} {what} was not offered"));
        let fits = match of.map_or("", |(_, there, _)| there) {
            "sendonly" => "recvonly inactive",
            "recvonly" => "sendonly inactive",
            "inactive" => "inactive",
            _ => "sendrecv sendonly recvonly inactive",
        };
        expect(fits.split(' ').any(|one| one == direction), &format!("RFC 8285, 6: the direction of {id}"));
    }
}

/// Several sizes of one picture.
fn sizes(offer: &[&str], answer: &[&str], expect: &mut impl FnMut(bool, &str)) {
    let named = |rids: Vec<&str>, way: &str| {
        let of = |rid: &str| {
            rid.split_once(' ')
                .filter(|(_, rest)| rest.split(' ').next() == Some(way))
                .map(|(rid, _)| rid.to_owned())
        };
        rids.into_iter().filter_map(of).collect::<BTreeSet<String>>()
    };
    let (sent, taken) = (named(all(offer, "rid"), "send"), named(all(answer, "rid"), "recv"));
    expect(taken.len() == all(answer, "rid").len(), "RFC 8851, 6.2: a rid that is not received");
    expect(taken.is_subset(&sent), "RFC 8851, 6.2: a rid that is not sent");
    let streams = |lines: &[&str], way: &str| -> Option<Vec<Vec<String>>> {
        let value = all(lines, "simulcast").first().copied()?.to_owned();
        let mut words = value.split(' ');
        words.find(|word| *word == way)?;
        let list = words.next()?.trim_start_matches("rid=").to_owned();
        let one =
            |stream: &str| stream.split(',').map(|rid| rid.trim_start_matches('~').to_owned()).collect();
        Some(list.split(';').map(one).collect())
    };
    let Some(received) = streams(answer, "recv") else {
        return expect(!has(answer, "simulcast"), "RFC 8853, 5.3: a simulcast that is not received");
    };
    let Some(offered) = streams(offer, "send") else {
        return expect(false, "RFC 8853, 5.3: no simulcast was offered");
    };
    let mut rest = offered.iter();
    for stream in &received {
        let is_next = rest.any(|known| stream.iter().all(|rid| known.contains(rid)));
        expect(is_next, "RFC 8853, 5.3: sizes that were not offered, or in another order");
        expect(stream.iter().all(|rid| taken.contains(rid)), "RFC 8853, 5.2: a size without its rid");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=sendonly\r\na=rtcp-mux\r\na=setup:actpass\r\n\
        a=extmap:1/sendonly x\r\na=rtpmap:111 opus/48000/2\r\n\
        m=video 0 UDP/TLS/RTP/SAVPF 96 97\r\na=bundle-only\r\na=mid:1\r\na=sendonly\r\na=rtcp-mux\r\na=setup:actpass\r\n\
        a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n\
        a=rid:l send\r\na=rid:h send\r\na=simulcast:send l;h\r\n";
    const ANSWER: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=ice-ufrag:a\r\na=ice-pwd:b\r\n\
        a=fingerprint:c\r\na=setup:passive\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=recvonly\r\na=rtcp-mux\r\na=candidate:1\r\n\
        a=extmap:1/recvonly x\r\na=rtpmap:111 opus/48000/2\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:1\r\na=recvonly\r\na=rtcp-mux\r\n\
        a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n\
        a=rid:l recv\r\na=rid:h recv\r\na=simulcast:recv l;h\r\n";

    #[test]
    fn each_rule_is_asked_for() {
        assert_eq!(faults(OFFER, ANSWER), [""; 0]);
        for (before, after) in [
            ("a=recvonly", "a=sendrecv"),
            ("a=mid:1", "a=mid:2"),
            ("BUNDLE 0 1", "BUNDLE 0"),
            ("BUNDLE 0 1", "BUNDLE 0 1 2 2"),
            ("m=video 9", "m=video 0"),
            ("m=video 9", "m=audio 9"),
            ("UDP/TLS/RTP/SAVPF 111", "RTP/AVP 111"),
            ("SAVPF 96 97", "SAVPF 96 98"),
            ("a=setup:passive", "a=setup:actpass"),
            ("a=rtcp-mux\r\na=candidate", "a=candidate"),
            ("a=candidate:1\r\n", ""),
            ("a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli"),
            ("apt=96", "apt=98"),
            ("a=extmap:1/recvonly x", "a=extmap:1 x"),
            ("a=extmap:1/recvonly x", "a=extmap:1/recvonly y"),
            ("recv l;h", "recv h;l"),
            ("a=rid:h recv", "a=rid:h send"),
            ("a=rid:h recv\r\n", ""),
            ("VP8/90000", "VP9/90000"),
            ("a=ice-pwd:b\r\n", ""),
            ("h\r\n", "h\n"),
        ] {
            let odd = ANSWER.replace(before, after);
            assert_ne!(odd, ANSWER);
            assert!(!faults(OFFER, &odd).is_empty(), "{after} for {before}");
        }
        let stopped = OFFER.replace("a=bundle-only\r\n", "");
        assert!(!faults(&stopped, ANSWER).is_empty(), "what was stopped goes on");
        assert!(
            !faults(&OFFER.replace("a=group:BUNDLE 0 1\r\n", ""), ANSWER).is_empty(),
            "a group of its own"
        );
    }
}
