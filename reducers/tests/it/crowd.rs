//! Random events of a few accounts that do everything to each other, also what the dispatcher would refuse: likes of
//! deleted messages, follows of accounts that are gone, answers to messages that do not exist, repeats of everything.

use domain::{
    AccountDeactivated, AccountEvent, AccountId, AccountRegistered, Bio, Blocked, Bookmarked, DisplayName,
    Event, Followed, GraphEvent, Handle, HandleClaimed, HandleEvent, InboxEvent, Liked, MessageDeleted,
    MessageEdited, MessageEvent, MessageId, MessagePosted, Moderated, ModerationAction, ModerationEvent,
    Muted, Note, NotificationsRead, Outcome, Position, ProfileChanged, ReactionEvent, Reason, ReportEvent,
    ReportFiled, ReportResolved, Reposted, Restriction, RestrictionLevel, Role, RolesChanged, Sequence,
    Shard, Tags, Text, Unblocked, Unbookmarked, Unfollowed, Unliked, Unmuted, Unreposted,
};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use time::{Duration, OffsetDateTime};

const TAGS: [&str; 3] = ["birds", "at-dusk", "b\"q\\"];

pub(crate) struct Crowd {
    random: StdRng,
    accounts: i64,
    /// How many of the events are about messages.
    talk: f64,
    /// How many of these are deletions.
    regret: f64,
    /// Id, author and number of the latest edition.
    messages: Vec<(MessageId, AccountId, u32)>,
}

impl Crowd {
    /// The same seed gives the same events.
    pub(crate) fn new(seed: u64, accounts: i64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        // Every crowd prefers other commands: what is rare in one is common in another.
        let (talk, regret) = (random.random_range(0.1..0.7), random.random_range(0.0..0.4));
        Self { random, accounts, talk, regret, messages: Vec::new() }
    }

    /// A message that others may refer to from now on.
    pub(crate) fn heard(&mut self, message: MessageId, author: AccountId) {
        self.messages.push((message, author, 1));
    }

    /// The event at a position.
    pub(crate) fn draw(&mut self, position: Position) -> Event {
        if self.random.random_bool(self.talk) { self.message(position) } else { self.deed(position) }
    }

    /// An event that is not one of a message.
    pub(crate) fn deed(&mut self, position: Position) -> Event {
        match self.random.random_range(0..144) {
            0..40 => self.follow(position),
            40..96 => self.react(position),
            96..112 => self.profile(position),
            112..124 => self.avoid(),
            124..136 => self.care(position),
            136..139 => AccountEvent::Deactivated(AccountDeactivated {
                account: self.anybody(),
                original_time: imported(position),
            })
            .into(),
            _ => {
                let account = self.anybody();
                let until = self.position_up_to(position);
                InboxEvent::NotificationsRead(NotificationsRead { account, until }).into()
            }
        }
    }

    fn anybody(&mut self) -> AccountId {
        AccountId::from_i64(self.random.random_range(1..=self.accounts)).expect("positive")
    }

    fn position_up_to(&mut self, position: Position) -> Position {
        let sequence = self.random.random_range(0..=position.sequence().get());
        Position::new(Sequence::new(sequence).expect("small"), Shard(0))
    }

    /// Mostly a message that was posted lately; sometimes any number, such as one of the future.
    fn some_message(&mut self, position: Position) -> (MessageId, AccountId, Option<usize>) {
        if self.messages.is_empty() || self.random.random_bool(0.04) {
            let sequence = position.sequence().get();
            let number = self.random.random_range(sequence.saturating_sub(10).max(1)..sequence + 10);
            let position = Position::new(Sequence::new(number).expect("small"), Shard(0));
            return (MessageId::at(position), self.anybody(), None);
        }
        let recent = self.messages.len().min(8);
        let index = self.messages.len() - 1 - self.random.random_range(0..recent);
        (self.messages[index].0, self.messages[index].1, Some(index))
    }

    fn message(&mut self, position: Position) -> Event {
        if self.random.random_bool(self.regret) {
            let (message, author, _) = self.some_message(position);
            let deleted_by = if self.random.random_bool(0.8) { author } else { self.anybody() };
            return MessageEvent::Deleted(MessageDeleted {
                message,
                author,
                deleted_by,
                original_time: imported(position),
            })
            .into();
        }
        match self.random.random_range(0..8) {
            0..6 => {
                let author = self.anybody();
                let in_reply_to = self.random.random_bool(0.5).then(|| self.some_message(position).0);
                let original_time = self.random.random_bool(0.3).then(|| original(position));
                self.heard(MessageId::at(position), author);
                let (text, tags) = (self.text(), self.tags());
                MessageEvent::Posted(MessagePosted { author, text, tags, in_reply_to, original_time }).into()
            }
            _ => {
                let (message, author, index) = self.some_message(position);
                // Numbers grow, as the dispatcher sees to; some are missing, as where an edit was parked.
                let step = self.random.random_range(1..=2);
                let edition = index.map_or(2, |index| {
                    self.messages[index].2 += step;
                    self.messages[index].2
                });
                let (text, tags) = (self.text(), self.tags());
                MessageEvent::Edited(MessageEdited {
                    message,
                    author,
                    edition,
                    text,
                    tags,
                    original_time: imported(position),
                })
                .into()
            }
        }
    }

