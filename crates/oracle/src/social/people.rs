//! Rows of all tables but those of messages. Counts are counted, never carried along.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::state::{Kind, State};
use crate::Tables;
use crate::moment::text as moment;

pub(super) fn rows(state: &State) -> Tables {
    let mut tables = Tables::from([
        ("account", accounts(state)),
        ("former_account", former_accounts(state)),
        ("tombstone", tombstones(state)),
        ("notification", notifications(state)),
        ("account_stat", account_stats(state)),
        ("message_stat", message_stats(state)),
    ]);
    let reads = state.reads.iter().map(|(account, until)| json!({ "account": account, "until": until }));
    tables.insert("read_marker", reads.collect());
    let edges = |wanted: Kind| {
        state
            .edges
            .iter()
            .filter(move |((kind, ..), _)| *kind == wanted)
            .map(|((_, from, to), (position, at))| (*from, *to, *position, moment(*at)))
    };
    let follows = edges(Kind::Followed).map(|(from, to, position, at)| {
        json!({ "follower": from, "followee": to, "position": position, "followed_at": at })
    });
    let likes = edges(Kind::Liked).map(
        |(from, to, position, at)| json!({ "account": from, "message": to, "position": position, "liked_at": at }),
    );
    let reposts = edges(Kind::Reposted).map(|(from, to, position, at)| {
        json!({ "account": from, "message": to, "position": position, "reposted_at": at })
    });
    tables.insert("follow", follows.collect());
    tables.insert("liked", likes.collect());
    tables.insert("reposted", reposts.collect());
    tables
}

fn accounts(state: &State) -> Vec<Value> {
    let row = |(id, account): (&i64, &super::state::Account)| {
        json!({
            "id": id, "handle": account.handle, "display_name": account.display_name, "bio": account.bio,
            "registered_at": moment(account.registered_at),
        })
    };
    state.accounts.iter().map(row).collect()
}

fn former_accounts(state: &State) -> Vec<Value> {
    let former = state.former.iter();
    former
        .map(|(id, (handle, at))| json!({ "id": id, "handle": handle, "deactivated_at": moment(*at) }))
        .collect()
}

fn tombstones(state: &State) -> Vec<Value> {
    let row = |(id, tombstone): (&i64, &super::state::Tombstone)| {
        json!({
            "id": id, "author": tombstone.author, "deleted_by": tombstone.deleted_by,
            "deleted_at": moment(tombstone.at),
        })
    };
    state.tombstones.iter().map(row).collect()
}

fn notifications(state: &State) -> Vec<Value> {
    let row = |((recipient, position), notice): (&(i64, i64), &super::state::Notice)| {
        let kind = match notice.kind {
            Kind::Followed => "followed",
            Kind::Liked => "liked",
            Kind::Reposted => "reposted",
            Kind::Replied => "replied",
        };
        json!({
            "recipient": recipient, "position": position, "kind": kind, "actor": notice.actor,
            "message": notice.message, "notified_at": moment(notice.at),
        })
    };
    state.notices.iter().map(row).collect()
}

fn account_stats(state: &State) -> Vec<Value> {
    let mut stats: BTreeMap<i64, [i64; 3]> = BTreeMap::new();
    for (kind, from, to) in state.edges.keys() {
        if *kind == Kind::Followed {
            stats.entry(*to).or_default()[0] += 1;
            stats.entry(*from).or_default()[1] += 1;
        }
    }
    for message in state.messages.values() {
        stats.entry(message.author).or_default()[2] += 1;
    }
    let row = |(account, [followers, following, messages]): (i64, [i64; 3])| json!({ "account": account, "followers": followers, "following": following, "messages": messages });
    stats.into_iter().map(row).collect()
}

fn message_stats(state: &State) -> Vec<Value> {
    let mut stats: BTreeMap<i64, [i64; 3]> = BTreeMap::new();
    for (kind, _, to) in state.edges.keys() {
        match kind {
            Kind::Liked => stats.entry(*to).or_default()[0] += 1,
            Kind::Reposted => stats.entry(*to).or_default()[1] += 1,
            Kind::Followed | Kind::Replied => {}
        }
    }
    for message in state.messages.values() {
        if let Some(parent) = message.in_reply_to.filter(|parent| state.messages.contains_key(parent)) {
            stats.entry(parent).or_default()[2] += 1;
        }
    }
    let row = |(message, [likes, reposts, replies]): (i64, [i64; 3])| json!({ "message": message, "likes": likes, "reposts": reposts, "replies": replies });
    stats.into_iter().map(row).collect()
}
