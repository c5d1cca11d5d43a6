//! Whose login registries get in this run, and which repository is meant.

use super::program::{Program, Setup};
use super::registry_args::LoginArgs;
use super::stop::Stop;
use crate::model::names::{ImageRef, RegistryRepository};
use crate::ops::config::Config;
use tokio::task::spawn_blocking;

/// Takes the token that the operator gives, where one is given.
pub(super) async fn log_in(program: &Program<'_>, args: &LoginArgs, setup: &mut Setup) -> Result<(), Stop> {
    let Some(username) = args.username.clone() else {
        return Ok(());
    };
    let keychain = std::mem::take(&mut setup.keychain);
    setup.keychain = match (&args.token_file, args.token_stdin) {
        (Some(file), _) => keychain.with_token_in(username, file),
        (None, true) => keychain.with_token(username, read_token(program).await?),
        (None, false) => {
            return Err(Stop::usage(
                "--username names a user without a token",
                "add --token-file FILE or --token-stdin, or leave it away to use the login that Docker keeps",
            ));
        }
    };
    Ok(())
}

async fn read_token(program: &Program<'_>) -> Result<String, Stop> {
    if program.terminal.can_ask {
        return Err(Stop::usage(
            "a token that is typed here would be shown",
            "pipe it, or name a file with --token-file",
        ));
    }
    let read = program.read_answer.clone();
    match spawn_blocking(move || read()).await {
        Ok(Ok(line)) if !line.trim().is_empty() => Ok(line),
        Ok(Ok(_)) => Err(Stop::usage(
            "there is no token on the standard input",
            "pipe it there",
        )),
        Ok(Err(error)) => Err(Stop::failed(format!("the token cannot be read: {error}"), "")),
        Err(error) => Err(Stop::failed(format!("the token cannot be read: {error}"), "")),
    }
}

/// The repository that was named, or that of the profile with this image, or that of the image's own name.
pub(super) fn choose_repository(
    named: Option<&str>,
    reference: &ImageRef,
    config: &Config,
) -> Result<RegistryRepository, Stop> {
    known_repository(named, reference, config)?.ok_or_else(|| {
        Stop::usage(
            format!("where {} is published is not known", reference.image),
            "name the repository with --to, or say in the config to where the image of its profile is published (`publish` in [[images]])",
        )
    })
}

/// The same; none where nobody says one.
pub(super) fn known_repository(
    named: Option<&str>,
    reference: &ImageRef,
    config: &Config,
) -> Result<Option<RegistryRepository>, Stop> {
    if let Some(named) = named {
        return RegistryRepository::parse(named).map(Some).map_err(|invalid| {
            Stop::usage(
                format!("{:?} is not a valid {}", invalid.text, invalid.kind),
                format!("write {}", invalid.rule),
            )
        });
    }
    let profiles = config.hosts.iter().map(|host| &host.profile);
    let mut known: Vec<_> = profiles
        .filter(|profile| profile.image == reference.image)
        .filter_map(|profile| profile.registry.as_ref())
        .collect();
    known.sort();
    known.dedup();
    match known.as_slice() {
        [one] => Ok(Some((*one).clone())),
        [] => Ok(RegistryRepository::of_image(&reference.image)),
        [first, second, ..] => Err(Stop::usage(
            format!("{} is published as {first} and as {second}", reference.image),
            "say which with --to",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::choose_repository;
    use crate::model::names::ImageRef;
    use crate::ops::config::Config;
    use std::path::Path;

    fn chosen(text: &str, named: Option<&str>, image: &str) -> Result<String, String> {
        let config = Config::read(text, Path::new("tagboat.toml"), &|_| None).unwrap();
        let reference = ImageRef::parse(image).unwrap();
        let chosen = choose_repository(named, &reference, &config);
        chosen.map(|one| one.to_string()).map_err(|stop| stop.cause)
    }

    #[test]
    fn an_image_is_published_where_it_is_said_else_as_its_profile_says_else_under_its_own_name() {
        let config = "[[images]]\nprofile = \"convocate\"\npublish = \"ghcr.io/acme/convocate\"\n\
                      [[hosts]]\nname = \"eu-1\"\n[[hosts]]\nname = \"eu-2\"\nprofile = \"disinto\"\n";
        let of = |named, image| chosen(config, named, image).unwrap();
        assert_eq!(of(None, "convocate:v1"), "ghcr.io/acme/convocate");
        assert_eq!(of(Some("acme/x"), "convocate:v1"), "docker.io/acme/x");
        assert_eq!(of(None, "ghcr.io/disinto/agents:v1"), "ghcr.io/disinto/agents");
        let nowhere = chosen(config, None, "acme/x:v1").unwrap_err();
        assert_eq!(nowhere, "where acme/x is published is not known");
        let bad = chosen(config, Some("https://ghcr.io/x"), "convocate:v1").unwrap_err();
        assert!(bad.contains("is not a valid registry repository"), "{bad}");
    }
}
