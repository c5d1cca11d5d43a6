//! Writes what the fuzzer begins with: real recipes, indexes and layers. $1: the folder of the corpora.

use std::fs;
use std::path::Path;
use tagboat_fuzz::{joined, some_indexes, some_layers, some_recipes};

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "corpus".to_owned());
    let recipes = some_recipes();
    let recipes = recipes.iter().filter_map(|(plan, data)| joined(plan, data));
    put(&folder, "follow_recipe", recipes)?;
    put(&folder, "read_index", some_indexes())?;
    put(&folder, "rebuild_anything", some_layers())
}

fn put(folder: &str, target: &str, seeds: impl IntoIterator<Item = Vec<u8>>) -> std::io::Result<()> {
    let folder = Path::new(folder).join(target);
    fs::create_dir_all(&folder)?;
    for (number, seed) in seeds.into_iter().enumerate() {
        fs::write(folder.join(format!("seed-{number}")), seed)?;
    }
    Ok(())
}
