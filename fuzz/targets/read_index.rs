//! An index with any content is read or refused, and what was read is written and read again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tagboat_recipe::LayerIndex;

fuzz_target!(|content: &[u8]| {
    let file = tagboat_fuzz::index_of(content);
    if let Ok(index) = LayerIndex::read_from(file.as_slice()) {
        let mut again = Vec::new();
        index.write_to(&mut again).unwrap();
        assert_eq!(LayerIndex::read_from(again.as_slice()).unwrap(), index);
    }
});
