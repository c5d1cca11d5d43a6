//! A Docker engine before a registry: the login goes with each request, in a header of it, and nowhere else.

use super::DockerEngine;
use super::engine::{ANSWER, CHANGE};
use super::raw::With;
use crate::model::clean::clean;
use crate::model::names::{Digest, RegistryDigest, RegistryHost, RegistryTag, Tag};
use crate::ops::ports::{EngineError, Heard, Insecure, LayerNews, RegistryAccess};
use crate::ops::registry::Login;
use async_trait::async_trait;
use hyper::header::HeaderValue;
use serde_json::Value;
use std::fmt::Write as _;
use std::time::Duration;

/// How long an engine may say nothing while it publishes or pulls: a registry may take minutes for the end of a large layer, and a
/// slow disk to unpack one.
const QUIET: Duration = Duration::from_mins(5);

/// How long a registry may take to tell a digest.
const LOOK: Duration = Duration::from_mins(1);

/// An error of an engine that names no status of its own in a stream.
const IN_STREAM: u16 = 200;

#[async_trait]
impl RegistryAccess for DockerEngine {
    async fn tagged_digest(&self, name: &RegistryTag, login: &Login) -> Result<Option<Digest>, EngineError> {
        let path = format!("/distribution/{}/json", in_path(&name.to_string()));
        let auth = header(login, name.repository.registry())?;
        let answer = match self.raw.get_of_registry(&path, &auth, LOOK).await {
            // An engine that has no such question says so about the address.
            Err(EngineError::NotFound(said)) if said.contains("page not found") => {
                return Err(EngineError::NotUnderstood(
                    "it does not ask registries".to_owned(),
                ));
            }
            Err(EngineError::NotFound(_)) => return Ok(None),
            answer => answer?,
        };
        let digest = answer.pointer("/Descriptor/digest").and_then(Value::as_str);
        read_digest(digest.unwrap_or_default()).map(Some)
    }

    async fn publish(
        &self,
        name: &RegistryTag,
        login: &Login,
        heard: Heard<'_>,
    ) -> Result<Digest, EngineError> {
        let (repository, tag) = (in_path(name.repository.as_str()), &name.tag);
        let path = format!("/images/{repository}/push?tag={tag}");
        let auth = header(login, name.repository.registry())?;
        let with = With {
            body: None,
            auth: Some(&auth),
        };
        let mut digest = None;
        let mut on_line = |line: &Value| {
            if let Some(told) = told_digest(line, tag) {
                digest = Some(read_digest(told)?);
            }
            take_line(line, &mut *heard)
        };
        self.raw.post_and_hear(&path, with, QUIET, &mut on_line).await?;
        // An engine that was stopped ends its answer without a word.
        digest.ok_or_else(|| EngineError::Unreachable("it told no digest of what it published".to_owned()))
    }

    async fn pull(&self, image: &RegistryDigest, login: &Login, heard: Heard<'_>) -> Result<(), EngineError> {
        let (repository, digest) = (
            in_query(image.repository.as_str()),
            in_query(image.digest.as_str()),
        );
        let path = format!("/images/create?fromImage={repository}&tag={digest}");
        let auth = header(login, image.repository.registry())?;
        let with = With {
            body: None,
            auth: Some(&auth),
        };
        let mut on_line = |line: &Value| take_line(line, &mut *heard);
        self.raw.post_and_hear(&path, with, QUIET, &mut on_line).await
    }

    async fn name_for(&self, image: &str, name: &RegistryTag) -> Result<(), EngineError> {
        let (repository, tag) = (in_query(name.repository.as_str()), &name.tag);
        let path = format!("/images/{}/tag?repo={repository}&tag={tag}", in_path(image));
        self.raw.post(&path, &Value::Null, CHANGE).await.map(|_| ())
    }

    async fn insecure(&self) -> Result<Insecure, EngineError> {
        let info = self.raw.get("/info", ANSWER).await?.unwrap_or_default();
        Ok(read_insecure(&info))
    }
}

/// The digest that a line tells, which comes when the registry has taken the tag. A containerd store of Engine 26 tells it in words
/// alone.
fn told_digest<'a>(line: &'a Value, tag: &Tag) -> Option<&'a str> {
    let aux = line.pointer("/aux/Digest").and_then(Value::as_str);
    let words = || {
        let status = line.get("status")?.as_str()?;
        let told = status.strip_prefix(tag.as_str())?.strip_prefix(": digest: ")?;
        told.split(' ').next()
    };
    aux.or_else(words)
}

/// The login as the header of one request, marked so that nothing that shows headers shows it.
fn header(login: &Login, registry: &RegistryHost) -> Result<HeaderValue, EngineError> {
    let mut value = HeaderValue::from_str(&login.header(registry))
        .map_err(|_| EngineError::NotUnderstood("the login does not go into a request".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

fn read_digest(text: &str) -> Result<Digest, EngineError> {
    Digest::parse(text).map_err(|_| EngineError::NotUnderstood("it told a digest that is none".to_owned()))
}

/// One line of what an engine says while it publishes or pulls. The status of the whole was told before: what fails is said here.
fn take_line(line: &Value, heard: Heard<'_>) -> Result<(), EngineError> {
    let error = line
        .pointer("/errorDetail/message")
        .or_else(|| line.get("error"))
        .and_then(Value::as_str);
    if let Some(message) = error {
        let code = line.pointer("/errorDetail/code").and_then(Value::as_u64);
        let code = code.and_then(|code| u16::try_from(code).ok());
        return Err(EngineError::Answered {
            code: code.unwrap_or(IN_STREAM),
            message: clean(message.trim()),
        });
    }
    let text = |key: &str| line.get(key).and_then(Value::as_str).unwrap_or_default();
    let number = |key: &str| {
        line.pointer(&format!("/progressDetail/{key}"))
            .and_then(Value::as_u64)
    };
    let (moves, is_over) = match text("status") {
        "Pushing" | "Downloading" => (true, false),
        "Pushed" | "Download complete" => (true, true),
        _ => (false, false),
    };
    if moves {
        heard(LayerNews {
            layer: text("id").to_owned(),
            done: number("current").unwrap_or_default(),
            total: number("total").filter(|total| *total > 0),
            is_over,
        });
    }
    Ok(())
}

fn read_insecure(info: &Value) -> Insecure {
    let config = info.get("RegistryConfig").unwrap_or(&Value::Null);
    let indexes = config.get("IndexConfigs").and_then(Value::as_object);
    let is_insecure = |index: &Value| index.get("Secure").and_then(Value::as_bool) == Some(false);
    let names = indexes
        .into_iter()
        .flatten()
        .filter(|(_, index)| is_insecure(index))
        .map(|(name, _)| name.clone());
    let networks = config.get("InsecureRegistryCIDRs").and_then(Value::as_array);
    let networks = networks.into_iter().flatten().filter_map(|network| {
        let (first, length) = network.as_str()?.split_once('/')?;
        Some((first.parse().ok()?, length.parse().ok()?))
    });
    Insecure {
        names: names.collect(),
        networks: networks.collect(),
    }
}

/// A name in the path of a request: of what names are made of, only the brackets of an address are not as they are.
fn in_path(name: &str) -> String {
    name.replace('[', "%5B").replace(']', "%5D")
}

/// A name as the value of a query.
fn in_query(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                text.push(char::from(byte));
            }
            // Writing to a string cannot fail.
            other => {
                let _ = write!(text, "%{other:02X}");
            }
        }
    }
    text
}
