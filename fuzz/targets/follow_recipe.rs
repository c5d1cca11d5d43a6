//! A recipe of any origin is followed or refused, whatever it says. No layer that it makes is whole and another one than it says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Cursor, ErrorKind, Write};
use std::path::Path;
use std::sync::OnceLock;
use tagboat_fuzz::engine::Seen;
use tagboat_fuzz::older;
use tagboat_fuzz::recipe_file::{Told, closed, pieces, sealed};
use tagboat_recipe::apply;
use tempfile::TempDir;

/// What the seeds were made against.
fn root() -> &'static Path {
    static ROOT: OnceLock<TempDir> = OnceLock::new();
    let root = ROOT.get_or_init(|| {
        let root = tempfile::tempdir().unwrap();
        let mut seen = Seen::default();
        seen.put(&older());
        seen.write(root.path());
        // More than a patch may look at, and nothing on the disk.
        let large = File::create(root.path().join("large")).unwrap();
        large.set_len(40 << 20).unwrap();
        root
    });
    root.path()
}

// The first byte chooses how much of the recipe is the fuzzer's.
fuzz_target!(|bytes: &[u8]| {
    let Some((how, bytes)) = bytes.split_first() else {
        return;
    };
    let mut written = Few(Vec::new());
    match how % 8 {
        0 => {
            let _ = apply(&mut Cursor::new(bytes), root(), &mut written);
        }
        1 => {
            let mut pieces = pieces(bytes).into_iter();
            let (plan, data) = (pieces.next(), pieces.next());
            let recipe = sealed(plan.unwrap_or_default(), data.unwrap_or_default());
            let _ = apply(&mut Cursor::new(recipe), root(), &mut written);
        }
        _ => {
            let (recipe, told) = closed(bytes);
            let is_done = apply(&mut Cursor::new(recipe), root(), &mut written).is_ok();
            assert_eq!(holds(&told, &written.0), is_done, "done: {is_done}");
        }
    }
});

/// Whether all that was told was written. What was not is the last, and is not whole.
fn holds(told: &[Told], mut written: &[u8]) -> bool {
    for part in told {
        let size = match part {
            Told::Bytes(bytes) if written.starts_with(bytes) => bytes.len(),
            Told::Bytes(bytes) => {
                assert!(bytes.starts_with(written), "other bytes were written");
                return false;
            }
            Told::Layer(size, sha256) => {
                let layer = written.get(..*size);
                if layer.is_none_or(|layer| Sha256::digest(layer).as_slice() != sha256) {
                    assert!(written.is_empty() || layer.is_none(), "a wrong layer is whole");
                    return false;
                }
                *size
            }
        };
        written = &written[size..];
    }
    assert!(written.is_empty(), "more was written than was told");
    true
}

/// An output that takes so many bytes, like a disk: a recipe may ask for as many as it likes, memory is what is bounded.
struct Few(Vec<u8>);

impl Write for Few {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > 8 << 20 {
            return Err(ErrorKind::StorageFull.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
