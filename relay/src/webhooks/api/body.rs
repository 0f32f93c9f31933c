//! What is said of webhooks, in both directions.

use consumers::{Durable, Failing, Parked};
use domain::{AccountId, Position};
use event_store::Lineage;
use http_kit::ApiProblem;
use serde::{Deserialize, Deserializer, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::webhook::{Stopped, Webhook};
use super::field;
use crate::AppState;
use crate::events;

/// Each type once at most.
const TYPES_MAX: usize = 32;

/// A webhook to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateWebhook {
    /// Where events are sent to: https, at most 1,024 bytes, and no address of a private network.
    #[schema(example = "https://example.org/hook", max_length = 1024)]
    pub(super) url: String,
    /// Only these types, with their versions; all without it.
    #[serde(default)]
    #[schema(max_items = 32, example = json!(["rookery.message.posted.v1"]))]
    pub(super) types: Vec<String>,
    /// Only posts with this tag, and every edit, deletion and deactivation.
    #[schema(example = "birds")]
    pub(super) tag: Option<String>,
    /// Only events that name this account, and every deletion.
    #[schema(example = "123456789012345", pattern = "^[1-9][0-9]{0,18}$")]
    pub(super) account: Option<String>,
    /// The position behind which it begins; `0` is the beginning. Without it, where the log ends now.
    #[schema(example = "0", pattern = "^(0|[1-9][0-9]{0,18})$")]
    pub(super) after: Option<String>,
}

/// What to change of a webhook.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ChangeWebhook {
    /// As when it is made.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false, example = "https://example.org/hook", max_length = 1024)]
    pub(super) url: Option<String>,
    /// `null` or an empty list: all types.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>, max_items = 32)]
    pub(super) types: Option<Option<Vec<String>>>,
    /// `null` or an empty text: no tag.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub(super) tag: Option<Option<String>>,
    /// `null` or an empty text: no account.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, pattern = "^([1-9][0-9]{0,18})?$")]
    pub(super) account: Option<Option<String>>,
    /// `true`: nothing is sent until it is `false` again.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = bool, required = false)]
    pub(super) is_paused: Option<bool>,
}

/// Of a field that is there; `null` is a value like any other.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// What is sent again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReplayWebhook {
    /// All events behind this position; `0` is the beginning. A webhook that stopped goes on there.
    #[schema(example = "0", pattern = "^(0|[1-9][0-9]{0,18})$")]
    pub(super) after: String,
    /// Whether events that are parked up to there are forgotten; those behind it are sent again anyway.
    #[serde(default)]
    pub(super) forget_parked: bool,
}

/// What a retry came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Retried {
    /// That are tried again.
    #[schema(maximum = 100)]
    pub(super) events: usize,
}

/// A webhook, and how it is doing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WebhookView {
    id: Uuid,
    #[schema(example = "https://example.org/hook")]
    url: String,
    /// Empty: all.
    types: Vec<String>,
    #[schema(required)]
    tag: Option<String>,
    #[schema(required, value_type = Option<String>)]
    account: Option<AccountId>,
    is_paused: bool,
    /// The account of the operator who made it; 9007199254740991 for one with a tool.
    made_by: String,
    #[serde(with = "time::serde::rfc3339")]
    made_at: OffsetDateTime,
    /// Until when the secret before the last rotation is good, too.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
    previous_secret_until: Option<OffsetDateTime>,
    /// All up to here was taken, parked, or not meant.
    #[schema(example = "256")]
    position: String,
    /// Events of the log that were not looked at, also those that are not meant, and those that wait.
    lag_events: u64,
    /// Events that were given up, which `parked` lists.
    parked_events: usize,
    /// Why nothing is sent until it is replayed: `gone` (the receiver answered 410) or `other-log` (its position is of a log
    /// that is not there any more).
    #[schema(required)]
    stopped: Option<&'static str>,
    /// The oldest event that the receiver did not take so far.
    #[schema(required)]
    failing: Option<FailingEvent>,
}

/// An event that was tried, and is tried again.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct FailingEvent {
    #[schema(example = "256")]
    position: String,
    tries: u32,
    /// Of the last try; empty where another relay made it.
    #[schema(example = "answered 500")]
    reason: String,
}

