//! `tagboat host update`: bring members up to date with this version.

use super::exit_code::Exit;
use super::program::Program;
use super::set_up::{Wish, set_up};
use super::setup_args::HostSetupArgs;
use super::stop::Stop;
use crate::model::plan::plan_update;

/// Plans what is of another version, has it confirmed, and replaces it.
pub(super) async fn host_update(program: &mut Program<'_>, args: &HostSetupArgs) -> Result<Exit, Stop> {
    let wish = Wish {
        hosts: &args.hosts,
        image: Some(&args.image),
        keeps_stamps: false,
        change: args.change,
    };
    set_up(program, wish, plan_update).await
}
