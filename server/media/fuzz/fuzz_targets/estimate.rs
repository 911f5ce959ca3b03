//! The target `estimate`: what a subscriber reports of its line.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| media::fuzz::fuzz_estimate(data));
