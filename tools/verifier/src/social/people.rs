//! Rows of all tables except those of messages. Counts are counted, never carried along.

use std::collections::BTreeMap;

use domain::{ModerationEvent, Note, ReactionKind};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::records::{Account, Kind, Notice, Report, Tombstone};
use super::state::State;
use crate::rows::Rows;
use crate::timestamp::text as timestamp;

pub(super) fn table<'a>(state: &'a State, table: &str) -> Option<Rows<'a>> {
    Some(match table {
        "account" => Box::new(state.accounts.iter().map(account)),
        "former_account" => Box::new(state.former.iter().map(|(id, (handle, at))| {
            json!({ "id": id, "handle": handle, "deactivated_at": timestamp(*at) })
        })),
        "tombstone" => {
            let nearest = state.nearest_living();
            let row = move |(id, stone): (&i64, _)| tombstone(*id, stone, nearest.get(id).copied());
            Box::new(state.tombstones.iter().map(row))
        }
        "notification" => Box::new(state.notices.iter().map(notification)),
        "account_stat" => Box::new(account_stats(state)),
        "message_stat" => Box::new(message_stats(state)),
        "read_marker" => Box::new(
            state.reads.iter().map(|(account, until)| json!({ "account": account, "until": until })),
        ),
        "follow" => Box::new(edges(state, Kind::Followed).map(|(from, to, position, at)| {
            json!({ "follower": from, "followee": to, "position": position, "followed_at": timestamp(at) })
        })),
        "blocked" => Box::new(edges(state, Kind::Blocked).map(|(from, to, position, at)| {
            json!({ "blocker": from, "blocked": to, "position": position, "blocked_at": timestamp(at) })
        })),
        "muted" => Box::new(edges(state, Kind::Muted).map(|(from, to, position, at)| {
            json!({ "muter": from, "muted": to, "position": position, "muted_at": timestamp(at) })
        })),
        "moderation_action" => Box::new(state.decisions.iter().map(decision)),
        "report" => Box::new(state.reports.iter().map(report)),
        "liked" => Box::new(edges(state, Kind::Reaction(ReactionKind::Like)).map(|(from, to, position, at)| {
            json!({ "account": from, "message": to, "position": position, "liked_at": timestamp(at) })
        })),
        "reposted" => Box::new(edges(state, Kind::Reaction(ReactionKind::Repost)).map(|(from, to, position, at)| {
            json!({ "account": from, "message": to, "position": position, "reposted_at": timestamp(at) })
        })),
        "bookmarked" => Box::new(
            edges(state, Kind::Reaction(ReactionKind::Bookmark)).map(|(from, to, position, at)| {
                json!({ "account": from, "message": to, "position": position, "bookmarked_at": timestamp(at) })
            }),
        ),
        _ => return None,
    })
}

/// From, to, position and moment of the edges of a kind.
fn edges(state: &State, wanted: Kind) -> impl Iterator<Item = (i64, i64, i64, OffsetDateTime)> + '_ {
    let edges = state.edges.range((wanted, i64::MIN, i64::MIN)..=(wanted, i64::MAX, i64::MAX));
    edges.map(|((_, from, to), (position, at))| (*from, *to, *position, *at))
}

fn account((id, account): (&i64, &Account)) -> Value {
    json!({
        "id": id, "handle": account.handle, "display_name": account.display_name, "bio": account.bio,
        "registered_at": timestamp(account.registered_at), "restriction": account.restriction,
    })
}

fn decision((position, (event, at)): (&i64, &(ModerationEvent, OffsetDateTime))) -> Value {
    let (action, reason, roles, by, operator, note) = match event {
        ModerationEvent::Moderated(event) => (
            event.action.word(),
            Some(event.reason.word()),
            &event.roles,
            event.by,
            &event.operator,
            &event.note,
        ),
        ModerationEvent::RolesChanged(event) => {
            ("roles", None, &event.roles, event.by, &event.operator, &event.note)
        }
    };
    json!({
        "position": position, "account": event.account().get(), "action": action, "reason": reason,
        "roles": roles.iter().map(|role| role.word()).collect::<Vec<_>>(), "decided_by": by.get(),
        "operator": operator.as_ref().map(Note::as_str), "note": note.as_ref().map(Note::as_str),
        "decided_at": timestamp(*at),
    })
}

