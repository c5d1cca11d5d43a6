//! The beginning of a program that talks in both directions: what login files print comes before it.

use super::frame::Mark;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Prints the mark `$1` on a line of its own and becomes the command that follows it.
const WRAPPER: &str = r#"printf '\n%s\n' "$1"; shift; exec "$@""#;

/// The mark that is printed right before the program starts.
pub(crate) struct Begun(Vec<u8>, Mark);

impl Begun {
    /// A mark that no host can have prepared for.
    pub(crate) fn expected() -> Self {
        let mark = Mark::random();
        Self(format!("\n{}\n", mark.text()).into_bytes(), mark)
    }

    /// The program and its arguments that print the mark and become `command`.
    pub(crate) fn command_line(&self, command: &[&str]) -> Vec<String> {
        ["sh", "-c", WRAPPER, "tagboat", self.1.text()]
            .iter()
            .chain(command)
            .map(|word| (*word).to_owned())
            .collect()
    }

    /// Reads up to the end of the mark and not a byte more; false when the program never began. However much is printed
    /// before, nothing of it is kept.
    pub(crate) async fn read_to(&self, stdout: &mut (dyn AsyncRead + Send + Unpin)) -> bool {
        let mark = &self.0;
        let mut seen: Vec<u8> = Vec::with_capacity(mark.len());
        while seen != *mark {
            // As many bytes as are surely still missing: none of the program's own is taken.
            let mut piece = vec![0; mark.len() - seen.len()];
            let Ok(n @ 1..) = stdout.read(&mut piece).await else {
                return false;
            };
            seen.extend_from_slice(&piece[..n]);
            let kept = (0..=seen.len()).find(|from| mark.starts_with(&seen[*from..]));
            seen.drain(..kept.unwrap_or_default());
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::Begun;
    use proptest::prelude::*;
    use tokio::io::AsyncReadExt;

    proptest! {
        #[test]
        fn what_the_program_says_is_whole_whatever_was_printed_before_it(noise in "[a\n]{0,200}", said in ".{0,200}") {
            let begun = Begun::expected();
            let mark = String::from_utf8(begun.0.clone()).unwrap();
            let whole = format!("{noise}{}{mark}{said}", &mark[..mark.len() - 2]);
            let mut stdout = whole.as_bytes();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let (is_begun, rest) = runtime.block_on(async {
                let is_begun = begun.read_to(&mut stdout).await;
                let mut rest = String::new();
                stdout.read_to_string(&mut rest).await.unwrap();
                (is_begun, rest)
            });
            prop_assert!(is_begun);
            prop_assert_eq!(rest, said);
        }
    }
}
