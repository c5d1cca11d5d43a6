//! Layers of entries that the fuzzer's bytes choose, of all the forms in which programs write them; written block by block.

/// One entry.
pub struct Entry {
    /// As it is told: not yet relative and plain.
    pub path: Vec<u8>,
    /// What it is.
    pub kind: Kind,
    form: u8,
    /// Which dialect, which sizes, which times.
    seed: u8,
}

/// What an entry is.
pub enum Kind {
    /// A file with these bytes.
    File(Vec<u8>),
    /// A file of which these bytes are a map and parts.
    Sparse { is_pax: bool, body: Vec<u8> },
    /// A body that is no file.
    Unknown(u8, Vec<u8>),
    /// Another name of a file.
    HardLink(Vec<u8>),
    /// A link to a path.
    SymbolicLink(Vec<u8>),
    /// A folder.
    Folder,
    /// A device or a pipe.
    Special(u8),
}

/// Few names, so that entries of two layers meet: files, folders above them, whiteouts, what an engine mounts over, paths that are
/// none, names that need a header of their own.
const NAMES: [&[u8]; 20] = [
    b"a",
    b"b",
    b"ab/c",
    b"ab/d",
    b"ab/e/f",
    b"ab",
    b"a/b",
    b".wh.a",
    b".wh.ab",
    b"ab/.wh.c",
    b"ab/.wh..wh..opq",
    b".wh..wh..opq",
    b"lib/libx.so.1",
    b"lib/libx.so.2",
    b"etc/hosts",
    b"proc/x",
    b"../a",
    b"\xff\xfe",
    b"",
    LONG,
];

const LONG: &[u8] =
    b"a-name-that-is-longer-than-the-hundred-bytes-of-a-header/and-therefore-has-a-header-of-its-own-before-it/x";

/// Bytes that choose one entry.
const CHOICE: usize = 7;

/// The entries that these bytes choose.
pub fn entries(choice: &[u8]) -> Vec<Entry> {
    choice.as_chunks::<CHOICE>().0.iter().map(entry).collect()
}

fn entry(&[kind, name, seed, low, high, change, form]: &[u8; CHOICE]) -> Entry {
    let named = |number: u8| NAMES[usize::from(number) % NAMES.len()].to_vec();
    let length = usize::from(u16::from_le_bytes([low, high % 32]));
    let mut bytes: Vec<u8> = (0..length).map(|n| (n * n / 7).to_le_bytes()[0] ^ seed).collect();
    // Files that resemble each other, so that there is something to patch.
    if let Some(byte) = bytes.get_mut(usize::from(change) * 100) {
        *byte ^= 0xff;
    }
    let kind = match kind % 16 {
        0 | 1 => Kind::HardLink(named(seed)),
        2 => Kind::SymbolicLink(named(seed)),
        3 | 4 => Kind::Folder,
        5 => Kind::Special(b"346"[usize::from(seed) % 3]),
        6 => Kind::Sparse {
            is_pax: seed & 1 != 0,
            body: bytes,
        },
        7 => Kind::Unknown(b"7VMZ"[usize::from(seed) % 4], bytes),
        _ => Kind::File(bytes),
    };
    Entry {
        path: [
            if form & 0x80 != 0 { b"./".as_slice() } else { b"" },
            &named(name),
        ]
        .concat(),
        kind,
        form,
        seed,
    }
}

/// The tar of some entries.
pub fn tar_of(entries: &[Entry]) -> Vec<u8> {
    let mut tar = Vec::new();
    for entry in entries {
        entry.write(&mut tar);
    }
    tar.extend([0; 1024]);
    tar
}

