//! What `rookery up` takes from the environment as the services themselves read it.

use anyhow::Result;
use dispatcher::{MailSettings, Registration};
use query_api::{CatalogSettings, ExportLimits, StreamLimits};
use relay::{EventLimits, WebhookSettings};
use service_kit::config::Environment;
use tokens::oidc::OidcSettings;

/// Everything that is missing or wrong is reported at once.
fn read<T>(from: impl FnOnce(&mut Environment) -> Option<T>) -> Result<T> {
    let mut env = Environment::from_process();
    match from(&mut env) {
        Some(settings) if !env.has_faults() => Ok(settings),
        _ => Err(env.into_error().into()),
    }
}

pub(super) fn exports() -> Result<ExportLimits> {
    read(ExportLimits::from_environment)
}

pub(super) fn streams() -> Result<StreamLimits> {
    read(StreamLimits::from_environment)
}

pub(super) fn catalog() -> Result<CatalogSettings> {
    read(CatalogSettings::from_environment)
}

pub(super) fn events() -> Result<EventLimits> {
    read(EventLimits::from_environment)
}

pub(super) fn webhooks() -> Result<WebhookSettings> {
    read(WebhookSettings::from_environment)
}

pub(super) fn mail() -> Result<Option<MailSettings>> {
    read(MailSettings::from_environment)
}

pub(super) fn oidc() -> Result<OidcSettings> {
    read(OidcSettings::from_environment)
}

pub(super) fn commands(registration: Registration) -> Result<dispatcher::Settings> {
    let settings = read(|env| dispatcher::Settings::from_environment(env, registration))?;
    Ok(dispatcher::Settings { registration, ..settings })
}
