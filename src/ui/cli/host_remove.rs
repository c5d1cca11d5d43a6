//! `tagboat host remove`: take tagboat off hosts again.

use super::exit_code::Exit;
use super::program::Program;
use super::set_up::{Wish, set_up};
use super::setup_args::HostRemoveArgs;
use super::stop::Stop;
use crate::model::plan::plan_remove_host;

/// Plans what comes off, has it confirmed, and takes it off.
pub(super) async fn host_remove(program: &mut Program<'_>, args: &HostRemoveArgs) -> Result<Exit, Stop> {
    let wish = Wish {
        hosts: &args.hosts,
        image: None,
        keeps_stamps: true,
        change: args.change,
    };
    set_up(program, wish, plan_remove_host).await
}
