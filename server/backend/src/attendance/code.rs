//! The code on the hall's display: an HMAC of the meeting and the half-minute, so that nothing is stored, every node
//! shows the same one, and a photo of it is worthless a minute later.

use chrono::{DateTime, Utc};
use domain::attendance::{CODE_SECONDS, CODE_TURNS_GOOD};
use domain::ids::MeetingId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Backend;
use crate::stop::Done;

/// No 0 and O, no 1 and I: read from the last row and typed on a tablet.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Eight of them: 40 bits for a code that lives a minute.
const LETTERS: usize = 8;

/// The half-minute an instant lies in.
pub(super) fn turn_at(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(CODE_SECONDS)
}

/// When a turn ends.
pub(super) fn end_of(turn: i64) -> DateTime<Utc> {
    DateTime::from_timestamp((turn + 1) * CODE_SECONDS, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// The code of a meeting in a turn, as shown: `7KQ2-M4XP`.
pub(super) fn code_of(secret: &[u8], meeting: MeetingId, turn: i64) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(meeting.0.as_bytes());
    mac.update(&turn.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let mut code = String::with_capacity(LETTERS + 1);
    for (index, byte) in digest.iter().take(LETTERS).enumerate() {
        if index == LETTERS / 2 {
            code.push('-');
        }
        code.push(char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]));
    }
    code
}

/// Whether what was scanned or typed is the code of this turn or of one that is still good. Spaces, hyphens and case
/// do not matter.
pub(super) fn is_good(secret: &[u8], meeting: MeetingId, typed: &str, now: DateTime<Utc>) -> bool {
    let plain = |text: &str| {
        text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase()
    };
    let (typed, turn) = (plain(typed), turn_at(now));
    (0..CODE_TURNS_GOOD).any(|back| {
        let good = plain(&code_of(secret, meeting, turn - back));
        // Every letter is compared, so that the time taken tells nothing.
        typed.len() == good.len()
            && typed.bytes().zip(good.bytes()).fold(0, |diff, (a, b)| diff | (a ^ b)) == 0
    })
}

impl Backend {
    /// The key of all roll-call codes, made once and kept in the database so that every node knows it.
    pub(super) async fn roll_secret(&self) -> Done<Vec<u8>> {
        self.kept_key("roll_call_key").await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_good_for_its_turn_and_the_next_and_then_no_more() {
        let meeting = MeetingId(uuid::Uuid::from_u128(7));
        let start = DateTime::from_timestamp(1_780_000_020, 0).unwrap();
        let code = code_of(b"key", meeting, turn_at(start));
        let later = |seconds| start + chrono::Duration::seconds(seconds);
        assert!(is_good(b"key", meeting, &code.to_lowercase().replace('-', " "), start));
        let left = (end_of(turn_at(start)) - start).num_seconds();
        assert!(is_good(b"key", meeting, &code, later(left + CODE_SECONDS - 1)));
        assert!(!is_good(b"key", meeting, &code, later(left + CODE_SECONDS)));
        assert!(!is_good(b"key", MeetingId(uuid::Uuid::from_u128(8)), &code, start));
        assert!(!is_good(b"other", meeting, &code, start));
        assert!(!is_good(b"key", meeting, "", start));
    }
}
