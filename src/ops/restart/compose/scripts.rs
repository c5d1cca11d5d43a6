//! The scripts of a restart by Compose: two that the console runs before it, and the transaction that the host runs alone.

use crate::ops::ports::Script;

/// Looks for Compose, the project's files and the service's containers.
pub(super) const LOOK: Script = Script {
    name: "compose look",
    text: concat!(
        include_str!("../../../../assets/host/engine.sh"),
        include_str!("../../../../assets/host/compose/look.sh")
    ),
};

/// Has Compose read the project with the old pin and with the new one.
pub(super) const TRY: Script = Script {
    name: "compose try",
    text: concat!(
        include_str!("../../../../assets/host/engine.sh"),
        include_str!("../../../../assets/host/compose/run.sh"),
        "\n",
        include_str!("../../../../assets/host/compose/try.sh"),
    ),
};

/// The transaction, as it is put into the journal of such a restart; its journal, engine and probe are those of every restart.
pub const COMPOSE_TRANSACTION: &str = concat!(
    include_str!("../../../../assets/host/compose/transaction/head.sh"),
    "\n",
    include_str!("../../../../assets/host/audit/line.sh"),
    "\n",
    include_str!("../../../../assets/host/restart/transaction/journal.sh"),
    "\n",
    include_str!("../../../../assets/host/restart/transaction/engine.sh"),
    "\n",
    include_str!("../../../../assets/host/restart/transaction/steps.sh"),
    "\n",
    include_str!("../../../../assets/host/restart/transaction/probe.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/run.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/transaction/plan.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/transaction/pin.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/transaction/service.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/transaction/forwards.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/recover.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/transaction/back.sh"),
    "\n",
    include_str!("../../../../assets/host/restart/transaction/commands.sh"),
);

/// Has Compose read a project with its files and with other ones.
pub(super) const MIGRATE_TRY: &str = concat!(
    include_str!("../../../../assets/host/engine.sh"),
    include_str!("../../../../assets/host/compose/run.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/migrate/try.sh"),
);

/// A migration from a build to a pin, as it is put into the journal of one.
pub const MIGRATION: &str = concat!(
    include_str!("../../../../assets/host/compose/migrate/head.sh"),
    "\n",
    include_str!("../../../../assets/host/audit/line.sh"),
    "\n",
    include_str!("../../../../assets/host/restart/transaction/journal.sh"),
    "\n",
    include_str!("../../../../assets/host/restart/transaction/engine.sh"),
    "\n",
    include_str!("../../../../assets/host/restart/transaction/steps.sh"),
    "\n",
    include_str!("../../../../assets/host/restart/transaction/probe.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/run.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/transaction/service.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/migrate/plan.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/migrate/texts.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/migrate/services.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/migrate/copies.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/migrate/forwards.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/recover.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/migrate/back.sh"),
    "\n",
    include_str!("../../../../assets/host/restart/transaction/commands.sh"),
);

/// A project that is put on its host and started, as it is put into the journal of one.
pub const BOOTSTRAP: &str = concat!(
    include_str!("../../../../assets/host/compose/bootstrap/head.sh"),
    "\n",
    include_str!("../../../../assets/host/audit/line.sh"),
    "\n",
    include_str!("../../../../assets/host/restart/transaction/journal.sh"),
    "\n",
    include_str!("../../../../assets/host/restart/transaction/engine.sh"),
    "\n",
    include_str!("../../../../assets/host/restart/transaction/steps.sh"),
    "\n",
    include_str!("../../../../assets/host/restart/transaction/probe.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/run.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/transaction/service.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/bootstrap/plan.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/migrate/texts.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/bootstrap/services.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/bootstrap/forwards.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/recover.sh"),
    "\n",
    include_str!("../../../../assets/host/compose/bootstrap/back.sh"),
    "\n",
    include_str!("../../../../assets/host/restart/transaction/commands.sh"),
);
