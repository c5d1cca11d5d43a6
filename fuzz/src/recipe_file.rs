//! Recipes that are opened: everything in them that is compressed, hashed or preceded by its length stands in the fuzzer's bytes as
//! it is, in pieces; so that changes of these bytes change what the recipe says, not whether it is one.

use sha2::{Digest, Sha256};

/// Between two pieces of the fuzzer's bytes. It is among the fuzzer's words.
pub const CUT: &[u8] = b"-8<-";

/// Between two columns of a meta stream.
const COLUMN: &[u8] = b"-||-";

/// The longest end of a recipe: lengths of data and plan, and the SHA-256 of everything before.
const END: usize = 8 + 8 + 32;

/// Magic and form of a recipe.
const BEGINNING: usize = 9;

/// What a recipe says that it makes.
pub enum Told {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A layer of so many bytes that have this SHA-256.
    Layer(usize, [u8; 32]),
}

/// The pieces of some bytes.
pub fn pieces(bytes: &[u8]) -> Vec<&[u8]> {
    split(bytes, CUT)
}

fn split<'a>(mut bytes: &'a [u8], mark: &[u8]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    while let Some(place) = bytes.windows(mark.len()).position(|window| window == mark) {
        pieces.push(&bytes[..place]);
        bytes = &bytes[place + mark.len()..];
    }
    pieces.push(bytes);
    pieces
}

/// The recipe that these pieces open, and what it says that it makes. The first piece is the data stream. Each other one is a step: 0
/// and bytes; or 1, the size and the SHA-256 of a layer, and after it a piece of operations and one of columns.
pub fn closed(bytes: &[u8]) -> (Vec<u8>, Vec<Told>) {
    let mut pieces = pieces(bytes).into_iter();
    let data = pieces.next().unwrap_or_default();
    let (mut plan, mut told) = (Vec::new(), Vec::new());
    while let Some(piece) = pieces.next() {
        let (kind, rest) = piece.split_first().unwrap_or((&0, &[]));
        plan.push(kind & 1);
        if kind & 1 == 0 {
            put(&mut plan, rest);
            told.push(Told::Bytes(rest.to_vec()));
            continue;
        }
        let mut head = [0; 4 + 32];
        let has = rest.len().min(head.len());
        head[..has].copy_from_slice(&rest[..has]);
        let (size, sha256) = head.split_at(4);
        let size = u32::from_le_bytes(size.try_into().unwrap());
        put_number(&mut plan, size as usize);
        plan.extend_from_slice(sha256);
        told.push(Told::Layer(size as usize, sha256.try_into().unwrap()));
        let ops = pieces.next().unwrap_or_default();
        let mut meta = Vec::new();
        for column in split(pieces.next().unwrap_or_default(), COLUMN) {
            put(&mut meta, column);
        }
        put(&mut plan, &packed(&meta));
        put(&mut plan, ops);
    }
    (sealed(&plan, data), told)
}

/// The pieces of a recipe that was made.
pub fn opened(recipe: &[u8]) -> Vec<u8> {
    let (plan, data) = unsealed(recipe);
    let mut bytes = data;
    let mut plan = plan.as_slice();
    while let Some((kind, rest)) = plan.split_first() {
        bytes.extend_from_slice(CUT);
        bytes.push(*kind);
        plan = rest;
        if *kind == 0 {
            bytes.extend_from_slice(take(&mut plan));
            continue;
        }
        let size = u32::try_from(number(&mut plan)).unwrap();
        bytes.extend_from_slice(&size.to_le_bytes());
        bytes.extend_from_slice(plan.split_off(..32).unwrap());
        let meta = unpacked(take(&mut plan));
        bytes.extend_from_slice(CUT);
        bytes.extend_from_slice(take(&mut plan));
        bytes.extend_from_slice(CUT);
        let (mut meta, mut columns) = (meta.as_slice(), Vec::new());
        while !meta.is_empty() {
            columns.push(take(&mut meta));
        }
        bytes.extend_from_slice(&columns.join(COLUMN));
    }
    bytes
}

/// A recipe with this plan and this data stream.
pub fn sealed(plan: &[u8], data: &[u8]) -> Vec<u8> {
    let mut file = b"tagboat\x1a".to_vec();
    file.push(tagboat_recipe::FORM);
    let (plan, data) = (packed(plan), packed(data));
    file.extend_from_slice(&data);
    file.extend_from_slice(&plan);
    file.extend_from_slice(&(data.len() as u64).to_le_bytes());
    file.extend_from_slice(&(plan.len() as u64).to_le_bytes());
    let sum = Sha256::digest(&file);
    file.extend_from_slice(&sum);
    file
}

/// The plan and the data stream of a recipe.
pub fn unsealed(recipe: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let end = recipe.len() - END;
    let data = u64::from_le_bytes(recipe[end..end + 8].try_into().unwrap());
    let (data, plan) = recipe[BEGINNING..end].split_at(usize::try_from(data).unwrap());
    (unpacked(plan), unpacked(data))
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(bytes, 1).unwrap()
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::decode_all(bytes).unwrap()
}

fn put(output: &mut Vec<u8>, bytes: &[u8]) {
    put_number(output, bytes.len());
    output.extend_from_slice(bytes);
}

fn put_number(output: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        output.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    output.push(number.to_le_bytes()[0]);
}

fn number(bytes: &mut &[u8]) -> usize {
    let mut number = 0;
    for shift in (0..).step_by(7) {
        let byte = *bytes.split_off_first().unwrap();
        number |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    number
}

fn take<'a>(bytes: &mut &'a [u8]) -> &'a [u8] {
    let count = number(bytes);
    bytes.split_off(..count).unwrap()
}
