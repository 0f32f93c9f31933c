//! What registering and profiles promise beyond what one dispatcher shows: several executors on one log, credentials,
//! crashes, and events that this version does not understand.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use dispatcher::commands::{
    ChangeProfile, CredentialError, DeactivateAccount, KeepCredential, RegisterAccount, Registrar,
};
use dispatcher::decision::{AccountOutcome, ExecuteError, Outcome};
use dispatcher::executor::{Allowance, Executed, Execution, Executor, IdempotencyKey};
use domain::account::AccountRejection;
use domain::{AccountId, DisplayName, Handle, Shard};
use event_store::{
    AppendError, Boundary, EventLog, Expected, Fingerprint, InMemoryLog, Subject, conformance,
};
use futures::future::BoxFuture;
use time::OffsetDateTime;

/// Remembers for whom it was asked, and fails on demand.
#[derive(Debug, Default)]
struct Kept {
    accounts: Mutex<Vec<AccountId>>,
    failures: AtomicUsize,
    /// An account that another registration keeps a credential for.
    taken: Option<AccountId>,
}

impl Kept {
    fn accounts(&self) -> Vec<AccountId> {
        self.accounts.lock().expect("no test panics with it").clone()
    }
}

impl KeepCredential for Kept {
    fn keep(&self, account: AccountId) -> BoxFuture<'_, Result<bool, CredentialError>> {
        Box::pin(async move {
            let fails = |left: usize| left.checked_sub(1);
            if self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fails).is_ok() {
                return Err("the bucket is away".into());
            }
            if self.taken == Some(account) {
                return Ok(false);
            }
            self.accounts.lock().expect("no test panics with it").push(account);
            Ok(true)
        })
    }

    fn forget(&self, account: AccountId) -> BoxFuture<'_, ()> {
        self.accounts.lock().expect("no test panics with it").retain(|kept| *kept != account);
        Box::pin(std::future::ready(()))
    }
}

struct Setup {
    log: Arc<InMemoryLog>,
    kept: Arc<Kept>,
}

impl Setup {
    fn new() -> Self {
        Self { log: Arc::new(InMemoryLog::new(Shard(0))), kept: Arc::default() }
    }

    /// Another process on the same log.
    fn executor(&self) -> Executor {
        Executor::new(Arc::<InMemoryLog>::clone(&self.log))
    }

    fn command(&self, account: AccountId, handle: &str) -> RegisterAccount {
        let credential: Arc<Kept> = Arc::clone(&self.kept);
        RegisterAccount {
            account,
            handle: self::handle(handle),
            display_name: name("x"),
            by: Registrar::Newcomer(credential),
        }
    }

    async fn register(&self, executor: &Executor, handle: &str, key: Option<&str>) -> Registered {
        let account = executor.draw_account(OffsetDateTime::now_utc()).expect("the clock is right");
        executor.execute(execution(account, key), self.command(account, handle)).await
    }

    async fn events(&self) -> u64 {
        self.log.head().await.expect("a head").get()
    }
}

type Registered = Result<Executed<AccountOutcome>, ExecuteError<AccountRejection>>;

fn handle(handle: &str) -> Handle {
    Handle::parse(handle).expect("the tests use good handles")
}

fn name(name: &str) -> DisplayName {
    DisplayName::parse(name).expect("the tests use good names")
}

fn execution(actor: AccountId, key: Option<&str>) -> Execution {
    Execution {
        actor,
        allowance: Allowance::Quota,
        now: OffsetDateTime::now_utc(),
        idempotency: key
            .map(|key| IdempotencyKey { key: key.to_owned(), fingerprint: Fingerprint::of_digest([1; 32]) }),
        correlation: "test".to_owned(),
        trace_parent: None,
    }
}

fn rename(account: AccountId, to: &str) -> ChangeProfile {
    ChangeProfile { account, handle: Some(handle(to)), display_name: None, bio: None }
}

