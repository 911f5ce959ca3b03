//! The program's own keys, created once and stored in the database so that every node has them. Also the
//! marks made with them: keyed hashes of what is compared later and must not be stored in clear. Does not
//! know what a mark is for.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Backend;
use crate::db::q;
use crate::stop::Done;

impl Backend {
    /// The key with this name in the settings. Uses a connection of its own, so do not call it within a
    /// transaction.
    pub(crate) async fn kept_key(&self, name: &'static str) -> Done<Vec<u8>> {
        let read = || q("SELECT value FROM setting WHERE name = $1").bind(name);
        let kept: Option<(String,)> = read().optional(self.db()).await?;
        if let Some((key,)) = kept {
            return Ok(key.into_bytes());
        }
        let fresh = hex::encode(self.entropy().array::<32>());
        let mut tx = self.db().begin().await?;
        q("INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(name)
            .bind(&fresh)
            .run(&mut tx)
            .await?;
        let (key,): (String,) = read().one(&mut tx).await?;
        tx.commit().await?;
        Ok(key.into_bytes())
    }
}

/// A mark of some texts, the same for the same texts and key: the first `bytes` bytes of an HMAC, in hex.
pub(crate) fn mark(key: &[u8], texts: &[&str], bytes: usize) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for text in texts {
        // The length first, so that two lists of texts that concatenate to the same string get different
        // marks.
        mac.update(&text.len().to_be_bytes());
        mac.update(text.as_bytes());
    }
    let mark = mac.finalize().into_bytes();
    hex::encode(mark.get(..bytes).unwrap_or(&mark))
}

#[cfg(test)]
mod tests {
    use super::mark;

    #[test]
    fn a_mark_depends_on_the_key_and_on_every_text_by_itself() {
        let of = |key: &[u8], texts: &[&str]| mark(key, texts, 8);
        assert_eq!(of(b"k", &["Firefox", "10.0.0.1"]), of(b"k", &["Firefox", "10.0.0.1"]));
        assert_ne!(of(b"k", &["Firefox", "10.0.0.1"]), of(b"o", &["Firefox", "10.0.0.1"]));
        assert_ne!(of(b"k", &["ab", "c"]), of(b"k", &["a", "bc"]));
        assert_eq!(of(b"k", &["a"]).len(), 16);
    }
}
