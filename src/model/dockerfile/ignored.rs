//! `# tagboat: ignore ID reason`: what the author of a Dockerfile has looked at and found good.

/// A comment that has a finding left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore {
    /// The line of the comment.
    pub line: usize,
    /// The line of the instruction that it stands before.
    pub above: Option<usize>,
    /// The requirement.
    pub id: String,
    /// Why.
    pub reason: String,
}

/// The comments of this kind in a text in which no line is a here-document's. `begins` are the first lines of the instructions.
pub(super) fn ignores(text: &str, begins: &[usize]) -> Vec<Ignore> {
    let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    numbered
        .filter_map(|(line, text)| {
            let comment = text.trim().strip_prefix('#')?.trim_start();
            let words = comment
                .strip_prefix("tagboat:")?
                .trim_start()
                .strip_prefix("ignore")?;
            let (id, reason) = words
                .trim()
                .split_once(char::is_whitespace)
                .unwrap_or((words.trim(), ""));
            // In the middle of an instruction it is for that one.
            let above = begins.iter().copied().find(|begin| *begin > line);
            Some(Ignore {
                line,
                above,
                id: id.to_owned(),
                reason: reason.trim().to_owned(),
            })
        })
        .collect()
}
