//! Part `export`: a data set through the query API in every format, against `copy` of the same rows on a bare
//! connection.

use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Result, bail};
use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Parts;
use crate::load::http::get;
use crate::memory_book::Situation;
use crate::processes::Cores;
use crate::report::{Table, met, percent, say, whole};
use crate::servers::Servers;
use crate::services::Service;

const AIM: f64 = 0.6;
/// Of each, the best counts: the first one warms the cache.
const TIMES: usize = 3;
/// Read at once.
const CHUNK_BYTES: usize = 256 * 1_024;

impl Parts {
    pub(super) async fn export(
        &mut self,
        servers: &Servers,
        database_url: &str,
        query_api: &Service,
        token: &str,
    ) -> Result<()> {
        let mut connection = PgConnection::connect(database_url).await?;
        let data_set = data_set::export::find("messages").expect("there always are messages");
        let names: Vec<&str> = data_set.columns.iter().map(|column| column.name).collect();
        let copy = format!("copy (select {} from published.messages) to stdout", names.join(", "));
        let count = AssertSqlSafe("select count(*) from published.messages".to_owned());
        let rows: i64 = sqlx::query_scalar(count).fetch_one(&mut connection).await?;
        let title = format!("(k) All {} messages taken away", whole(as_f64(rows)));
        let mut table = Table::new(title, &["format", "ours, rows/s", "MB", "copy, rows/s", "ratio", "aim"]);
        let limit = best(async || bare(&mut connection, &copy).await).await?;
        let processes = [("query-api", query_api.pid()), ("Postgres", servers.postgres_pid())];
        for format in ["parquet", "csv", "ndjson"] {
            let cores = Cores::watch(&processes);
            let path = format!("/v1/exports/messages?format={format}");
            let ours = best(async || download(query_api.address, &path, token).await).await?;
            let (ours_rate, limit_rate) = (as_f64(rows) / ours.seconds, as_f64(rows) / limit.seconds);
            table.row([
                format.to_owned(),
                whole(ours_rate),
                whole(ours.bytes / 1e6),
                whole(limit_rate),
                percent(ours_rate, limit_rate),
                met(ours_rate >= AIM * limit_rate),
            ]);
            say(&format!("Cores used by {format}: {}.", cores.describe()));
        }
        table.print();
        self.memory.watch(Situation::Load, "query-api", query_api.pid());
        Ok(())
    }
}

#[derive(Debug, Clone, Copy)]
struct Taken {
    seconds: f64,
    bytes: f64,
}

async fn best(mut take: impl AsyncFnMut() -> Result<u64>) -> Result<Taken> {
    let mut best: Option<Taken> = None;
    for _ in 0..TIMES {
        let began = Instant::now();
        let bytes = take().await?;
        let taken = Taken { seconds: began.elapsed().as_secs_f64(), bytes: as_f64(bytes.try_into()?) };
        best = Some(best.filter(|best| best.seconds < taken.seconds).unwrap_or(taken));
    }
    best.ok_or_else(|| anyhow::anyhow!("nothing was taken"))
}

/// As text, in whatever order is the fastest, thrown away.
async fn bare(connection: &mut PgConnection, copy: &str) -> Result<u64> {
    let mut chunks = connection.copy_out_raw(copy).await?;
    let mut bytes = 0;
    while let Some(chunk) = chunks.try_next().await? {
        bytes += chunk.len() as u64;
    }
    Ok(bytes)
}

async fn download(address: SocketAddr, path: &str, token: &str) -> Result<u64> {
    let mut stream = TcpStream::connect(address).await?;
    let request = get(path, Some(token), "Connection: close\r\n");
    stream.write_all(request.as_bytes()).await?;
    let (mut chunk, mut bytes, mut head, mut end) = (vec![0; CHUNK_BYTES], 0, Vec::new(), Vec::new());
    loop {
        let read = stream.read(&mut chunk).await?;
        if read == 0 {
            break;
        }
        if bytes == 0 {
            head.extend_from_slice(&chunk[..read.min(64)]);
        }
        bytes += read as u64;
        end.extend_from_slice(&chunk[read.saturating_sub(16)..read]);
        end.drain(..end.len().saturating_sub(16));
    }
    // The last chunk of HTTP is empty; without it the file was broken off.
    if !head.starts_with(b"HTTP/1.1 200") || !end.ends_with(b"0\r\n\r\n") {
        bail!("{path} gave no whole file: {}", String::from_utf8_lossy(&head));
    }
    Ok(bytes)
}

#[expect(clippy::cast_precision_loss, reason = "numbers of rows and bytes stay far below 2^53")]
fn as_f64(number: i64) -> f64 {
    number as f64
}
