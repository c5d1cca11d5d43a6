//! What a session has from its image comes from the new image, whatever that changed (RF25-RF39); its own is in `image_own`.

use crate::before_and_after::{Restarted, all_at_once, build, clean, has, on_each_store};
use crate::rig::Rig;
use serde_json::{Value, json};

/// An image that sets everything that an image can set.
pub(crate) const OLD: &str = r#"ENV GIVEN=old GONE=old SET=old EMPTY=
LABEL given=old gone=old set=old
USER claude
WORKDIR /work
STOPSIGNAL SIGINT
SHELL ["/bin/sh", "-ec"]
ONBUILD ENV NEVER=1
EXPOSE 80 81
VOLUME /cache
HEALTHCHECK --interval=1s --timeout=5s --retries=9 CMD ["true"]
ENTRYPOINT ["/bin/sh", "/usr/local/bin/agent"]
CMD ["old"]"#;

/// The next version of it: everything is different, some is new and some is gone.
pub(crate) const NEW: &str = r#"ENV GIVEN=new SET=new ADDED=new
LABEL given=new set=new added=new
USER 1000:0
WORKDIR /tmp
STOPSIGNAL SIGTERM
SHELL ["/bin/sh", "-xc"]
EXPOSE 82/udp
VOLUME /later
HEALTHCHECK --interval=2s --timeout=6s --retries=8 CMD ["/bin/true"]
ENTRYPOINT ["/usr/local/bin/agent"]
CMD ["new", "er"]"#;

/// The value of a variable of a container.
pub(crate) fn variable(container: &Value, name: &str) -> Option<String> {
    let list = container["Config"]["Env"].as_array().unwrap();
    let of = |entry: &Value| {
        entry
            .as_str()
            .unwrap()
            .strip_prefix(&format!("{name}="))
            .map(str::to_owned)
    };
    list.iter().find_map(of)
}

#[tokio::test]
async fn lab_rf25_to_rf35_a_session_with_nothing_of_its_own_is_what_the_new_image_says() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "plain", &[]).await;
        build(&rig, "test-plain-old", OLD).await;
        build(&rig, "test-plain-new", NEW).await;
        rig.sh("docker run -d --name $S convocate:test-plain-old >/dev/null")
            .await;
        let seen = Restarted::onto(&mut rig, "test-plain-new").await;
        let now = |name: &str| variable(&seen.after, name);
        assert_eq!(now("GIVEN").as_deref(), Some("new"), "{host}: RF25");
        assert_eq!(now("ADDED").as_deref(), Some("new"), "{host}: RF25");
        assert_eq!(now("GONE"), None, "{host}: RF27");
        assert_eq!(now("EMPTY"), None, "{host}: RF27");
        seen.assert_told(
            "RF25 RF27",
            &["environment as the new image has it", "GIVEN", "GONE", "ADDED"],
        );
        seen.assert_became(&[
            ("RF28", "/Config/Labels/given", json!("new")),
            ("RF28", "/Config/Labels/added", json!("new")),
            ("RF28", "/Config/Labels/gone", Value::Null),
            ("RF29", "/Config/Entrypoint", json!(["/usr/local/bin/agent"])),
            ("RF29", "/Config/Cmd", json!(["new", "er"])),
            ("RF30", "/Config/WorkingDir", json!("/tmp")),
            ("RF31", "/Config/User", json!("1000:0")),
            ("RF32", "/Config/Healthcheck/Test", json!(["CMD", "/bin/true"])),
            ("RF32", "/Config/Healthcheck/Interval", json!(2_000_000_000)),
            ("RF32", "/Config/Healthcheck/Timeout", json!(6_000_000_000_u64)),
            ("RF32", "/Config/Healthcheck/Retries", json!(8)),
            ("RF33", "/Config/StopSignal", json!("SIGTERM")),
            ("RF34", "/Config/ExposedPorts", json!({"82/udp": {}})),
        ]);
        for key in ["Shell", "OnBuild"] {
            // Engines keep them in an image only, or tell those of the new one: never the old image's.
            assert_ne!(
                seen.after["Config"][key],
                json!(["/bin/sh", "-ec"]),
                "{host}: RF35"
            );
            assert_ne!(seen.after["Config"][key], json!(["ENV NEVER=1"]), "{host}: RF35");
        }
        for part in [
            "User",
            "WorkingDir",
            "StopSignal",
            "the command",
            "the health check",
        ] {
            seen.assert_told("RF29-RF33", &[part, "as the new image has it"]);
        }
        // The volume of the old image stays, as it may hold data; that of the new one is there too.
        for target in ["/cache", "/later"] {
            let list = seen.after["Mounts"].as_array().unwrap();
            assert!(
                list.iter().any(|mount| mount["Destination"] == target),
                "{host}: RF01 RF09 {target}"
            );
        }
        clean(&rig, &["test-plain-old", "test-plain-new"]).await;
    })
    .await;
}