impl Entry {
    fn write(&self, tar: &mut Vec<u8>) {
        let (kind, body, link) = match &self.kind {
            Kind::File(bytes) => (if self.seed & 2 == 0 { b'0' } else { 0 }, bytes.as_slice(), None),
            Kind::Sparse { is_pax, body } => (if *is_pax { b'0' } else { b'S' }, body.as_slice(), None),
            Kind::Unknown(kind, bytes) => (*kind, bytes.as_slice(), None),
            Kind::HardLink(target) => (b'1', [].as_slice(), Some(target)),
            Kind::SymbolicLink(target) => (b'2', [].as_slice(), Some(target)),
            Kind::Folder => (b'5', [].as_slice(), None),
            Kind::Special(kind) => (*kind, [].as_slice(), None),
        };
        let link = link.map(Vec::as_slice).unwrap_or_default();
        let (name, link) = self.describe(tar, link, body.len());
        let is_told = self.form & 4 != 0;
        let size = if is_told { 0 } else { body.len() };
        put_header(tar, (kind, self.seed), name, link, (size, self.form & 0x20 != 0));
        tar.extend_from_slice(body);
        let filling = if self.form & 0x10 != 0 { 0xaa } else { 0 };
        tar.resize(tar.len().next_multiple_of(512), filling);
    }

    /// Writes what comes before the header; gives the path and the link that stand in the header itself.
    fn describe<'a>(&'a self, tar: &mut Vec<u8>, link: &'a [u8], size: usize) -> (&'a [u8], &'a [u8]) {
        if self.form & 0x40 != 0 {
            put_described(tar, b'g', &record(b"comment", b"of all entries"));
        }
        let mut records = Vec::new();
        if self.form & 8 != 0 {
            records.extend(record(
                b"SCHILY.xattr.user.x",
                &vec![self.seed; usize::from(self.seed)],
            ));
        }
        if self.form & 4 != 0 {
            records.extend(record(b"size", size.to_string().as_bytes()));
        }
        if matches!(self.kind, Kind::Sparse { is_pax: true, .. }) {
            records.extend(record(b"GNU.sparse.major", b"1"));
        }
        let is_pax = self.form & 3 == 2;
        if is_pax {
            records.extend(record(b"path", &self.path));
            records.extend(record(b"linkpath", link));
        }
        if !records.is_empty() {
            put_described(tar, b'x', &records);
        }
        if is_pax {
            return (b"by-pax", b"by-pax");
        }
        let is_long = self.form & 3 == 1;
        // Of a name that is too long, another program would have told in this way.
        let mut told = |kind: u8, name: &'a [u8]| -> &'a [u8] {
            if !is_long && name.len() <= 100 {
                return name;
            }
            put_described(tar, kind, &[name, b"\0"].concat());
            &name[..name.len().min(100)]
        };
        (told(b'L', &self.path), told(b'K', link))
    }
}

fn put_described(tar: &mut Vec<u8>, kind: u8, text: &[u8]) {
    put_header(tar, (kind, 0), b"described", b"", (text.len(), false));
    tar.extend_from_slice(text);
    tar.resize(tar.len().next_multiple_of(512), 0);
}

/// A pax record; its length counts its own digits.
fn record(key: &[u8], value: &[u8]) -> Vec<u8> {
    let rest = [b" ".as_slice(), key, b"=", value, b"\n"].concat();
    let mut length = rest.len() + 1;
    while length != rest.len() + length.to_string().len() {
        length += 1;
    }
    [length.to_string().as_bytes(), &rest].concat()
}

fn put_header(tar: &mut Vec<u8>, (kind, seed): (u8, u8), name: &[u8], link: &[u8], size: (usize, bool)) {
    let mut header = [0; 512];
    header[..name.len()].copy_from_slice(name);
    header[157..157 + link.len()].copy_from_slice(link);
    header[156] = kind;
    let is_gnu = kind == b'S' || seed & 4 != 0;
    header[257..265].copy_from_slice(if is_gnu { b"ustar  \0" } else { b"ustar\x0000" });
    header[100..108].copy_from_slice(b"0000644\0");
    header[136..148].copy_from_slice(format!("{:011o}\0", u32::from(seed) << 20).as_bytes());
    let (size, is_binary) = size;
    if is_binary {
        header[124] = 0x80;
        header[128..136].copy_from_slice(&(size as u64).to_be_bytes());
    } else {
        header[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    }
    repair(&mut header);
    tar.extend_from_slice(&header);
}

/// Makes the checksum of a header right.
pub fn repair(header: &mut [u8; 512]) {
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}
