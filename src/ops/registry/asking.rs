//! Asks a registry through an engine: with the login that fits, never in the clear, and again where that may help.

use super::keychain::Keychain;
use super::login::Login;
use super::problem::{Problem, RegistryError};
use crate::model::names::{Digest, RegistryDigest, RegistryHost, RegistryTag};
use crate::ops::ports::{EngineError, LayerNews, RegistryAccess};
use crate::ops::report::TrackReporter;
use std::net::IpAddr;
use std::time::Duration;
use tokio::net::lookup_host;
use tokio::time::{sleep, timeout};

/// How often something is asked in all, by a job and by somebody who waits for an answer.
pub(crate) const TRIES: u32 = 5;
pub(crate) const LOOKS: u32 = 3;

/// The wait before the second try; each later one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(2);

/// The longest that a registry is waited for when it says how long it wants to be left alone.
const MOST_WAIT: Duration = Duration::from_mins(2);

/// How long the addresses of a registry are looked for.
const NAMES: Duration = Duration::from_secs(5);

/// One question to a registry.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Question<'a> {
    /// Which digest a tag has.
    Digest(&'a RegistryTag),
    /// Take what the engine has under this name.
    Publish(&'a RegistryTag),
    /// Give this to the engine.
    Pull(&'a RegistryDigest),
}

impl Question<'_> {
    fn registry(&self) -> &RegistryHost {
        match self {
            Self::Digest(name) | Self::Publish(name) => name.repository.registry(),
            Self::Pull(image) => image.repository.registry(),
        }
    }
}

/// An engine with the logins for its registries.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub(crate) engine: &'a dyn RegistryAccess,
    pub(crate) keychain: &'a Keychain,
    /// Where waits are told, and what ends them; none where nobody watches.
    pub(crate) reporter: Option<&'a TrackReporter>,
    /// How often something is asked in all.
    pub(crate) tries: u32,
}

impl Asking<'_> {
    /// The digest that a tag has now; none where there is no such tag.
    pub(crate) async fn digest(&self, name: &RegistryTag) -> Result<Option<Digest>, RegistryError> {
        match self.ask(Question::Digest(name), &mut |_| {}).await {
            Err(error) if error.problem == Problem::NotFound => Ok(None),
            answer => answer,
        }
    }

    /// Asks until there is an answer, an error that does not pass, or no try left.
    ///
    /// What is asked can be asked again: a registry that has a layer, or an engine that does, takes it as done.
    pub(crate) async fn ask(
        &self,
        question: Question<'_>,
        heard: &mut (dyn FnMut(LayerNews) + Send),
    ) -> Result<Option<Digest>, RegistryError> {
        self.refuse_clear(question.registry()).await?;
        let mut login = self.login(question.registry()).await?;
        let mut is_fresh = true;
        let mut wait = FIRST_WAIT;
        for tries_left in (0..self.tries).rev() {
            let error = match self.once(question, &login, heard).await {
                Ok(answer) => return Ok(answer),
                Err(error) => RegistryError::of(&error),
            };
            if error.problem == Problem::Unauthorised && is_fresh {
                // A token can end in the middle of a long publication, and its keeper may have the next one by now.
                is_fresh = false;
                let again = self.login(question.registry()).await?;
                if again != login {
                    self.tell("the registry does not take the login any more; it was read anew")
                        .await;
                    login = again;
                    continue;
                }
            }
            let named = match error.problem {
                Problem::TooMany(named) => named,
                _ => None,
            };
            let pause = named.map_or(wait, |named| named.max(Duration::from_secs(1)));
            if tries_left == 0 || !error.may_pass() || pause > MOST_WAIT {
                return Err(error);
            }
            self.tell(format!("{error}; once more in {} s", pause.as_secs()))
                .await;
            if !self.pause(pause).await {
                return Err(error);
            }
            wait *= 2;
        }
        Err(RegistryError {
            problem: Problem::Unauthorised,
            said: "the registry takes none of the logins".to_owned(),
        })
    }

    async fn once(
        &self,
        question: Question<'_>,
        login: &Login,
        heard: &mut (dyn FnMut(LayerNews) + Send),
    ) -> Result<Option<Digest>, EngineError> {
        match question {
            Question::Digest(name) => self.engine.tagged_digest(name, login).await,
            Question::Publish(name) => self.engine.publish(name, login, heard).await.map(Some),
            Question::Pull(image) => self.engine.pull(image, login, heard).await.map(|()| None),
        }
    }

    async fn login(&self, registry: &RegistryHost) -> Result<Login, RegistryError> {
        let login = self.keychain.login(registry).await;
        login.map_err(|error| RegistryError::of_login(&error))
    }

    /// Whether there is a login for a registry at all.
    pub(crate) async fn has_login(&self, registry: &RegistryHost) -> Result<bool, RegistryError> {
        self.login(registry).await.map(|login| !login.is_anonymous())
    }

    /// Refuses a registry that this engine would also take without TLS, or with any certificate: a login would be anybody's.
    pub(crate) async fn refuse_clear(&self, registry: &RegistryHost) -> Result<(), RegistryError> {
        if registry.is_loopback() {
            return Ok(());
        }
        let insecure = self.engine.insecure().await;
        let insecure = insecure.map_err(|error| RegistryError::of(&error))?;
        let mut addresses: Vec<IpAddr> = registry.address().into_iter().collect();
        if addresses.is_empty() && insecure.further_networks().next().is_some() {
            addresses = addresses_of(registry).await;
        }
        if insecure.has(registry, &addresses) {
            return Err(RegistryError {
                problem: Problem::Plain,
                said: format!(
                    "this engine takes {registry} without TLS (insecure-registries), and a login would go in the clear"
                ),
            });
        }
        Ok(())
    }

    async fn tell(&self, line: impl AsRef<str>) {
        if let Some(reporter) = self.reporter {
            reporter.log(line).await;
        }
    }

    /// Waits; false where the job was ended meanwhile.
    async fn pause(&self, pause: Duration) -> bool {
        match self.reporter {
            Some(reporter) => tokio::select! {
                () = sleep(pause) => true,
                () = reporter.cancel().cancelled() => false,
            },
            None => {
                sleep(pause).await;
                true
            }
        }
    }
}

/// The addresses of a registry by its name, as they are known here; none where there is no telling.
async fn addresses_of(registry: &RegistryHost) -> Vec<IpAddr> {
    let looked = timeout(NAMES, lookup_host((registry.name(), 443))).await;
    let found = looked.ok().and_then(Result::ok);
    found.into_iter().flatten().map(|address| address.ip()).collect()
}
