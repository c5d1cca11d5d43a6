//! Whether files are there and programs can be run: mode, machine, and what they need to run themselves.

use super::image_facts::ImageFacts;
use crate::model::image_files::{Node, NodeKind, Program};

/// What is wrong with a file that must be at a path.
pub(super) fn file(image: &ImageFacts, path: &str, runs: bool, mode: Option<u32>) -> Option<String> {
    let Some(node) = image.files.at(path) else {
        return Some(match image.files.entry(path).map(|node| &node.kind) {
            Some(NodeKind::Symlink(target)) => format!("it is a link to {target}, which is not there"),
            _ => "it is not there".to_owned(),
        });
    };
    let NodeKind::File { program, .. } = &node.kind else {
        return Some("it is no file".to_owned());
    };
    let bits = node.owner.mode & 0o7777;
    if let Some(wanted) = mode.filter(|wanted| *wanted != bits) {
        return Some(format!("its mode is {bits:04o}, not {wanted:04o}"));
    }
    if runs {
        cannot_run(image, node, program)
    } else {
        None
    }
}

/// What is wrong with a program that must be on PATH.
pub(super) fn on_path(image: &ImageFacts, name: &str) -> Option<String> {
    let path = image.settings.path();
    if let Some(found) = image.files.program(name, path) {
        return cannot_run(image, found.node, found.program).map(|why| format!("{}: {why}", found.path));
    }
    let elsewhere = image
        .files
        .paths()
        .find(|path| path.rsplit('/').next() == Some(name) && path.contains("bin/"));
    Some(match elsewhere {
        Some(place) => format!("/{place} is not on PATH, or nobody may run it"),
        None => "it is not there".to_owned(),
    })
}

fn cannot_run(image: &ImageFacts, node: &Node, program: &Program) -> Option<String> {
    let bits = node.owner.mode & 0o7777;
    if bits & 0o111 != 0o111 {
        return Some(format!("not everybody may run it: its mode is {bits:04o}"));
    }
    let architecture = &image.settings.architecture;
    match program {
        Program::Other => return Some("it is neither a binary nor a script with an interpreter".to_owned()),
        Program::Elf {
            architecture: Some(other),
            ..
        } if other != architecture && !architecture.is_empty() => {
            return Some(format!("it is for {other}, and the image for {architecture}"));
        }
        _ => {}
    }
    let needed = program.needs()?;
    match image.files.at(needed).map(|node| &node.kind) {
        Some(NodeKind::File { .. }) => None,
        _ => Some(format!("it needs {needed}, which is not in the image")),
    }
}
