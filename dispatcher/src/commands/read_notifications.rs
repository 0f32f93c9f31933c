//! Marking notifications as read. The furthest read marker counts, so nothing is expected of the subject.

use domain::inbox::{self, InboxRejection};
use domain::{AccountId, InboxEvent, NotificationsRead, Position};

use super::{blind, done};
use crate::decision::{Command, Decision, Done, ExecuteError, Placed};
use crate::stores::Stores;

#[derive(Debug, Clone, Copy)]
pub struct ReadNotifications {
    pub account: AccountId,
    pub until: Position,
}

impl Command for ReadNotifications {
    type Rejection = InboxRejection;
    type Outcome = Done;

    fn operation(&self) -> &'static str {
        "read_notifications"
    }

    async fn decide(&self, stores: &Stores) -> Result<Decision<Done>, ExecuteError<InboxRejection>> {
        let Self { account, until } = *self;
        let last = stores.last_read_marker(account).await.map_err(ExecuteError::Read)?;
        let before = last
            .event
            .map(|(InboxEvent::NotificationsRead(NotificationsRead { until, .. }), at)| (until, at));
        let head = stores.head().await.map_err(ExecuteError::Read)?;
        let command =
            inbox::ReadNotifications { account, until, before: before.map(|(until, _at)| until), head };
        let event = inbox::read_notifications(command).map_err(ExecuteError::Rejected)?;
        Ok(blind(event, before.map_or(head, |(_until, at)| at)))
    }

    fn outcome(&self, own: &[Placed]) -> Option<Done> {
        done(own)
    }
}
