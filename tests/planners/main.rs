//! The planners: what they decide for every fleet that can be, without a host in sight.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod any_route;
mod contracts;
mod daily;
mod diagnosis;
mod fleets;
mod left_behind;
mod machines;
mod prune;
mod prune_run;
mod prune_script;
mod push;
mod registries;
mod restart;
mod rollback;
mod rollout;
mod routes;
mod setup;
mod strict;
mod taken_up;