    fn follow(&mut self, position: Position) -> Event {
        let (follower, followee) = (self.anybody(), self.anybody());
        if self.random.random_bool(0.65) {
            let original_time = imported(position);
            GraphEvent::Followed(Followed { follower, followee, original_time }).into()
        } else {
            GraphEvent::Unfollowed(Unfollowed { follower, followee, original_time: imported(position) })
                .into()
        }
    }

    fn care(&mut self, position: Position) -> Event {
        let (account, by) = (self.anybody(), self.anybody());
        let level = [None, Some(RestrictionLevel::Silenced), Some(RestrictionLevel::Suspended)]
            [self.random.random_range(0..3)];
        let (reason, note) = (Reason::Spam, Note::try_from("why\nso".to_owned()).ok());
        let restriction = level.map(|level| Restriction { level, reason });
        let (roles, operator) = (vec![Role::Analyst, Role::Moderator], None);
        match self.random.random_range(0..8) {
            0..3 => {
                let action = ModerationAction::Suspend;
                let moderated = Moderated { account, action, reason, restriction, roles, by, operator, note };
                ModerationEvent::Moderated(moderated).into()
            }
            3 => {
                let operator = note.clone();
                let changed = RolesChanged { account, roles, restriction, by, operator, note };
                ModerationEvent::RolesChanged(changed).into()
            }
            4..6 => {
                let message = self.random.random_bool(0.5).then(|| self.some_message(position).0);
                let (reporter, comment, day, of_day) = (by, note, 20_000, 1);
                ReportEvent::Filed(ReportFiled { reporter, account, message, reason, comment, day, of_day })
                    .into()
            }
            _ => {
                // Any number, that of this event and of the future among them.
                let sequence = position.sequence().get();
                let number = self.random.random_range(sequence.saturating_sub(30).max(1)..sequence + 3);
                let report = Position::new(Sequence::new(number).expect("small"), Shard(0));
                ReportEvent::Resolved(ReportResolved { report, by, outcome: Outcome::Acted, note }).into()
            }
        }
    }

    fn avoid(&mut self) -> Event {
        let (from, to) = (self.anybody(), self.anybody());
        let event = match self.random.random_range(0..8) {
            0..3 => GraphEvent::Blocked(Blocked { blocker: from, blocked: to }),
            3..6 => GraphEvent::Unblocked(Unblocked { blocker: from, blocked: to }),
            6 => GraphEvent::Muted(Muted { muter: from, muted: to }),
            _ => GraphEvent::Unmuted(Unmuted { muter: from, muted: to }),
        };
        event.into()
    }

    fn react(&mut self, position: Position) -> Event {
        let account = self.anybody();
        let (message, ..) = self.some_message(position);
        let original_time = imported(position);
        let event = match self.random.random_range(0..14) {
            0..4 => ReactionEvent::Liked(Liked { account, message, original_time }),
            4..6 => ReactionEvent::Unliked(Unliked { account, message, original_time: imported(position) }),
            6..9 => ReactionEvent::Reposted(Reposted { account, message, original_time }),
            9 => {
                ReactionEvent::Unreposted(Unreposted { account, message, original_time: imported(position) })
            }
            10..13 => ReactionEvent::Bookmarked(Bookmarked { account, message, original_time }),
            _ => ReactionEvent::Unbookmarked(Unbookmarked {
                account,
                message,
                original_time: imported(position),
            }),
        };
        event.into()
    }

    fn profile(&mut self, position: Position) -> Event {
        let account = self.anybody();
        let handle = Handle::parse(&format!("handle_{}", self.random.random_range(0..9))).expect("a handle");
        let name = format!("name {}", self.random.random_range(0..1_000));
        let display_name = DisplayName::parse(&name).expect("a name");
        let bio = Bio::parse("a \"bio\"").expect("a bio");
        match self.random.random_range(0..9) {
            0 => HandleEvent::Claimed(HandleClaimed { handle, account }).into(),
            1..5 => {
                let original_time = imported(position);
                let bio = if original_time.is_some() { bio } else { Bio::default() };
                let registered = AccountRegistered { account, handle, display_name, bio, original_time };
                AccountEvent::Registered(registered).into()
            }
            _ => {
                let registered_at = imported(position);
                let changed = ProfileChanged { account, handle, display_name, bio, registered_at };
                AccountEvent::ProfileChanged(changed).into()
            }
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

/// Finer than Postgres holds, and every third one before 2000, from which it counts.
/// One event in four is imported.
fn imported(position: Position) -> Option<OffsetDateTime> {
    position.sequence().get().is_multiple_of(4).then(|| original(position))
}

fn original(position: Position) -> OffsetDateTime {
    let sequence = i64::try_from(position.sequence().get()).expect("small");
    let days = if sequence % 3 == 0 { 10_000 } else { 1 };
    recorded_at(position) - Duration::days(days) + Duration::nanoseconds(sequence % 1_000)
}

/// When the event at a position is recorded, where a test makes up the record.
pub(crate) fn recorded_at(position: Position) -> OffsetDateTime {
    let seconds = i64::try_from(position.sequence().get()).expect("small") * 7;
    time::macros::datetime!(2026-03-01 23:30 UTC)
        + Duration::seconds(seconds)
        + Duration::microseconds(seconds)
}
