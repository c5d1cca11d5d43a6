//! The env file that an operator gives along with a project: read here, sent to the host, and not kept here.

use super::stop::Stop;
use crate::model::compose::bootstrap::GivenEnv;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// More is no env file.
const LIMIT: u64 = 1 << 20;

/// Reads it. It may be a pipe, so that a program for secrets can write it.
pub(super) fn read_env_file(path: Option<&Path>) -> Result<Option<GivenEnv>, Stop> {
    let Some(path) = path else {
        return Ok(None);
    };
    let unread = |why: String| {
        Stop::usage(
            format!("the env file {} cannot be read: {why}", path.display()),
            "name a file with lines NAME=VALUE",
        )
    };
    let bytes = read(path).map_err(|error| unread(error.to_string()))?;
    if bytes.len() as u64 > LIMIT {
        return Err(unread("it has more than 1 MiB".to_owned()));
    }
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(Some(GivenEnv::new(text))),
        _ => Err(unread("it is no text in UTF-8".to_owned())),
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LIMIT + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{LIMIT, read_env_file};
    use std::fs;

    #[test]
    fn a_file_that_is_none_too_long_or_no_text_is_told_with_its_name_and_no_word_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("env");
        let long = vec![b'a'; usize::try_from(LIMIT).unwrap() + 1];
        for (bytes, why) in [
            (None, "No such file"),
            (Some(long), "more than 1 MiB"),
            (Some(b"TOKEN=canary\xff\n".to_vec()), "no text"),
        ] {
            if let Some(bytes) = bytes {
                fs::write(&file, bytes).unwrap();
            }
            let told = read_env_file(Some(&file)).unwrap_err().cause;
            assert!(told.contains(why) && told.contains("/env"), "{told}");
            assert!(!told.contains("canary"), "{told}");
        }
        fs::write(&file, "TOKEN=1\n").unwrap();
        let given = read_env_file(Some(&file)).unwrap().unwrap();
        assert_eq!(given.look(), Some("TOKEN=1\n"));
        assert_eq!(read_env_file(None).unwrap(), None);
    }
}