/// An event that was given up after its last try.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ParkedDelivery {
    #[schema(example = "256")]
    position: String,
    /// As in `webhook-id`.
    id: Uuid,
    #[serde(rename = "type")]
    #[schema(example = "rookery.message.posted.v1")]
    event_type: String,
    tries: u32,
    /// Of the last try.
    #[schema(example = "answered 500")]
    reason: String,
    #[serde(with = "time::serde::rfc3339")]
    parked_at: OffsetDateTime,
}

/// A webhook as it was made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreatedWebhook {
    /// Verifies what is sent. Told this once.
    #[schema(example = "whsec_…")]
    pub(super) secret: String,
    pub(super) webhook: WebhookView,
}

/// The secret from now on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RotatedSecret {
    /// Told this once.
    #[schema(example = "whsec_…")]
    pub(super) secret: String,
    /// Until then what is sent is signed with the one before, too.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
    pub(super) previous_secret_until: Option<OffsetDateTime>,
}

impl WebhookView {
    pub(super) fn new(state: &AppState, webhook: Webhook, durable: Option<Durable>) -> Self {
        let lineage = state.lineage().map(|Lineage(lineage)| lineage).unwrap_or_default();
        let durable = durable.unwrap_or_else(|| Durable::behind(&lineage, webhook.after));
        let end = state.opened().map_or(0, |opened| opened.recent.end());
        let head = Position::from_i64(end).unwrap_or_default().sequence();
        let is_of_other_log = (*durable.lineage != *lineage).then_some("other-log");
        let now = OffsetDateTime::now_utc();
        let previous_secret_until = webhook.previous_until().filter(|until| *until > now);
        Self {
            id: webhook.id,
            url: webhook.url,
            types: webhook.types,
            tag: webhook.tag,
            account: webhook.account,
            is_paused: webhook.is_paused,
            made_by: webhook.made_by.to_string(),
            made_at: webhook.made_at,
            previous_secret_until,
            position: durable.done().to_string(),
            lag_events: durable.behind_by(head),
            parked_events: durable.parked.len(),
            stopped: webhook.stopped.map(Stopped::as_str).or(is_of_other_log),
            failing: durable.failing.map(FailingEvent::from),
        }
    }
}

impl From<Failing> for FailingEvent {
    fn from(failing: Failing) -> Self {
        let Failing { position, tries, outcome } = failing;
        Self { position: position.to_string(), tries, reason: outcome }
    }
}

impl From<Parked> for ParkedDelivery {
    fn from(parked: Parked) -> Self {
        let Parked { position, id, event_type, tries, outcome, parked_at, .. } = parked;
        Self { position: position.to_string(), id, event_type, tries, reason: outcome, parked_at }
    }
}

/// # Errors
/// `invalid-field`.
pub(super) fn types(types: &[String]) -> Result<(), ApiProblem> {
    if types.len() > TYPES_MAX {
        return Err(field("types", "at most 32"));
    }
    types.iter().try_for_each(|one| events::is_handed_on(one)).map_err(|why| field("types", why))
}

/// # Errors
/// `invalid-field`.
pub(super) fn tag(text: &str) -> Result<String, ApiProblem> {
    let tag = events::tag(text).map_err(|why| field("tag", why))?;
    Ok(tag.as_str().to_owned())
}

/// # Errors
/// `invalid-field`.
pub(super) fn account(text: &str) -> Result<AccountId, ApiProblem> {
    events::account(text).map_err(|why| field("account", why))
}

/// # Errors
/// `invalid-field`, `other-log`, `position-ahead`.
pub(super) async fn after(state: &AppState, text: &str) -> Result<i64, ApiProblem> {
    let opened = state.opened().ok_or_else(|| ApiProblem::unavailable("the log has not been opened yet"))?;
    let after: i64 =
        api_types::number::parse(text).ok_or_else(|| field("after", "expected a position or 0"))?;
    events::check_shard(after, opened.shard())?;
    events::is_reached(opened, after).await?;
    Ok(after)
}
