//! The `.env` that a bootstrap begins from: that of the host, or the one that the operator gives; never one over the other.

use crate::model::compose::bootstrap::{Bootstrap, GivenEnv, HostProject};
use crate::model::compose::{value_of, with_pinned};
use crate::model::failure::Refusal;
use crate::model::names::HostName;

/// The text that gets the pin. What is given is refused where it cannot be read, and where the host has another one.
pub fn env_before(
    host: &HostName,
    one: &Bootstrap,
    seen: &HostProject,
    given: Option<&GivenEnv>,
) -> Result<String, Refusal> {
    let there = seen.env.as_deref();
    let Some(given) = given.and_then(GivenEnv::look) else {
        return Ok(there.unwrap_or_default().to_owned());
    };
    let pinned = |text: &str| with_pinned(text, &one.pin, &one.pinned).map(|edit| edit.text);
    let given_pinned = pinned(given).map_err(|wrong| {
        Refusal::of_host(
            host,
            format!("what --env-file gives: {wrong}"),
            "mend that line of the file, then do it again",
        )
    })?;
    match there {
        None => Ok(given.to_owned()),
        // The pin is not the operator's to compare: it is written in any case.
        Some(there) if pinned(there).as_ref() == Ok(&given_pinned) => Ok(there.to_owned()),
        Some(_) => Err(Refusal::of_host(
            host,
            format!(
                "{}/.env is there, and says something else than what --env-file gives",
                one.folder
            ),
            format!(
                "leave --env-file away to use what is there, or move {}/.env away on {host}, or name another folder with --folder",
                one.folder
            ),
        )),
    }
}

/// What a plan says of the pin in a file that is given.
pub(super) fn remark(one: &Bootstrap, given: &GivenEnv) -> Option<String> {
    let (value, line) = value_of(given.look()?, one.pin.as_str()).ok()??;
    let is_other = value != one.pinned.to_string();
    is_other.then(|| {
        format!(
            "{} in line {line} of what --env-file gives is replaced by the pin",
            one.pin
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{bare, bootstrap, host, tried, wish};
    use super::super::{BootstrapWish, plan_bootstrap};
    use super::env_before;
    use crate::model::compose::bootstrap::{FolderSeen, GivenEnv, HostProject};
    use crate::model::plan::Plan;

    const GIVEN: &str = "FORGE_TOKEN=canary-value\n";

    fn given(text: &str) -> GivenEnv {
        GivenEnv::new(text.to_owned())
    }

    fn with_env(env: &str) -> HostProject {
        HostProject {
            folder: FolderSeen::There,
            env: Some(env.to_owned()),
            ..bare()
        }
    }

    fn before(seen: &HostProject, text: &str) -> Result<String, String> {
        let before = env_before(&host(), &bootstrap(), seen, Some(&given(text)));
        before.map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn what_is_given_is_the_env_file_of_a_host_that_has_none() {
        assert_eq!(before(&bare(), GIVEN), Ok(GIVEN.to_owned()));
        let none = env_before(&host(), &bootstrap(), &bare(), None).unwrap();
        assert_eq!(none, "");
    }

    #[test]
    fn another_one_that_the_host_has_is_not_overwritten_and_the_same_one_is_kept_as_it_is() {
        let refused = before(&with_env("FORGE_TOKEN=older-value\n"), GIVEN).unwrap_err();
        assert!(
            refused.contains("/srv/factory/.env is there") && refused.contains("leave --env-file away"),
            "{refused}"
        );
        assert!(
            !refused.contains("value\n") && !refused.contains("canary"),
            "{refused}"
        );
        let same = format!("{GIVEN}AGENTS_IMAGE=convocate:v0\n");
        assert_eq!(before(&with_env(&same), GIVEN), Ok(same));
    }

    #[test]
    fn a_file_that_compose_would_not_read_is_told_with_its_line_and_without_its_words() {
        let refused = before(&bare(), "A=1\nB canary=2\n").unwrap_err();
        assert!(
            refused.contains("--env-file gives: line 2") && !refused.contains("canary"),
            "{refused}"
        );
    }

    #[test]
    fn no_plan_that_is_kept_or_printed_has_a_value_of_it_and_the_pin_in_it_is_replaced() {
        let wish = BootstrapWish {
            env: Some(given("AGENTS_IMAGE=convocate:v0\nFORGE_TOKEN=canary-value\n")),
            ..wish()
        };
        let plan = plan_bootstrap(wish, &bare(), Some(&tried(&[], &[]))).unwrap();
        assert_eq!(
            plan.remarks,
            ["AGENTS_IMAGE in line 1 of what --env-file gives is replaced by the pin"]
        );
        let plan = Plan::Bootstrap(Box::new(plan));
        let lines: Vec<_> = plan.lines().into_iter().flat_map(|line| line.costs).collect();
        assert!(lines.join("\n").contains("the values of --env-file"), "{lines:?}");
        let kept = serde_json::to_string(&plan).unwrap();
        for printed in [&kept, &format!("{plan:?}"), &lines.join("\n")] {
            assert!(!printed.contains("canary"), "{printed}");
        }
        let Plan::Bootstrap(read) = serde_json::from_str(&kept).unwrap() else {
            panic!("another plan")
        };
        assert_eq!(read.env.unwrap().look(), None);
    }
}
