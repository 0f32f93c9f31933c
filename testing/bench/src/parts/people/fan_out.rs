//! Fan-out in rows per second against a bare server-side join insert, and how long a post takes into its followers'
//! feeds.

use std::time::Instant;

use anyhow::Result;
use domain::{Event, MessageEvent, MessagePosted, Tags, Text};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use sqlx::{Connection, PgConnection};

use super::{account, followed};
use crate::archive::append_all;
use crate::corpus::Corpus;
use crate::identity::{Callers, FIRST_ACCOUNT};
use crate::load::open::{Plan, Reading, post_and_read};
use crate::parts::{Parts, fold};
use crate::processes::Cores;
use crate::report::{Table, met, millis, percent, say, whole};
use crate::servers::Servers;
use crate::services::Service;

const AUTHORS: i64 = 64;
const FOLLOWERS: i64 = 1_000;
const FIRST_FOLLOWER: i64 = 2 * FIRST_ACCOUNT;
/// Posts per statement of the bare insert.
const BARE_BATCH: i64 = 100;
const AIM_ROWS_PER_SECOND: f64 = 150_000.0;
const POSTS_PER_SECOND: u32 = 100;
const AIM_P99_MS: f64 = 100.0;

/// Every author has the same followers: what is measured is the number of rows, not of people.
fn follows() -> impl Iterator<Item = (i64, i64)> {
    (FIRST_ACCOUNT..FIRST_ACCOUNT + AUTHORS)
        .flat_map(|author| (FIRST_FOLLOWER..FIRST_FOLLOWER + FOLLOWERS).map(move |reader| (reader, author)))
}

fn posted(author: i64, corpus: &mut Corpus) -> Result<Event> {
    let message = corpus.message(0.0);
    Ok(Event::from(MessageEvent::Posted(MessagePosted {
        author: account(author),
        text: Text::parse(&message.text)?,
        tags: Tags::parse(message.tags.iter().map(String::as_str))?,
        in_reply_to: None,
        original_time: None,
    })))
}

impl Parts {
    pub(super) async fn fan_out(&mut self) -> Result<()> {
        let servers = Servers::start(false).await?;
        let url = servers.database_url();
        let log = JetStreamLog::open(&JetStreamConfig::new(servers.nats_url(), "bench")).await?;
        append_all(&log, follows().map(|(reader, author)| followed(reader, author))).await?;
        let reducers = Service::reducers(&self.programs, &servers, &url).await?;
        fold::await_head(&servers, &url, None).await?;
        self.visible_in_feeds(&servers).await?;
        drop(reducers);

        let mut corpus = Corpus::new(1);
        let posts = i64::try_from(self.scale.fan_out_posts)?;
        let events: Vec<_> = (0..posts)
            .map(|post| {
                let author = FIRST_ACCOUNT + post % AUTHORS;
                Ok((account(author), posted(author, &mut corpus)?))
            })
            .collect::<Result<_>>()?;
        append_all(&log, events.into_iter()).await?;
        let began = Instant::now();
        let reducers = Service::reducers(&self.programs, &servers, &url).await?;
        let cores = Cores::watch(&[("reducers", reducers.pid()), ("Postgres", servers.postgres_pid())]);
        fold::await_head(&servers, &url, None).await?;
        let ours = rows(posts) / began.elapsed().as_secs_f64();
        let used = cores.describe();
        drop(reducers);
        let bare_url = servers.make_database("bare").await?;
        let limit = bare(&bare_url, posts).await?;
        let title =
            format!("(i) Fan-out of {} posts to {FOLLOWERS} followers each", whole(rows(posts) / 1_000.0));
        let mut table = Table::new(title, &["", "rows/s", "ratio", "aim"]);
        let aim = format!("{}/s: {}", whole(AIM_ROWS_PER_SECOND), met(ours >= AIM_ROWS_PER_SECOND));
        table.row(["fold, from its start to the head".to_owned(), whole(ours), percent(ours, limit), aim]);
        table.row(["bare join insert".to_owned(), whole(limit), "-".to_owned(), "limit".to_owned()]);
        table.print();
        say(&format!("\nCores used by the fold: {used}."));
        Ok(())
    }

    /// From a 201 to the post's being the newest of a follower's home timeline.
    async fn visible_in_feeds(&mut self, servers: &Servers) -> Result<()> {
        let authors = FIRST_ACCOUNT..FIRST_ACCOUNT + AUTHORS;
        let readers = FIRST_FOLLOWER..FIRST_FOLLOWER + AUTHORS;
        let mut callers = Callers::of(servers.dir(), authors.chain(readers))?;
        let reader_tokens = callers.tokens.split_off(usize::try_from(AUTHORS)?);
        let dispatcher = Service::dispatcher(&self.programs, servers, &callers).await?;
        let query_api = Service::query_api(&self.programs, &servers.database_url(), &callers).await?;
        let plan = Plan {
            dispatcher: dispatcher.address,
            query_api: query_api.address,
            tokens: callers.tokens.into(),
            posts_per_second: POSTS_PER_SECOND,
            duration: self.scale.visible,
            reading: Reading::Timeline(reader_tokens.into()),
        };
        let mut seen = post_and_read(plan).await?;
        let p99 = seen.visible.percentile_ms(99);
        let title =
            format!("(i) From 201 to visible in {FOLLOWERS} followers' feeds, {POSTS_PER_SECOND} posts/s");
        let mut table = Table::new(title, &["per second", "p50", "p99", "failed", "aim"]);
        table.row([
            whole(seen.visible.per_second()),
            millis(seen.visible.percentile_ms(50)),
            millis(p99),
            seen.visible.failures.to_string(),
            format!("p99 {AIM_P99_MS} ms: {}", met(p99 <= AIM_P99_MS && seen.visible.failures == 0)),
        ]);
        table.print();
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of rows stay far below 2^53")]
fn rows(posts: i64) -> f64 {
    (posts * FOLLOWERS) as f64
}

/// Rows per second of the join insert alone, into the same table with the same index.
async fn bare(url: &str, posts: i64) -> Result<f64> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::query("set synchronous_commit = off").execute(&mut connection).await?;
    sqlx::query(include_str!("../../sql/bare_follows.sql"))
        .bind(FIRST_ACCOUNT)
        .bind(AUTHORS)
        .bind(FIRST_FOLLOWER)
        .bind(FOLLOWERS)
        .execute(&mut connection)
        .await?;
    sqlx::query("analyze feeds_v1.follow").execute(&mut connection).await?;
    let began = Instant::now();
    for first in (0..posts).step_by(usize::try_from(BARE_BATCH)?) {
        sqlx::query(include_str!("../../sql/bare_fan_out.sql"))
            .bind(FIRST_ACCOUNT)
            .bind(AUTHORS)
            .bind(first)
            .bind((first + BARE_BATCH).min(posts))
            .execute(&mut connection)
            .await?;
    }
    Ok(rows(posts) / began.elapsed().as_secs_f64())
}
