//! What would change in a file, as a unified diff.

use similar::TextDiff;

/// The lines that differ, with three around them.
pub fn diff(there: &str, made: &str, path: &str) -> String {
    TextDiff::from_lines(there, made)
        .unified_diff()
        .context_radius(3)
        .header(path, &format!("{path}.new"))
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::diff;

    #[test]
    fn a_diff_shows_what_goes_and_what_comes() {
        let told = diff("a\nb\nc\n", "a\nx\nc\n", "c.yml");
        assert_eq!(
            told,
            "--- c.yml\n+++ c.yml.new\n@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n"
        );
    }
}
