//! Copying: into the tmux buffer, which tmux hands on to the terminal, or to the terminal directly with OSC 52.

use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// Terminals drop longer sequences without a word.
const LIMIT: usize = 64 * 1024;
/// tmux answers at once or not at all.
const DEADLINE: Duration = Duration::from_millis(500);

/// How a text gets to where it can be pasted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// tmux took it; say so.
    Tmux,
    /// This sequence must be sent to the terminal.
    Terminal(String),
}

/// Copies a text; the error says why not.
pub(super) async fn copy(text: &str) -> Result<Route, String> {
    if text.len() > LIMIT {
        return Err(format!(
            "not copied: {} kB are more than the 64 kB that terminals take",
            text.len() / 1024
        ));
    }
    if std::env::var_os("TMUX").is_some() {
        match tokio::time::timeout(DEADLINE, load_tmux_buffer(text)).await {
            Ok(Ok(())) => return Ok(Route::Tmux),
            Ok(Err(problem)) => tracing::info!("tmux did not take the text: {problem}"),
            Err(_) => tracing::info!("tmux did not take the text in time"),
        }
    }
    Ok(Route::Terminal(osc52(text)))
}

async fn load_tmux_buffer(text: &str) -> std::io::Result<()> {
    let mut tmux = Command::new("tmux")
        .args(["load-buffer", "-w", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    if let Some(mut stdin) = tmux.stdin.take() {
        stdin.write_all(text.as_bytes()).await?;
    }
    if tmux.wait().await?.success() {
        Ok(())
    } else {
        Err(std::io::Error::other("tmux load-buffer failed"))
    }
}

fn osc52(text: &str) -> String {
    format!("\x1b]52;c;{}\x07", base64(text.as_bytes()))
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let six = (bits >> (18 - 6 * place) & 63) as usize;
            out.push(if place <= group.len() {
                char::from(ALPHABET[six])
            } else {
                '='
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{base64, osc52};

    #[test]
    fn the_sequence_carries_the_text_in_base64() {
        for (text, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(text.as_bytes()), encoded);
        }
        assert_eq!(osc52("foo"), "\x1b]52;c;Zm9v\x07");
    }
}
