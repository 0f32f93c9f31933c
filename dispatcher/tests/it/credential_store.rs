//! What the typed stores do on every kind of bucket.

use std::time::Duration;

use dispatcher::credential_store::{
    Attempt, CredentialStore, DELAY_MAX, DEVICES_PER_ACCOUNT_MAX, Device, FIRST_DELAY, FREE_TRIES,
    FREE_TRIES_OF_STRANGERS, FREE_TRIES_PER_ADDRESS, Family, FamilySecret, PERSONAL_TOKENS_MAX, PasswordHash,
    PersonalToken, REPEAT_GRACE, Rotation, SESSIONS_PER_ACCOUNT_MAX, SecretHash, Seed, StoredKey, Try,
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
    Family {
        id: Uuid::from_u128(id),
        secret: secret(1, 1),
        seed: Seed::new([9; 32]),
        previous: None,
        name: "a phone".to_owned(),
        opened_at: at,
        refreshed_at: at,
    }
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
    of_concurrent_duplicates_with_one_token_all_get_the_same(&store).await;
    sessions_end_one_by_one_and_all_at_once(&store).await;
    one_key_signs_and_retired_ones_leave(&store).await;
    tries_are_counted_before_they_are_made(&store).await;
    guesses_of_strangers_do_not_slow_down_the_owner(&store).await;
    places_are_few(&store).await;
    personal_tokens_count_until_they_expire(&store).await;
    what_is_void_is_read_by_others(&store).await;
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
    let rotate = |presented, current, at| async move {
        let next = |_: &Seed| SecretHash::new([current; 32]);
        sessions.rotate(holder, id, &presented, next, at).await.expect("it answers").0
    };
    let late = now() + REPEAT_GRACE;
    assert_eq!(
        rotate(secret(9, 1), 2, now()).await,
        Rotation::Unknown,
        "the family's id alone changes nothing"
    );
    assert_eq!(rotate(secret(1, 1), 2, now()).await, Rotation::Done);
    assert_eq!(rotate(secret(1, 1), 2, late - Duration::from_secs(1)).await, Rotation::Done, "once more");
    assert_eq!(rotate(secret(1, 2), 3, now()).await, Rotation::Done);
    assert_eq!(rotate(secret(1, 2), 3, now()).await, Rotation::Done, "the one before");
    assert_eq!(rotate(secret(1, 2), 3, late).await, Rotation::Reused, "too late");
    assert_eq!(rotate(secret(1, 3), 4, now()).await, Rotation::Unknown, "the family is over");
    let next = |_: &Seed| SecretHash::new([2; 32]);
    let other = sessions.rotate(holder, Uuid::from_u128(2), &secret(1, 1), next, now()).await;
    assert_eq!(other.expect("it answers").0, Rotation::Done, "the other family is not");
    let expired =
        sessions.rotate(holder, Uuid::from_u128(2), &secret(1, 2), next, now() + SESSION_AGE_MAX).await;
    assert_eq!(expired.expect("it answers").0, Rotation::Unknown);
    assert_eq!(format!("{:?}", Seed::new([1; 32])), "Seed(..)");
}

async fn of_concurrent_duplicates_with_one_token_all_get_the_same(store: &CredentialStore) {
    let (sessions, holder) = (&store.sessions, account(11));
    sessions.open(holder, family(1, now())).await.expect("it opens");
    let duplicates = (0..4).map(|_| async move {
        let next = |_: &Seed| SecretHash::new([2; 32]);
        sessions.rotate(holder, Uuid::from_u128(1), &secret(1, 1), next, now()).await.expect("it answers")
    });
    let rotations = futures::future::join_all(duplicates).await;
    let seed = Seed::new([9; 32]);
    assert!(rotations.iter().all(|one| *one == (Rotation::Done, Some(seed.clone()))), "{rotations:?}");
    let next = |_: &Seed| SecretHash::new([3; 32]);
    let older = sessions.rotate(holder, Uuid::from_u128(1), &secret(1, 7), next, now()).await;
    assert_eq!(older.expect("it answers").0, Rotation::Reused, "any other secret was good long ago");
}

