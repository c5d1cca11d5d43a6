//! Any bytes at all, taken for a layer, are rebuilt byte for byte; and their index is the same in whatever pieces they come.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tagboat_fuzz::entries::repair;
use tagboat_fuzz::{index, rebuild};

// The first byte chooses which checksums are made right, without which a block is no header, and the pieces.
fuzz_target!(|bytes: &[u8]| {
    let Some((how, bytes)) = bytes.split_first() else {
        return;
    };
    let mut tar = bytes.to_vec();
    for block in tar.as_chunks_mut::<512>().0 {
        let is_repaired = match how % 4 {
            0 => false,
            1 | 2 => block[257..].starts_with(b"ustar"),
            _ => block.iter().any(|byte| *byte != 0),
        };
        if is_repaired {
            repair(block);
        }
    }
    // An index takes as long as everything else.
    if how & 0x80 != 0 {
        assert_eq!(index(&tar, usize::from(*how)), index(&tar, usize::MAX));
    }
    let root = tempfile::tempdir().unwrap();
    rebuild(&tar, &[], true, root.path());
});