#[tokio::test]
async fn of_many_processes_that_register_one_handle_one_succeeds() {
    let setup = Arc::new(Setup::new());
    let racers = (0..50).map(|_| {
        let setup = Arc::clone(&setup);
        tokio::spawn(async move { setup.register(&setup.executor(), "nightjar", None).await })
    });
    let mut won = Vec::new();
    for racer in racers.collect::<Vec<_>>() {
        match racer.await.expect("no racer panics") {
            Ok(executed) => won.push(executed.outcome.account),
            Err(ExecuteError::Rejected(AccountRejection::HandleMustBeFree)) => {}
            Err(error) => panic!("neither won nor lost: {error:?}"),
        }
    }
    assert_eq!((won.len(), setup.events().await), (1, 2));
    let holder = setup.executor().holder_of(&handle("nightjar")).await.expect("readable");
    assert_eq!(holder, Some(won[0]));
}

#[tokio::test]
async fn a_credential_is_kept_before_the_account_and_not_for_a_handle_that_is_taken() {
    let setup = Setup::new();
    let executor = setup.executor();
    let first = setup.register(&executor, "nightjar", None).await.expect("registered").outcome;
    assert_eq!(setup.kept.accounts(), [first.account]);
    let refused = setup.register(&executor, "nightjar", None).await;
    assert!(
        matches!(refused, Err(ExecuteError::Rejected(AccountRejection::HandleMustBeFree))),
        "{refused:?}"
    );
    assert_eq!(setup.kept.accounts(), [first.account]);
}

#[tokio::test]
async fn without_its_credential_no_account_is_made() {
    let setup = Setup::new();
    let executor = setup.executor();
    setup.kept.failures.store(1, Ordering::SeqCst);
    let failed = setup.register(&executor, "nightjar", Some("k")).await;
    assert!(matches!(failed, Err(ExecuteError::Credential(_))), "{failed:?}");
    assert_eq!(setup.events().await, 0);
    setup.register(&executor, "nightjar", Some("k")).await.expect("the key was given back");
}

/// The log may be full although there seemed to be room.
#[tokio::test]
async fn an_append_that_is_refused_leaves_no_credential() {
    let mut setup = Setup::new();
    setup.log = Arc::new(InMemoryLog::new(Shard(0)).with_bytes_max(1));
    for key in [None, Some("k")] {
        let refused = setup.register(&setup.executor(), "nightjar", key).await;
        assert!(matches!(refused, Err(ExecuteError::Append(AppendError::Full(_)))), "{refused:?}");
        assert_eq!(setup.kept.accounts(), []);
    }
}

/// Two tries of one request at the same moment draw two accounts, and one of them is never registered.
#[tokio::test]
async fn of_two_tries_at_once_the_one_that_came_late_leaves_no_credential() {
    let setup = Arc::new(Setup::new());
    let tries = (0..8).map(|_| {
        let setup = Arc::clone(&setup);
        tokio::spawn(async move { setup.register(&setup.executor(), "nightjar", Some("k")).await })
    });
    for tried in tries.collect::<Vec<_>>() {
        let registered = tried.await.expect("no try panics").expect("it is answered alike").outcome.account;
        assert!(setup.kept.accounts().contains(&registered));
    }
    assert_eq!((setup.kept.accounts().len(), setup.events().await), (1, 2));
}

#[tokio::test]
async fn an_id_that_is_taken_is_told_apart_from_a_handle_that_is() {
    let setup = Setup::new();
    let executor = setup.executor();
    let taken = setup.register(&executor, "nightjar", None).await.expect("registered").outcome.account;
    let refused = executor.execute(execution(taken, None), setup.command(taken, "owl")).await;
    assert!(
        matches!(refused, Err(ExecuteError::Rejected(AccountRejection::AccountMustBeNew))),
        "{refused:?}"
    );
    assert_eq!(setup.events().await, 2);
}

/// The process died between append and answer, and the retry draws another account.
#[tokio::test]
async fn a_retry_after_a_crash_finds_the_account_that_the_first_try_drew() {
    let setup = Setup::new();
    let first = setup.register(&setup.executor(), "nightjar", Some("k")).await.expect("registered");
    let again = setup.register(&setup.executor(), "nightjar", Some("k")).await.expect("answered");
    assert!(again.repeated);
    assert_eq!(again.outcome, first.outcome);
    assert_eq!((setup.kept.accounts().len(), setup.events().await), (1, 2));
}

