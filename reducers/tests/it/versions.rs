//! More than one version of a projection: built strictly, handed over, folded beside each other.

use std::sync::Arc;

use data_set::audit::Audit;
use data_set::versions::{Hold, Snapshot, State, compare};
use domain::{Position, Shard};
use event_store::{EventLog, InMemoryLog, drop_events};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use reducers::social::Social;
use reducers::{Lane, OnBad, ReplayError, Status, replay};
use testkit::{Nats, Process, eventually, free_port};
use time::OffsetDateTime;

use crate::history::{Author, plant};
use crate::rows::{DataSet, PATIENCE};

const NEXT: i32 = 2;

async fn hold(data_set: &DataSet) -> Hold {
    Hold::take(&data_set.postgres.url(), "social").await.expect("nobody else holds it")
}

fn lane(data_set: &DataSet, log: &Arc<dyn EventLog>) -> Lane {
    let pool = data_set::write::connect(&data_set.postgres.url(), "rebuild", "social_v2").expect("a URL");
    Lane {
        log: Arc::clone(log),
        pool,
        fold: Arc::new(Social),
        version: NEXT,
        status: Status::default(),
        on_bad: OnBad::Stop,
    }
}

async fn head(log: &dyn EventLog) -> Position {
    Position::new(log.head().await.expect("a head"), log.shard())
}

async fn checkpoint(data_set: &DataSet, version: i32) -> Result<Option<i64>, String> {
    let sql = "select position from control.checkpoint where projection = 'social' and version = $1";
    let position = sqlx::query_scalar(sql).bind(version).fetch_optional(&data_set.pool).await;
    position.map_err(|error| error.to_string())
}

/// Waits until everything in the log is folded into a version.
async fn folded(data_set: &DataSet, log: &dyn EventLog, version: i32) {
    let end = head(log).await.get();
    eventually("the version is folded", PATIENCE, || async {
        let at = checkpoint(data_set, version).await?;
        if at.is_some_and(|at| at >= end) { Ok(()) } else { Err(format!("{at:?} of {end}")) }
    })
    .await;
}

/// Both versions at one position have the same rows.
async fn assert_equal(data_set: &DataSet) {
    let url = data_set.postgres.url();
    let (mut left, mut right) = eventually("both are at one position", PATIENCE, || async {
        let left = Snapshot::open(&url, "social", 1).await.map_err(|error| error.to_string())?;
        let right = Snapshot::open(&url, "social", NEXT).await.map_err(|error| error.to_string())?;
        let positions = (left.position, right.position);
        if positions.0 == positions.1 { Ok((left, right)) } else { Err(format!("{positions:?}")) }
    })
    .await;
    let mut rows = 0;
    for table in left.tables().await.expect("readable") {
        let diff = compare(&mut left, &mut right, &table, || rows += 1).await.expect("compared");
        assert!(!diff.differs(), "{diff:#?}");
    }
    assert!(rows > 50, "only {rows} rows were compared");
}

#[tokio::test]
async fn a_replay_ends_at_its_position_and_the_next_one_goes_on_there() {
    let log: Arc<dyn EventLog> = Arc::new(InMemoryLog::new(Shard(0)));
    let data_set = DataSet::start().await;
    let mut author = Author::new(Arc::clone(&log), 50);
    author.write(150).await;
    let first = head(&*log).await;
    // The published version stands still at a position in the middle of what the replay could read.
    let worker = data_set.fold(Arc::clone(&log));
    data_set.caught_up(&*log).await;
    worker.stop().await;
    author.write(150).await;

    hold(&data_set).await.make_next(1).await.expect("made");
    let lane = lane(&data_set, &log);
    let middle = Position::from_i64(first.get() / 2).expect("a position");
    let middle = Position::new(middle.sequence(), Shard(0));
    let mut moves = Vec::new();
    assert_eq!(replay(&lane, middle, |at| moves.push(at)).await.expect("replayed"), middle);
    assert_eq!((moves.first(), moves.last()), (Some(&Position::default()), Some(&middle)));
    assert_eq!(replay(&lane, first, |_| ()).await.expect("replayed"), first);
    assert_equal(&data_set).await;
    assert_eq!(replay(&lane, middle, |_| ()).await.expect("nothing to do"), first);

    let last = head(&*log).await;
    assert_eq!(replay(&lane, last, |_| ()).await.expect("replayed"), last);
    let worker = data_set.fold(Arc::clone(&log));
    assert_equal(&data_set).await;
    worker.stop().await;
}

