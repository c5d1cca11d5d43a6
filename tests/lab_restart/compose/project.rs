//! A Compose project on a lab host, for one test: two services share its pin, one ignores it.

use super::Rig;
use crate::rig::reference;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tagboat::model::compose::{ComposeOwner, ComposePlace};
use tagboat::model::job::TrackResult;
use tagboat::model::names::{PinKey, SessionName};
use tagboat::model::plan::{Replacement, RestartTarget};

/// The Compose file; `@` is the session's name.
const FILE: &str = r#"name: @
services:
  agent:
    image: ${AGENTS_IMAGE:-convocate:v0.9.0}
    container_name: @
    environment: {OWN: "1", OWNER_HOME: "${HOME}"}
    volumes: [home:/home/claude]
    restart: unless-stopped
    stop_grace_period: 2s
    networks: {default: {aliases: [@-alias]}}
  neighbour:
    image: ${AGENTS_IMAGE:-convocate:v0.9.0}
    container_name: @-neighbour
    stop_grace_period: 2s
  stubborn:
    image: convocate:v1.0.0
    container_name: @-stubborn
    stop_grace_period: 2s
volumes: {home: {}}
"#;

/// Its `.env` around the pinned tag: what a careless writer would lose.
pub(super) const START: (&str, &str) = (
    "\u{feff}# the project's own, é\r\nFIRST='a\nAGENTS_IMAGE=not-this-one\n'\n\nAGENTS_IMAGE=convocate:v0.9.0\n\t export AGENTS_IMAGE = \"convocate:",
    "\" # by the console\nLAST=$FIRST no newline at the end",
);

/// A project that is up, and a session in it.
pub(super) struct Project {
    pub(super) rig: Rig,
    /// The name of the session that is the project's too.
    name: SessionName,
}

impl Project {
    /// A project on a host, started onto `v1.0.0`, with data in its volumes; none where the host has no Compose 2.
    pub(super) async fn on(host: &str, name: &str) -> Option<Self> {
        let project = Self::prepare(host, name).await?;
        project.up().await;
        Some(project)
    }

    /// The files of a project; none where the host has no Compose 2.
    pub(super) async fn prepare(host: &str, name: &str) -> Option<Self> {
        let rig = Rig::on(host, name, &["v1.1.0", "v1.2.0-broken"]).await;
        let project = Self {
            name: rig.session.clone(),
            rig,
        };
        if project
            .rig
            .sh("docker compose version --short 2>/dev/null || true")
            .await
            .is_empty()
        {
            eprintln!("skipped: {host} has no Compose 2, as Debian 12 has none");
            return None;
        }
        project.clean().await;
        project.rig.sh("mkdir -p /srv/$S").await;
        let file = FILE.replace('@', project.name.as_str());
        project
            .sh(&format!("cat >compose.yml <<'FILE'\n{file}FILE"))
            .await;
        let env = Self::env("v1.0.0");
        project
            .sh(&format!("printf %s '{}' >.env", env.replace('\'', r"'\''")))
            .await;
        Some(project)
    }

    /// Starts it and puts data into the session's volumes.
    pub(super) async fn up(&self) {
        self.sh("docker compose up -d 2>&1").await;
        self.rig.fill().await;
    }

    /// A line of shell in the project's folder.
    pub(super) async fn sh(&self, line: &str) -> String {
        self.rig
            .sh(&format!("cd /srv/{} || exit 1; {line}", self.name))
            .await
    }

    fn env(tag: &str) -> String {
        format!("{}{tag}{}", START.0, START.1)
    }

    /// Looks at another service of the project as the session.
    pub(super) fn become_service(&mut self, service: &str) {
        self.rig.session = SessionName::parse(&format!("{}-{service}", self.name)).unwrap();
    }

    /// What a plan would hold for the session now, by the labels of its container.
    pub(super) async fn target(&self, onto: &str) -> RestartTarget {
        let container = self
            .rig
            .link
            .engine
            .inspect(self.rig.session.as_str())
            .await
            .unwrap()
            .expect("a session");
        let labels = container.pointer("/Config/Labels").unwrap().as_object().unwrap();
        let label = |wanted: &str| labels.get(wanted).map(|value| value.as_str().unwrap());
        let owner = ComposeOwner::of_labels(label).expect("a container of Compose");
        let ComposePlace::Known(service) = owner.place else {
            panic!("{owner:?}")
        };
        RestartTarget {
            by: Replacement::Compose {
                service,
                pin: PinKey::agents_image(),
            },
            ..self.rig.target(onto).await
        }
    }

