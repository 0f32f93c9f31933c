//! Histories to fold: random commands on messages, carried out by the real executor, and what a crowd does to each
//! other and to these messages in between.

use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use dispatcher::decision::ExecuteError;
use dispatcher::executor::{Allowance, Execution, Executor};
use domain::message::{
    Actor, DeleteMessage, EditMessage, ExpectedEdition, MessageCommand, PostMessage, ReplyTarget,
};
use domain::{AccountEvent, AccountId, Event, GraphEvent, MessageId, OriginalTime, Position, Tags, Text};
use event_store::{EventLog, Expected, NewEvent, Subject, conformance};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use time::{Duration, OffsetDateTime};

use crate::crowd::Crowd;

const ACCOUNTS: i64 = 12;
/// Only accounts above this are deactivated, so that somebody is left.
const STAYING: i64 = 4;
const TAGS: [&str; 5] = ["birds", "at-dusk", "b\"q\\", "naïve", "x"];

/// Draws commands and carries them out on a log.
pub(crate) struct Author {
    executor: Executor,
    random: StdRng,
    messages: Vec<(MessageId, AccountId)>,
    log: Arc<dyn EventLog>,
    crowd: Crowd,
    registered: HashSet<AccountId>,
    is_peaceful: bool,
}

fn account(number: i64) -> AccountId {
    AccountId::from_i64(number).expect("positive")
}

impl Author {
    /// The same seed gives the same commands.
    pub(crate) fn new(log: Arc<dyn EventLog>, seed: u64) -> Self {
        Self {
            executor: Executor::new(Arc::clone(&log)),
            random: StdRng::seed_from_u64(seed),
            messages: Vec::new(),
            log,
            crowd: Crowd::new(seed, ACCOUNTS),
            registered: HashSet::new(),
            is_peaceful: false,
        }
    }

    /// Nobody is blocked or moderated in this history.
    pub(crate) fn peaceful(self) -> Self {
        Self { is_peaceful: true, ..self }
    }

    /// Appends the events of `count` random commands.
    pub(crate) async fn write(&mut self, count: usize) {
        for _ in 0..count {
            let (actor, command) = self.command();
            let execution = Execution {
                actor,
                allowance: Allowance::Quota,
                now: OffsetDateTime::now_utc(),
                idempotency: None,
                correlation: "test".to_owned(),
                trace_parent: None,
            };
            let is_post = matches!(command, MessageCommand::Post(_));
            match self.executor.execute(execution, command).await {
                Ok(executed) if is_post => {
                    self.messages.push((executed.outcome.message, actor));
                    self.crowd.heard(executed.outcome.message, actor);
                }
                // An edit of a deleted message is part of life, and so is one who has left or is suspended, and is noticed
                // in time.
                Ok(_)
                | Err(
                    ExecuteError::Rejected(_)
                    | ExecuteError::ActorDeactivated
                    | ExecuteError::ActorSuspended(_),
                ) => {}
                Err(error) => panic!("{error:?}"),
            }
            if self.random.random_bool(0.6) {
                self.deed().await;
            }
        }
    }

    /// What somebody does, as the dispatcher would let them.
    async fn deed(&mut self) {
        let position = Position::new(self.log.head().await.expect("a head").next(), self.log.shard());
        let event = self.crowd.deed(position);
        let is_possible = match &event {
            Event::Account(AccountEvent::Registered(event)) => self.registered.insert(event.account),
            Event::Account(AccountEvent::ProfileChanged(event)) => self.registered.contains(&event.account),
            Event::Account(AccountEvent::Deactivated(event)) => event.account.get() > STAYING,
            Event::Graph(GraphEvent::Blocked(_)) | Event::Moderation(_) => !self.is_peaceful,
            _ => true,
        };
        if is_possible {
            append(&*self.log, &event).await;
        }
    }

    fn command(&mut self) -> (AccountId, MessageCommand) {
        let dice = self.random.random_range(0..10);
        if dice < 5 || self.messages.is_empty() {
            let author = account(self.random.random_range(1..=STAYING + 2));
            return (author, MessageCommand::Post(self.post(author)));
        }
        // Mostly recent ones, so that batches hold several events of one message.
        let recent = self.messages.len().min(6);
        let index = self.messages.len() - 1 - self.random.random_range(0..recent);
        let (message, author) = self.messages[index];
        let actor = Actor { account: author, is_admin: false };
        if dice < 9 {
            let text = Some(self.text());
            let tags = self.random.random_bool(0.6).then(|| self.tags());
            let expected = ExpectedEdition::Any;
            return (
                author,
                MessageCommand::Edit(EditMessage {
                    actor,
                    message,
                    expected,
                    text,
                    tags,
                    original_time: None,
                }),
            );
        }
        (author, MessageCommand::Delete(DeleteMessage { actor, message, original_time: None }))
    }

    fn post(&mut self, author: AccountId) -> PostMessage {
        let now = OffsetDateTime::now_utc();
        let age = Duration::seconds(self.random.random_range(0..3 * 86_400));
        let is_imported = self.random.random_bool(0.7);
        let recent = self.messages.len().min(6);
        let is_reply = recent > 0 && self.random.random_bool(0.4);
        let in_reply_to = is_reply.then(|| {
            let index = self.messages.len() - 1 - self.random.random_range(0..recent);
            // Whether it still exists was true when the dispatcher looked.
            ReplyTarget { message: self.messages[index].0, exists: true, is_blocked: false }
        });
        PostMessage {
            author,
            text: self.text(),
            tags: self.tags(),
            in_reply_to,
            original_time: is_imported.then(|| OriginalTime::parse(now - age, now, []).expect("plausible")),
        }
    }

    fn text(&mut self) -> Text {
        Text::parse(&format!("text {}", self.random.random_range(0..1_000_000))).expect("a text")
    }

    fn tags(&mut self) -> Tags {
        let count = self.random.random_range(0..3);
        let first = self.random.random_range(0..TAGS.len());
        Tags::parse((0..count).map(|offset| TAGS[(first + offset) % TAGS.len()])).expect("tags")
    }
}

pub(crate) async fn append(log: &dyn EventLog, event: &Event) {
    let command = conformance::command();
    let mut new = conformance::posted(log, 1, "replaced", command, Expected::Any);
    let (event_type, data) = event_store::encode(event).expect("an event encodes");
    new.envelope.event_type = event_type;
    let new = NewEvent { subject: Subject::of(log.shard(), event), data, ..new };
    log.append(command, vec![new]).await.expect("appended");
}

/// Appends an event as somebody might who does not keep to the rules: any type, any data.
pub(crate) async fn plant(log: &dyn EventLog, event_type: &str, data: &str) -> i64 {
    let command = conformance::command();
    let mut event = conformance::posted(log, 1, "planted", command, Expected::Any);
    event.envelope.event_type = event_type.to_owned();
    event.data = Bytes::copy_from_slice(data.as_bytes());
    log.append(command, vec![event]).await.expect("appended").positions[0].get()
}
