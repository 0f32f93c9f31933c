//! A line's command.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use api_types::codes;
use domain::ReactionKind;
use domain::account::AccountRejection;
use domain::edge::DesiredState;
use domain::message::{Actor, DeleteMessage, EditMessage, ExpectedEdition, MessageCommand, PostMessage};
use domain::{AccountId, Beginning, Bio, DisplayName, Handle, MessageId, OriginalTime, Tags, Text};
use http_kit::idempotency::RequestKey;
use http_kit::{ApiProblem, RequestContext};
use time::OffsetDateTime;

use crate::commands::{ChangeFollow, ChangeReaction, DeactivateAccount, RegisterAccount, Registrar};
use crate::decision::Outcome;
use crate::executor::{Allowance, Executed, Execution, IdempotencyKey, Imported};
use crate::http::{accounts, command};
use crate::refusal::Refusal;
use crate::state::Ready;

use super::parse::{AccountName, Line, MessageName, Wanted};
use super::references::{Made, Promise};

/// What all lines of one request share.
pub(super) struct Import {
    pub(super) operator: AccountId,
    pub(super) ready: Ready,
    pub(super) context: RequestContext,
    pub(super) key: Option<RequestKey>,
    /// Handles that were looked up: at most two per line.
    pub(super) holders: Mutex<HashMap<Handle, AccountId>>,
}

/// What was done, or had been.
pub(super) struct Done {
    pub(super) made: Made,
    pub(super) position: i64,
    pub(super) repeated: bool,
}

impl Done {
    fn of<O: Outcome>(executed: &Executed<O>, made: impl FnOnce(&O) -> Made) -> Self {
        let Executed { outcome, repeated } = executed;
        Self { made: made(outcome), position: outcome.position().get(), repeated: *repeated }
    }
}

/// The line as a command that may be repeated, and its time.
struct Timed {
    key: Option<IdempotencyKey>,
    time: OffsetDateTime,
}

impl Import {
    pub(super) async fn carry_out(&self, number: u64, line: Line, bytes: &[u8]) -> Result<Done, Refusal> {
        let Line { key, time, wanted } = line;
        let key = command::idempotency(self.key_of(number, key), "import", bytes.trim_ascii());
        // Before its names are looked up, which may mean something else by now.
        if let Some(done) = self.earlier(key.as_ref()).await? {
            return Ok(done);
        }
        let timed = Timed { key, time };
        match wanted {
            Wanted::Account { handle, display_name, bio } => {
                self.account(timed, handle, display_name, bio).await
            }
            Wanted::Message { author, text, tags, in_reply_to } => {
                self.message(timed, &author, text, tags, in_reply_to.as_ref()).await
            }
            Wanted::Follow { follower, followee, desired } => {
                self.follow(timed, &follower, &followee, desired).await
            }
            Wanted::Reaction { kind, account, message, desired } => {
                self.reaction(timed, (kind, desired), &account, &message).await
            }
            Wanted::Edit { author, message, text, tags } => {
                self.edit(timed, &author, &message, text, tags).await
            }
            Wanted::Deletion { author, message } => self.delete(timed, &author, &message).await,
            Wanted::Deactivation { account } => self.deactivate(timed, &account).await,
        }
    }

    async fn earlier(&self, key: Option<&IdempotencyKey>) -> Result<Option<Done>, Refusal> {
        let Some(key) = key else { return Ok(None) };
        let imported = self.ready.executor().imported(self.operator, key).await;
        Ok(imported?.map(|(imported, position)| {
            let made = match imported {
                Imported::Account(id) => Made::Account(id),
                Imported::Message(id) => Made::Message(id),
                Imported::Edge => Made::Edge,
            };
            Done { made, position: position.get(), repeated: true }
        }))
    }

    async fn account(
        &self,
        timed: Timed,
        handle: Handle,
        display_name: DisplayName,
        bio: Bio,
    ) -> Result<Done, Refusal> {
        let by = Registrar::Operator { bio, original_time: original(timed.time, [])? };
        let executor = self.ready.executor();
        let executed = accounts::draw::until_new(
            || executor.draw_imported_account(OffsetDateTime::now_utc()),
            |account| {
                let (handle, display_name, by) = (handle.clone(), display_name.clone(), by.clone());
                let register = RegisterAccount { account, handle, display_name, by };
                let execution = self.execution(timed.key.clone());
                command::execute(self.ready.clone(), execution, register)
            },
        );
        Ok(Done::of(&executed.await?, |outcome| Made::Account(outcome.account)))
    }

