//! What hinders a host from becoming a member is told before anything changes, and half of it is no harm.

use crate::machine::{CRON_SUDO, Machine, SYSTEMD_ROOT};
use crate::real_fleet::RealFleet;
use tagboat::model::command::Command;
use tagboat::model::job::{StepKind, TrackResult};
use tagboat::model::names::HostName;
use tagboat::model::plan::{Plan, SetupImage, SetupIntent, plan_update};

#[test]
fn what_stands_in_the_way_is_named_and_left_alone_and_half_an_init_goes_on_where_it_was() {
    let machine = Machine::bare("lab-1", CRON_SUDO);
    // Something of somebody else's under the name of a piece.
    machine.sh("mkdir /etc/cron.daily/convocate-image-prune");
    let refused = machine.host("init", &["--no-image", "--yes"], 3);
    assert!(
        refused.contains("convocate-image-prune is there and is something else"),
        "{refused}"
    );
    assert_eq!(
        machine.sh("ls -A /var/lib/tagboat /etc/convocate-agent 2>/dev/null | wc -l"),
        "0"
    );
    machine.sh("rmdir /etc/cron.daily/convocate-image-prune");
    // A full disk in the middle: the pieces before it stay, and the next run goes on from there.
    machine.sh("mkdir -p /etc/cron.d.real; mount -t tmpfs -o size=4k,mode=755 tmpfs /etc/cron.d; head -c 4096 /dev/zero >/etc/cron.d/full || true");
    let told = machine.host("init", &["--no-image", "--yes"], 1);
    assert!(
        told.contains("install /etc/cron.d/tagboat-restarts") && told.contains("No space left"),
        "{told}"
    );
    assert_eq!(
        machine.sh("ls -A /etc/cron.d"),
        "full",
        "no half of a file is left"
    );
    machine.sh("umount /etc/cron.d");
    let told = machine.host("init", &["--no-image", "--yes"], 0);
    assert!(
        !told.contains("convocate-image-prune") && told.contains("/etc/cron.d/tagboat-restarts"),
        "{told}"
    );
    let found = machine.findings();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("problem stamp: there is no stamp file"),
        "{found:?}"
    );
}

#[tokio::test]
async fn what_somebody_changed_since_the_plan_was_made_is_not_replaced() {
    let machine = Machine::bare("lab-2", SYSTEMD_ROOT);
    machine.host("init", &["--no-image", "--yes"], 0);
    let prune = "/etc/cron.daily/convocate-image-prune";
    machine.sh(&format!("echo '# first' >>{prune}"));
    let host = HostName::parse(machine.name).unwrap();
    let mut real = RealFleet::connected().await;
    real.send(Command::Examine(vec![host.clone()])).await;
    real.until("the host is examined", |fleet| {
        fleet.host(&host).unwrap().examined.is_some()
    })
    .await;
    let intent = SetupIntent {
        hosts: vec![host],
        image: SetupImage::None,
    };
    let plan = plan_update(&intent, &real.fleet).unwrap();
    machine.sh(&format!("echo '# second' >>{prune}"));
    let job = real.run(Plan::Setup(plan)).await;
    let Some(TrackResult::Failed(failure)) = &job.tracks[0].result else {
        panic!("{job:?}");
    };
    assert_eq!(failure.step, StepKind::Check);
    assert!(failure.cause.contains(prune), "{failure}");
    assert_eq!(machine.sh(&format!("tail -n 1 {prune}")), "# second");
}
