//! An index of any origin is read or refused. What was read is written and read again as the same, and recipes can be made with it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::{self, ErrorKind};
use tagboat_fuzz::index_of;
use tagboat_recipe::{Base, BaseView, LayerIndex, Part, ReadAt, estimate, make};

// The first byte chooses whether the file is the fuzzer's, or what is packed in it.
fuzz_target!(|bytes: &[u8]| {
    let Some((how, bytes)) = bytes.split_first() else {
        return;
    };
    let file = if how % 4 == 0 {
        bytes.to_vec()
    } else {
        index_of(bytes)
    };
    let Ok(index) = LayerIndex::read_from(file.as_slice()) else {
        return;
    };
    let mut again = Vec::new();
    index.write_to(&mut again).unwrap();
    assert_eq!(LayerIndex::read_from(again.as_slice()).unwrap(), index);
    let view = BaseView::of(&[&index]);
    for against in [&BaseView::default(), &view] {
        let _ = estimate(&index, against);
        let base = Base {
            view: against,
            layers: vec![Some(&Zeros)],
        };
        let layer = Part::Layer {
            index: &index,
            bytes: &Zeros,
        };
        let _ = make(&[layer], &base, io::sink(), || false);
    }
});

/// The bytes of a layer: zeros, and few.
struct Zeros;

impl ReadAt for Zeros {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        if offset.saturating_add(buffer.len() as u64) > 1 << 20 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        buffer.fill(0);
        Ok(())
    }
}
