//! What a session was given itself stays, whatever the new image says (RF25-RF33).

use crate::before_and_after::{Restarted, all_at_once, build, clean, has, on_each_store};
use crate::image_config::{NEW, OLD, variable};
use crate::rig::Rig;
use serde_json::{Value, json};

#[tokio::test]
async fn lab_rf25_to_rf34_what_is_the_sessions_own_stays_and_what_cannot_be_told_apart_is_told() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "own", &[]).await;
        build(&rig, "test-own-old", OLD).await;
        build(&rig, "test-own-new", NEW).await;
        let interval = if has(&rig, "RF32 start interval", 44).await { "--health-start-interval 4s" } else { "" };
        rig.sh(&format!(
            "docker run -d --name $S -e GIVEN=mine -e SET=old -e OWN=1 -e 'TWO=a=b c' -e NOTHING= -e GONE \
               --label given=mine --label set=old --label own=yes --user 0:0 --workdir /home --stop-signal SIGHUP \
               --stop-timeout 7 --expose 99 --health-cmd 'test -e /bin' --health-interval 3s --health-start-period 4s \
               {interval} --entrypoint /bin/busybox convocate:test-own-old sh /usr/local/bin/agent >/dev/null"
        ))
        .await;
        let seen = Restarted::onto(&mut rig, "test-own-new").await;
        for (name, value) in [
            ("GIVEN", Some("mine")), ("OWN", Some("1")), ("TWO", Some("a=b c")), ("NOTHING", Some("")),
            // Set to what the old image had: the new image decides, and the log tells (RF26).
            ("SET", Some("new")), ("ADDED", Some("new")), ("GONE", None),
        ] {
            assert_eq!(variable(&seen.after, name).as_deref(), value, "{host}: RF25-RF27 {name}");
        }
        seen.assert_told("RF26", &["environment as the new image has it", "SET"]);
        seen.assert_kept(&[
            ("RF28", "/Config/Labels/given"),
            ("RF28", "/Config/Labels/own"),
            ("RF29", "/Config/Entrypoint"),
            ("RF29", "/Config/Cmd"),
            ("RF30", "/Config/WorkingDir"),
            ("RF31", "/Config/User"),
            ("RF32", "/Config/Healthcheck/Test"),
            ("RF32", "/Config/Healthcheck/Interval"),
            ("RF32", "/Config/Healthcheck/StartPeriod"),
            ("RF33", "/Config/StopSignal"),
            ("RF33", "/Config/StopTimeout"),
        ]);
        if !interval.is_empty() {
            seen.assert_kept(&[("RF32", "/Config/Healthcheck/StartInterval")]);
        }
        seen.assert_became(&[
            ("RF28", "/Config/Labels/set", json!("new")),
            ("RF32", "/Config/Healthcheck/Timeout", json!(6_000_000_000_u64)),
            ("RF32", "/Config/Healthcheck/Retries", json!(8)),
            ("RF34", "/Config/ExposedPorts", json!({"82/udp": {}, "99/tcp": {}})),
        ]);
        clean(&rig, &["test-own-old", "test-own-new"]).await;
    })
    .await;
}

#[tokio::test]
async fn lab_rf29_entrypoint_and_command_never_come_from_two_images() {
    on_each_store(async |host| {
        let images = Rig::on(host, "pairs", &[]).await;
        build(&images, "test-pairs-old", OLD).await;
        build(&images, "test-pairs-new", NEW).await;
        let theirs = json!(["/usr/local/bin/agent"]);
        let rows = [
            ("none", "", "", &theirs, json!(["new", "er"])),
            ("command", "", "mine", &theirs, json!(["mine"])),
            (
                "entry",
                "--entrypoint /usr/local/bin/agent",
                "",
                &theirs,
                Value::Null,
            ),
            (
                "both",
                "--entrypoint /bin/sh",
                "/usr/local/bin/agent",
                &json!(["/bin/sh"]),
                theirs.clone(),
            ),
            (
                "cleared",
                "--entrypoint ''",
                "/bin/sh /usr/local/bin/agent",
                &Value::Null,
                json!(["/bin/sh", "/usr/local/bin/agent"]),
            ),
        ];
        all_at_once(rows, async |(name, options, command, entrypoint, cmd)| {
            let mut rig = Rig::on(host, &format!("pair-{name}"), &[]).await;
            rig.sh(&format!(
                "docker create --name $S {options} convocate:test-pairs-old {command} >/dev/null"
            ))
            .await;
            let seen = Restarted::onto(&mut rig, "test-pairs-new").await;
            // Engines write an entrypoint that was cleared as nothing, as an empty list, or as one empty word.
            let now = |key: &str| match &seen.after["Config"][key] {
                Value::Array(list) if list.is_empty() || list == &[json!("")] => Value::Null,
                value => value.clone(),
            };
            assert_eq!(
                (now("Entrypoint"), now("Cmd")),
                (entrypoint.clone(), cmd),
                "{host}: {name}"
            );
            // It is a command that runs.
            rig.sh("docker start $S >/dev/null").await;
            rig.clean().await;
        })
        .await;
        clean(&images, &["test-pairs-old", "test-pairs-new"]).await;
    })
    .await;
}

#[tokio::test]
async fn lab_rf32_a_health_check_that_was_switched_off_stays_off() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "no-check", &["v1.3.0-sick"]).await;
        rig.sh("docker run -d --name $S --no-healthcheck convocate:v1.0.0 >/dev/null")
            .await;
        let seen = Restarted::onto(&mut rig, "v1.3.0-sick").await;
        seen.assert_kept(&[("RF32", "/Config/Healthcheck/Test")]);
        assert_eq!(
            seen.after["Config"]["Healthcheck"]["Test"],
            json!(["NONE"]),
            "{host}"
        );
        rig.clean().await;
    })
    .await;
}
