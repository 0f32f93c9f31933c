//! Part `count`: the time of a count over a year, by the size of the data.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use sqlx::PgConnection;
use time::format_description::well_known::Rfc3339;

use crate::corpus::{Corpus, top_tag};
use crate::load::http::{Connection, get};
use crate::report::{Table, met, millis, whole};
use crate::services::Service;
use crate::stats::Sample;

/// The largest size may take so many times as long as the smallest.
const AIM: f64 = 2.0;
const RANGE: time::Duration = time::Duration::days(364);

/// What was measured at one size.
#[derive(Debug)]
struct Point {
    messages: u64,
    tag: Sample,
    any: Sample,
    /// One scan over the same range, for comparison.
    scan: Duration,
}

#[derive(Debug, Default)]
pub(super) struct Curve {
    points: Vec<Point>,
}

impl Curve {
    /// Counts one after the other, each over another range of 364 days that no minute begins or ends.
    pub(super) async fn measure(
        &mut self,
        query_api: &Service,
        token: &str,
        database_url: &str,
        messages: u64,
        requests: usize,
    ) -> Result<()> {
        let tag = top_tag();
        let mut connection = Connection::open(query_api.address).await?;
        let with_tag = counts(&mut connection, token, &format!("tag={tag}&"), requests).await?;
        let any = counts(&mut connection, token, "", requests).await?;
        let scan = scan(database_url, &tag).await?;
        self.points.push(Point { messages, tag: with_tag, any, scan });
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "numbers of messages stay far below 2^53")]
    pub(super) fn print(mut self) {
        let columns =
            ["messages", "most frequent tag, p50", "p99", "any tag, p50", "p99", "one scan", "ratio", "aim"];
        let mut table = Table::new("(d) Count over a year with uneven ends, one caller", &columns);
        let smallest = self.points.first_mut().map_or(f64::NAN, |point| point.tag.percentile_ms(50));
        for mut point in self.points {
            let p50 = point.tag.percentile_ms(50);
            table.row([
                whole(point.messages as f64),
                millis(p50),
                millis(point.tag.percentile_ms(99)),
                millis(point.any.percentile_ms(50)),
                millis(point.any.percentile_ms(99)),
                millis(point.scan.as_secs_f64() * 1_000.0),
                format!("{:.2} x", p50 / smallest),
                met(p50 <= AIM * smallest),
            ]);
        }
        table.print();
    }
}

async fn counts(connection: &mut Connection, token: &str, filter: &str, requests: usize) -> Result<Sample> {
    let mut corpus = Corpus::new(1);
    let mut sample = Sample::default();
    // The first tenth warms caches up.
    for index in 0..requests + requests / 10 {
        let start = Corpus::year_start() + time::Duration::milliseconds(random_millis(&mut corpus));
        let (start, end) = (start.format(&Rfc3339)?, (start + RANGE).format(&Rfc3339)?);
        let path = format!("/v1/messages?count=1&{filter}dateStart={start}&dateEnd={end}");
        let request = get(&path, Some(token), "");
        let began = Instant::now();
        let answer = connection.exchange(request.as_bytes()).await?;
        let took = began.elapsed();
        let body = String::from_utf8_lossy(answer.body);
        ensure!(answer.status == 200, "a count was answered with {}: {body}", answer.status);
        let count: u64 = body.trim().parse().context("a count is a number")?;
        ensure!(count > 0, "a count over the year found nothing");
        if index >= requests / 10 {
            sample.push(took);
        }
    }
    Ok(sample)
}

/// Less than a day.
fn random_millis(corpus: &mut Corpus) -> i64 {
    i64::try_from(corpus.number_below(86_400_000)).unwrap_or(0)
}

/// What counting row by row would take.
async fn scan(database_url: &str, tag: &str) -> Result<Duration> {
    let mut connection = <PgConnection as sqlx::Connection>::connect(database_url).await?;
    let start = Corpus::year_start();
    let began = Instant::now();
    let _count: i64 = sqlx::query_scalar(include_str!("../sql/scan.sql"))
        .bind(tag)
        .bind(start)
        .bind(start + RANGE)
        .fetch_one(&mut connection)
        .await?;
    Ok(began.elapsed())
}
