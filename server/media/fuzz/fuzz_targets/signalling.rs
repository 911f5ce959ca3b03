//! The target `signalling`: a session description from whoever has a seat.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| media::fuzz::fuzz_signalling(data));
