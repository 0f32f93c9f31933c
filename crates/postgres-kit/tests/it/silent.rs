use std::time::Duration;

use postgres_kit::{Limits, Listener, Pool, is_no_answer};
use sqlx::Error;
use testkit::{Postgres, Proxy, Way, eventually};
use tokio::time::Instant;

/// Of one statement; all here take milliseconds.
const LIMIT: Duration = Duration::from_secs(2);
/// A connection that was idle for less is used without a look.
const TRUSTED: Duration = Duration::from_secs(1);

struct World {
    postgres: Postgres,
    proxy: Proxy,
    pool: Pool,
}

impl World {
    async fn start() -> Self {
        let postgres = Postgres::start().await;
        let proxy = Proxy::start(postgres.port()).await;
        let options = postgres_kit::options(&proxy.url(&postgres.url(), postgres.port()), "test");
        let limits = Limits { connections_max: 3, check_out: Duration::from_secs(4), statement: LIMIT };
        let pool = Pool::new(options.expect("the address is good"), limits);
        Self { postgres, proxy, pool }
    }

    /// Three connections that were used just now.
    async fn fill(&self) {
        let all = [self.pool.acquire().await, self.pool.acquire().await, self.pool.acquire().await];
        assert!(all.iter().all(Result::is_ok), "{all:?}");
    }

    /// The next statements are answered at once, on new connections.
    async fn is_well(&self, what: &str) {
        let before = self.proxy.accepted();
        let began = Instant::now();
        for _ in 0..3 {
            assert_eq!(one(&self.pool).await.expect(what), 1, "{what}");
        }
        assert!(began.elapsed() < LIMIT, "{what}: {:?}", began.elapsed());
        let made = self.proxy.accepted() - before;
        assert!(made <= 1, "{what}: one new connection does for all three, not {made}");
    }
}

async fn one(pool: &Pool) -> Result<i32, Error> {
    sqlx::query_scalar("select 1").fetch_one(pool).await
}

/// Something that waits for the database, and is told in time that nothing comes.
async fn gives_up<T: std::fmt::Debug>(what: &str, step: impl Future<Output = Result<T, Error>>) {
    let began = Instant::now();
    let outcome = tokio::time::timeout(LIMIT * 3, step).await;
    let error = outcome.unwrap_or_else(|_| panic!("{what}: waits for ever")).expect_err(what);
    assert!(is_no_answer(&error), "{what}: {error}");
    assert!(began.elapsed() < LIMIT * 2, "{what}: {:?}", began.elapsed());
}

#[tokio::test]
async fn a_read_on_a_dead_connection_is_given_up_and_its_siblings_with_it() {
    for way in Way::ALL {
        let world = World::start().await;
        world.fill().await;
        world.proxy.silence(way);
        gives_up(&format!("{way:?}"), one(&world.pool)).await;
        world.is_well(&format!("{way:?}")).await;
    }
}

#[tokio::test]
async fn all_places_are_free_again_when_every_connection_died_at_work() {
    for way in Way::ALL {
        let world = World::start().await;
        world.fill().await;
        world.proxy.silence(way);
        let what = format!("{way:?}");
        let reads = (0..3).map(|_| gives_up(&what, one(&world.pool)));
        futures::future::join_all(reads).await;
        world.is_well(&what).await;
    }
}

#[tokio::test]
async fn a_connection_that_died_while_idle_costs_a_look() {
    for way in Way::ALL {
        let world = World::start().await;
        world.fill().await;
        world.proxy.silence(way);
        let filled = Instant::now();
        eventually("the connections are too old to be trusted", LIMIT, async || match filled.elapsed() {
            age if age > TRUSTED => Ok(()),
            age => Err(format!("{age:?}")),
        })
        .await;
        let began = Instant::now();
        assert_eq!(one(&world.pool).await.expect("the look tells"), 1);
        assert!(began.elapsed() < LIMIT, "{way:?}: {:?}", began.elapsed());
        world.is_well(&format!("{way:?}")).await;
    }
}

#[tokio::test]
async fn every_step_of_a_transaction_is_given_up() {
    for way in Way::ALL {
        for step in ["begin", "statement", "commit", "copy"] {
            let what = format!("{way:?}, {step}");
            let world = World::start().await;
            sqlx::query("create table kept (n int)").execute(&world.pool).await.expect("made");
            world.fill().await;
            if step == "begin" {
                world.proxy.silence(way);
                gives_up(&what, world.pool.begin()).await;
            } else {
                let mut transaction = world.pool.begin().await.expect("begun");
                sqlx::query("insert into kept values (1)").execute(&mut *transaction).await.expect("alive");
                world.proxy.silence(way);
                match step {
                    "statement" => gives_up(&what, sqlx::query("select 1").execute(&mut *transaction)).await,
                    "copy" => gives_up(&what, transaction.copy_in("copy kept from stdin", b"2\n")).await,
                    _ => gives_up(&what, transaction.commit()).await,
                }
            }
            world.is_well(&what).await;
        }
    }
}

#[tokio::test]
async fn what_a_vanished_client_had_locked_is_free_in_time() {
    let world = World::start().await;
    let pool = &world.pool;
    sqlx::query("create table kept (n int)").execute(pool).await.expect("made");
    let mut transaction = pool.begin().await.expect("begun");
    sqlx::query("lock table kept in access exclusive mode").execute(&mut *transaction).await.expect("free");
    world.proxy.silence(Way::Both);
    drop(transaction);
    eventually("the lock is free", Duration::from_secs(25), || async {
        let counted = sqlx::query("select count(*) from kept").execute(pool).await;
        counted.map(drop).map_err(|error| error.to_string())
    })
    .await;
}

#[tokio::test]
async fn a_listener_that_died_is_told_apart_from_one_that_hears_nothing() {
    for way in Way::ALL {
        let world = World::start().await;
        let url = world.proxy.url(&world.postgres.url(), world.postgres.port());
        let options = postgres_kit::options(&url, "test").expect("the address is good");
        let mut listener = Listener::open(&options, "news").await.expect("it listens");
        listener.wait(Duration::from_millis(100)).await.expect("silence is no failure");
        world.proxy.silence(way);
        let began = Instant::now();
        while listener.wait(Duration::from_millis(500)).await.is_ok() {
            assert!(began.elapsed() < Duration::from_secs(10), "{way:?}: it listens to nobody");
        }
        Listener::open(&options, "news").await.expect("another one can be had");
    }
}
