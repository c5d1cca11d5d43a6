//! The `tagboat` program: reads the arguments, runs a front end, and turns its end into an exit code.

fn main() {}
