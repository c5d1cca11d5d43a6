//! The two front ends on one engine: the console and the command line.

pub mod cli;
