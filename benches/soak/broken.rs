//! Images that are no good, in every way that an image can be: none may become a session.

use crate::Found;
use crate::choice::Choice;
use crate::scene::{Ended, OLD, Scene};
use crate::spread::{HOSTS, POLICIES, spread};
use std::fmt::Write;

/// A tag, what is wrong with it, and how it is made from the good one (`docker commit --change`).
const IMAGES: [(&str, &str, &[&str]); 7] = [
    ("exits", "exits at once", &["CMD [\"false\"]"]),
    (
        "exits-later",
        "exits after 1 s",
        &["CMD [\"sh\",\"-c\",\"sleep 1; exit 1\"]"],
    ),
    ("exits-well", "exits at once with code 0", &["CMD [\"true\"]"]),
    (
        "loops",
        "crash loop with restart=always",
        &["CMD [\"sh\",\"-c\",\"sleep 0.3; exit 1\"]"],
    ),
    (
        "unhealthy",
        "unhealthy",
        &["HEALTHCHECK --interval=1s --retries=1 CMD false"],
    ),
    (
        "never-healthy",
        "never healthy",
        &["HEALTHCHECK --interval=1s --start-period=10m CMD false"],
    ),
    (
        "no-entrypoint",
        "entrypoint missing",
        &["ENTRYPOINT [\"/nowhere\"]"],
    ),
];

pub(crate) fn run(choice: &Choice) -> Found {
    for host in HOSTS {
        make_images(&Scene::on(host, "broken", POLICIES[0]));
    }
    let cases: Vec<usize> = (0..choice.broken).collect();
    let outcomes = spread("broken", 0, &cases, &|scene, case| {
        let (tag, what, _) = IMAGES[case % IMAGES.len()];
        let is_loop = what.starts_with("crash loop");
        scene.policy = if is_loop {
            "--restart always"
        } else {
            POLICIES[(case / IMAGES.len()) % POLICIES.len()]
        };
        scene.make(OLD);
        let onto = format!("soak-{tag}");
        let code = scene.restart(&onto).output().unwrap().status.code();
        let ended = scene.last_end()?;
        scene.comes_whole(Ended::Undone, &onto)?;
        match (ended, code) {
            (Ended::Undone, Some(1)) => Ok(ended),
            (ended, code) => Err(format!("it was {}, and the console said {code:?}", ended.word())),
        }
    });
    let mut text = "| image | restarts | put back | promoted or lost |\n|---|---|---|---|\n".to_owned();
    for (index, (_, what, _)) in IMAGES.iter().enumerate() {
        let of_it: Vec<_> = outcomes
            .iter()
            .filter(|one| one.case % IMAGES.len() == index)
            .collect();
        let back = of_it.iter().filter(|one| one.result.is_ok()).count();
        let _ = writeln!(
            text,
            "| {what} | {} | {back} | {} |",
            of_it.len(),
            of_it.len() - back
        );
    }
    let losses: Vec<String> = outcomes
        .iter()
        .filter_map(|one| {
            let why = one.result.as_ref().err()?;
            Some(format!(
                "{}, {}: {why}",
                one.host,
                IMAGES[one.case % IMAGES.len()].1
            ))
        })
        .collect();
    for host in HOSTS {
        let scene = Scene::on(host, "broken", POLICIES[0]);
        scene.on_host(
            "docker rmi $(docker images --format '{{.Repository}}:{{.Tag}}' | grep :soak-) >/dev/null",
        );
    }
    Found {
        line: format!("{} of {} broken images promoted", losses.len(), outcomes.len()),
        text,
        losses,
    }
}

fn make_images(scene: &Scene) {
    for (tag, _, changes) in IMAGES {
        let changes: Vec<String> = changes
            .iter()
            .map(|change| format!("--change '{change}'"))
            .collect();
        let changes = changes.join(" ");
        scene.on_host(&format!(
            "id=$(docker create convocate:v1.1.0) && docker commit {changes} $id convocate:soak-{tag} >/dev/null && docker rm -v $id >/dev/null"
        ));
    }
}
