//! The corpus: Dockerfiles and images with one defect each, every one of which is found, and good ones without a false alarm.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(
    clippy::semicolon_if_nothing_returned,
    reason = "each row of a table is one change"
)]

mod bad_images;
mod built;
mod commands;
mod dockerfiles;
mod good_images;
mod secrets;
mod told;
