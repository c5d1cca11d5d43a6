//! The scripts of a restart: short ones that the console runs, and the transaction that the host runs alone.

use crate::ops::ports::Script;

/// Looks at what a restart needs, before anything changes.
pub(super) const CHECK: Script = Script {
    name: "restart check",
    text: concat!(
        include_str!("../../../assets/host/engine.sh"),
        include_str!("../../../assets/host/restart/check.sh")
    ),
};

/// Writes the journal on the host and claims the session.
pub(super) const RECORD: Script = Script {
    name: "restart record",
    text: include_str!("../../../assets/host/restart/record.sh"),
};

/// Names the containers that were made and starts the transaction.
pub(super) const HAND_OVER: Script = Script {
    name: "restart hand-over",
    text: include_str!("../../../assets/host/restart/made.sh"),
};

/// Runs a command of the transaction script that lies in the journal.
pub(super) const COMMAND: Script = Script {
    name: "restart command",
    text: include_str!("../../../assets/host/restart/command.sh"),
};

/// The transaction, as it is put into every journal: a host finishes with the text it began with.
pub const TRANSACTION: &str = concat!(
    include_str!("../../../assets/host/restart/transaction/head.sh"),
    "\n",
    include_str!("../../../assets/host/audit/line.sh"),
    "\n",
    include_str!("../../../assets/host/restart/transaction/journal.sh"),
    "\n",
    include_str!("../../../assets/host/restart/transaction/plan.sh"),
    "\n",
    include_str!("../../../assets/host/restart/transaction/engine.sh"),
    "\n",
    include_str!("../../../assets/host/restart/transaction/steps.sh"),
    "\n",
    include_str!("../../../assets/host/restart/transaction/probe.sh"),
    "\n",
    include_str!("../../../assets/host/restart/transaction/forwards.sh"),
    "\n",
    include_str!("../../../assets/host/restart/transaction/back.sh"),
    "\n",
    include_str!("../../../assets/host/restart/transaction/commands.sh"),
);
