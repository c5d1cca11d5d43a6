//! Two layers of any entries: the newer one is rebuilt byte for byte from the files of the older one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tagboat_fuzz::{layer, rebuild, two};

fuzz_target!(|bytes: &[u8]| {
    let (older, newer) = two(bytes);
    rebuild(&layer(newer), &[layer(older)]);
});
