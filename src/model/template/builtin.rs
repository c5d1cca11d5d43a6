//! The template of the convocate agents: what their agent runs for a session (research/seeds.md 1.6).

use super::{Limits, MountPattern, NetworkShape, Pattern, ProcessShape, RestartPolicy, SessionTemplate};

impl SessionTemplate {
    /// The built-in template of the convocate profile. Its texts are constants that a test reads.
    pub fn convocate() -> Vec<Self> {
        read().into_iter().collect()
    }
}

fn read() -> Option<SessionTemplate> {
    let pattern = |text: &str| Pattern::parse(text).ok();
    let mounts: Option<Vec<_>> = [
        "/home/claude/{id}:/home/claude:make",
        "/home/claude/.claude:/home/claude/.claude-shared:ro",
        "/var/run/docker.sock:/var/run/docker.sock",
        "/home/claude/.ssh:/home/claude/.ssh:ro,optional",
        "/home/claude/.gitconfig:/home/claude/.gitconfig:ro,optional",
        "/usr/local/bin/claude:/usr/local/bin/claude:ro",
    ]
    .into_iter()
    .map(|text| MountPattern::parse(text).ok())
    .collect();
    let env: Option<_> = [
        ("CLAUDE_UID", "{uid_of:claude}"),
        ("CLAUDE_GID", "{gid_of:claude}"),
    ]
    .into_iter()
    .map(|(key, text)| Some((key.to_owned(), pattern(text)?)))
    .collect();
    Some(SessionTemplate {
        name: "session".to_owned(),
        session_name: pattern("convocate-session-{id}")?,
        process: ProcessShape {
            workdir: Some(pattern("/home/claude")?),
            ..ProcessShape::default()
        },
        mounts: mounts?,
        env: env?,
        labels: [].into(),
        values: [].into(),
        limits: Limits {
            cgroup_parent: Some("convocate-sessions.slice".to_owned()),
            ..Limits::default()
        },
        network: NetworkShape {
            hostname: Some(pattern("convocate-{short}")?),
            dns: vec![pattern("{host_ipv4}")?],
            ..NetworkShape::default()
        },
        restart: RestartPolicy::No,
        removes_itself: true,
    })
}

#[cfg(test)]
mod tests {
    use super::SessionTemplate;
    use crate::model::template::Placeholder;

    #[test]
    fn the_built_in_template_reads_and_has_all_that_the_agent_gives_a_session() {
        let templates = SessionTemplate::convocate();
        let [template] = templates.as_slice() else {
            panic!("{templates:?}")
        };
        assert_eq!(template.mounts.len(), 6);
        assert_eq!(
            template.questions(),
            [
                Placeholder::HostIpv4,
                Placeholder::UidOf("claude".into()),
                Placeholder::GidOf("claude".into())
            ]
        );
    }
}