async fn sessions_end_one_by_one_and_all_at_once(store: &CredentialStore) {
    let (sessions, holder) = (&store.sessions, account(9));
    let is_alive = |id| async move {
        let listed = sessions.list(holder, now()).await.expect("it reads");
        listed.iter().any(|family| family.id == Uuid::from_u128(id))
    };
    for number in 0..=SESSIONS_PER_ACCOUNT_MAX as u128 {
        let at = now() - Duration::from_secs(1_000) + Duration::from_secs(number as u64);
        let ended = sessions.open(holder, family(number + 1, at)).await.expect("it opens");
        let made_room = number == SESSIONS_PER_ACCOUNT_MAX as u128;
        assert_eq!(ended, if made_room { vec![Uuid::from_u128(1)] } else { vec![] });
    }
    assert!(!is_alive(1).await, "the oldest made room");
    assert!(is_alive(2).await && is_alive(3).await);
    assert!(sessions.end(holder, Uuid::from_u128(2)).await.expect("it ends"));
    assert!(!sessions.end(holder, Uuid::from_u128(2)).await.expect("it ends"));
    assert!(!is_alive(2).await && is_alive(3).await);
    let ended = sessions.end_all(holder, Some(Uuid::from_u128(3))).await.expect("they end");
    assert_eq!(ended.len(), SESSIONS_PER_ACCOUNT_MAX - 2);
    assert!(is_alive(3).await, "all but this one");
    assert_eq!(sessions.end_all(holder, None).await.expect("it ends"), [Uuid::from_u128(3)]);
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
    let needed_until = now() + 9 * KEEP;
    assert!(keys.keep_until("c", needed_until).await.expect("it writes"));
    assert!(!keys.keep_until("gone", needed_until).await.expect("it answers"));
    let kept = keys.rotate(fresh("e", now() + 3 * KEEP), KEEP).await.expect("it rotates");
    assert_eq!(kept.keys.len(), 2);
    let kept = keys.ensure(fresh("f", now() + 8 * KEEP), KEEP).await.expect("it reads");
    assert!(kept.keys.contains_key("c"), "a personal token needs it");
    let left = keys.ensure(fresh("f", needed_until), KEEP).await.expect("it reads");
    assert!(!left.keys.contains_key("c"));
}

async fn tries_are_counted_before_they_are_made(store: &CredentialStore) {
    let (attempts, handle) = (&store.attempts, Handle::parse("ada").expect("it is a handle"));
    let from = |text| Try::KnownAddress { handle: &handle, address: address(text) };
    let here = from("192.0.2.1");
    let racing = (0..FREE_TRIES + 5).map(|_| attempts.begin(&here, now()));
    let racing = futures::future::join_all(racing).await;
    let allowed = racing.iter().filter(|attempt| matches!(attempt, Ok(Attempt::Allowed))).count();
    assert_eq!(allowed, FREE_TRIES as usize, "{racing:?}");
    let try_at = |at| attempts.begin(&here, at);
    let mut at = now();
    for delay in [FIRST_DELAY, FIRST_DELAY * 2, FIRST_DELAY * 4] {
        let refused = try_at(at + Duration::from_secs(1)).await.expect("it answers");
        assert_eq!(refused, Attempt::Refused(delay - Duration::from_secs(1)), "each waits twice as long");
        at += delay;
        assert_eq!(try_at(at).await.expect("it answers"), Attempt::Allowed);
    }
    for _ in 0..20 {
        at += DELAY_MAX;
        assert_eq!(try_at(at).await.expect("it answers"), Attempt::Allowed, "but no longer than that");
    }
    let there = attempts.begin(&from("192.0.2.2"), at).await.expect("it answers");
    assert_eq!(there, Attempt::Allowed, "another place");
    attempts.clear(&here).await.expect("it forgets");
    for _ in 0..FREE_TRIES {
        assert_eq!(try_at(at).await.expect("it answers"), Attempt::Allowed, "it was right");
    }
    attempts.forgive(&here).await.expect("it forgets one");
    assert_eq!(try_at(at).await.expect("it answers"), Attempt::Allowed);
    assert_ne!(try_at(at).await.expect("it answers"), Attempt::Allowed);
}

