//! The signs before state words, in Unicode and in ASCII. A sign never stands alone: the word is always there too.

/// One table of signs. Each takes one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyphs {
    /// It runs.
    pub running: &'static str,
    /// Something is under way.
    pub busy: &'static str,
    /// It is stopped, or has not begun.
    pub idle: &'static str,
    /// It failed.
    pub failed: &'static str,
    /// It went well.
    pub done: &'static str,
    /// It deserves a look.
    pub warn: &'static str,
    /// It is old.
    pub stale: &'static str,
    /// It was left out.
    pub skipped: &'static str,
    /// What is drawn and not read.
    pub strokes: Strokes,
    /// Lines and corners of boxes: horizontal, vertical, then the corners from top left to bottom right.
    pub frame: [&'static str; 6],
}

/// Signs that are drawn and not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strokes {
    /// The full part of a bar.
    pub full: &'static str,
    /// The empty part of a bar.
    pub empty: &'static str,
    /// Something was left out here.
    pub ellipsis: &'static str,
    /// From this to that.
    pub arrow: &'static str,
    /// It is not in this place of a row of signs.
    pub absent: &'static str,
}

impl Glyphs {
    /// For UTF-8 terminals.
    pub const UNICODE: Self = Self {
        running: "●",
        busy: "◌",
        idle: "○",
        failed: "✗",
        done: "✓",
        warn: "▲",
        stale: "⋯",
        skipped: "⊘",
        strokes: Strokes {
            full: "▮",
            empty: "▯",
            ellipsis: "…",
            arrow: "→",
            absent: "·",
        },
        frame: ["─", "│", "┌", "┐", "└", "┘"],
    };
    /// For every other terminal.
    pub const ASCII: Self = Self {
        running: "*",
        busy: "~",
        idle: "-",
        failed: "x",
        done: "+",
        warn: "^",
        stale: "?",
        skipped: "#",
        strokes: Strokes {
            full: "#",
            empty: ".",
            ellipsis: "~",
            arrow: ">",
            absent: ".",
        },
        frame: ["-", "|", "+", "+", "+", "+"],
    };

    /// The table for a locale, as `LC_ALL`, `LC_CTYPE` or `LANG` name it. CJK locales draw many of the signs wide.
    pub fn for_locale(locale: &str) -> Self {
        let lower = locale.to_lowercase();
        let is_utf8 = lower.contains("utf-8") || lower.contains("utf8");
        let is_cjk = ["zh", "ja", "ko"].iter().any(|cjk| lower.starts_with(cjk));
        if is_utf8 && !is_cjk {
            Self::UNICODE
        } else {
            Self::ASCII
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Glyphs;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn every_sign_is_one_code_point_and_one_column() {
        for table in [Glyphs::UNICODE, Glyphs::ASCII] {
            let strokes = table.strokes;
            let signs = [
                table.running,
                table.busy,
                table.idle,
                table.failed,
                table.done,
                table.warn,
                table.stale,
                table.skipped,
                strokes.full,
                strokes.empty,
                strokes.ellipsis,
                strokes.arrow,
                strokes.absent,
            ];
            for sign in signs.into_iter().chain(table.frame) {
                assert_eq!((sign.chars().count(), sign.width()), (1, 1), "{sign}");
            }
        }
    }

    #[test]
    fn only_a_utf8_locale_with_narrow_signs_gets_unicode() {
        assert_eq!(Glyphs::for_locale("en_US.UTF-8"), Glyphs::UNICODE);
        assert_eq!(Glyphs::for_locale("C"), Glyphs::ASCII);
        assert_eq!(Glyphs::for_locale("ja_JP.UTF-8"), Glyphs::ASCII);
    }
}
