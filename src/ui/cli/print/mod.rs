//! Printers: the same words as tables, lines, bars and JSON.

pub(super) mod amounts;
pub(super) mod bars;
pub(super) mod check_report;
pub(super) mod findings;
pub(super) mod json;
pub(super) mod lines;
pub(super) mod plan;
pub(super) mod rows;
pub(super) mod sarif;
pub(super) mod table;
pub(in crate::ui::cli) mod words;
