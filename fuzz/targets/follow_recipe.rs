//! A recipe with any plan and any data stream is followed or refused, whatever it says, and only reads below its root.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::sync::OnceLock;
use tagboat_fuzz::{recipe_of, two};
use tempfile::TempDir;

/// A few files with names that the seeds have too.
fn root() -> &'static Path {
    static ROOT: OnceLock<TempDir> = OnceLock::new();
    let root = ROOT.get_or_init(|| {
        let root = tempfile::tempdir().unwrap();
        for name in ["a", "b", "ab/c", "c/a", "c/b/a"] {
            let file = root.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, [7; 510]).unwrap();
        }
        root
    });
    root.path()
}

fuzz_target!(|bytes: &[u8]| {
    let (plan, data) = two(bytes);
    let recipe = recipe_of(plan, data);
    // A recipe may ask for as many bytes as it likes; memory is what is bounded.
    let _ = tagboat_recipe::apply(&mut Cursor::new(recipe), root(), Few(64 << 20));
});

/// An output that takes so many bytes, like a disk.
struct Few(usize);

impl std::io::Write for Few {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let left = self.0.checked_sub(bytes.len());
        self.0 = left.ok_or(std::io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
