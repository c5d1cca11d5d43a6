//! A layer of any entries is rebuilt byte for byte from what a container sees of two older ones.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tagboat_fuzz::engine::Seen;
use tagboat_fuzz::entries::{entries, tar_of};
use tagboat_fuzz::rebuild;
use tagboat_fuzz::recipe_file::pieces;

// The first byte chooses whether the bytes of the older layers are at hand; without them nothing is patched.
fuzz_target!(|bytes: &[u8]| {
    let Some((how, bytes)) = bytes.split_first() else {
        return;
    };
    let mut layers = pieces(bytes).into_iter().take(3).map(entries).collect::<Vec<_>>();
    let Some(newer) = layers.pop() else {
        return;
    };
    let mut seen = Seen::default();
    for layer in &layers {
        seen.put(layer);
    }
    let root = tempfile::tempdir().unwrap();
    seen.write(root.path());
    let older: Vec<_> = layers.iter().map(|layer| tar_of(layer)).collect();
    rebuild(&tar_of(&newer), &older, how & 1 == 0, root.path());
});
