//! What a process acked, it knows: also where it was reading at that moment, or learned of it another way.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use dispatcher::commands::{
    ChangeBlock, ChangeReaction, CredentialError, DeactivateAccount, KeepCredential, Measure, Moderate,
    RegisterAccount, Registrar,
};
use dispatcher::decision::{Command, ExecuteError};
use dispatcher::executor::{Allowance, Executed, Execution, Executor, IdempotencyKey};
use domain::edge::DesiredState;
use domain::message::{MessageCommand, PostMessage};
use domain::moderation::Moderator;
use domain::reaction::ReactionRejection;
use domain::{
    AccountId, CommandId, DisplayName, Handle, MessageId, ModerationAction, ReactionKind, Reason, Sequence,
    Shard, Tags, Text,
};
use event_store::{
    AppendError, Appended, Boundary, Cause, EventLog, Fingerprint, InMemoryLog, Lineage, NewEvent, ReadError,
    RecordedEvent, Subject, Tail,
};
use futures::future::BoxFuture;
use time::OffsetDateTime;
use tokio::sync::Notify;

/// Holds up one answer about a boundary after it was read, and loses one answer to an append.
#[derive(Debug)]
struct Halting {
    log: InMemoryLog,
    halts_at: Mutex<Option<Boundary>>,
    reached: Notify,
    goes_on: Notify,
    loses_answer: AtomicBool,
}

#[async_trait]
impl EventLog for Halting {
    fn shard(&self) -> Shard {
        self.log.shard()
    }

    fn lineage(&self) -> Lineage {
        self.log.lineage()
    }

    async fn append(&self, command: CommandId, events: Vec<NewEvent>) -> Result<Appended, AppendError> {
        let appended = self.log.append(command, events).await?;
        if self.loses_answer.swap(false, Ordering::SeqCst) {
            return Err(AppendError::Unknown(Cause::new("the answer got lost")));
        }
        Ok(appended)
    }

    async fn head(&self) -> Result<Sequence, ReadError> {
        self.log.head().await
    }

    async fn read(&self, sequence: Sequence) -> Result<Option<RecordedEvent>, ReadError> {
        self.log.read(sequence).await
    }

    async fn read_subject(&self, subject: Subject, from: Sequence) -> Result<Vec<RecordedEvent>, ReadError> {
        let boundary = subject.boundary().clone();
        let events = self.log.read_subject(subject, from).await?;
        let halts = self.halts_at.lock().expect("nobody panics with it").take_if(|it| *it == boundary);
        if halts.is_some() {
            self.reached.notify_one();
            self.goes_on.notified().await;
        }
        Ok(events)
    }

    async fn events_of(&self, command: CommandId, until: Sequence) -> Result<Vec<RecordedEvent>, ReadError> {
        self.log.events_of(command, until).await
    }

    async fn tail(&self, after: Sequence) -> Result<Tail, ReadError> {
        self.log.tail(after).await
    }
}

#[derive(Debug)]
struct NoCredential;

impl KeepCredential for NoCredential {
    fn keep(&self, _account: AccountId) -> BoxFuture<'_, Result<bool, CredentialError>> {
        Box::pin(std::future::ready(Ok(true)))
    }

    fn forget(&self, _account: AccountId) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

const OWL: i64 = 1;
const REN: i64 = 2;
const MODERATOR: i64 = 3;

fn account(number: i64) -> AccountId {
    AccountId::from_i64(number).expect("positive")
}

fn execution(actor: i64, key: Option<&str>) -> Execution {
    Execution {
        actor: account(actor),
        allowance: Allowance::Quota,
        now: OffsetDateTime::now_utc(),
        idempotency: key
            .map(|key| IdempotencyKey { key: key.to_owned(), fingerprint: Fingerprint::of_digest([1; 32]) }),
        correlation: "test".to_owned(),
        trace_parent: None,
    }
}

type Outcome<C> = Result<Executed<<C as Command>::Outcome>, ExecuteError<<C as Command>::Rejection>>;

/// Owl and ren are registered, and owl has posted.
struct Setup {
    log: Arc<Halting>,
    executor: Arc<Executor>,
    message: MessageId,
}

impl Setup {
    async fn new() -> Self {
        let log = Arc::new(Halting {
            log: InMemoryLog::new(Shard(0)),
            halts_at: Mutex::new(None),
            reached: Notify::new(),
            goes_on: Notify::new(),
            loses_answer: AtomicBool::new(false),
        });
        let executor = Arc::new(Executor::new(Arc::<Halting>::clone(&log)));
        for (number, handle) in [(OWL, "owl"), (REN, "ren")] {
            let command = RegisterAccount {
                account: account(number),
                handle: Handle::parse(handle).expect("a handle"),
                display_name: DisplayName::parse(handle).expect("a name"),
                by: Registrar::Newcomer(Arc::new(NoCredential)),
            };
            executor.execute(execution(number, None), command).await.expect("registered");
        }
        let posted = executor.execute(execution(OWL, None), post()).await.expect("posted");
        // Another process, which remembers nothing yet.
        let executor = Arc::new(Executor::new(Arc::<Halting>::clone(&log)));
        Self { log, executor, message: posted.outcome.message }
    }

