//! The variables that an instruction sees: those of the image, the arguments of its stage, and what only a build knows.

use super::expand::{Value, expand};
use std::collections::BTreeMap;

/// What a build is told and what a stage has set.
#[derive(Clone)]
pub(super) struct Variables<'a> {
    escape: char,
    given: &'a BTreeMap<String, String>,
    env: BTreeMap<String, Option<String>>,
    args: BTreeMap<String, Option<String>>,
    /// Whether the base image may have variables that the text does not tell.
    pub(super) has_base: bool,
}

impl<'a> Variables<'a> {
    pub(super) fn new(escape: char, given: &'a BTreeMap<String, String>) -> Self {
        Self {
            escape,
            given,
            env: BTreeMap::new(),
            args: BTreeMap::new(),
            has_base: false,
        }
    }

    /// The text with its variables; none where one of them is not known.
    pub(super) fn expand(&self, text: &str) -> Option<String> {
        expand(text, self.escape, &|name| self.value(name))
    }

    fn value(&self, name: &str) -> Value {
        // A variable of the image comes before an argument of the same name.
        match self.env.get(name).or_else(|| self.args.get(name)) {
            Some(Some(text)) => Value::Known(text.clone()),
            Some(None) => Value::Unclear,
            None if self.has_base || is_given_by_builders(name) => Value::Unclear,
            None => Value::Unset,
        }
    }

    /// `ENV`.
    pub(super) fn set(&mut self, name: &str, value: Option<String>) {
        self.env.insert(name.to_owned(), value);
    }

    /// `ARG`: what the build was given, else what the text says, else what stands before the first `FROM`.
    pub(super) fn declare(
        &mut self,
        name: &str,
        written: Option<&str>,
        globals: &BTreeMap<String, Option<String>>,
    ) -> Option<String> {
        let value = match (self.given.get(name), written) {
            (Some(given), _) => Some(given.clone()),
            (None, Some(written)) => self.expand(written),
            (None, None) => globals.get(name).cloned().flatten(),
        };
        if value.is_some() || written.is_some() {
            self.args.insert(name.to_owned(), value.clone());
        }
        value
    }

    /// What another stage of the same file passes on: its variables, and none of its arguments.
    pub(super) fn inherited(&self) -> Self {
        Self {
            args: BTreeMap::new(),
            ..self.clone()
        }
    }

    /// The arguments that are known before the first `FROM`.
    pub(super) fn arguments(&self) -> &BTreeMap<String, Option<String>> {
        &self.args
    }
}

/// Arguments that builders have without being told.
fn is_given_by_builders(name: &str) -> bool {
    name.starts_with("TARGET") || name.starts_with("BUILD") || name.to_ascii_lowercase().ends_with("_proxy")
}
