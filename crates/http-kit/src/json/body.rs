//! Reads a body as a whole, within its limits of size and time.

use api_types::codes;
use axum::extract::Request;
use bytes::{Bytes, BytesMut};
use http::header::CONTENT_LENGTH;
use http_body_util::BodyExt;

use crate::admission;
use crate::limits::BodyLimits;
use crate::problem::ApiProblem;

pub(super) async fn read(request: Request, limits: BodyLimits) -> Result<Bytes, ApiProblem> {
    // A declared length spares us from reading what will be refused; chunked bodies are counted as they come.
    let declared =
        request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > limits.bytes_max as u64) {
        return Err(too_large(limits));
    }
    match tokio::time::timeout(limits.timeout, collect(request.into_body(), limits)).await {
        Ok(read) => read,
        Err(_elapsed) => {
            let detail = format!("The whole body must arrive within {:?}.", limits.timeout);
            Err(ApiProblem::new(codes::BODY_TIMEOUT).detail(detail).closing())
        }
    }
}

async fn collect(mut body: axum::body::Body, limits: BodyLimits) -> Result<Bytes, ApiProblem> {
    // Nearly every command fits into one frame, which is then passed on without a copy.
    let Some(first) = next(&mut body).await? else { return Ok(Bytes::new()) };
    let mut length = within(first.len(), limits)?;
    let Some(second) = next(&mut body).await? else { return Ok(first) };
    let mut whole = BytesMut::with_capacity(limits.bytes_max.min(2 * (first.len() + second.len())));
    whole.extend_from_slice(&first);
    let mut chunk = Some(second);
    while let Some(data) = chunk {
        length = within(length.saturating_add(data.len()), limits)?;
        whole.extend_from_slice(&data);
        chunk = next(&mut body).await?;
    }
    Ok(whole.freeze())
}

/// The next data; trailers are skipped, for nothing here reads them.
async fn next(body: &mut axum::body::Body) -> Result<Option<Bytes>, ApiProblem> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| broken(&error))?;
        if let Ok(data) = frame.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

fn broken(error: &axum::Error) -> ApiProblem {
    if admission::is_too_slow(error) {
        return ApiProblem::new(codes::BODY_TIMEOUT).detail("The body comes too slowly.").closing();
    }
    ApiProblem::new(codes::MALFORMED_JSON).detail("The body ended before it was complete.").closing()
}

fn within(length: usize, limits: BodyLimits) -> Result<usize, ApiProblem> {
    if length > limits.bytes_max { Err(too_large(limits)) } else { Ok(length) }
}

fn too_large(limits: BodyLimits) -> ApiProblem {
    let detail = format!("A body may have at most {} bytes here.", limits.bytes_max);
    ApiProblem::new(codes::BODY_TOO_LARGE).detail(detail).closing()
}
