//! Paths in an archive that a source engine made: they stay inside of it.

use super::defect::ArchiveDefect;

/// A relative path of plain components, without a leading `./` or a trailing `/`.
pub(super) fn safe_path(bytes: &[u8]) -> Result<String, ArchiveDefect> {
    let shown = String::from_utf8_lossy(bytes);
    let refuse = |what| ArchiveDefect::Entry {
        path: crate::model::clean::clean(&shown),
        what,
    };
    let text = std::str::from_utf8(bytes).map_err(|_| refuse("not named in UTF-8"))?;
    if text.starts_with('/') {
        return Err(refuse("an absolute path"));
    }
    if text.split('/').any(|part| part == "..") {
        return Err(refuse("a path to a place outside of the archive"));
    }
    if text.chars().any(char::is_control) {
        return Err(refuse("a name with control characters"));
    }
    let parts: Vec<_> = text
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    Ok(parts.join("/"))
}

/// Where a link points, if it is inside the archive.
pub(super) fn inside(link: &str, target: &[u8]) -> Option<String> {
    let target = std::str::from_utf8(target)
        .ok()
        .filter(|text| !text.starts_with('/'))?;
    let mut parts: Vec<_> = link.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