#[tokio::test]
async fn lab_rf32_a_health_check_comes_and_goes_with_the_image_and_is_told() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "checks", &[]).await;
        let start = if has(&rig, "RF32 start interval", 44).await {
            "--start-interval=3s"
        } else {
            ""
        };
        build(
            &rig,
            "test-checks-new",
            &format!("HEALTHCHECK --interval=1s {start} CMD true"),
        )
        .await;
        rig.sh("docker create --name $S convocate:v1.0.0 >/dev/null")
            .await;
        let comes = Restarted::onto(&mut rig, "test-checks-new").await;
        comes.assert_told(
            "RF32",
            &["the new image has a health check, the old one had none"],
        );
        comes.assert_became(&[("RF32", "/Config/Healthcheck/Interval", json!(1_000_000_000))]);
        if !start.is_empty() {
            comes.assert_became(&[(
                "RF32",
                "/Config/Healthcheck/StartInterval",
                json!(3_000_000_000_u64),
            )]);
        }
        let goes = Restarted::onto(&mut rig, "v1.0.0").await;
        goes.assert_told("RF32", &["the new image has no health check any more"]);
        goes.assert_became(&[("RF32", "/Config/Healthcheck", Value::Null)]);
        clean(&rig, &["test-checks-new"]).await;
    })
    .await;
}

#[tokio::test]
async fn lab_rf36_rf37_an_automatic_host_name_is_made_anew_and_a_chosen_one_stays() {
    on_each_store(async |host| {
        let names = [
            ("auto", ""),
            ("chosen", "--hostname chosen --domainname example.org"),
            ("uts", "--uts host"),
            ("host", "--network host"),
            ("in-host", "--network host --hostname chosen"),
        ];
        all_at_once(names, async |(name, options)| {
            let mut rig = Rig::on(host, &format!("name-{name}"), &[]).await;
            rig.sh(&format!(
                "docker run -d --name $S {options} convocate:v1.0.0 >/dev/null"
            ))
            .await;
            let seen = Restarted::onto(&mut rig, "v1.0.0").await;
            let now = &seen.after["Config"]["Hostname"];
            match name {
                "auto" | "uts" => assert_eq!(now, &seen.after["Id"].as_str().unwrap()[..12], "{host}: RF36"),
                _ => seen.assert_kept(&[("RF36", "/Config/Hostname")]),
            }
            if name == "chosen" {
                seen.assert_kept(&[("RF37", "/Config/Domainname")]);
                assert_eq!(rig.sh("docker exec $S hostname").await, "chosen", "{host}: RF36");
            }
            rig.clean().await;
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn lab_rf38_rf39_a_session_that_was_created_from_an_id_or_a_digest_moves_to_the_tag() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "by-id", &["v1.1.0"]).await;
        let id = rig.sh("docker image inspect -f '{{.Id}}' convocate:v1.0.0").await;
        let digest = rig
            .sh("docker image inspect -f '{{range .RepoDigests}}{{println .}}{{end}}' convocate:v1.0.0")
            .await;
        let mut origins = vec![id.clone(), id["sha256:".len()..][..12].to_owned()];
        match digest.lines().next() {
            Some(digest) => origins.push(digest.to_owned()),
            None => eprintln!("{host}: RF38 digest skipped: the classic store has none without a registry"),
        }
        for origin in origins {
            rig.sh(&format!(
                "docker run -d --name $S --platform linux/amd64 {origin} >/dev/null"
            ))
            .await;
            let seen = Restarted::onto(&mut rig, "v1.1.0").await;
            seen.assert_became(&[("RF38", "/Config/Image", json!("convocate:v1.1.0"))]);
            seen.assert_kept(&[("RF39", "/Platform")]);
            assert_eq!(
                variable(&seen.after, "CONVOCATE_VERSION").as_deref(),
                Some("v1.1.0"),
                "{host}: {origin}"
            );
            rig.clean().await;
        }
    })
    .await;
}
