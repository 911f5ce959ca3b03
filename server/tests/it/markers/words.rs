//! The words with their fields, and pseudo-random numbers from a seed.

use super::oracle::Clearance;
use super::scan::word;

/// The words, by number: the field that holds each word and what a reader needs to see it.
#[derive(Default)]
pub(super) struct Words(Vec<(String, Clearance)>);

impl Words {
    pub(super) fn add(&mut self, field: String, need: Clearance) -> String {
        self.0.push((field, need));
        word(self.0.len() - 1)
    }

    pub(super) fn get(&self, number: usize) -> Option<&(String, Clearance)> {
        self.0.get(number)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (usize, &String, Clearance)> {
        self.0.iter().enumerate().map(|(number, (field, need))| (number, field, *need))
    }
}

/// Pseudo-random numbers from a seed.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn throw(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }
}