async fn guesses_of_strangers_do_not_slow_down_the_owner(store: &CredentialStore) {
    let (attempts, handle) = (&store.attempts, Handle::parse("bea").expect("it is a handle"));
    let from = |number: usize| address(&format!("198.51.100.{number}"));
    let mut allowed = 0;
    for guess in 0..400 {
        let stranger = Try::Stranger { handle: &handle, address: from(guess % 40) };
        allowed += u32::from(attempts.begin(&stranger, now()).await.expect("it answers") == Attempt::Allowed);
    }
    assert_eq!(allowed, FREE_TRIES_OF_STRANGERS, "of 400 guesses from 40 addresses");
    let device = Try::Device { account: account(7), device: Uuid::from_u128(1) };
    for owner in [Try::KnownAddress { handle: &handle, address: from(77) }, device] {
        assert_eq!(attempts.begin(&owner, now()).await.expect("it answers"), Attempt::Allowed, "{owner:?}");
    }
    let mut allowed = 0;
    for guess in 0..100 {
        let handle = Handle::parse(&format!("somebody{guess}")).expect("it is a handle");
        let stranger = Try::Stranger { handle: &handle, address: address("203.0.113.1") };
        if attempts.begin(&stranger, now()).await.expect("it answers") == Attempt::Allowed {
            attempts.failed(&stranger, now()).await.expect("it counts");
            allowed += 1;
        }
    }
    assert_eq!(allowed, FREE_TRIES_PER_ADDRESS, "of one guess at each of 100 handles");
}

async fn places_are_few(store: &CredentialStore) {
    let (places, holder) = (&store.places, account(13));
    let device =
        |number: u8| Device { id: Uuid::from_u128(number.into()), secret: SecretHash::new([number; 32]) };
    for number in 0..=DEVICES_PER_ACCOUNT_MAX as u8 {
        let at = now() + Duration::from_secs(number.into());
        let from = address(&format!("192.0.2.{number}"));
        places.note(holder, from, Some(&device(number)), at).await.expect("it notes");
    }
    let known = places.get(holder).await.expect("it reads");
    assert!(!known.knows_device(&device(0)) && known.knows_device(&device(1)));
    assert!(!known.knows_device(&Device { secret: SecretHash::new([0; 32]), ..device(1) }), "its id alone");
    assert!(
        !known.knows_address(holder, address("192.0.2.0"))
            && known.knows_address(holder, address("192.0.2.16"))
    );
    assert!(
        !places.get(account(14)).await.expect("it reads").knows_address(account(14), address("192.0.2.16"))
    );
    places.forget(holder).await.expect("it forgets");
    assert!(!places.get(holder).await.expect("it reads").knows_device(&device(1)));
}

async fn personal_tokens_count_until_they_expire(store: &CredentialStore) {
    let (tokens, holder) = (&store.personal_tokens, account(15));
    let token = |number: usize, expires_at| PersonalToken {
        id: Uuid::from_u128(number as u128),
        name: "script".to_owned(),
        scopes: tokens::Scopes::from_names(["read"]),
        created_at: now(),
        expires_at,
        is_revoked: false,
    };
    for number in 0..PERSONAL_TOKENS_MAX {
        assert!(tokens.add(holder, &token(number, now() + KEEP)).await.expect("it writes"));
    }
    tokens.note_revoked(holder, Uuid::from_u128(3), now()).await.expect("it notes");
    assert!(!tokens.add(holder, &token(99, now() + KEEP)).await.expect("it answers"), "revoked ones count");
    let listed = tokens.list(holder, now()).await.expect("it reads");
    assert_eq!(listed.iter().filter(|token| token.is_revoked).count(), 1);
    tokens.remove(holder, &[Uuid::from_u128(4)], now()).await.expect("it removes");
    assert!(tokens.add(holder, &token(99, now() + KEEP)).await.expect("it writes"));
    assert!(tokens.list(holder, now() + KEEP).await.expect("it reads").is_empty());
}

async fn what_is_void_is_read_by_others(store: &CredentialStore) {
    let revocations = &store.revocations;
    revocations.ensure().await.expect("it makes one");
    let session = Uuid::now_v7();
    let number = tokens::Revocations::part_of(7);
    let before = revocations.read(number).await.expect("it reads").1;
    for _again in 0..2 {
        let end = |part: &mut tokens::RevocationPart| part.end_sessions(7, &[session], 1_000);
        revocations.change(account(7), end).await.expect("it writes");
    }
    let (part, revision) = revocations.read(number).await.expect("it reads");
    assert!(revision > before && part != tokens::RevocationPart::default());
}

fn address(text: &str) -> ClientAddress {
    ClientAddress::of(text.parse().expect("it is an address"))
}
