//! The target `datagram`: a datagram from anybody, before anything is decrypted.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| media::fuzz::fuzz_datagram(data));
