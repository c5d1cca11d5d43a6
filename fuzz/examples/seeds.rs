//! Writes what the fuzzer begins with: real recipes, indexes and layers. $1: the folder of the corpora.

use std::fs;
use std::path::Path;
use tagboat_fuzz::recipe_file::{CUT, opened, unsealed};
use tagboat_fuzz::{index_file, some_indexes, some_layers, some_recipes};

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "corpus".to_owned());
    let chosen = |how: u8, bytes: &[u8]| [&[how], bytes].concat();
    let mut recipes = Vec::new();
    for recipe in some_recipes() {
        let (plan, data) = unsealed(&recipe);
        recipes.push(chosen(0, &recipe));
        recipes.push(chosen(1, &[&plan, CUT, &data].concat()));
        recipes.push(chosen(2, &opened(&recipe)));
    }
    put(&folder, "follow_recipe", recipes)?;
    let layers = some_layers();
    let whole = layers.iter().map(|tar| chosen(0, &index_file(tar)));
    let contents = some_indexes();
    let contents = contents.iter().map(|content| chosen(1, content));
    put(&folder, "read_index", whole.chain(contents))?;
    let layers = layers.iter().map(|tar| chosen(1, tar));
    put(&folder, "rebuild_anything", layers)?;
    put(&folder, "rebuild_release", some_choices())
}

/// Choices of entries, of all kinds in all forms.
fn some_choices() -> impl Iterator<Item = Vec<u8>> {
    (0..32u8).map(|first| {
        let entry = |number: u8| {
            let mixed = number.wrapping_mul(37).wrapping_add(first.wrapping_mul(11));
            [
                number ^ first,
                mixed,
                mixed >> 3,
                mixed,
                first % 12,
                number % 4,
                mixed ^ 0x5a,
            ]
        };
        let layer = |from: u8| (from..from + 12).flat_map(entry).collect::<Vec<u8>>();
        [&[first], layer(0).as_slice(), CUT, &layer(12), CUT, &layer(6)].concat()
    })
}

fn put(folder: &str, target: &str, seeds: impl IntoIterator<Item = Vec<u8>>) -> std::io::Result<()> {
    let folder = Path::new(folder).join(target);
    fs::create_dir_all(&folder)?;
    for (number, seed) in seeds.into_iter().enumerate() {
        fs::write(folder.join(format!("seed-{number}")), seed)?;
    }
    Ok(())
}
