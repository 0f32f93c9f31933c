//! `rookery openapi`: the description of both APIs in one document.

use std::io::Write;

use anyhow::Result;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Info, License, OpenApi};

const DESCRIPTION: &str = "\
An event-sourced microblog. Every change is an event in a log; everything that is read is folded from that log.

Commands answer `Event-Position`; queries answer `Data-Position` and take `Await-Position`, with `Prefer: wait=<seconds>`, \
to see at least what a command wrote. Ids are strings, times RFC 3339 in UTC. Errors are `application/problem+json` with \
a stable `code`.";

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
/// Never, unless a description holds what JSON cannot.
pub fn document() -> Result<String> {
    let mut text = serde_json::to_string_pretty(&combined())?;
    text.push('\n');
    Ok(text)
}

fn combined() -> OpenApi {
    let mut combined = query_api::openapi();
    combined.merge(dispatcher::openapi());
    let mut info = Info::new("Rookery", env!("CARGO_PKG_VERSION"));
    info.description = Some(DESCRIPTION.to_owned());
    info.license = Some(License::new(env!("CARGO_PKG_LICENSE")));
    combined.info = info;
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.bearer_format = Some("JWT".to_owned());
    bearer.description = Some("An access token, for instance from `rookery token`.".to_owned());
    combined
        .components
        .get_or_insert_default()
        .security_schemes
        .insert("bearer".to_owned(), SecurityScheme::Http(bearer).into());
    combined
}