    async fn message(
        &self,
        timed: Timed,
        author: &AccountName,
        text: Text,
        tags: Tags,
        in_reply_to: Option<&MessageName>,
    ) -> Result<Done, Refusal> {
        let author = self.account_of("account", author).await?;
        let in_reply_to = match in_reply_to {
            Some(name) => Some(self.message_of("inReplyTo", name).await?),
            None => None,
        };
        let mut about = vec![self.beginning_of_account(author).await?];
        let mut target = None;
        if let Some(message) = in_reply_to {
            about.push(self.beginning_of_message(message).await?);
            target = Some(self.ready.executor().reply_target(author, message).await?);
        }
        let original_time = Some(original(timed.time, about)?);
        let post = PostMessage { author, text, tags, in_reply_to: target, original_time };
        let executed = self.execute(timed.key, MessageCommand::Post(post)).await?;
        Ok(Done::of(&executed, |outcome| Made::Message(outcome.message)))
    }

    async fn follow(
        &self,
        timed: Timed,
        follower: &AccountName,
        followee: &AccountName,
        desired: DesiredState,
    ) -> Result<Done, Refusal> {
        let follower = self.account_of("account", follower).await?;
        let followee = self.account_of("followee", followee).await?;
        self.may_take_back(follower, desired).await?;
        let about = [self.beginning_of_account(follower).await?, self.beginning_of_account(followee).await?];
        let original_time = Some(original(timed.time, about)?);
        let follow = ChangeFollow { follower, followee, desired, original_time };
        Ok(Done::of(&self.execute(timed.key, follow).await?, |_| Made::Edge))
    }

    async fn reaction(
        &self,
        timed: Timed,
        (kind, desired): (ReactionKind, DesiredState),
        account: &AccountName,
        message: &MessageName,
    ) -> Result<Done, Refusal> {
        let account = self.account_of("account", account).await?;
        let message = self.message_of("message", message).await?;
        self.may_take_back(account, desired).await?;
        let about = [self.beginning_of_account(account).await?, self.beginning_of_message(message).await?];
        let original_time = Some(original(timed.time, about)?);
        let reaction = ChangeReaction { kind, account, message, desired, original_time };
        Ok(Done::of(&self.execute(timed.key, reaction).await?, |_| Made::Edge))
    }

    /// What an account that registered here follows and likes is its own to take back.
    async fn may_take_back(&self, account: AccountId, desired: DesiredState) -> Result<(), Refusal> {
        match desired {
            DesiredState::Unset if self.ready.executor().registered_here(account).await? => {
                Err(not_imported("account"))
            }
            DesiredState::Set | DesiredState::Unset => Ok(()),
        }
    }

    async fn edit(
        &self,
        timed: Timed,
        author: &AccountName,
        message: &MessageName,
        text: Option<Text>,
        tags: Option<Tags>,
    ) -> Result<Done, Refusal> {
        if text.is_none() && tags.is_none() {
            return Err(Refusal::field("text", "give text or tags, or both"));
        }
        let (actor, message, original_time) = self.change(timed.time, author, message).await?;
        let expected = ExpectedEdition::Any;
        let edit = EditMessage { actor, message, expected, text, tags, original_time };
        Ok(Done::of(&self.execute(timed.key, MessageCommand::Edit(edit)).await?, |_| Made::Edge))
    }

    async fn delete(
        &self,
        timed: Timed,
        author: &AccountName,
        message: &MessageName,
    ) -> Result<Done, Refusal> {
        let (actor, message, original_time) = self.change(timed.time, author, message).await?;
        let delete = DeleteMessage { actor, message, original_time };
        Ok(Done::of(&self.execute(timed.key, MessageCommand::Delete(delete)).await?, |_| Made::Edge))
    }

    /// What the author did to a message. Only to one that was imported: what was posted here is its author's to change.
    async fn change(
        &self,
        time: OffsetDateTime,
        author: &AccountName,
        message: &MessageName,
    ) -> Result<(Actor, MessageId, Option<OriginalTime>), Refusal> {
        let account = self.account_of("account", author).await?;
        let message = self.message_of("message", message).await?;
        if self.ready.executor().was_posted_here(message).await? {
            return Err(not_imported("message"));
        }
        let about = [self.beginning_of_account(account).await?, self.beginning_of_message(message).await?];
        Ok((Actor { account, is_admin: false }, message, Some(original(time, about)?)))
    }

