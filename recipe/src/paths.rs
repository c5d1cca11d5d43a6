//! Paths of layer entries: relative, of plain components.

/// The kernel opens no longer path.
pub(crate) const LONGEST: usize = 4095;

/// The path without a leading `/` or `./`, a trailing `/`, and empty components. None if it leads out of the root, or if no
/// file can have it.
pub(crate) fn plain(path: &[u8]) -> Option<Box<[u8]>> {
    let mut plain = Vec::with_capacity(path.len());
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => return None,
            part if part.contains(&0) => return None,
            part => {
                if !plain.is_empty() {
                    plain.push(b'/');
                }
                plain.extend_from_slice(part);
            }
        }
    }
    (plain.len() <= LONGEST).then(|| plain.into())
}

/// The last component.
pub(crate) fn file_name(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}

/// What is before the last component, without the `/`; empty at the top.
pub(crate) fn folder(path: &[u8]) -> &[u8] {
    let name = file_name(path).len();
    path[..path.len() - name].strip_suffix(b"/").unwrap_or_default()
}

/// The path with every run of digits as one `#`, so that `libx.so.1.2` and `libx.so.1.3` are alike.
pub(crate) fn without_versions(path: &[u8]) -> Box<[u8]> {
    let mut masked: Vec<u8> = Vec::with_capacity(path.len());
    for byte in path {
        let shown = if byte.is_ascii_digit() { b'#' } else { *byte };
        if shown != b'#' || masked.last() != Some(&b'#') {
            masked.push(shown);
        }
    }
    masked.into()
}

#[cfg(test)]
mod tests {
    use super::{file_name, folder, plain, without_versions};

    #[test]
    fn a_path_is_made_relative_and_plain() {
        assert_eq!(plain(b"./usr//lib/").as_deref(), Some(b"usr/lib".as_slice()));
        assert_eq!(plain(b"/etc/x").as_deref(), Some(b"etc/x".as_slice()));
        assert_eq!(plain(b"./").as_deref(), Some(b"".as_slice()));
        assert_eq!(plain(b"a/../../etc"), None);
        assert_eq!(plain(b"a\0b"), None);
        assert_eq!(plain(&b"ab/".repeat(2000)), None);
    }

    #[test]
    fn a_path_has_a_name_and_a_folder() {
        assert_eq!(file_name(b"usr/lib/x"), b"x");
        assert_eq!(folder(b"usr/lib/x"), b"usr/lib");
        assert_eq!(folder(b"x"), b"");
    }

    #[test]
    fn versions_do_not_tell_paths_apart() {
        assert_eq!(
            without_versions(b"lib/libz.so.1.2.13"),
            without_versions(b"lib/libz.so.1.3.1")
        );
    }
}