    async fn run<C: Command>(&self, actor: i64, command: C) -> Outcome<C> {
        self.executor.execute(execution(actor, None), command).await
    }

    /// Runs a command that is held up while it reads about a boundary, and something else meanwhile.
    async fn meanwhile<C: Command>(
        &self,
        boundary: Boundary,
        (actor, slow): (i64, C),
        then: impl Future<Output = ()>,
    ) -> Outcome<C> {
        *self.log.halts_at.lock().expect("nobody panics with it") = Some(boundary);
        let executor = Arc::clone(&self.executor);
        let slow = tokio::spawn(async move { executor.execute(execution(actor, None), slow).await });
        self.log.reached.notified().await;
        then.await;
        self.log.goes_on.notify_one();
        slow.await.expect("it does not panic")
    }

    fn react(&self, kind: ReactionKind) -> ChangeReaction {
        let desired = DesiredState::Set;
        ChangeReaction { kind, account: account(REN), message: self.message, desired, original_time: None }
    }
}

fn post() -> MessageCommand {
    MessageCommand::Post(PostMessage {
        author: account(OWL),
        text: Text::parse("x").expect("a text"),
        tags: Tags::default(),
        in_reply_to: None,
        original_time: None,
    })
}

fn block() -> ChangeBlock {
    ChangeBlock { blocker: account(OWL), blocked: account(REN), desired: DesiredState::Set }
}

fn suspend() -> Moderate {
    let by = Moderator { account: account(MODERATOR), operator: None, is_admin: false };
    let what = Measure::Action(ModerationAction::Suspend, Reason::from_word("spam").expect("a reason"));
    Moderate { account: account(OWL), what, note: None, by }
}

fn is_blocked<O>(outcome: &Result<Executed<O>, ExecuteError<ReactionRejection>>) -> bool {
    matches!(outcome, Err(ExecuteError::Rejected(ReactionRejection::AccountMustNotBeBlocked)))
}

#[tokio::test]
async fn a_block_is_known_at_once_where_somebody_was_just_looking_for_one() {
    let setup = Setup::new().await;
    let like = (REN, setup.react(ReactionKind::Like));
    let blocks = async {
        setup.run(OWL, block()).await.expect("blocked");
    };
    let liked = setup.meanwhile(Boundary::Blocks(account(OWL)), like, blocks).await;
    liked.expect("it had looked before");
    let repost = setup.run(REN, setup.react(ReactionKind::Repost)).await;
    assert!(is_blocked(&repost), "{repost:?}");
}

/// Whether the first try, an earlier one or another process did it.
#[tokio::test]
async fn who_is_told_of_a_block_is_believed_however_it_came_about() {
    let setup = Setup::new().await;
    setup.run(REN, setup.react(ReactionKind::Like)).await.expect("nobody blocks anybody");
    setup.log.loses_answer.store(true, Ordering::SeqCst);
    let key = execution(OWL, Some("key"));
    let lost = setup.executor.execute(key.clone(), block()).await;
    assert!(matches!(lost, Err(ExecuteError::Append(AppendError::Unknown(_)))), "{lost:?}");
    assert!(setup.executor.execute(key, block()).await.expect("blocked").repeated);
    let repost = setup.run(REN, setup.react(ReactionKind::Repost)).await;
    assert!(is_blocked(&repost), "{repost:?}");

    let setup = Setup::new().await;
    setup.run(REN, setup.react(ReactionKind::Like)).await.expect("nobody blocks anybody");
    let other = Executor::new(Arc::<Halting>::clone(&setup.log));
    other.execute(execution(OWL, None), block()).await.expect("blocked");
    setup.run(OWL, block()).await.expect("blocked already");
    let repost = setup.run(REN, setup.react(ReactionKind::Repost)).await;
    assert!(is_blocked(&repost), "{repost:?}");
}

#[tokio::test]
async fn a_suspension_is_known_at_once_where_the_account_was_just_looked_up() {
    let setup = Setup::new().await;
    let suspends = async {
        setup.run(MODERATOR, suspend()).await.expect("suspended");
    };
    let posted = setup.meanwhile(Boundary::Moderation(account(OWL)), (OWL, post()), suspends).await;
    posted.expect("it had been looked up before");
    let again = setup.run(OWL, post()).await;
    assert!(matches!(again, Err(ExecuteError::ActorSuspended(_))), "{again:?}");
}

#[tokio::test]
async fn a_deactivation_is_known_at_once_where_the_account_was_just_looked_up() {
    let setup = Setup::new().await;
    let leave = DeactivateAccount { account: account(OWL), original_time: None };
    let leaves = async {
        setup.run(OWL, leave).await.expect("gone");
    };
    // Whoever follows looks up whom they follow.
    let follow = dispatcher::commands::ChangeFollow {
        follower: account(REN),
        followee: account(OWL),
        desired: DesiredState::Set,
        original_time: None,
    };
    drop(setup.meanwhile(Boundary::Account(account(OWL)), (REN, follow), leaves).await);
    let again = setup.run(OWL, post()).await;
    assert!(matches!(again, Err(ExecuteError::ActorDeactivated)), "{again:?}");
}
