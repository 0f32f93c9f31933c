use std::io::BufWriter;
use std::time::Instant;

use api_types::codes;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use data_set::export::{Changes, DataSet, ExportError, Snapshot};
use data_set::published::CONTRACT_VERSION;
use export::{Format, PumpError, pump};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, TRAILER};
use http::{HeaderName, HeaderValue};
use http_kit::path::StrictPath;
use http_kit::{ApiProblem, Exhausted, KnownLog, Reader, Share, StrictQuery};
use serde::Deserialize;
use service_kit::Chain;
use tokens::Role;
use tokio_util::task::AbortOnDropHandle;
use utoipa::IntoParams;

use super::Exports;
use super::body::body;
use super::spool::{SpoolEnd, SpoolWriter, spool};
use crate::AppState;
use crate::conditions::{Conditions, ReadHeaders};
use crate::position::{self, BadPosition};
use crate::refusal::Refusal;

/// Of the schema of the rows.
const CONTRACT: HeaderName = HeaderName::from_static("contract-version");
/// A file's writes are gathered.
const BUFFER_BYTES: usize = 64 * 1024;
/// Exports are short; another one may have ended by then.
const RETRY_AFTER_SECONDS: u32 = 10;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct ExportDataSet {
    /// `parquet`, as without it, `csv` or `ndjson`.
    #[param(pattern = "^(parquet|csv|ndjson)$")]
    format: Option<String>,
    /// Only rows that changed behind this position, and the keys of those that went: the position of an earlier export.
    #[param(value_type = Option<i64>, minimum = 0)]
    since: Option<String>,
}

/// What is asked for.
struct Wanted {
    data_set: DataSet,
    format: Format,
    since: Option<i64>,
}

/// Takes a data set away in a file: all rows of a view of `published` at one position.
///
/// `Log-Lineage`, `Data-Position` and `Contract-Version` say what the rows are a fold of; a Parquet file says it in its metadata, too. The
/// trailer `Export-Receipt` comes behind the last byte: by it the file can be proven later (`rookery receipt verify`). A file that is not
/// complete ends with a broken connection and has no trailer; a Parquet file has no footer then. With `since`, `_change_type` says of
/// each row `upsert` or `delete`, where the data set keeps what went. A text in CSV that could be a formula begins with an apostrophe, as
/// docs/EXPORTS.md explains. Needs the role `analyst` or `admin`.
#[utoipa::path(
    get,
    path = "/v1/exports/{dataSet}",
    tag = "data",
    security(("bearer" = [])),
    params(
        ("dataSet" = String, Path, description = "The name of a view, such as `messages`.", pattern = "^[a-z_]{1,63}$", example = "messages"),
        ExportDataSet,
        ReadHeaders,
    ),
    responses(
        (
            status = 200, description = "The file.",
            content(
                (String = "application/vnd.apache.parquet"),
                (String = "text/csv; charset=utf-8"),
                (serde_json::Value = "application/x-ndjson"),
            ),
            headers(
                ("Contract-Version" = String, description = "Of the columns: docs/EXPORTS.md."),
                ("Content-Disposition" = String, description = "A name for the file."),
                ("Trailer" = String, description = "What comes behind the last byte: `Export-Receipt`."),
            ),
        ),
    ),
    extensions(
        ("x-problems" = json!(["not-found", "role-required", "changes-not-kept"])),
        ("x-rate" = json!("export")),
    ),
)]
pub(crate) async fn export_data_set(
    State(state): State<AppState>,
    Reader(caller): Reader,
    StrictPath(name): StrictPath<String>,
    StrictQuery(query): StrictQuery<ExportDataSet>,
    known: Option<Extension<KnownLog>>,
    conditions: Conditions,
) -> Result<Response, Refusal> {
    caller.require_any(&[Role::Analyst, Role::Admin])?;
    let wanted = wanted(&name, &query)?;
    let share = share(&state.exports, caller.account)?;
    let conditions = conditions.at_least(wanted.since.unwrap_or(0));
    state.positions.position(&conditions.awaited).await?;
    let held_max = state.exports.limits.snapshot_max;
    let snapshot = Snapshot::take(&state.pool, wanted.data_set.clone(), held_max).await.map_err(refusal)?;
    let lineage = known.and_then(|Extension(known)| known.lineage);
    if lineage.is_some_and(|lineage| *lineage != *snapshot.head.lineage) {
        return Err(ApiProblem::unavailable("the data is of another log than it was a second ago").into());
    }
    start(&state.exports, snapshot, wanted, &conditions, share)
}