    /// Only of an account that was imported: one that registered here is its owner's to give up.
    async fn deactivate(&self, timed: Timed, account: &AccountName) -> Result<Done, Refusal> {
        let account = self.account_of("account", account).await?;
        if self.ready.executor().registered_here(account).await? {
            return Err(not_imported("account"));
        }
        let original_time = Some(original(timed.time, [self.beginning_of_account(account).await?])?);
        let deactivate = DeactivateAccount { account, original_time };
        Ok(Done::of(&self.execute(timed.key, deactivate).await?, |_| Made::Edge))
    }

    async fn execute<C: crate::decision::Command>(
        &self,
        key: Option<IdempotencyKey>,
        command: C,
    ) -> Result<Executed<C::Outcome>, Refusal> {
        command::run(self.ready.clone(), self.execution(key), command).await
    }

    fn execution(&self, key: Option<IdempotencyKey>) -> Execution {
        command::execution(self.operator, Allowance::AboveReserve, &self.context, key)
    }

    async fn account_of(&self, field: &str, name: &AccountName) -> Result<AccountId, Refusal> {
        match name {
            AccountName::Id(id) => Ok(*id),
            AccountName::Line(line) => match line.made().await {
                Some(Made::Account(id)) => Ok(id),
                Some(Made::Message(_) | Made::Edge) | None => Err(refused_before(field, line, "an account")),
            },
            AccountName::Handle(handle) => self.holder_of(field, handle).await,
        }
    }

    async fn message_of(&self, field: &str, name: &MessageName) -> Result<MessageId, Refusal> {
        match name {
            MessageName::Id(id) => Ok(*id),
            MessageName::Line(line) => match line.made().await {
                Some(Made::Message(id)) => Ok(id),
                Some(Made::Account(_) | Made::Edge) | None => Err(refused_before(field, line, "a message")),
            },
            MessageName::Key(key) => {
                let known = self.ready.executor().message_of_key(self.operator, &key_of_line(key)).await;
                known?.ok_or_else(|| {
                    let why = "no line before this one that could be read brought a message with the key";
                    ApiProblem::new(codes::UNKNOWN_REFERENCE).field(field, why).into()
                })
            }
        }
    }

    async fn holder_of(&self, field: &str, handle: &Handle) -> Result<AccountId, Refusal> {
        // A map is whole after every one of its operations.
        let holders = || self.holders.lock().unwrap_or_else(PoisonError::into_inner);
        let known = holders().get(handle).copied();
        if let Some(id) = known {
            return Ok(id);
        }
        let found = self.ready.executor().holder_of(handle).await?;
        let Some(id) = found else {
            let problem = ApiProblem::from(Refusal::from(AccountRejection::AccountMustExist));
            return Err(problem.field(field, "nobody has this handle").into());
        };
        holders().insert(handle.clone(), id);
        Ok(id)
    }

    async fn beginning_of_account(&self, account: AccountId) -> Result<Option<Beginning>, Refusal> {
        self.ready.executor().beginning_of_account(account).await.map_err(Refusal::from)
    }

    async fn beginning_of_message(&self, message: MessageId) -> Result<Option<Beginning>, Refusal> {
        self.ready.executor().beginning_of_message(message).await.map_err(Refusal::from)
    }

    /// Keys of lines live apart from those of requests: a header cannot hold a NUL. A line with a key of its own means
    /// the same in every request.
    fn key_of(&self, number: u64, own: Option<String>) -> Option<RequestKey> {
        match (own, &self.key) {
            (None, None) => None,
            (None, Some(RequestKey { key, head })) => {
                Some(RequestKey { key: format!("import\0{number}\0{key}"), head: head.clone() })
            }
            (Some(key), _) => Some(RequestKey { key: key_of_line(&key), head: Vec::new() }),
        }
    }
}

fn key_of_line(key: &str) -> String {
    format!("import\0\0{key}")
}

fn refused_before(field: &str, line: &Promise, what: &str) -> Refusal {
    let why = format!("line {} was refused, or is not {what}", line.line);
    ApiProblem::new(codes::UNKNOWN_REFERENCE).field(field, why).into()
}

fn not_imported(field: &str) -> Refusal {
    let why = "it was not imported, and only its owner changes it";
    ApiProblem::new(codes::NOT_IMPORTED).field(field, why).into()
}

fn original(
    time: OffsetDateTime,
    about: impl IntoIterator<Item = Option<Beginning>>,
) -> Result<OriginalTime, Refusal> {
    Ok(OriginalTime::parse(time, OffsetDateTime::now_utc(), about.into_iter().flatten())?)
}
