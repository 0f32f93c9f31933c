//! What the typed stores do on every kind of bucket.

use std::time::Duration;

use dispatcher::credential_store::{
    ATTEMPTS_MAX, ATTEMPTS_WINDOW, Attempt, CredentialStore, Family, FamilySecret, PasswordHash, Rotation,
    SESSIONS_PER_ACCOUNT_MAX, SecretHash, StoredKey,
};
use domain::{Handle, Shard};
use event_store::Buckets;
use event_store::buckets::SESSION_AGE_MAX;
use event_store::conformance::account;
use event_store_nats::{WriteErrors, connect, open_buckets};
use event_store_postgres::{PostgresConfig, PostgresLog};
use http_kit::ClientAddress;
use testkit::{Nats, Postgres};
use time::OffsetDateTime;
use uuid::Uuid;

const KEEP: Duration = Duration::from_secs(3_600);

fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_800_000_000).expect("it is a time")
}

fn secret(family: u8, current: u8) -> FamilySecret {
    FamilySecret { family: SecretHash::new([family; 32]), current: SecretHash::new([current; 32]) }
}

fn family(id: u128, at: OffsetDateTime) -> Family {
    Family { id: Uuid::from_u128(id), secret: secret(1, 1), refreshed_at: at }
}

#[tokio::test]
async fn in_memory() {
    keeps_its_promises(CredentialStore::new(Buckets::in_memory())).await;
}

#[tokio::test]
async fn on_jet_stream() {
    let nats = Nats::start().await;
    let client = connect(&nats.url(), "store-test").await.expect("the broker answers");
    let buckets = open_buckets(&WriteErrors::new(client), Shard(0), 1, 16 << 20).await;
    keeps_its_promises(CredentialStore::new(buckets.expect("the buckets open"))).await;
}

#[tokio::test]
async fn on_postgres() {
    let server = Postgres::start_with(testkit::PostgresConfig::default().durable()).await;
    let log =
        PostgresLog::open(&PostgresConfig::new(server.url(), "store-test")).await.expect("the log opens");
    keeps_its_promises(CredentialStore::new(log.buckets())).await;
}

/// Of an empty store.
async fn keeps_its_promises(store: CredentialStore) {
    credentials_are_kept_until_they_are_deleted(&store).await;
    tokens_of_a_family_are_good_once(&store).await;
    of_concurrent_duplicates_with_one_token_one_wins(&store).await;
    sessions_end_one_by_one_and_all_at_once(&store).await;
    one_key_signs_and_retired_ones_leave(&store).await;
    tries_are_counted_before_they_are_made(&store).await;
}

async fn credentials_are_kept_until_they_are_deleted(store: &CredentialStore) {
    let credentials = &store.credentials;
    assert_eq!(credentials.get(account(7)).await.expect("it reads"), None);
    for hash in ["$argon2id$first", "$argon2id$second"] {
        let hash = PasswordHash::new(hash);
        credentials.put(account(7), &hash).await.expect("it writes");
        assert_eq!(credentials.get(account(7)).await.expect("it reads"), Some(hash));
    }
    assert_eq!(credentials.get(account(8)).await.expect("it reads"), None);
    let (first, second) = (PasswordHash::new("$argon2id$first"), PasswordHash::new("$argon2id$second"));
    for (hash, is_kept) in [(&first, true), (&second, false), (&first, true)] {
        assert_eq!(credentials.put_first(account(9), hash).await.expect("it answers"), is_kept);
        assert_eq!(credentials.get(account(9)).await.expect("it reads").as_ref(), Some(&first));
    }
    for _deleted_twice in 0..2 {
        credentials.delete(account(7)).await.expect("it deletes");
        assert_eq!(credentials.get(account(7)).await.expect("it reads"), None);
    }
    assert_eq!(format!("{:?}", PasswordHash::new("$argon2id$x")), "PasswordHash(..)");
}

async fn tokens_of_a_family_are_good_once(store: &CredentialStore) {
    let (sessions, holder, id) = (&store.sessions, account(7), Uuid::from_u128(1));
    sessions.open(holder, family(1, now())).await.expect("it opens");
    sessions.open(holder, family(2, now())).await.expect("it opens");
    let next = |current| SecretHash::new([current; 32]);
    let rotate = |presented, current| async move {
        sessions.rotate(holder, id, &presented, &next(current), now()).await
    };
    let unknown = rotate(secret(9, 1), 2).await.expect("it answers");
    assert_eq!(unknown, Rotation::Unknown, "the family's id alone changes nothing");
    assert_eq!(rotate(secret(1, 1), 2).await.expect("it answers"), Rotation::Done);
    assert_eq!(rotate(secret(1, 2), 3).await.expect("it answers"), Rotation::Done);
    assert_eq!(rotate(secret(1, 1), 4).await.expect("it answers"), Rotation::Reused);
    assert_eq!(rotate(secret(1, 3), 4).await.expect("it answers"), Rotation::Unknown, "the family is over");
    let other = sessions.rotate(holder, Uuid::from_u128(2), &secret(1, 1), &next(2), now()).await;
    assert_eq!(other.expect("it answers"), Rotation::Done, "the other family is not");
    let late = now() + SESSION_AGE_MAX;
    let expired = sessions.rotate(holder, Uuid::from_u128(2), &secret(1, 2), &next(3), late).await;
    assert_eq!(expired.expect("it answers"), Rotation::Unknown);
}

