//! What the first bytes of a file tell of how it runs: machine and loader of a binary, interpreter of a script.

/// How a file would be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program {
    /// A binary.
    Elf {
        /// The machine it is for, in the words of images (`amd64`); none for one that images have no word for.
        architecture: Option<&'static str>,
        /// The loader that it needs; none for a static one.
        loader: Option<String>,
    },
    /// A script.
    Script {
        /// The program in its first line.
        interpreter: String,
    },
    /// Neither: a shell would run it line by line, if it is text.
    Other,
}

/// `PT_INTERP`: where the path of the loader is.
const LOADER: u32 = 3;

impl Program {
    /// Reads the beginning of a file.
    pub fn read(begin: &[u8]) -> Self {
        if begin.starts_with(b"\x7fELF") {
            return Elf::read(begin).unwrap_or(Self::Elf {
                architecture: None,
                loader: None,
            });
        }
        let first = begin
            .strip_prefix(b"#!")
            .and_then(|rest| rest.split(|byte| *byte == b'\n').next());
        let interpreter = first.and_then(|line| {
            let line = String::from_utf8_lossy(&line[..line.len().min(256)]).into_owned();
            line.split_whitespace().next().map(str::to_owned)
        });
        match interpreter {
            Some(interpreter) => Self::Script { interpreter },
            None => Self::Other,
        }
    }

    /// The program that must be there too for this one to run.
    pub fn needs(&self) -> Option<&str> {
        match self {
            Self::Elf { loader, .. } => loader.as_deref(),
            Self::Script { interpreter } => Some(interpreter),
            Self::Other => None,
        }
    }
}

/// The header of a binary.
struct Elf<'a> {
    bytes: &'a [u8],
    is_wide: bool,
    is_little: bool,
}

impl<'a> Elf<'a> {
    fn read(bytes: &'a [u8]) -> Option<Program> {
        let elf = Self {
            bytes,
            is_wide: *bytes.get(4)? == 2,
            is_little: *bytes.get(5)? == 1,
        };
        Some(Program::Elf {
            architecture: elf.architecture(),
            loader: elf.loader(),
        })
    }

    fn number(&self, at: usize, width: usize) -> Option<u64> {
        let bytes = self.bytes.get(at..at.checked_add(width)?)?;
        let add = |number: u64, byte: &u8| (number << 8) | u64::from(*byte);
        Some(if self.is_little {
            bytes.iter().rev().fold(0, add)
        } else {
            bytes.iter().fold(0, add)
        })
    }

    fn architecture(&self) -> Option<&'static str> {
        Some(match (self.number(18, 2)?, self.is_wide, self.is_little) {
            (62, true, _) => "amd64",
            (183, ..) => "arm64",
            (3, ..) => "386",
            (40, ..) => "arm",
            (243, true, _) => "riscv64",
            (21, _, true) => "ppc64le",
            (22, ..) => "s390x",
            (258, ..) => "loong64",
            _ => return None,
        })
    }

    fn loader(&self) -> Option<String> {
        let (table, size, count) = if self.is_wide {
            (self.number(32, 8)?, self.number(54, 2)?, self.number(56, 2)?)
        } else {
            (self.number(28, 4)?, self.number(42, 2)?, self.number(44, 2)?)
        };
        for place in 0..count {
            let at = usize::try_from(table.checked_add(place * size)?).ok()?;
            if self.number(at, 4)? != u64::from(LOADER) {
                continue;
            }
            let (begin, length) = if self.is_wide {
                (self.number(at + 8, 8)?, self.number(at + 32, 8)?)
            } else {
                (self.number(at + 4, 4)?, self.number(at + 16, 4)?)
            };
            let (begin, length) = (usize::try_from(begin).ok()?, usize::try_from(length).ok()?);
            let text = self.bytes.get(begin..begin.checked_add(length)?)?;
            let text = text.split(|byte| *byte == 0).next()?;
            return Some(String::from_utf8_lossy(text).into_owned());
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Program;
    use proptest::prelude::*;

    #[test]
    fn a_script_names_its_interpreter() {
        let script = |text: &str| Program::read(text.as_bytes());
        assert_eq!(script("#!/bin/sh -e\nx").needs(), Some("/bin/sh"));
        assert_eq!(script("#! /usr/bin/env bash\n").needs(), Some("/usr/bin/env"));
        assert_eq!(script("echo"), Program::Other);
        assert_eq!(script("#!\n"), Program::Other);
    }

    proptest! {
        #[test]
        fn a_broken_header_is_read_without_harm(tail in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Program::read(&[b"\x7fELF".as_slice(), &tail].concat());
        }
    }
}
