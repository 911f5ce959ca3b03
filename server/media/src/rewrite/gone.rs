//! Which numbers of an outgoing stream have gone out. No number may go out twice: it is what makes the encryption of a
//! packet its own (RFC 7714, 9.1), and a late packet may come once by itself and once as its repeat.

use super::REPEATS;

/// Numbers to a word.
const WORD: u16 = u64::BITS as u16;

/// The newest numbers that have gone out, as far back as a late packet is passed on at all.
#[derive(Debug, Default)]
pub(super) struct Gone {
    newest: Option<u16>,
    words: [u64; (REPEATS / WORD) as usize],
}

impl Gone {
    /// Whether this number may go out, which it may once.
    pub(super) fn take(&mut self, number: u16) -> bool {
        let ahead = self.newest.map_or(1, |newest| super::distance(newest, number));
        if ahead > 0 {
            for step in 0..ahead.unsigned_abs().min(REPEATS) {
                let (word, bit) = place(number.wrapping_sub(step));
                self.words[word] &= !bit;
            }
            self.newest = Some(number);
        }
        let (word, bit) = place(number);
        let may = ahead > 0 || (ahead.unsigned_abs() < REPEATS && self.words[word] & bit == 0);
        self.words[word] |= if may { bit } else { 0 };
        may
    }
}

fn place(number: u16) -> (usize, u64) {
    let number = number % REPEATS;
    (usize::from(number / WORD), 1 << (number % WORD))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_goes_out_once_in_whatever_order() {
        let mut gone = Gone::default();
        assert!(gone.take(65_530) && gone.take(3));
        assert!(!gone.take(3) && !gone.take(65_530));
        assert!(gone.take(65_535) && !gone.take(65_535));
        assert!(gone.take(1_026));
        assert!(gone.take(4), "as far back as is remembered");
        assert!(!gone.take(2), "further back nobody knows");
        assert!(gone.take(20_000) && gone.take(19_999) && !gone.take(19_999));
    }
}