#[tokio::test]
async fn what_one_process_changes_the_next_one_sees() {
    let setup = Setup::new();
    let (here, there) = (setup.executor(), setup.executor());
    let account = setup.register(&here, "nightjar", None).await.expect("registered").outcome.account;
    for (executor, to) in [(&here, "a"), (&there, "b"), (&here, "a"), (&there, "nightjar")] {
        let changed = executor.execute(execution(account, None), rename(account, to)).await.expect("renamed");
        assert_eq!(changed.outcome.handle, handle(to));
    }
    let other = setup.register(&there, "b", None).await.expect("it is free again").outcome;
    assert_eq!(here.holder_of(&handle("b")).await.expect("readable"), Some(other.account));
    assert_eq!(other.position(), head_position(&setup).await);
}

async fn head_position(setup: &Setup) -> domain::Position {
    domain::Position::new(setup.log.head().await.expect("a head"), Shard(0))
}

/// A later version's event counts for nobody, but nothing is appended as if it were not there.
#[tokio::test]
async fn an_event_that_is_not_understood_is_passed_over() {
    let setup = Setup::new();
    let executor = setup.executor();
    let account = setup.register(&executor, "nightjar", None).await.expect("registered").outcome.account;
    for boundary in [Boundary::Account(account), Boundary::Handle(handle("nightjar"))] {
        let command = conformance::command();
        let mut event = conformance::posted(&*setup.log, 1, "x", command, Expected::Any);
        event.subject = Subject::new(Shard(0), boundary);
        event.envelope.event_type = "rookery.account.moved.v9".to_owned();
        event.data = Bytes::from_static(b"{}");
        setup.log.append(command, vec![event]).await.expect("appended");
    }
    let refused = setup.register(&executor, "nightjar", None).await;
    assert!(
        matches!(refused, Err(ExecuteError::Rejected(AccountRejection::HandleMustBeFree))),
        "{refused:?}"
    );
    let renamed = executor.execute(execution(account, None), rename(account, "owl")).await.expect("renamed");
    assert_eq!(renamed.outcome.display_name, name("x"));
    setup.register(&executor, "nightjar", None).await.expect("it is free");
}

#[tokio::test]
async fn a_deactivation_is_known_at_once_where_it_was_made() {
    let setup = Setup::new();
    let executor = setup.executor();
    let account = setup.register(&executor, "nightjar", None).await.expect("registered").outcome.account;
    assert!(executor.may_act(account).await.expect("readable"));
    executor
        .execute(execution(account, None), DeactivateAccount { account, original_time: None })
        .await
        .expect("given up");
    assert!(!executor.may_act(account).await.expect("readable"));
    let refused = executor.execute(execution(account, None), rename(account, "owl")).await;
    assert!(matches!(refused, Err(ExecuteError::ActorDeactivated)), "{refused:?}");
    // A process that still takes it for active decides on the log.
    let elsewhere = setup.executor();
    let again =
        elsewhere.execute(execution(account, None), DeactivateAccount { account, original_time: None }).await;
    assert!(again.is_err(), "{again:?}");
    assert_eq!(setup.events().await, 3);
}

/// Two registrations that draw the same id at the same moment: the second must not put its password under the first
/// one's account.
#[tokio::test]
async fn a_registration_whose_id_has_a_credential_draws_again() {
    let mut setup = Setup::new();
    let executor = setup.executor();
    let account = executor.draw_account(OffsetDateTime::now_utc()).expect("the clock is right");
    setup.kept = Arc::new(Kept { taken: Some(account), ..Kept::default() });
    let refused = executor.execute(execution(account, None), setup.command(account, "nightjar")).await;
    assert!(
        matches!(refused, Err(ExecuteError::Rejected(AccountRejection::AccountMustBeNew))),
        "{refused:?}"
    );
    assert_eq!((setup.events().await, setup.kept.accounts()), (0, Vec::new()));
    setup.register(&executor, "nightjar", None).await.expect("another id is free");
}