fn report((position, report): (&i64, &Report)) -> Value {
    let Report { filed, at, end } = report;
    let (end, resolved_at) = (end.as_ref().map(|(end, _)| end), end.as_ref().map(|(_, at)| timestamp(*at)));
    json!({
        "position": position, "reporter": filed.reporter.get(), "account": filed.account.get(),
        "message": filed.message.map(|message| message.get()), "reason": filed.reason.word(),
        "comment": filed.comment.as_ref().map(Note::as_str), "reported_at": timestamp(*at),
        "outcome": end.map(|end| end.outcome.word()), "resolved_by": end.map(|end| end.by.get()),
        "resolved_at": resolved_at, "resolution": end.and_then(|end| end.note.as_ref()).map(Note::as_str),
    })
}

fn tombstone(id: i64, tombstone: &Tombstone, nearest_living: Option<usize>) -> Value {
    let (created_at, in_reply_to) = tombstone.place.unzip();
    json!({
        "id": id, "author": tombstone.author, "deleted_by": tombstone.deleted_by,
        "deleted_at": timestamp(tombstone.at), "created_at": created_at.map(timestamp),
        "in_reply_to": in_reply_to.flatten(), "nearest_living": nearest_living, "position": tombstone.position,
        "tags": tombstone.tags, "is_deactivation": tombstone.is_deactivation,
    })
}

fn notification(((recipient, position), notice): (&(i64, i64), &Notice)) -> Value {
    let kind = match notice.kind {
        Kind::Followed => "followed",
        Kind::Reaction(ReactionKind::Like) => "liked",
        Kind::Reaction(ReactionKind::Repost) => "reposted",
        Kind::Replied => "replied",
        Kind::Moderated => "moderated",
        // Nobody is told of these.
        Kind::Blocked | Kind::Muted | Kind::Reaction(ReactionKind::Bookmark) => unreachable!("see told_of"),
    };
    json!({
        "recipient": recipient, "position": position, "kind": kind, "actor": notice.actor,
        "message": notice.message, "notified_at": timestamp(notice.at),
    })
}

fn account_stats(state: &State) -> impl Iterator<Item = Value> + use<> {
    let mut stats: BTreeMap<i64, [i64; 3]> = BTreeMap::new();
    for (from, to, ..) in edges(state, Kind::Followed) {
        stats.entry(to).or_default()[0] += 1;
        stats.entry(from).or_default()[1] += 1;
    }
    for message in state.messages.values() {
        stats.entry(message.author).or_default()[2] += 1;
    }
    stats.into_iter().map(|(account, [followers, following, messages])| {
        json!({ "account": account, "followers": followers, "following": following, "messages": messages })
    })
}

fn message_stats(state: &State) -> impl Iterator<Item = Value> + use<> {
    let mut stats: BTreeMap<i64, [i64; 3]> = BTreeMap::new();
    edges(state, Kind::Reaction(ReactionKind::Like))
        .for_each(|(_, to, ..)| stats.entry(to).or_default()[0] += 1);
    edges(state, Kind::Reaction(ReactionKind::Repost))
        .for_each(|(_, to, ..)| stats.entry(to).or_default()[1] += 1);
    for message in state.messages.values() {
        if let Some(parent) = message.in_reply_to.filter(|parent| state.messages.contains_key(parent)) {
            stats.entry(parent).or_default()[2] += 1;
        }
    }
    stats.into_iter().map(|(message, [likes, reposts, replies])| {
        json!({ "message": message, "likes": likes, "reposts": reposts, "replies": replies })
    })
}
