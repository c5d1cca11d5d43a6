//! Any pair of tars: the newer one is rebuilt from the files of the older one, byte for byte; and a damaged recipe never makes
//! anything else.

use crate::recipes::{applied, expected, index, noise, recipe};
use crate::tars::{Content, layer_entries, tar_of, unpack};
use proptest::prelude::*;
use tagboat_recipe::LayerIndex;

/// Few enough for every run; `PROPTEST_CASES` asks for more.
fn some_cases() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    ProptestConfig::with_cases(asked.unwrap_or(60))
}

proptest! {
    #![proptest_config(some_cases())]

    #[test]
    fn a_layer_is_rebuilt_from_the_files_of_another_image(
        lower in layer_entries(), upper in layer_entries(), newer in layer_entries(), has_bytes: bool
    ) {
        let layers = [tar_of(&lower), tar_of(&upper)];
        let new = tar_of(&newer);
        let root = tempfile::tempdir().unwrap();
        unpack(&layers, root.path());
        let recipe = recipe(&new, &layers, has_bytes).bytes;
        prop_assert_eq!(applied(&recipe, root.path()).unwrap(), expected(&new));
    }

    #[test]
    fn any_bytes_at_all_are_rebuilt(
        entries in layer_entries(), cut: prop::sample::Index, noise in proptest::collection::vec(any::<u8>(), 0..2000), place: prop::sample::Index
    ) {
        let whole = tar_of(&entries);
        let mut new = whole[..cut.index(whole.len())].to_vec();
        let place = place.index(new.len() + 1);
        new.splice(place..place, noise);
        let layers = [whole];
        let root = tempfile::tempdir().unwrap();
        unpack(&layers, root.path());
        prop_assert_eq!(applied(&recipe(&new, &layers, true).bytes, root.path()).unwrap(), expected(&new));
    }

    #[test]
    fn the_index_does_not_depend_on_how_the_bytes_came(entries in layer_entries(), piece in 1..3000usize) {
        let tar = tar_of(&entries);
        let (one, other) = (index(&tar, piece), index(&tar, tar.len()));
        prop_assert_eq!(&one, &other);
        let mut file = Vec::new();
        one.write_to(&mut file).unwrap();
        prop_assert_eq!(LayerIndex::read_from(file.as_slice()).unwrap(), one);
    }

    #[test]
    fn a_damaged_recipe_is_refused(entries in layer_entries(), newer in layer_entries(), place: prop::sample::Index, bit in 0..8u8) {
        let layers = [tar_of(&entries)];
        let root = tempfile::tempdir().unwrap();
        unpack(&layers, root.path());
        let mut recipe = recipe(&tar_of(&newer), &layers, true).bytes;
        let place = place.index(recipe.len());
        prop_assert!(applied(&recipe[..place], root.path()).is_err());
        recipe[place] ^= 1 << bit;
        prop_assert!(applied(&recipe, root.path()).is_err());
    }

    #[test]
    fn files_that_are_not_those_of_the_base_are_noticed(newer in layer_entries(), other in layer_entries()) {
        let layers = [tar_of(&newer)];
        let new = tar_of(&newer);
        let root = tempfile::tempdir().unwrap();
        unpack(&[tar_of(&other)], root.path());
        let recipe = recipe(&new, &layers, true).bytes;
        if let Ok(made) = applied(&recipe, root.path()) {
            prop_assert_eq!(made, expected(&new));
        }
    }
}

#[test]
fn a_layer_whose_files_only_have_new_times_costs_headers_alone() {
    let file = |number: u64, mtime: u64| {
        let content: Vec<u8> = (0..3000u64)
            .map(|n| ((n * n * (number + 7)) >> 5).to_le_bytes()[0])
            .collect();
        crate::tars::file(
            &format!("usr/lib/package-{}/file-{number}.so", number / 50),
            Content::Bytes(content),
            mtime,
        )
    };
    let old = tar_of(
        &(0..2000)
            .map(|number| file(number, 1_700_000_000))
            .collect::<Vec<_>>(),
    );
    let new = tar_of(
        &(0..2000)
            .map(|number| file(number, 1_800_000_000 + number / 9))
            .collect::<Vec<_>>(),
    );
    let root = tempfile::tempdir().unwrap();
    unpack(std::slice::from_ref(&old), root.path());
    let recipe = recipe(&new, &[old], false).bytes;
    assert!(recipe.len() < 12_000, "{} bytes for 2000 files", recipe.len());
    assert_eq!(applied(&recipe, root.path()).unwrap(), expected(&new));
}

#[test]
fn a_file_of_several_windows_costs_its_changes() {
    // Two windows of 16 MiB and a part of a third. What came before the second one has grown, and the third one is new.
    let old: Vec<u8> = noise(1, 5 << 20).repeat(8);
    let mut new = old.clone();
    new.splice(1000..1000, noise(2, 100_000));
    new[20 << 20..(20 << 20) + 10].copy_from_slice(b"a new word");
    new.splice(33 << 20.., noise(3, 1 << 20));
    let tar = |content: Vec<u8>| tar_of(&[crate::tars::file("usr/bin/large", Content::Bytes(content), 1)]);
    let (old, new) = (tar(old), tar(new));
    let root = tempfile::tempdir().unwrap();
    unpack(std::slice::from_ref(&old), root.path());
    let recipe = recipe(&new, &[old], true);
    assert_eq!(recipe.summary.layers[0].patched.0, 1);
    let changes = 100_000 + (1 << 20);
    assert!(
        recipe.bytes.len() < changes + 50_000,
        "{} bytes",
        recipe.bytes.len()
    );
    assert!(applied(&recipe.bytes, root.path()).unwrap() == expected(&new));
}
