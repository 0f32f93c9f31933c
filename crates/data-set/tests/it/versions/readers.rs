//! What readers see while versions are switched under them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use data_set::pool::{PoolOptions, connect};
use data_set::versions::{State, VersionError};
use data_set::{Pool, write};
use tokio::task::JoinSet;

use super::{DataSet, LIMIT};

const SWITCHES: usize = 40;
const READERS: usize = 4;

/// One statement over several views, as those of the query API are: position and rows of one moment.
const READ: &str = "
    select (select position from published.projections where projection = 'social' and state = 'published'),
        (select version from published.projections where projection = 'social' and state = 'published'),
        array(select m.text from published.messages m order by m.id),
        (select until from served.read_markers where account = 7),
        (select until from served.read_markers where account = 8)";

/// Two versions whose rows say which version they are of.
pub(super) async fn two_versions() -> (DataSet, i32) {
    let data_set = DataSet::start().await;
    let mut hold = data_set.hold().await;
    let next = hold.make_next(1).await.expect("made");
    hold.set_state(next, State::Standby).await.expect("it may");
    for version in [1, next] {
        data_set.resume(version).await.expect("a checkpoint");
        data_set
            .execute(format!(
                "insert into social_v{version}.message
                    select n, 7, '{version}', '{{}}', null, now(), null, 1 from generate_series(1, 20) n;
                insert into social_v{version}.read_marker values (7, 0), (8, {version});"
            ))
            .await;
    }
    (data_set, next)
}

/// Stands for a projection worker: one transaction after another, each of which moves rows and checkpoint.
async fn fold(pool: Pool, version: i32, is_over: Arc<AtomicBool>) {
    while !is_over.load(Ordering::Relaxed) {
        let mut transaction = pool.begin().await.expect("begun");
        let advance = "update control.checkpoint set position = position + 256
            where projection = 'social' and version = $1 returning position";
        let position: i64 =
            sqlx::query_scalar(advance).bind(version).fetch_one(&mut *transaction).await.expect("moved");
        let mark = "update read_marker set until = $1 where account = 7";
        sqlx::query(mark).bind(position).execute(&mut *transaction).await.expect("marked");
        transaction.commit().await.expect("committed");
        // The second version is a little ahead, so that a position of the wrong version is noticed.
        if version != 1 {
            testkit::eventually("the first version follows", LIMIT, || async {
                let may_go_on = is_over.load(Ordering::Relaxed) || !is_far_ahead(&pool).await;
                if may_go_on { Ok(()) } else { Err("it is far behind".to_owned()) }
            })
            .await;
        }
    }
}

async fn is_far_ahead(pool: &Pool) -> bool {
    let ahead = "select max(position) filter (where version <> 1) - max(position) filter (where version = 1) > 16 * 256
        from control.checkpoint";
    sqlx::query_scalar(ahead).fetch_one(pool).await.expect("readable")
}

async fn read(pool: Pool, reads: Arc<AtomicU64>, is_over: Arc<AtomicBool>) {
    type Answer = (i64, i32, Vec<String>, i64, i64);
    let mut last = 0;
    while !is_over.load(Ordering::Relaxed) {
        let (position, version, texts, marked, of) = sqlx::query_as::<_, Answer>(READ)
            .fetch_one(&pool)
            .await
            .unwrap_or_else(|error| panic!("a reader was refused: {error}"));
        let seen = format!("version {version} at {position}: rows of {texts:?}, marker of {of} at {marked}");
        assert_eq!(texts, vec![version.to_string(); 20], "a mixture: {seen}");
        assert_eq!(
            (marked, of),
            (position, i64::from(version)),
            "position and rows are of two moments: {seen}"
        );
        assert!(position >= last, "a step back from {last}: {seen}");
        last = position;
        reads.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_see_one_version_and_never_an_older_position() {
    let (data_set, next) = two_versions().await;
    let is_over = Arc::new(AtomicBool::new(false));
    let reads = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    for version in [1, next] {
        let pool = write::connect(&data_set.postgres.url(), "worker", &write::schema("social", version));
        tasks.spawn(fold(pool.expect("the address is good"), version, Arc::clone(&is_over)));
    }
    for _ in 0..READERS {
        let pool = connect(&data_set.postgres.url(), &PoolOptions::reader("reader", 1))
            .expect("the address is good");
        tasks.spawn(read(pool, Arc::clone(&reads), Arc::clone(&is_over)));
    }
    let mut hold = data_set.hold().await;
    let (mut from, mut to, mut switched, mut busy) = (1, next, 0, 0);
    let mut seen = 0;
    while switched < SWITCHES {
        match hold.begin_switch(from).await.expect("begun").publish(to).await {
            Ok(()) => {
                switched += 1;
                (from, to) = (to, from);
                // Every version is read before it goes.
                let enough = seen + 2 * READERS as u64;
                testkit::eventually("they read", LIMIT, || async {
                    let now = reads.load(Ordering::Relaxed);
                    if now >= enough { Ok(()) } else { Err(format!("{now} of {enough}")) }
                })
                .await;
                seen = reads.load(Ordering::Relaxed);
            }
            Err(VersionError::Busy(_)) => busy += 1,
            Err(error) => panic!("{error:?}"),
        }
        if let Some(ended) = tasks.try_join_next() {
            ended.expect("nobody found a fault");
        }
    }
    is_over.store(true, Ordering::Relaxed);
    while let Some(ended) = tasks.join_next().await {
        ended.expect("nobody found a fault");
    }
    assert!(busy < SWITCHES, "{busy} times busy");
}

#[tokio::test]
async fn a_switch_steps_aside_for_a_long_statement() {
    let (data_set, next) = two_versions().await;
    let mut long = data_set.pool.begin().await.expect("begun");
    sqlx::query("select from served.notifications").execute(&mut *long).await.expect("readable");
    let mut hold = data_set.hold().await;
    let refusal =
        hold.begin_switch(1).await.expect("begun").publish(next).await.expect_err("it is in the way");
    assert!(matches!(refusal, VersionError::Busy(_)), "{refusal:?}");
    assert_eq!(data_set.texts("select distinct text from published.messages").await, ["1"]);
    long.rollback().await.expect("ended");
    hold.begin_switch(1).await.expect("begun").publish(next).await.expect("nothing is in the way");
    assert_eq!(data_set.texts("select distinct text from published.messages").await, [next.to_string()]);
    let left = "select view_name::text from information_schema.view_table_usage
        where view_schema in ('published', 'served') and table_schema = 'social_v1'";
    assert_eq!(data_set.texts(left).await, [] as [String; 0], "no view shows the old version");
    let comments = "select relname::text from pg_class c
        where relnamespace in ('published'::regnamespace, 'served'::regnamespace) and (obj_description(oid, 'pg_class') is null
            or not has_table_privilege('rookery_query_api', c.oid, 'select'))";
    assert_eq!(data_set.texts(comments).await, [] as [String; 0], "comments and grants stay");
    let private = "select relname::text from pg_class c where relnamespace = 'served'::regnamespace
        and has_table_privilege('rookery_analyst', c.oid, 'select')";
    assert_eq!(data_set.texts(private).await, [] as [String; 0], "what is private stays so");
}
