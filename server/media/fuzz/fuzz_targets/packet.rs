//! The target `packet`: media and control from a client that has the keys.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| media::fuzz::fuzz_packet(data));
