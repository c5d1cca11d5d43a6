//! The scripts that a push runs on a host.

use crate::ops::ports::Script;

/// What the host has room and programs for.
pub(super) const ROOM: Script = Script {
    name: "push-room",
    text: include_str!("../../../assets/host/push-room.sh"),
};

/// What is staged there already.
pub(super) const STAGED: Script = Script {
    name: "push-staged",
    text: include_str!("../../../assets/host/push-staged.sh"),
};

/// Takes the archive.
pub(super) const RECEIVE: Script = Script {
    name: "push-receive",
    text: include_str!("../../../assets/host/push-receive.sh"),
};

/// Answers at once: what it takes is the way there and back.
pub(super) const ROUND_TRIP: Script = Script {
    name: "push-round-trip",
    text: ":",
};

/// Puts the second half of an archive behind the first one.
pub(super) const JOIN: Script = Script {
    name: "push-join",
    text: include_str!("../../../assets/host/push-join.sh"),
};

/// Compares what arrived.
pub(super) const VERIFY: Script = Script {
    name: "push-verify",
    text: include_str!("../../../assets/host/push-verify.sh"),
};

/// Loads it.
pub(super) const LOAD: Script = Script {
    name: "push-load",
    text: concat!(
        include_str!("../../../assets/host/push-archive-staged.sh"),
        include_str!("../../../assets/host/push-load.sh")
    ),
};

/// Loads it while it arrives.
pub(super) const LOAD_ARRIVING: Script = Script {
    name: "push-load-arriving",
    text: concat!(
        include_str!("../../../assets/host/push-archive-arriving.sh"),
        include_str!("../../../assets/host/push-load.sh")
    ),
};

/// Removes it.
pub(super) const DISCARD: Script = Script {
    name: "push-discard",
    text: include_str!("../../../assets/host/push-discard.sh"),
};

/// Where the helper is, or puts it there.
pub(super) const HELPER: Script = Script {
    name: "push-helper",
    text: include_str!("../../../assets/host/push-helper.sh"),
};

/// Loads what the helper makes of a recipe.
pub(super) const REBUILD: Script = Script {
    name: "push-rebuild",
    text: include_str!("../../../assets/host/push-rebuild.sh"),
};
