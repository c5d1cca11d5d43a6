//! Hosts that are written as one array, `hosts = [{ name = "eu-01" }]`: one comes or goes, and the others stay as they stand,
//! on lines of their own or not.

use super::EditError;
use super::layout::{header_table, line_start, name_of, next_line, with_comment_above};
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// The array, from its first bracket to behind its last, and the hosts in it.
#[derive(Debug)]
pub(super) struct OneArray<'a> {
    text: &'a str,
    all: Range<usize>,
    hosts: Vec<(String, Range<usize>)>,
}

impl<'a> OneArray<'a> {
    /// None where the hosts have headers of their own, or are none.
    pub(super) fn of(text: &'a str) -> Result<Option<Self>, EditError> {
        let root = DeTable::parse(text).map_err(|error| EditError::NotToml(error.message().to_owned()))?;
        let Some(value) = root.get_ref().get("hosts") else {
            return Ok(None);
        };
        let DeValue::Array(array) = value.get_ref() else {
            return Err(EditError::NoTables);
        };
        if array.iter().any(|host| header_table(text, host).is_some()) {
            return Ok(None);
        }
        let mut hosts = Vec::new();
        for host in array {
            let table = host.get_ref().as_table().ok_or(EditError::NoTables)?;
            hosts.push((name_of(table), host.span()));
        }
        Ok(Some(Self {
            text,
            all: value.span(),
            hosts,
        }))
    }

    /// The text with one more host, behind the last one and written like it.
    pub(super) fn with(&self, host: &str, line_end: &str) -> String {
        let text = self.text;
        let Some((_, last)) = self.hosts.last() else {
            let inside = self.all.start + 1;
            let is_on_one_line = !text[self.all.clone()].contains('\n');
            return if is_on_one_line {
                inserted(text, inside, host)
            } else {
                inserted(text, next_line(text, inside), &format!("  {host},{line_end}"))
            };
        };
        let indent = &text[line_start(text, last.start)..last.start];
        let has_own_line = indent.trim().is_empty();
        let comma = self.comma(last.end);
        let end = comma.map_or(last.end, |comma| comma + 1);
        if !has_own_line {
            let more = if comma.is_some() {
                format!(" {host},")
            } else {
                format!(", {host}")
            };
            return inserted(text, end, &more);
        }
        let (own, rest) = if comma.is_some() { ("", ",") } else { (",", "") };
        let line = format!("{line_end}{indent}{host}{rest}");
        let behind = &text[end..next_line(text, end)];
        // A comment on its line stays on it.
        let place = if ends_a_line(behind) {
            end + behind.trim_end_matches(['\r', '\n']).len()
        } else {
            end
        };
        format!(
            "{}{own}{}{line}{}",
            &text[..end],
            &text[end..place],
            &text[place..]
        )
    }

    /// The text without a host, and what went.
    pub(super) fn without(&self, name: &str) -> Option<(String, String)> {
        let index = self.hosts.iter().position(|(other, _)| other == name)?;
        let (mut left, mut done, mut taken) = (String::new(), 0, String::new());
        for (cut, is_shown) in self.cuts(index) {
            left.push_str(&self.text[done..cut.start]);
            done = cut.end;
            if is_shown {
                taken.push_str(&self.text[cut]);
            }
        }
        left.push_str(&self.text[done..]);
        Some((left, taken))
    }

    /// What goes with a host, in the order of the text: itself, and the comma that would be too many.
    fn cuts(&self, index: usize) -> Vec<(Range<usize>, bool)> {
        let text = self.text;
        let span = |index: usize| self.hosts.get(index).map(|(_, span)| span.clone());
        let Some(own) = span(index) else {
            return Vec::new();
        };
        let (before, next) = (index.checked_sub(1).and_then(span), span(index + 1));
        let comma = self.comma(own.end);
        let end = comma.map_or(own.end, |comma| comma + 1);
        let comma_before = before
            .as_ref()
            .filter(|_| comma.is_none())
            .and_then(|before| self.comma(before.end));
        let freed: Vec<_> = comma_before.map(|at| (at..at + 1, false)).into_iter().collect();
        let line = line_start(text, own.start);
        let is_alone =
            text[line..own.start].trim().is_empty() && ends_a_line(&text[end..next_line(text, end)]);
        let has_comment = |range: Range<usize>| text[range].contains('#');
        if is_alone {
            return [
                freed,
                vec![(with_comment_above(text, line)..next_line(text, end), true)],
            ]
            .concat();
        }
        match (&before, &next) {
            (_, Some(next)) if !has_comment(own.end..next.start) => vec![(own.start..next.start, true)],
            (Some(before), None) if !has_comment(before.end..own.start) => {
                vec![(before.end..own.start, false), (own, true)]
            }
            _ => {
                let behind = comma.map(|at| (at..at + 1, false));
                [freed, vec![(own, true)], behind.into_iter().collect()].concat()
            }
        }
    }

    /// The comma behind a host.
    fn comma(&self, end: usize) -> Option<usize> {
        let mut at = end;
        while at < self.all.end {
            match self.text.as_bytes().get(at)? {
                b',' => return Some(at),
                b'#' => at = next_line(self.text, at),
                b' ' | b'\t' | b'\r' | b'\n' => at += 1,
                _ => return None,
            }
        }
        None
    }
}

fn inserted(text: &str, at: usize, more: &str) -> String {
    format!("{}{more}{}", &text[..at], &text[at..])
}

/// Whether nothing but a comment follows on a line.
fn ends_a_line(rest: &str) -> bool {
    let rest = rest.trim();
    rest.is_empty() || rest.starts_with('#')
}
