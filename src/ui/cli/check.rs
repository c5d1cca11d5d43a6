//! `tagboat check`: whether an image or a Dockerfile is what its kind must be.

use super::check_args::CheckArgs;
use super::choose_contract::{contract_of_file, contract_of_image};
use super::choose_image::choose_image;
use super::exit_code::Exit;
use super::print::check_report::{Checked, write_check};
use super::print::sarif::sarif;
use super::program::Program;
use super::report::VERSION;
use super::stop::Stop;
use super::take_in::{Source, connect};
use crate::model::amount::bytes;
use crate::model::contract::{
    Contract, DockerfileFacts, Finding, ImageFacts, Requirement, check_dockerfile, check_image,
};
use crate::model::dockerfile::{Dockerfile, stage_facts};
use crate::model::fleet::SourceImage;
use crate::model::names::ImageRef;
use crate::ops::check::{
    CheckError, ProbeScene, UsedContract, image_facts, keep, read_build_folder, run_probe,
};
use crate::ops::config::nearest;
use std::path::Path;
use tokio_util::sync::CancellationToken;

/// Checks and prints; fails where something is not as it must be.
pub(super) async fn check(program: &mut Program<'_>, args: &CheckArgs) -> Result<Exit, Stop> {
    let checked = if args.is_path() {
        check_file(program, args)?
    } else {
        check_tag(program, args).await?
    };
    let exit = if checked.report.has_failed() {
        Exit::Failed
    } else {
        Exit::Done
    };
    if args.sarif {
        program.output.json(&sarif(&checked, env!("CARGO_PKG_VERSION")))?;
    } else if args.json {
        program.output.json(&checked.event(VERSION, exit))?;
    } else {
        let width = program.terminal.width;
        write_check(&checked, program.output.results(), width)?;
    }
    Ok(exit)
}

fn check_file(program: &Program<'_>, args: &CheckArgs) -> Result<Checked, Stop> {
    if args.probe {
        let next = "build it and check the image with --probe, or leave --probe away";
        return Err(Stop::usage("a Dockerfile cannot be run", next));
    }
    let folder = read_build_folder(Path::new(&args.subject)).map_err(|error| {
        let next = "name an image as NAME:TAG, a Dockerfile, or a folder with one";
        Stop::usage(error.to_string(), next)
    })?;
    let contract = contract_of_file(program, args.contract.as_deref())?;
    let shown = folder
        .file
        .strip_prefix("./")
        .unwrap_or(&folder.file)
        .display()
        .to_string();
    let file = Dockerfile::read(&folder.text).map_err(|error| Stop {
        exit: Exit::Failed,
        ..Stop::usage(
            format!("{shown}:{}: {}", error.line, error.problem),
            "mend that line: no builder would read it",
        )
    })?;
    let stage = stage_facts(&file, args.target.as_deref(), &args.given()).map_err(|error| {
        let known = error.known.iter().map(String::as_str);
        let next = match nearest(&error.wanted, known) {
            Some(meant) => format!("did you mean {meant}?"),
            None if error.known.is_empty() => "its stages have no names; leave --target away".to_owned(),
            None => format!("its stages are {}", error.known.join(", ")),
        };
        Stop::usage(format!("{shown}: {error}"), next)
    })?;
    let facts = DockerfileFacts {
        file: &file,
        stage: &stage,
        context: &folder.context,
    };
    Ok(Checked {
        report: check_dockerfile(&contract, &facts),
        subject: shown.clone(),
        file: Some(shown),
        layers: 0,
    })
}

async fn check_tag(program: &mut Program<'_>, args: &CheckArgs) -> Result<Checked, Stop> {
    if args.target.is_some() || !args.build_args.is_empty() {
        let next = "name the Dockerfile, or leave --target and --build-arg away";
        return Err(Stop::usage("an image is built already", next));
    }
    let config = program.config()?;
    let reference = choose_image(&args.subject, &config.hosts).map_err(|stop| not_found(stop, args))?;
    let contract = contract_of_image(program, args.contract.as_deref(), &config, &reference)?;
    let source = connect(program).await?;
    let details = source.image(&reference).await.map_err(|stop| {
        let is_a_word = !args.subject.contains([':', '/']) && stop.exit == Exit::Usage;
        if is_a_word { not_found(stop, args) } else { stop }
    })?;
    let is_kept = source.exports.store().has_image(&details.id, &details.layers);
    if program.terminal.has_bars && !is_kept {
        let line = format!("reading {reference}, {}, out of the engine", bytes(details.size));
        program.output.aside(line)?;
    }
    let cancel = CancellationToken::new();
    let work = async {
        let facts = taken_in(&source, &details, &reference, &cancel).await?;
        let mut report = check_image(&contract, &facts);
        // Without the probes, which a push does not run.
        keep(
            source.exports.store(),
            &details.id,
            &UsedContract::of(contract.clone()),
            &report,
        );
        if args.probe {
            let more = probes(&contract, &source, &details, &facts.settings.volumes, &cancel).await?;
            report = report.with(more);
        }
        Ok::<_, CheckError>((report, facts.files.layers()))
    };
    tokio::pin!(work);
    let result = tokio::select! {
        result = &mut work => result,
        Some(_) = program.interrupts.recv() => {
            cancel.cancel();
            // A probe that runs removes its container first.
            work.await.and(Err(CheckError::Cancelled))
        }
    };
    let (report, layers) = result.map_err(|error| match error {
        CheckError::Cancelled => Stop::interrupted("Nothing was changed.", "run it again"),
        error => Stop::failed(format!("{reference}: {error}"), "run it again"),
    })?;
    Ok(Checked {
        report,
        subject: reference.to_string(),
        file: None,
        layers,
    })
}

/// A word that is neither a path nor an image.
fn not_found(stop: Stop, args: &CheckArgs) -> Stop {
    let cause = format!(
        "there is no file or folder {:?} here, and as an image: {}",
        args.subject, stop.cause
    );
    Stop::usage(cause, stop.next)
}

async fn taken_in(
    source: &Source,
    image: &SourceImage,
    reference: &ImageRef,
    cancel: &CancellationToken,
) -> Result<ImageFacts, CheckError> {
    image_facts(&source.exports, image, reference, |_| {}, cancel).await
}

/// Runs the probes of a contract one after the other.
async fn probes(
    contract: &Contract,
    source: &Source,
    image: &SourceImage,
    volumes: &[String],
    cancel: &CancellationToken,
) -> Result<Vec<Finding>, CheckError> {
    let run = format!(
        "{}-{}",
        std::process::id(),
        image.id.0.hex().get(..12).unwrap_or_default()
    );
    let scene = ProbeScene {
        engine: source.exports.source(),
        image: &image.id,
        volumes,
        cancel,
        run: &run,
    };
    let mut findings = Vec::new();
    for (number, rule) in contract.rules.iter().enumerate() {
        if let Requirement::Probe(probe) = &rule.requirement {
            findings.push(Finding::of(rule, run_probe(&scene, number, probe).await?));
        }
    }
    Ok(findings)
}
