//! ICE-lite: a binding request that proves it knows the password is answered, and says by which way to send.
//! Candidates are neither gathered nor checked here; a request that proves nothing is not answered.

use rtc::crypto::RTCCrypto;
use rtc::stun::attributes::{ATTR_ICE_CONTROLLED, ATTR_USE_CANDIDATE};
use rtc::stun::fingerprint::FINGERPRINT;
use rtc::stun::integrity::MessageIntegrity;
use rtc::stun::message::{BINDING_REQUEST, BINDING_SUCCESS, Message, Setter};
use rtc::stun::xoraddr::XorMappedAddress;

use super::Path;

/// A request that was answered.
pub(super) struct Checked {
    /// The response, to be sent back by the way it came.
    pub(super) response: Vec<u8>,
    /// The client has chosen this way.
    pub(super) nominated: bool,
}

/// Checks a binding request against our password, and answers it.
pub(super) fn check(datagram: &[u8], path: Path, password: &str, crypto: &dyn RTCCrypto) -> Option<Checked> {
    let mut request = Message::new();
    request.unmarshal_binary(datagram).ok()?;
    if request.typ != BINDING_REQUEST || request.contains(ATTR_ICE_CONTROLLED) {
        return None;
    }
    MessageIntegrity::check(&mut request, password.as_bytes(), crypto).ok()?;
    let setters: [Box<dyn Setter + '_>; 5] = [
        Box::new(BINDING_SUCCESS),
        Box::new(request.transaction_id),
        // A socket for both families says IPv4 addresses in the form of IPv6, which the client would not know again.
        Box::new(XorMappedAddress { ip: path.address.ip().to_canonical(), port: path.address.port() }),
        Box::new(MessageIntegrity::new_short_term_integrity_with_provider(password.to_owned(), crypto)),
        Box::new(FINGERPRINT),
    ];
    let mut response = Message::new();
    response.build(&setters).ok()?;
    Some(Checked { response: response.raw, nominated: request.contains(ATTR_USE_CANDIDATE) })
}
