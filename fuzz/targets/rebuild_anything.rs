//! Any bytes at all, taken for a layer, are rebuilt byte for byte.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    tagboat_fuzz::rebuild(bytes, &[]);
});
