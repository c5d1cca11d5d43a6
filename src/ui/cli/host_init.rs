//! `tagboat host init`: make machines members of the fleet.

use super::exit_code::Exit;
use super::program::Program;
use super::set_up::{Wish, set_up};
use super::setup_args::HostSetupArgs;
use super::stop::Stop;
use crate::model::plan::plan_init;

/// Plans what the machines lack, has it confirmed, and puts it there.
pub(super) async fn host_init(program: &mut Program<'_>, args: &HostSetupArgs) -> Result<Exit, Stop> {
    let wish = Wish {
        hosts: &args.hosts,
        image: Some(&args.image),
        keeps_stamps: true,
        change: args.change,
    };
    set_up(program, wish, plan_init).await
}
