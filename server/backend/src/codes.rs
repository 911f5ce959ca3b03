//! Things by the codes that people write for them, compared by what people see. Knows no table.

use std::collections::HashMap;

use domain::text::same_key;

/// Things by their codes. A code that is written in another way, such as decomposed or with the tone elsewhere, finds
/// the thing too.
#[derive(Clone, Debug)]
pub(crate) struct Codes<T> {
    by_code: HashMap<String, T>,
    /// The code that each key stands for. Of several codes that are seen as one, the first in order.
    by_key: HashMap<String, String>,
}

impl<T> Default for Codes<T> {
    fn default() -> Codes<T> {
        Codes { by_code: HashMap::new(), by_key: HashMap::new() }
    }
}

impl<T> Codes<T> {
    /// Adds the thing of a code.
    pub(crate) fn insert(&mut self, code: String, thing: T) {
        let known = self.by_key.entry(same_key(&code)).or_insert_with(|| code.clone());
        if code < *known {
            known.clone_from(&code);
        }
        self.by_code.insert(code, thing);
    }

    /// The thing of a code.
    pub(crate) fn get(&self, code: &str) -> Option<&T> {
        self.by_code.get(code).or_else(|| self.by_code.get(self.by_key.get(&same_key(code))?))
    }

    /// Every code, in no order.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &str> {
        self.by_code.keys().map(String::as_str)
    }

    /// Every thing, in no order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &T> {
        self.by_code.values()
    }

    /// Takes the thing of a code out.
    pub(crate) fn remove(&mut self, code: &str) -> Option<T> {
        self.by_code.remove(code).or_else(|| self.by_code.remove(self.by_key.get(&same_key(code))?))
    }
}

impl<T> FromIterator<(String, T)> for Codes<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(things: I) -> Codes<T> {
        let mut codes = Codes::default();
        things.into_iter().for_each(|(code, thing)| codes.insert(code, thing));
        codes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_as_it_stands_before_it_is_found_as_it_looks() {
        let named = [("PHÒNG-HOÀ", 1), ("PHÒNG-HÒA", 2), ("SNV", 3)];
        let mut codes: Codes<i32> = named.map(|(code, n)| (code.to_owned(), n)).into_iter().collect();
        assert_eq!((codes.get("PHÒNG-HOÀ"), codes.get("PHÒNG-HÒA")), (Some(&1), Some(&2)));
        assert_eq!(codes.get("PHO\u{300}NG‑HOA\u{300}"), Some(&1));
        assert_eq!((codes.get("SNV\u{ad}"), codes.get("snv")), (Some(&3), None));
        assert_eq!((codes.remove("S\u{200b}NV"), codes.get("SNV")), (Some(3), None));
    }
}