async fn of_concurrent_duplicates_with_one_token_one_wins(store: &CredentialStore) {
    let (sessions, holder) = (&store.sessions, account(11));
    sessions.open(holder, family(1, now())).await.expect("it opens");
    let duplicates = (2..6).map(|current| async move {
        let next = SecretHash::new([current; 32]);
        sessions.rotate(holder, Uuid::from_u128(1), &secret(1, 1), &next, now()).await.expect("it answers")
    });
    let rotations = futures::future::join_all(duplicates).await;
    let count = |wanted| rotations.iter().filter(|rotation| **rotation == wanted).count();
    assert_eq!((count(Rotation::Done), count(Rotation::Reused)), (1, 1), "{rotations:?}");
}

async fn sessions_end_one_by_one_and_all_at_once(store: &CredentialStore) {
    let (sessions, holder) = (&store.sessions, account(9));
    let is_alive = |id| async move {
        let (presented, next) = (secret(1, 1), SecretHash::new([1; 32]));
        let rotation = sessions.rotate(holder, Uuid::from_u128(id), &presented, &next, now()).await;
        rotation.expect("it answers") == Rotation::Done
    };
    for number in 0..=SESSIONS_PER_ACCOUNT_MAX as u128 {
        let at = now() - Duration::from_secs(1_000) + Duration::from_secs(number as u64);
        sessions.open(holder, family(number + 1, at)).await.expect("it opens");
    }
    assert!(!is_alive(1).await, "the oldest made room");
    assert!(is_alive(2).await && is_alive(3).await);
    assert!(sessions.end(holder, Uuid::from_u128(2)).await.expect("it ends"));
    assert!(!sessions.end(holder, Uuid::from_u128(2)).await.expect("it ends"));
    assert!(!is_alive(2).await && is_alive(3).await);
    sessions.end_all(holder).await.expect("they end");
    assert!(!is_alive(3).await);
}

async fn one_key_signs_and_retired_ones_leave(store: &CredentialStore) {
    let keys = &store.signing_keys;
    let fresh = |kid: &str, at| (kid.to_owned(), StoredKey::new(format!("pem of {kid}"), at));
    let (one, two) = tokio::join!(keys.ensure(fresh("a", now()), KEEP), keys.ensure(fresh("b", now()), KEEP));
    let (one, two) = (one.expect("it makes one"), two.expect("it makes one"));
    assert_eq!((one.keys.len(), &one), (1, &two), "of two that start one wins");
    assert!(!format!("{one:?}").contains("pem of"), "a key is shown");
    let rotated = keys.rotate(fresh("c", now() + KEEP), KEEP).await.expect("it rotates");
    assert_eq!(rotated.signing().map(|(kid, _)| kid.as_str()), Some("c"));
    assert_eq!(rotated.keys.len(), 2, "the old one still verifies");
    assert_eq!(keys.read().await.expect("it reads"), rotated);
    let later = keys.ensure(fresh("d", now() + 2 * KEEP), KEEP).await.expect("it reads");
    assert_eq!(later.keys.keys().collect::<Vec<_>>(), ["c"], "it left when its tokens were over");
}

async fn tries_are_counted_before_they_are_made(store: &CredentialStore) {
    let (attempts, handle) = (&store.attempts, Handle::parse("ada").expect("it is a handle"));
    let handle = &handle;
    let racing = (0..ATTEMPTS_MAX + 5).map(|_| attempts.begin(handle, address("192.0.2.1"), now()));
    let racing = futures::future::join_all(racing).await;
    let allowed = racing.iter().filter(|attempt| matches!(attempt, Ok(Attempt::Allowed))).count();
    assert_eq!(allowed, ATTEMPTS_MAX as usize, "{racing:?}");
    let begin =
        |from, at| async move { attempts.begin(handle, address(from), at).await.expect("it answers") };
    let later = now() + Duration::from_secs(60);
    assert_eq!(begin("192.0.2.1", later).await, Attempt::Refused(ATTEMPTS_WINDOW - Duration::from_secs(60)));
    assert_eq!(begin("192.0.2.2", later).await, Attempt::Allowed, "another address");
    assert_eq!(begin("192.0.2.1", now() + ATTEMPTS_WINDOW).await, Attempt::Allowed, "a new window");
    attempts.clear(handle, address("192.0.2.1")).await.expect("it forgets");
    assert_eq!(begin("192.0.2.1", now()).await, Attempt::Allowed);
}

fn address(text: &str) -> ClientAddress {
    ClientAddress::of(text.parse().expect("it is an address"))
}
