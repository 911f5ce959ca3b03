//! The target `rewrite`: the numbers of one outgoing stream under any packets and decisions.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| media::fuzz::fuzz_rewrite(data));
