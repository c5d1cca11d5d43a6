//! The console as an operator drives it: keys in, screens and effects out, without a terminal.

mod look;
mod scenario;
mod script;