fn wanted(name: &str, query: &ExportDataSet) -> Result<Wanted, ApiProblem> {
    let invalid = |field: &str, why: &str| ApiProblem::new(codes::INVALID_PARAMETER).field(field, why);
    let format = query.format.as_deref().map_or(Ok(Format::Parquet), str::parse);
    let format = format.map_err(|why| invalid("format", why))?;
    let since = |text| {
        let bad =
            |bad: BadPosition| bad.problem("since", codes::INVALID_PARAMETER, "expected a position, or 0");
        position::parse(text).map_err(bad)
    };
    let since = query.since.as_deref().map(since).transpose()?;
    let data_set = data_set::export::find(name).ok_or(codes::NOT_FOUND)?;
    if since.is_some() && data_set.changes == Changes::NotKept {
        return Err(changes_not_kept(data_set.name));
    }
    Ok(Wanted { data_set, format, since })
}

fn share(exports: &Exports, account: i64) -> Result<Share<i64>, ApiProblem> {
    exports.under_way.take(Some(account)).map_err(|why| {
        let problem = match why {
            Exhausted::Holder => ApiProblem::new(codes::RATE_LIMITED)
                .detail("The account has as many exports under way as it may have. Read them to their end."),
            Exhausted::Whole => ApiProblem::new(codes::OVERLOADED).detail("Others export at the moment."),
        };
        problem.retry_after_seconds(RETRY_AFTER_SECONDS)
    })
}

fn start(
    exports: &Exports,
    snapshot: Snapshot,
    wanted: Wanted,
    conditions: &Conditions,
    share: Share<i64>,
) -> Result<Response, Refusal> {
    let limits = &exports.limits;
    let (writer, end, reader) = spool(&limits.dir, limits.bytes_max).map_err(ApiProblem::unavailable)?;
    let position = snapshot.head.position;
    let Wanted { data_set, format, .. } = &wanted;
    // A file follows from these alone, so whoever has it can say so.
    let identity = format!("{:?}", (&snapshot.head, data_set.name, format, wanted.since, CONTRACT_VERSION));
    let name = format!("attachment; filename=\"{}-{position}.{format}\"", data_set.name);
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(format.media_type())),
        (CONTENT_DISPOSITION, HeaderValue::try_from(name).map_err(ApiProblem::internal)?),
        (CONTRACT, HeaderValue::from_static(CONTRACT_VERSION)),
        (TRAILER, HeaderValue::from_static("Export-Receipt")),
    ];
    let held_max = limits.snapshot_max;
    let writing = tokio::spawn(async move {
        match tokio::time::timeout(held_max, write(snapshot, wanted, writer, end)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(error = %Chain(&error), "an export was broken off"),
            Err(_elapsed) => tracing::warn!(?held_max, "an export took too long and was broken off"),
        }
    });
    let body = body(reader, AbortOnDropHandle::new(writing), share);
    Ok(conditions.answer_with_file(position, identity.as_bytes(), (headers, body).into_response()))
}

async fn write(
    snapshot: Snapshot,
    wanted: Wanted,
    writer: SpoolWriter,
    end: SpoolEnd,
) -> Result<(), PumpError> {
    let Wanted { data_set, format, since } = wanted;
    let (name, began) = (data_set.name, Instant::now());
    let writer = BufWriter::with_capacity(BUFFER_BYTES, writer);
    let (_writer, receipt) = pump(snapshot, data_set, since, format, writer).await?;
    tracing::info!(data_set = name, %format, rows = receipt.rows, duration = ?began.elapsed(), "exported");
    end.complete(receipt);
    Ok(())
}

fn changes_not_kept(data_set: &str) -> ApiProblem {
    ApiProblem::new(codes::CHANGES_NOT_KEPT)
        .detail(format!("What went from {data_set} leaves no trace in it. Export all of it."))
}

fn refusal(error: ExportError) -> Refusal {
    match error {
        ExportError::Read(error) => error.into(),
        ExportError::ChangesNotKept { data_set } => changes_not_kept(data_set).into(),
        // It was awaited.
        ExportError::NotReached { .. } => ApiProblem::new(codes::NOT_CAUGHT_UP).into(),
        error @ (ExportError::NotFolded | ExportError::TooManyLeftOut { .. }) => {
            ApiProblem::unavailable(error).into()
        }
    }
}
