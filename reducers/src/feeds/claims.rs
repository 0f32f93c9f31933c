//! What an event holds and touches in `feeds`.
//!
//! - `account`, `message` and each edge: as in `social`.
//! - `deletion`: a message that is to be deleted gets no more reposts, for whoever deletes it must know who shows it.
//! - `shows`: what an account shows its followers. Its entries come and go in any order, so they touch it; a new follow
//!   holds it, for what it brings into the feed depends on the entries that are there.
//! - `followers`: how many an account has, and with it whether it is merged. Every follow and unfollow holds it.
//!
//! Whom a deletion or a deactivation meets is looked up: those who reposted the messages that go, and those whom the
//! account followed, in the rows and among the events that wait.

use std::collections::BTreeSet;

use data_set::write::{Step, WriteError};
use domain::{MessageId, Position};

use super::change::Change;
use crate::quarantine::Claims;

pub(super) fn claims(position: Position, change: Option<Change>) -> Claims {
    let claims = Claims::default();
    match change {
        None => claims,
        Some(Change::Posted(row)) => {
            claims.hold("message", position).touch("account", row.author).touch("shows", row.author)
        }
        Some(Change::Reposted(row)) => repost(row.author, row.message, position),
        Some(Change::Unreposted(key)) => repost(key.author, key.message, position),
        Some(Change::Deleted(message)) => {
            let mut claims = claims.name_message(message, position).hold("deletion", message);
            if let Some(id) = Position::from_i64(message) {
                claims = claims.touch_edits_of(MessageId::at(id));
            }
            claims.deleted.insert(message);
            claims.position = position.get();
            claims
        }
        Some(Change::Followed(row)) => follow(row.follower, row.followee).hold("shows", row.followee),
        Some(Change::Unfollowed(key)) => follow(key.follower, key.followee),
        Some(Change::Deactivated(account)) => {
            let mut claims = claims.hold("account", account);
            claims.deactivated.insert(account);
            claims.position = position.get();
            claims
        }
    }
}

fn repost(account: i64, message: i64, position: Position) -> Claims {
    let claims = Claims::default().hold("repost", format_args!("{account}/{message}"));
    claims
        .touch("account", account)
        .touch("shows", account)
        .name_message(message, position)
        .touch("deletion", message)
}

fn follow(follower: i64, followee: i64) -> Claims {
    let claims = Claims::default().hold("follow", format_args!("{follower}/{followee}"));
    claims.touch("account", follower).touch("account", followee).hold("followers", followee)
}

/// Who wrote the messages that are named, and whom deletions and deactivations meet. The latter are one look for all of
/// `claims`: such events are looked at alone.
pub(super) async fn complete(step: &mut Step, claims: &mut [Claims]) -> Result<(), WriteError> {
    let all = |ids: fn(&Claims) -> &BTreeSet<i64>| -> Vec<i64> {
        claims.iter().flat_map(|own| ids(own).iter().copied()).collect()
    };
    let named = all(|own| &own.messages);
    let (deleted, deactivated) = (all(|own| &own.deleted), all(|own| &own.deactivated));
    if !named.is_empty() {
        let authors = step.feeds_authors(&named).await?;
        crate::quarantine::touch_authors(&authors, claims);
    }
    if deleted.is_empty() && deactivated.is_empty() {
        return Ok(());
    }
    let reach = step.feeds_audience(&deleted, &deactivated).await?;
    for own in claims.iter_mut().filter(|own| !own.deleted.is_empty() || !own.deactivated.is_empty()) {
        reach.authors.iter().for_each(|account| own.add_touch("shows", account));
        reach.followees.iter().for_each(|account| own.add_hold("followers", account));
        inherit(step, own).await?;
    }
    Ok(())
}

/// Messages, reposts and follows that wait are not in the rows, and will be when the event is folded: whom they meet, it
/// meets.
async fn inherit(step: &mut Step, own: &mut Claims) -> Result<(), WriteError> {
    let messages = own.deleted.iter().map(|message| format!("deletion/{message}"));
    let accounts = own.deactivated.iter().map(|account| format!("account/{account}"));
    let names: Vec<String> = messages.chain(accounts).collect();
    let mut claimed = step.claims_on(&names, own.position).await?;
    let posted: Vec<i64> = own.deleted.iter().copied().collect();
    claimed.extend(step.parked_at(&posted).await?.into_iter().flat_map(|row| row.touches));
    for name in &claimed {
        match name.split_once('/') {
            Some(("shows", account)) => own.add_touch("shows", account),
            Some(("followers", account)) => own.add_hold("followers", account),
            _ => {}
        }
    }
    Ok(())
}
