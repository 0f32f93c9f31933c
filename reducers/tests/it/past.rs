//! The projection `history`: its rows must not depend on batches, and must equal what a slow model makes of the log.

mod as_of;
mod deletions;

use data_set::Pool;
use data_set::write;
use domain::Position;
use event_store::RecordedEvent;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reducers::Fold;
use reducers::history::History;
use reducers::social::Social;

use crate::crowd::Crowd;
use crate::model::{normalised, past_of, rows_of_events};
use crate::property::{at, recorded};
use crate::rows::{DataSet, Rows, write_batch};

pub(crate) const TABLES: [&str; 9] =
    ["blocked", "edition", "event_time", "follow", "former", "liked", "message", "reposted", "tagged"];

pub(crate) async fn rows(pool: &Pool) -> Rows {
    let mut rows = Rows::new();
    for table in TABLES {
        let sql = format!("select to_jsonb(t)::text from history_v1.{table} t order by 1");
        let found: Vec<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(pool).await.expect("readable");
        rows.insert(table.to_owned(), found);
    }
    rows
}

fn history(seed: u64, events: u64) -> Vec<RecordedEvent> {
    let mut crowd = Crowd::new(seed, 6);
    (1..=events).map(at).map(|position| recorded(position, &crowd.draw(position))).collect()
}

/// Folds all events into empty tables. `size` is told how many are left, and says how many come next.
async fn fold(
    data_set: &DataSet,
    fold: &dyn Fold,
    events: &[RecordedEvent],
    mut size: impl FnMut(usize) -> usize,
) {
    let pool = data_set.worker_pool(fold.name());
    let key =
        write::ProjectionKey { projection: fold.name(), version: 1, shard: 0, lineage: "test".to_owned() };
    write::resume(&pool, &key).await.expect("a checkpoint");
    let (mut from, mut rest) = (Position::ZERO, events);
    while !rest.is_empty() {
        let (batch, later) = rest.split_at(size(rest.len()));
        write_batch(fold, &pool, &key, from, batch).await.expect("written");
        from = batch.last().map_or(from, |event| event.position);
        rest = later;
    }
}

async fn empty(data_set: &DataSet) {
    data_set.empty().await;
    data_set.empty_past().await;
}

#[tokio::test]
async fn rows_do_not_depend_on_batches_and_equal_the_model() {
    let data_set = DataSet::start().await;
    let mut rows_of_tables = Rows::new();
    for seed in 0..12 {
        let events = history(seed, 160);
        let expected = past_of(&events);
        let mut random = StdRng::seed_from_u64(seed);
        for way in ["one by one", "one batch", "random batches", "other random batches"] {
            empty(&data_set).await;
            let mut size = |rest: usize| match way {
                "one by one" => 1,
                "one batch" => rest,
                _ => random.random_range(1..=rest.min(40)),
            };
            fold(&data_set, &History, &events, &mut size).await;
            let found = normalised(rows(&data_set.pool).await);
            for (table, expected) in &expected {
                assert_eq!(&found[table], expected, "seed {seed}, {way}: {table}");
            }
        }
        for (table, rows) in expected {
            rows_of_tables.entry(table).or_default().extend(rows);
        }
    }
    // The histories meet what matters.
    let has = |tables: &[&str], what: &str| {
        let rows = tables.iter().flat_map(|table| &rows_of_tables[*table]);
        let count = rows.filter(|row| row.contains(what)).count();
        assert!(count > 0, "no rows of {tables:?} with {what}");
    };
    let edges = ["follow", "liked", "reposted"];
    for end in ["null", "\"undone\"", "\"deactivated\""] {
        has(&edges[..1], &format!("\"ended_by\":{end}"));
        has(&edges[1..], &format!("\"ended_by\":{end}"));
    }
    has(&edges[1..], "\"ended_by\":\"deleted\"");
    for cause in ["author", "deactivation"] {
        has(&["message"], &format!("\"cause\":\"{cause}\""));
    }
    has(&["edition"], "");
    has(&["tagged"], "\"to_position\":null");
}

/// As after a crash that lost the checkpoint, but not the rows. Blocks that were taken back are not in the rows any more,
/// so nobody is blocked here.
#[tokio::test]
async fn a_history_that_is_folded_twice_gives_the_same_rows() {
    let data_set = DataSet::start().await;
    let is_about_blocks = |event: &RecordedEvent| {
        let name = event.envelope.as_ref().map_or("", |envelope| envelope.event_type.as_str());
        name.contains("blocked")
    };
    for seed in 40..44 {
        let mut events = history(seed, 160);
        events.retain(|event| !is_about_blocks(event));
        empty(&data_set).await;
        fold(&data_set, &History, &events, |rest| rest.min(30)).await;
        let once = rows(&data_set.pool).await;
        data_set.forget_checkpoint().await;
        fold(&data_set, &History, &events, |rest| rest.min(25)).await;
        assert_eq!(rows(&data_set.pool).await, once, "seed {seed}");
    }
}

/// Nothing but the words themselves is gone with a message: it is in no table of `history` at all.
#[tokio::test]
async fn no_text_is_kept_beside_the_messages() {
    let data_set = DataSet::start().await;
    let events = history(3, 120);
    fold(&data_set, &History, &events, |rest| rest).await;
    fold(&data_set, &Social, &events, |rest| rest).await;
    let texts: Vec<String> =
        sqlx::query_scalar("select text from published.message_editions where length(text) > 3")
            .fetch_all(&data_set.pool)
            .await
            .expect("readable");
    assert!(!texts.is_empty() && !rows_of_events(&events)["message"].is_empty());
    let rows: String = rows(&data_set.pool).await.into_values().flatten().collect();
    for text in texts {
        assert!(!rows.contains(&format!("\"{text}\"")), "{text}");
    }
}
