//! `rookery openapi`: the description of the APIs in one document.

mod common;
mod headers;
mod kinds;
mod problems;

use std::io::Write;

use anyhow::Result;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Info, License, OpenApi, Server};

const DESCRIPTION: &str = "\
An event-sourced microblog. Every change is an event in a log; everything that is read is folded from that log.

Commands answer `Event-Position`; queries answer `Data-Position` and take `Await-Position`, with `Prefer: wait=<seconds>`, \
to see at least what a command wrote. Ids are strings of ASCII digits without sign or leading zero, times RFC 3339 in UTC.

Errors are `application/problem+json` with a stable `code`; each operation lists those that it may answer. Every address \
answers 404 `not-found` where it is none of these, and 405 `method-not-allowed`, with `Allow`, to other methods; HEAD is \
answered as GET. What is no HTTP, or has a head beyond 32 KiB, is answered 400, 414 or 431 without a body.";

/// Print the description of the API (OpenAPI 3.1, JSON)
#[derive(Debug, clap::Args)]
pub struct Arguments {}

pub(crate) fn run(_arguments: &Arguments) -> Result<()> {
    std::io::stdout().write_all(document()?.as_bytes())?;
    Ok(())
}

/// The document as it is checked in: the same text for the same code.
///
/// # Errors
/// Where a handler describes what it must not, or a description holds what JSON cannot.
pub fn document() -> Result<String> {
    let mut text = serde_json::to_string_pretty(&combined()?)?;
    text.push('\n');
    Ok(text)
}

fn combined() -> Result<OpenApi> {
    let mut combined = query_api::openapi();
    combined.merge(dispatcher::openapi());
    combined.merge(relay::openapi());
    let mut info = Info::new("Rookery", env!("CARGO_PKG_VERSION"));
    info.description = Some(DESCRIPTION.to_owned());
    let mut license = License::new(env!("CARGO_PKG_LICENSE"));
    license.identifier = Some(env!("CARGO_PKG_LICENSE").to_owned());
    info.license = Some(license);
    combined.info = info;
    // Wherever the document was got from.
    combined.servers = Some(vec![Server::new("/")]);
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.bearer_format = Some("JWT".to_owned());
    bearer.description = Some("An access token, for instance from `rookery token`.".to_owned());
    combined
        .components
        .get_or_insert_default()
        .security_schemes
        .insert("bearer".to_owned(), SecurityScheme::Http(bearer).into());
    common::declare(&mut combined)?;
    Ok(combined)
}
