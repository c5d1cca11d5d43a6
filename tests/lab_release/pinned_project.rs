//! A Compose project whose service follows a pin.

use crate::real_fleet::Lab;

pub(crate) const HOST: &str = "lab-1";

const FILE: &str = "\
name: factory
services:
  agents:
    image: ${AGENTS_IMAGE:-convocate:v1.0.0}
    pull_policy: never
    container_name: convocate-session-factory
    volumes: [\"home:/home/claude\"]
    restart: unless-stopped
    stop_grace_period: 2s
volumes: {home: {}}
";

/// Puts the project on the host and starts it on the tag.
pub(crate) fn up(lab: &Lab) {
    let put = format!(
        "mkdir -p /srv/factory && cd /srv/factory && cat >compose.yml <<'FILE'\n{FILE}FILE\n\
         printf '# mine\\nAGENTS_IMAGE=convocate:v1.0.0\\n' >.env && docker compose up -d 2>&1 && \
         docker exec convocate-session-factory sh -c 'echo kept >/home/claude/marker'"
    );
    lab.on(HOST, &put);
}

/// What it runs, what its volume has, and what the pin says.
pub(crate) fn state(lab: &Lab) -> [String; 3] {
    [
        "docker inspect -f '{{.Config.Image}} {{.State.Status}}' convocate-session-factory",
        "docker exec convocate-session-factory cat /home/claude/marker",
        "cat /srv/factory/.env",
    ]
    .map(|look| lab.on(HOST, look))
}

/// Takes it away.
pub(crate) fn down(lab: &Lab) {
    lab.on(
        HOST,
        "cd /srv/factory 2>/dev/null && docker compose down -v -t 1 >/dev/null 2>&1
         docker ps -aq --filter label=com.docker.compose.project=factory | xargs -r docker rm -f -v >/dev/null
         rm -rf /srv/factory; true",
    );
}

/// Whether the host has Compose 2.
pub(crate) fn has_compose(lab: &Lab) -> bool {
    !lab.on(HOST, "docker compose version --short 2>/dev/null || true")
        .is_empty()
}