    /// Restarts the session onto a tag as a job of its own.
    pub(super) async fn restart(&mut self, onto: &str) -> TrackResult {
        let target = self.target(onto).await;
        self.rig.run(&target).await
    }

    /// The containers of the services that are not the session's.
    pub(super) async fn ids_of_neighbours(&self) -> String {
        let line = format!(
            "docker inspect -f '{{{{.Id}}}} {{{{.State.StartedAt}}}}' {0}-neighbour {0}-stubborn",
            self.name
        );
        self.sh(&line).await
    }

    /// How many pin tags the restarts of the session hold.
    pub(super) async fn pins(&self) -> String {
        self.sh(
            "for plan in /var/lib/tagboat/restarts/*-$S/plan; do sed -n 's/^pin[a-z_]*=//p' $plan; done | sort -u | \
             while read -r pin; do docker images -q $pin; done | wc -l",
        )
        .await
    }

    /// One container of the service, on `tag`, with its data, its policy and its names; nothing is left over.
    pub(super) async fn assert_whole(&self, context: &str, tag: &str, state: &str) {
        let told = self
            .sh("docker inspect -f '{{.Config.Image}} {{.State.Status}}' $S")
            .await;
        assert_eq!(told, format!("{} {state}", reference(tag)), "{context}");
        let all = self
            .sh("docker ps -a --format '{{.Names}}' | grep $S | sort")
            .await;
        let name = &self.name;
        assert_eq!(
            all,
            format!("{name}\n{name}-neighbour\n{name}-stubborn"),
            "{context}"
        );
        let data = self
            .sh("for file in /scratch/marker /home/claude/marker; do docker cp \"$S:$file\" - | tar -xO; done")
            .await;
        assert_eq!(data, "marker\nmarker", "{context}");
        let told = self
            .sh("docker inspect -f '{{.HostConfig.RestartPolicy.Name}} {{range .NetworkSettings.Networks}}{{.Aliases}}{{end}}' $S")
            .await;
        assert!(
            told.starts_with("unless-stopped") && told.contains("-alias"),
            "{context}: {told}"
        );
        let left = self.sh("ls -A | grep -v -x -e .env -e compose.yml || true; ls -d /var/lib/tagboat/restarts/$S.open 2>/dev/null || true").await;
        assert_eq!(left, "", "{context}");
        let running = self.sh("docker inspect -f '{{index .Config.Labels \"com.docker.compose.project.environment_file\"}}' $S").await;
        assert_eq!(
            running, "",
            "{context}: Compose was started with other files than before"
        );
    }

    /// The env file is the one of the beginning, but for its pin.
    pub(super) async fn assert_env(&self, context: &str, tag: &str) {
        let found = self.sh("base64 <.env | tr -d '\\n'").await;
        let wanted = BASE64_STANDARD.encode(Self::env(tag));
        assert_eq!(found, wanted, "{context}");
    }

    /// Removes everything of it.
    pub(super) async fn clean(&self) {
        self.rig
            .sh(&format!(
                "S={}; ids=$(docker ps -aq --filter name=$S); [ -z \"$ids\" ] || docker rm -f -v $ids >/dev/null 2>&1
                 docker volume rm ${{S}}_home >/dev/null 2>&1; docker network rm ${{S}}_default >/dev/null 2>&1
                 for plan in /var/lib/tagboat/restarts/*-$S*/plan; do
                   sed -n 's/^pin[a-z_]*=//p' $plan 2>/dev/null | while read -r pin; do docker rmi $pin >/dev/null 2>&1; done
                 done
                 rm -rf /srv/$S /var/lib/tagboat/restarts/*$S /var/lib/tagboat/restarts/*$S-* /var/lib/tagboat/restarts/*$S.*; true",
                self.name
            ))
            .await;
    }
}