#[tokio::test]
async fn what_was_given_up_is_passed_over_in_the_next_version_too() {
    let log: Arc<dyn EventLog> = Arc::new(InMemoryLog::new(Shard(0)));
    let data_set = DataSet::start().await;
    let mut author = Author::new(Arc::clone(&log), 53);
    author.write(40).await;
    let bad = plant(&*log, "rookery.message.posted.v1", r#"{"author":"7","te"#).await;
    author.write(40).await;
    let at = Position::from_i64(bad).expect("positive");
    drop_events(&*log, "social", &[at], None, OffsetDateTime::now_utc()).await.expect("appended");
    let worker = data_set.fold(Arc::clone(&log));
    data_set.caught_up(&*log).await;
    worker.stop().await;

    hold(&data_set).await.make_next(1).await.expect("made");
    let last = head(&*log).await;
    assert_eq!(replay(&lane(&data_set, &log), last, |_| ()).await.expect("replayed"), last);
    assert_equal(&data_set).await;
    let given_up = "select version from control.parked_event where position = $1 and reason = 'dropped'";
    let given_up = sqlx::query_scalar(given_up).bind(bad).fetch_all(&data_set.pool).await;
    assert_eq!(given_up.map_err(|error| error.to_string()), Ok(vec![1, NEXT]));
    let mut audit = Audit::look(&data_set.pool, "social", 0).await.expect("readable");
    assert_eq!(audit.parked().await.expect("readable"), [0_i64; 0], "the log says so");
    audit.leave().await.expect("left");
}

#[tokio::test]
async fn a_bad_event_ends_a_replay_and_everything_before_it_is_written() {
    let data_set = DataSet::start().await;
    let noise: String = (0..20_000_u64).map(|n| char::from(b'a' + (n * n * 31 % 7919 % 26) as u8)).collect();
    let refused = format!(r#"{{"author":"7","text":"x","tags":["{noise}"]}}"#);
    for data in [r#"{"author":"7","te"#, &refused] {
        let log: Arc<dyn EventLog> = Arc::new(InMemoryLog::new(Shard(0)));
        let mut author = Author::new(Arc::clone(&log), 51);
        author.write(40).await;
        let before = head(&*log).await;
        let bad = plant(&*log, "rookery.message.posted.v1", data).await;
        author.write(40).await;

        let mut hold = hold(&data_set).await;
        let version = hold.make_next(1).await.expect("made");
        let schema = data_set::write::schema("social", version);
        let pool = data_set::write::connect(&data_set.postgres.url(), "rebuild", &schema).expect("a URL");
        let lane = Lane { pool, version, ..lane(&data_set, &log) };
        for _ in 0..2 {
            let error = replay(&lane, head(&*log).await, |_| ()).await.expect_err("it is bad");
            assert!(
                matches!(&error, ReplayError::BadEvent(found)
                    if found.position.get() == bad && !found.detail.is_empty()),
                "{error:?}"
            );
            assert_eq!(hold.position(version).await.expect("readable"), Some(before.get()));
        }
        assert!(data_set.parked().await.is_empty(), "nothing is passed over");
        hold.drop_version(version).await.expect("dropped");
        drop(hold);
        eventually("the hold ends", PATIENCE, || async {
            Hold::take(&data_set.postgres.url(), "social").await.map(drop).map_err(|error| error.to_string())
        })
        .await;
    }
}

#[tokio::test]
async fn reducers_fold_what_is_published_or_ready_to_be_and_nothing_else() {
    let (nats, data_set) = (Nats::start().await, DataSet::start().await);
    let mut config = JetStreamConfig::new(nats.url(), "test");
    config.stream_bytes_max = 256 << 20;
    let log: Arc<dyn EventLog> = Arc::new(JetStreamLog::open(&config).await.expect("opened"));
    let start = || {
        let env = [
            ("ROOKERY_NATS_URL".to_owned(), nats.url()),
            ("ROOKERY_DATABASE_URL".to_owned(), data_set.postgres.url()),
            ("ROOKERY_REDUCERS_LISTEN".to_owned(), format!("127.0.0.1:{}", free_port())),
        ];
        Process::start(env!("CARGO_BIN_EXE_reducers"), [] as [String; 0], env)
    };
    let mut hold = hold(&data_set).await;
    let mut process = start();
    let mut author = Author::new(Arc::clone(&log), 52);
    author.write(60).await;

    assert_eq!(hold.make_next(1).await.expect("made"), NEXT);
    process.kill();
    process = start();
    folded(&data_set, &*log, 1).await;
    assert_eq!(
        checkpoint(&data_set, NEXT).await,
        Ok(None),
        "a version that is being built is left to who builds it"
    );

    hold.set_state(NEXT, State::Standby).await.expect("it may");
    assert!(!hold.is_taken_up(NEXT).await.expect("readable"));
    author.write(60).await;
    assert_equal(&data_set).await;
    let beat =
        "select exists (select from control.lane_heartbeat where projection = 'social' and version = $1)";
    eventually("its lane beats", PATIENCE, || async {
        let beats = sqlx::query_scalar(beat).bind(NEXT).fetch_one(&data_set.pool).await;
        match beats {
            Ok(true) => Ok(()),
            state => Err(format!("{state:?}")),
        }
    })
    .await;
    assert!(hold.is_taken_up(NEXT).await.expect("readable"));
    process.kill();
    author.write(60).await;
    process = start();
    folded(&data_set, &*log, NEXT).await;
    assert_equal(&data_set).await;

    hold.begin_switch(1).await.expect("begun").publish(NEXT).await.expect("published");
    hold.drop_version(1).await.expect("dropped");
    process.wait_for_output("this version is not folded here any more", PATIENCE).await;
    author.write(60).await;
    folded(&data_set, &*log, NEXT).await;
    assert_eq!(checkpoint(&data_set, 1).await, Ok(None), "the dropped one does not come again");
    process.terminate();
    assert!(process.wait(PATIENCE).await.success(), "{}", process.output());
}
