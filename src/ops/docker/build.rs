//! The builder that every engine has, by its API.

use super::errors;
use crate::ops::ports::{BuildRequest, EngineError};
use bollard::Docker;
use bollard::query_parameters::{BuildImageOptions, BuildImageOptionsBuilder};
use futures_util::stream::{BoxStream, unfold};
use futures_util::{StreamExt, TryStreamExt};
use std::collections::HashMap;
use std::fs::File;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::io::ReaderStream;

/// How long an engine may take to read a context before it says its first word.
const BEGIN: Duration = Duration::from_mins(20);

/// Pieces that may wait for who listens.
const WAITING: usize = 64;

/// What the builder writes, until it ends. When nobody listens any more, the connection is closed, which ends the build.
pub(super) fn pieces(
    mut docker: Docker,
    request: BuildRequest,
    context: File,
) -> BoxStream<'static, Result<String, EngineError>> {
    docker.set_timeout(BEGIN);
    let (tell, told) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let archive = ReaderStream::new(tokio::fs::File::from_std(context));
        let archive = bollard::body_try_stream(archive);
        let written = docker.build_image(options(request), None, Some(archive));
        let mut written = pin!(written.map_err(|error| errors::read(&error)));
        loop {
            let piece = tokio::select! {
                piece = written.next() => piece,
                () = tell.closed() => return,
            };
            let told = match piece {
                None => return,
                Some(Ok(info)) => info
                    .stream
                    .or_else(|| info.status.map(|status| pulled(info.id, &status)))
                    .map(Ok),
                Some(Err(error)) => Some(Err(error)),
            };
            if let Some(told) = told
                && tell.send(told).await.is_err()
            {
                return;
            }
        }
    });
    unfold(told, |mut told| async {
        told.recv().await.map(|piece| (piece, told))
    })
    .boxed()
}

/// What it says of a layer of the base that it pulls.
fn pulled(layer: Option<String>, status: &str) -> String {
    match layer {
        Some(layer) => format!("{layer}: {status}\n"),
        None => format!("{status}\n"),
    }
}

fn options(request: BuildRequest) -> BuildImageOptions {
    let map = |pairs| HashMap::<String, String>::from_iter(pairs);
    let mut builder = BuildImageOptionsBuilder::default()
        .dockerfile(&request.dockerfile)
        .t(&request.reference)
        .buildargs(&map(request.args))
        .labels(&map(request.labels))
        .nocache(request.no_cache)
        .rm(true)
        .forcerm(true);
    if let Some(target) = &request.target {
        builder = builder.target(target);
    }
    if let Some(network) = &request.network {
        builder = builder.networkmode(network);
    }
    builder.build()
}
