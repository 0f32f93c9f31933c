//! The mails that wait. Nobody has many places among them, so that a slow mail server delays many and shuts nobody out.

use std::sync::Arc;

use api_types::codes;
use domain::{AccountId, Handle};
use http_kit::{ApiProblem, Budget, ClientAddress, Exhausted, Share};
use tokio::sync::mpsc::{self, Receiver, Sender};

use super::SENDING_MAX;
use crate::credential_store::MailAddress;

/// More are refused as `overloaded`.
const WAITING_MAX: usize = 256;
/// Of those that wait or are sent, more are refused as `rate-limited`. A mail takes less than a second, unless the server is
/// slow: then it takes 64 addresses to fill the queue.
const PER_ADDRESS_MAX: usize = 4;
/// Of the /48 of an IPv6 provider's customer.
const PER_NETWORK_MAX: usize = 16;
const PER_ACCOUNT_MAX: usize = 2;

/// What shall be mailed.
pub(crate) enum Mail {
    /// To an address that somebody says is theirs.
    Confirm { account: AccountId, address: MailAddress },
    /// To the owner of a handle, if there is one with an address. Who asks does not learn that.
    Reset { handle: Handle },
}

/// A mail, and the places that it takes until it is sent or given up.
pub(super) struct Waiting {
    pub(super) mail: Mail,
    _places: Places,
}

struct Places {
    _address: Share,
    _network: Option<Share>,
    _account: Option<Share<AccountId>>,
}

/// The way to those who send.
#[derive(Debug, Clone)]
pub(crate) struct MailQueue {
    sender: Sender<Waiting>,
    by_address: Arc<Budget>,
    by_network: Arc<Budget>,
    by_account: Arc<Budget<AccountId>>,
}

impl MailQueue {
    /// The queue, and its other end.
    pub(super) fn new() -> (Self, Receiver<Waiting>) {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        let in_all = WAITING_MAX + SENDING_MAX;
        let queue = Self {
            sender,
            by_address: Budget::new(in_all, PER_ADDRESS_MAX),
            by_network: Budget::new(in_all, PER_NETWORK_MAX),
            by_account: Budget::new(in_all, PER_ACCOUNT_MAX),
        };
        (queue, receiver)
    }

    /// A mail that somebody at that address asked for.
    ///
    /// # Errors
    /// `overloaded` where too many wait, `rate-limited` where too many of the address or the account do.
    pub(crate) fn send(&self, mail: Mail, from: ClientAddress) -> Result<(), ApiProblem> {
        let places = self.places(&mail, from).map_err(|exhausted| match exhausted {
            Exhausted::Whole => ApiProblem::new(codes::OVERLOADED),
            Exhausted::Holder => ApiProblem::new(codes::RATE_LIMITED)
                .detail("The mails that were asked for before have not been sent yet.")
                .retry_after_seconds(10),
        })?;
        let waiting = Waiting { mail, _places: places };
        self.sender.try_send(waiting).map_err(|_full| ApiProblem::new(codes::OVERLOADED))
    }

    fn places(&self, mail: &Mail, from: ClientAddress) -> Result<Places, Exhausted> {
        let account = match mail {
            Mail::Confirm { account, .. } => Some(*account),
            Mail::Reset { .. } => None,
        };
        Ok(Places {
            _address: self.by_address.take(Some(from))?,
            _network: from.network().map(|network| self.by_network.take(Some(network))).transpose()?,
            _account: account.map(|account| self.by_account.take(Some(account))).transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn from(text: &str) -> ClientAddress {
        ClientAddress::of(text.parse::<IpAddr>().expect("it is an address"))
    }

    fn reset() -> Mail {
        Mail::Reset { handle: Handle::parse("ada").expect("it is a handle") }
    }

    fn confirm(account: i64) -> Mail {
        let account = AccountId::from_i64(account).expect("it is positive");
        Mail::Confirm { account, address: MailAddress::new("ada@example.org".to_owned()) }
    }

    fn refusals(sent: impl IntoIterator<Item = Result<(), ApiProblem>>) -> Vec<String> {
        sent.into_iter().filter_map(Result::err).map(|problem| problem.code().to_owned()).collect()
    }

    #[tokio::test]
    async fn a_dozen_addresses_leave_room_for_all_others() {
        let (queue, mut receiver) = MailQueue::new();
        let greedy = (1..=12).flat_map(|address| (0..30).map(move |_| from(&format!("192.0.2.{address}"))));
        let refused = refusals(greedy.map(|address| queue.send(reset(), address)));
        assert_eq!(refused.len(), 12 * (30 - PER_ADDRESS_MAX));
        assert!(refused.iter().all(|code| code == "rate-limited"), "{refused:?}");
        for other in 1..=100 {
            assert!(queue.send(reset(), from(&format!("198.51.100.{other}"))).is_ok(), "{other}");
        }
        // What was sent gives its place back.
        drop(receiver.recv().await);
        assert!(queue.send(reset(), from("192.0.2.1")).is_ok());
        assert!(queue.send(reset(), from("192.0.2.1")).is_err());
    }

    #[test]
    fn a_network_and_an_account_with_many_addresses_have_a_share_too() {
        let (queue, _receiver) = MailQueue::new();
        let neighbours = (0..100).map(|part| queue.send(reset(), from(&format!("2001:db8:1:{part}::1"))));
        assert_eq!(refusals(neighbours).len(), 100 - PER_NETWORK_MAX);
        let elsewhere = (1..=10).map(|address| queue.send(confirm(7), from(&format!("192.0.2.{address}"))));
        assert_eq!(refusals(elsewhere).len(), 10 - PER_ACCOUNT_MAX);
        assert!(queue.send(confirm(8), from("192.0.2.10")).is_ok(), "a refusal takes no place");
    }

    #[test]
    fn more_than_may_wait_are_refused() {
        let (queue, _receiver) = MailQueue::new();
        let all = (0..300_u16)
            .map(|number| queue.send(reset(), from(&format!("10.0.{}.{}", number >> 8, number & 255))));
        let refused = refusals(all);
        assert_eq!(refused.len(), 300 - WAITING_MAX);
        assert!(refused.iter().all(|code| code == "overloaded"), "{refused:?}");
    }
}
