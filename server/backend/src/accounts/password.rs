//! Passwords: hashed with argon2id, as many at once as there are cores, and made where nobody chose one.
//! Knows no account.

use std::sync::Arc;
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use domain::accounts::{PASSWORD_AT_LEAST, PASSWORD_AT_MOST, Weakness};
use domain::error::{Failure, Problem};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{session, strength};
use crate::entropy::Entropy;
use crate::stop::{Done, Stop};

/// Memory per hash, passes, lanes: OWASP's recommendation for argon2id. 19 MiB times the cores is what a burst costs.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// How long somebody waits for a turn before being told to try again: longer than a whole office signing in at once.
const TURN_TIMEOUT: Duration = Duration::from_secs(20);
/// Letters and digits that cannot be taken for one another when read out.
const EASY: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// Passwords that an import judges in one turn. Together they take as long as one hash.
const JUDGED_IN_A_TURN: usize = 10;

/// Hashes passwords, capped at the cores.
#[derive(Clone, Debug)]
pub(crate) struct Hashing {
    turns: Arc<Semaphore>,
}

/// Leave to hash once; checks that decide whether to hash at all are made while holding it.
pub(super) struct Turn(OwnedSemaphorePermit);

impl Hashing {
    /// With as many turns as the machine has cores.
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { turns: Arc::new(Semaphore::new(cores)) }
    }

    /// Waits for a turn.
    pub(super) async fn turn(&self) -> Done<Turn> {
        match tokio::time::timeout(TURN_TIMEOUT, self.turns.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Turn(permit)),
            _ => Err(Failure::Unavailable.into()),
        }
    }

    /// The hash to store.
    pub(crate) async fn hash(&self, entropy: &dyn Entropy, password: &str) -> Done<String> {
        let salt = entropy.array::<16>();
        let password = password.to_owned();
        let turn = self.turn().await?;
        let hash = apart(move || {
            let _held_until_done = turn;
            argon2().hash_password_with_salt(password.as_bytes(), &salt).map(|hash| hash.to_string())
        });
        hash.await?.map_err(|error| Stop::Stored(format!("password hash: {error}")))
    }

    /// Why a password is weak, also compared with the words of its owner.
    pub(crate) async fn weakness(&self, password: &str, own: Vec<String>) -> Done<Option<Weakness>> {
        let found = self.weaknesses(vec![(password.to_owned(), own)]).await?;
        Ok(found.into_iter().next().flatten())
    }

    /// The same for many passwords, in their order. Takes one turn for every ten, so that people can sign in
    /// meanwhile.
    pub(crate) async fn weaknesses(
        &self,
        passwords: Vec<(String, Vec<String>)>,
    ) -> Done<Vec<Option<Weakness>>> {
        let mut found = Vec::with_capacity(passwords.len());
        let mut passwords = passwords.into_iter().peekable();
        while passwords.peek().is_some() {
            let few: Vec<_> = passwords.by_ref().take(JUDGED_IN_A_TURN).collect();
            let turn = self.turn().await?;
            let judged = apart(move || {
                let _held_until_done = turn;
                few.iter().map(|(password, own)| strength::weakness(password, own)).collect::<Vec<_>>()
            });
            found.extend(judged.await?);
        }
        Ok(found)
    }
}

/// A person's password as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct StoredPassword {
    /// Its hash. Empty if nobody can sign in until a password is set.
    pub(crate) hash: String,
    /// Whether another person knows it, so that it must be changed at the next sign-in.
    pub(crate) must_change: bool,
}

impl StoredPassword {
    /// A password that its owner chose.
    pub(crate) fn chosen(hash: String) -> Self {
        Self { hash, must_change: false }
    }

    /// A password that another person set.
    pub(crate) fn given(hash: String) -> Self {
        Self { hash, must_change: true }
    }
}

impl Turn {
    /// Whether a password fits what is stored; without anything stored it is the same work, and never fits.
    pub(super) async fn verify(self, password: &str, stored: Option<String>) -> Done<bool> {
        if password.len() > PASSWORD_AT_MOST as usize * 4 {
            return Ok(false);
        }
        let password = password.to_owned();
        apart(move || {
            let _held_until_done = self.0;
            match stored.as_deref().map(PasswordHash::new) {
                Some(Ok(hash)) => argon2().verify_password(password.as_bytes(), &hash).is_ok(),
                _ => {
                    // What comes out is thrown away: an unknown name takes as long as a known one.
                    let hash = argon2().hash_password_with_salt(password.as_bytes(), &[7; 16]);
                    std::hint::black_box(hash.is_ok());
                    false
                }
            }
        })
        .await
    }
}

async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Done<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Stop::Stored(format!("password thread: {error}")))
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("parameters within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The hash of a generated code. Hyphens, spaces and capitals do not matter, because people type it from a
/// screen or paper. One hash is enough, because the code has 59 random bits.
pub(super) fn code_hash(code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    session::token_hash(&plain.to_ascii_lowercase())
}

/// What is wrong with the length of a new password.
pub(crate) fn problem(password: &str) -> Option<Problem> {
    match password.chars().count() {
        0 => Some(Problem::Missing),
        n if n < PASSWORD_AT_LEAST as usize => Some(Problem::TooShort(PASSWORD_AT_LEAST)),
        n if n > PASSWORD_AT_MOST as usize => Some(Problem::TooLong(PASSWORD_AT_MOST)),
        _ => None,
    }
}

/// Three groups of four easy letters and digits: 59 bits, read out in one breath.
pub(crate) fn made(entropy: &dyn Entropy) -> String {
    let mut text = String::with_capacity(14);
    while text.len() < 14 {
        if matches!(text.len(), 4 | 9) {
            text.push('-');
        }
        let [byte] = entropy.array::<1>();
        let index = usize::from(byte);
        // Bytes past the last whole round are dropped, so that every letter is as likely.
        if index < EASY.len() * (256 / EASY.len()) {
            text.push(char::from(EASY[index % EASY.len()]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn made_passwords_are_three_groups_of_easy_letters() {
        let entropy = SeededEntropy::new(3);
        for _ in 0..200 {
            let password = made(&entropy);
            let groups: Vec<&str> = password.split('-').collect();
            assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [4, 4, 4], "{password}");
            assert!(password.bytes().all(|b| b == b'-' || EASY.contains(&b)), "{password}");
            assert_eq!(problem(&password), None);
        }
    }
}
