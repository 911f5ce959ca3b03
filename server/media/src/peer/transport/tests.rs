//! Ways that prove themselves, ways that are chosen, ways that are lost.

use rtc::stun::attributes::{
    ATTR_ICE_CONTROLLED, ATTR_ICE_CONTROLLING, ATTR_USE_CANDIDATE, ATTR_USERNAME, RawAttribute,
};
use rtc::stun::integrity::MessageIntegrity;
use rtc::stun::message::{BINDING_REQUEST, Message, Setter, TransactionId};
use rtc::stun::textattrs::TextAttribute;
use rtc::stun::xoraddr::XorMappedAddress;

use super::*;

fn transport(now: Instant) -> Transport {
    let ours = Credentials { fragment: "ourname1".to_owned(), password: "our password of length".to_owned() };
    Transport::new(now, Arc::new(Identity::generate().unwrap()), ours)
}

fn request(transport: &Transport, password: &str, chooses: bool, is_controlled: bool) -> Vec<u8> {
    let crypto = transport.identity.crypto().crypto();
    let attribute = |typ, value: Vec<u8>| Box::new(RawAttribute { typ, length: value.len() as u16, value });
    let mut setters: Vec<Box<dyn Setter + '_>> = vec![
        Box::new(BINDING_REQUEST),
        Box::new(TransactionId([5; 12])),
        Box::new(TextAttribute::new(ATTR_USERNAME, "ourname1:theirs".to_owned())),
        attribute(if is_controlled { ATTR_ICE_CONTROLLED } else { ATTR_ICE_CONTROLLING }, vec![0; 8]),
    ];
    if chooses {
        setters.push(attribute(ATTR_USE_CANDIDATE, vec![]));
    }
    setters.push(Box::new(MessageIntegrity::new_short_term_integrity_with_provider(
        password.to_owned(),
        crypto,
    )));
    let mut message = Message::new();
    message.build(&setters).unwrap();
    message.raw
}

fn way(port: u16) -> Path {
    Path::udp(([192, 0, 2, 9], port).into())
}

#[test]
fn only_who_knows_the_password_is_answered() {
    let now = Instant::now();
    let mut transport = transport(now);
    for (password, is_controlled) in [("a guess", false), ("our password of length", true)] {
        let datagram = request(&transport, password, true, is_controlled);
        assert_eq!(transport.check(now, way(1), &datagram), None);
    }
    assert_eq!((transport.path(), transport.paths().len()), (None, 0));
    let datagram = request(&transport, "our password of length", true, false);
    let (response, _) = transport.check(now, way(1), &datagram).unwrap();
    let mut answer = Message::new();
    answer.unmarshal_binary(&response).unwrap();
    let mut seen = XorMappedAddress::default();
    rtc::stun::message::Getter::get_from(&mut seen, &answer).unwrap();
    assert_eq!((seen.port, answer.transaction_id), (1, TransactionId([5; 12])));
    assert_eq!(transport.path(), Some(way(1)));
}

#[test]
fn the_clients_choice_is_followed_and_a_lost_way_left() {
    let start = Instant::now();
    let mut transport = transport(start);
    let plain = request(&transport, "our password of length", false, false);
    let choice = request(&transport, "our password of length", true, false);
    transport.check(start, way(1), &plain).unwrap();
    transport.check(start, way(2), &plain).unwrap();
    assert_eq!(transport.path(), Some(way(1)));
    transport.check(start, way(2), &choice).unwrap();
    assert_eq!(transport.path(), Some(way(2)));
    // Another way is checked too: the choice stands while it lives.
    transport.check(start + Duration::from_secs(5), way(3), &plain).unwrap();
    assert_eq!(transport.path(), Some(way(2)));
    transport.check(start + Duration::from_secs(7), way(3), &plain).unwrap();
    assert_eq!(transport.path(), Some(way(3)));
    transport.lose(way(3));
    assert_eq!(transport.path(), Some(way(2)));
}

#[test]
fn ways_are_bounded_and_the_chosen_one_stays() {
    let now = Instant::now();
    let mut transport = transport(now);
    let choice = request(&transport, "our password of length", true, false);
    let plain = request(&transport, "our password of length", false, false);
    transport.check(now, way(1), &choice).unwrap();
    let given_up: Vec<_> =
        (2..100).filter_map(|port| transport.check(now, way(port), &plain).unwrap().1).collect();
    assert_eq!((transport.paths().len(), given_up.len()), (PATHS, 99 - PATHS));
    assert_eq!(transport.path(), Some(way(1)));
    assert!(!given_up.contains(&way(1)));
}
