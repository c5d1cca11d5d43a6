//! Where the hosts stand in the text of a config, line by line.
//!
//! The reader tells where each header and each value is; what stands between them is the operator's own.

use super::EditError;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One host: its own table, and those below it, such as `[hosts.probe]`.
#[derive(Debug)]
pub(super) struct HostPlace {
    /// What its `name` says.
    pub(super) name: String,
    /// Its tables as byte ranges of whole lines, from the comment right above the header to the comment right below the
    /// last value.
    pub(super) tables: Vec<Range<usize>>,
}

/// A table: the byte at which its header begins, and the one at which its last value ends.
struct Extent {
    header: usize,
    end: usize,
}

/// The hosts in the order of the text.
pub(super) fn hosts_of(text: &str) -> Result<Vec<HostPlace>, EditError> {
    let root = DeTable::parse(text).map_err(|error| EditError::NotToml(error.message().to_owned()))?;
    let Some(hosts) = root.get_ref().get("hosts") else {
        return Ok(Vec::new());
    };
    let DeValue::Array(hosts) = hosts.get_ref() else {
        return Err(EditError::NoTables);
    };
    let mut headers = Vec::new();
    headers_below(text, root.get_ref(), &mut headers);
    let mut places = Vec::new();
    for host in hosts {
        let table = header_table(text, host).ok_or(EditError::NoTables)?;
        let mut extents = vec![Extent {
            header: host.span().start,
            end: end_of(text, table).unwrap_or(host.span().end),
        }];
        extents_below(text, table, &mut extents);
        places.push(HostPlace {
            name: name_of(table),
            tables: extents
                .iter()
                .map(|extent| lines_of(text, extent, &headers))
                .collect(),
        });
    }
    Ok(places)
}

pub(super) fn name_of(table: &DeTable<'_>) -> String {
    let name = table.get("name").and_then(|name| name.get_ref().as_str());
    name.unwrap_or_default().to_owned()
}

/// The table where it has a header of its own, and is not written in one line.
pub(super) fn header_table<'a, 'i>(text: &str, value: &'a Spanned<DeValue<'i>>) -> Option<&'a DeTable<'i>> {
    let has_header = text.get(value.span().start..)?.starts_with('[');
    value.get_ref().as_table().filter(|_| has_header)
}

/// The tables with a header below one, with the spans of their headers.
fn tables_below<'a, 'i>(text: &str, table: &'a DeTable<'i>) -> Vec<(Range<usize>, &'a DeTable<'i>)> {
    let mut found = Vec::new();
    for value in table.values() {
        match value.get_ref() {
            DeValue::Array(array) => {
                for one in array {
                    if let Some(below) = header_table(text, one) {
                        found.push((one.span(), below));
                        found.extend(tables_below(text, below));
                    }
                }
            }
            DeValue::Table(below) => {
                // `[a.b]` alone has an `a` without a header; what is below it has one.
                if header_table(text, value).is_some() {
                    found.push((value.span(), below));
                }
                found.extend(tables_below(text, below));
            }
            _ => {}
        }
    }
    found
}

fn headers_below(text: &str, table: &DeTable<'_>, headers: &mut Vec<usize>) {
    headers.extend(tables_below(text, table).into_iter().map(|(span, _)| span.start));
    headers.sort_unstable();
}

fn extents_below(text: &str, table: &DeTable<'_>, extents: &mut Vec<Extent>) {
    extents.extend(tables_below(text, table).into_iter().map(|(span, below)| Extent {
        header: span.start,
        end: end_of(text, below).unwrap_or(span.end),
    }));
}

/// Where the last value of a table ends; those of tables with headers of their own do not count.
fn end_of(text: &str, table: &DeTable<'_>) -> Option<usize> {
    table
        .values()
        .filter(|value| header_table(text, value).is_none())
        .filter_map(|value| match value.get_ref() {
            DeValue::Array(array) if array.first().is_some_and(|one| header_table(text, one).is_some()) => {
                None
            }
            // A dotted key: its span is that of the key, and its values are on.
            DeValue::Table(below) if !text[value.span().start..].starts_with('{') => end_of(text, below),
            _ => Some(value.span().end),
        })
        .max()
}

/// The whole lines of a table, with the comments that stand right above and right below it.
fn lines_of(text: &str, extent: &Extent, headers: &[usize]) -> Range<usize> {
    let start = with_comment_above(text, line_start(text, extent.header));
    let end = next_line(text, extent.end);
    let is_header = |at: usize| headers.iter().any(|header| line_start(text, *header) == at);
    let mut below = end;
    while below < text.len() && is_comment(line_at(text, below)) {
        below = next_line(text, below);
    }
    // A comment right above the next header is about that one.
    start..if is_header(below) { end } else { below }
}

/// The first line of the comment right above a line. One at the very top of the file is about the file.
pub(super) fn with_comment_above(text: &str, line: usize) -> usize {
    let mut start = line;
    while start > 0 && is_comment(line_at(text, line_start(text, start - 1))) {
        start = line_start(text, start - 1);
    }
    if start == 0 { line } else { start }
}

/// The line before this one, where it is there and blank.
pub(super) fn blank_line_above(text: &str, line: usize) -> Option<usize> {
    let above = line_start(text, line.checked_sub(1)?);
    line_at(text, above).trim().is_empty().then_some(above)
}

pub(super) fn line_at(text: &str, start: usize) -> &str {
    &text[start..next_line(text, start)]
}

/// The start of the line that this byte is in.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// The start of the line after the one that this byte is in, or the end of the text.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

pub(super) fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}
