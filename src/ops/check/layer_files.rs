//! Reads the entries of a layer from its tar.

use crate::model::image_files::{EntryKind, LayerEntry, Owner};
use crate::ops::layers::Layer;
use std::io::{self, Read, Seek, SeekFrom};
use tar::{Archive, Entry, EntryType};

/// Reads a layer's tar. Of each file only its first bytes are read, so that what can seek is not read whole.
pub fn read_layer(layer: impl Read + Seek) -> io::Result<Vec<LayerEntry>> {
    let mut archive = Archive::new(layer);
    let mut entries = Vec::new();
    for entry in archive.entries_with_seek()? {
        entries.extend(read_entry(&mut entry?)?);
    }
    Ok(entries)
}

fn read_entry(entry: &mut Entry<'_, impl Read>) -> io::Result<Option<LayerEntry>> {
    let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
    let (header, fields) = (entry.header(), entry.header().as_old());
    let owner = Owner {
        mode: unless_blank(&fields.mode, header.mode())?,
        uid: unless_blank(&fields.uid, header.uid())?,
        gid: unless_blank(&fields.gid, header.gid())?,
    };
    let link = entry
        .link_name_bytes()
        .map(|name| String::from_utf8_lossy(&name).into_owned());
    let kind = match entry.header().entry_type() {
        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
            let size = entry.size();
            let mut begin = Vec::new();
            entry.take(LayerEntry::LOOKED_AT as u64).read_to_end(&mut begin)?;
            if (begin.len() as u64) < size.min(LayerEntry::LOOKED_AT as u64) {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            return Ok(Some(LayerEntry::file(path, owner, size, &begin)));
        }
        EntryType::Link => EntryKind::HardLink(link.unwrap_or_default()),
        EntryType::Symlink => EntryKind::Symlink(link.unwrap_or_default()),
        EntryType::Directory => EntryKind::Folder,
        EntryType::XGlobalHeader => return Ok(None),
        _ => EntryKind::Other,
    };
    Ok(Some(LayerEntry::other(path, owner, kind)))
}

/// A number, which some programs do not write where it is none.
fn unless_blank<N: Default>(field: &[u8], number: io::Result<N>) -> io::Result<N> {
    if field.iter().all(|byte| matches!(byte, 0 | b' ')) {
        return Ok(N::default());
    }
    number
}

/// The uncompressed bytes of a kept layer, one after the other.
pub(super) struct LayerReader {
    layer: Layer,
    at: u64,
}

impl LayerReader {
    pub(super) fn new(layer: Layer) -> Self {
        Self { layer, at: 0 }
    }

    fn size(&self) -> u64 {
        self.layer.facts().size
    }
}

impl Read for LayerReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size().saturating_sub(self.at)).unwrap_or(usize::MAX);
        let count = left.min(buffer.len());
        self.layer.read_at(self.at, &mut buffer[..count])?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for LayerReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.size().checked_add_signed(by),
        };
        self.at = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::read_layer;
    use crate::model::image_files::{ImageFiles, Program};
    use std::io::Cursor;
    use tar::{Builder, EntryType, Header};

    #[test]
    fn the_entries_of_a_tar_become_the_files_of_an_image() {
        let mut tape = Builder::new(Vec::new());
        let mut add = |path: &str, kind: EntryType, mode: u32, text: &[u8], link: &str| {
            let mut header = Header::new_gnu();
            header.set_entry_type(kind);
            header.set_mode(mode);
            header.set_uid(7);
            header.set_gid(8);
            header.set_size(text.len() as u64);
            if !link.is_empty() {
                header.set_link_name(link).unwrap();
            }
            tape.append_data(&mut header, path, text).unwrap();
        };
        let long = format!("usr/lib/{}/run", "d".repeat(200));
        add("bin", EntryType::Symlink, 0o777, b"", "usr/bin");
        add(&long, EntryType::Regular, 0o755, b"#!/bin/sh\n", "");
        add(
            "usr/bin/large",
            EntryType::Regular,
            0o644,
            &vec![b'x'; 600_000],
            "",
        );
        add("usr/bin/go", EntryType::Symlink, 0o777, b"", "../lib/go");
        add("etc/", EntryType::Directory, 0o755, b"", "");
        let bytes = tape.into_inner().unwrap();
        let mut files = ImageFiles::default();
        files.add_layer(read_layer(Cursor::new(bytes)).unwrap());
        let folder = format!("/bin:/{}", long.trim_end_matches("/run"));
        assert_eq!(files.program("run", &folder).unwrap().node.owner.uid, 7);
        assert_eq!(files.bytes(), 600_010);
    }

    #[test]
    fn a_number_that_was_not_written_is_none_and_one_that_is_no_number_is_an_error() {
        let read = |uid: &[u8; 8]| {
            let mut tape = Builder::new(Vec::new());
            let mut header = Header::new_old();
            header.set_path("a").unwrap();
            header.set_size(0);
            header.set_mode(0o644);
            header.as_old_mut().uid = *uid;
            header.set_gid(7);
            header.set_cksum();
            tape.append(&header, std::io::empty()).unwrap();
            read_layer(Cursor::new(tape.into_inner().unwrap()))
        };
        for blank in [b"\0\0\0\0\0\0\0\0", b"       \0"] {
            assert_eq!(read(blank).unwrap().len(), 1);
        }
        assert!(read(b"nobody\0\0").is_err());
    }

    #[test]
    fn this_very_program_is_a_binary_for_this_machine() {
        let bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let Program::Elf { architecture, loader } = Program::read(&bytes[..4096]) else {
            panic!("no binary");
        };
        let expected = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        };
        assert_eq!(architecture, Some(expected));
        assert!(loader.unwrap().contains("ld-"));
    }

    #[test]
    fn a_tar_that_is_cut_off_is_an_error() {
        let mut tape = Builder::new(Vec::new());
        let mut header = Header::new_gnu();
        header.set_size(4000);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        tape.append_data(&mut header, "a", [0; 4000].as_slice()).unwrap();
        let mut bytes = tape.into_inner().unwrap();
        bytes.truncate(1000);
        assert!(read_layer(Cursor::new(bytes)).is_err());
    }
}
