//! The mails that wait.

use api_types::codes;
use domain::{AccountId, Handle};
use http_kit::ApiProblem;
use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::credential_store::MailAddress;

/// More are refused as `overloaded`.
const WAITING_MAX: usize = 256;

/// What shall be mailed.
pub(crate) enum Mail {
    /// To an address that somebody says is theirs.
    Confirm { account: AccountId, address: MailAddress },
    /// To the owner of a handle, if there is one with an address. Who asks does not learn that.
    Reset { handle: Handle },
}

/// The way to those who send.
#[derive(Debug, Clone)]
pub(crate) struct MailQueue(Sender<Mail>);

impl MailQueue {
    /// The queue, and its other end.
    pub(super) fn new() -> (Self, Receiver<Mail>) {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        (Self(sender), receiver)
    }

    /// # Errors
    /// `overloaded` where too many wait.
    pub(crate) fn send(&self, mail: Mail) -> Result<(), ApiProblem> {
        self.0.try_send(mail).map_err(|_full| ApiProblem::new(codes::OVERLOADED))
    }
}
