//! What a client wants next.

use std::sync::PoisonError;

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::{Known, World};
use crate::record::{Action, Intent, Reaction};

const TAGS: [&str; 3] = ["birds", "moths", "stars"];
/// Messages that were just written, so that much happens to few of them.
const RECENT: usize = 12;
/// Much lifting, so that the moderated one acts most of the time.
const ACTIONS: [Action; 6] =
    [Action::Warn, Action::Silence, Action::Suspend, Action::Lift, Action::Lift, Action::Lift];

type MakeIntent = Box<dyn FnOnce(usize) -> Intent + Send>;

pub(super) struct Chosen {
    pub(super) actor: i64,
    pub(super) key: Option<String>,
    pub(super) intent: MakeIntent,
    /// Sent twice at the same moment.
    pub(super) is_doubled: bool,
}

pub(super) fn choose(world: &World, random: &mut StdRng) -> Option<Chosen> {
    let actor = *world.people.choose(random)?;
    let tag = (*TAGS.choose(random)?).to_owned();
    let known = recent(world, random);
    let mut key = random.random_bool(0.7).then(|| format!("key-{:016x}", random.random::<u64>()));
    let mut is_doubled = key.is_some() && random.random_bool(0.1);
    let mut actor_of = actor;
    let dice = random.random_range(0..108_u32);
    let import_tag = tag.clone();
    let post = |reply: Option<i64>| -> MakeIntent {
        Box::new(move |number| Intent::Post { text: format!("op-{number}"), tag, in_reply_to: reply })
    };
    let intent: MakeIntent = match (dice, known) {
        (0..=27, _) | (_, None) => post(None),
        (28..=33, Some(known)) => post(Some(known.id)),
        (34..=45, Some(known)) => {
            actor_of = known.author;
            let edition = random.random_bool(0.5).then_some(u32::try_from(known.edition).unwrap_or(1));
            Box::new(move |number| Intent::Edit { message: known.id, edition, text: format!("op-{number}") })
        }
        (46..=50, Some(known)) => {
            actor_of = known.author;
            Box::new(move |_| Intent::Delete { message: known.id })
        }
        (51..=79, Some(known)) => {
            let kind = match random.random_range(0..10) {
                0..6 => Reaction::Like,
                6..8 => Reaction::Repost,
                _ => Reaction::Bookmark,
            };
            let is_set = random.random_bool(0.65);
            Box::new(move |_| Intent::React { kind, message: known.id, is_set })
        }
        (80..=91, _) => {
            let account = *world.people.choose(random)?;
            if account == actor {
                return None;
            }
            let is_set = random.random_bool(0.6);
            Box::new(move |_| Intent::Follow { account, is_set })
        }
        (92..=94, _) => {
            // Lines for one who is suspended are refused one by one, which says nothing definite of the whole.
            if actor == world.moderated() {
                return None;
            }
            is_doubled = false;
            let lines = random.random_range(1..=4_usize);
            Box::new(move |number| Intent::Import {
                texts: (0..lines).map(|line| format!("op-{number}-{line}")).collect(),
                tag: import_tag,
            })
        }
        (95..=97, _) => {
            // Another request under a key that was used: it must be told so.
            let (owner, used) = used_key(world, random)?;
            actor_of = owner;
            (key, is_doubled) = (Some(used), false);
            post(None)
        }
        (98..=99, Some(_)) => {
            let handle = format!("h{:08x}", random.random::<u32>());
            actor_of = 0;
            key = key.map(|key| format!("register-{key}"));
            Box::new(move |_| Intent::Register { handle })
        }
        (100..=105, Some(_)) => {
            let (who, intent) = avoid(world, random)?;
            actor_of = who;
            Box::new(move |_| intent)
        }
        (_, Some(_)) => {
            actor_of = world.moderator;
            let (account, action) = (world.moderated(), *ACTIONS.choose(random)?);
            Box::new(move |_| Intent::Moderate { account, action })
        }
    };
    Some(Chosen { actor: actor_of, key, intent, is_doubled })
}

/// Few blocks hold at a time, or nothing would happen between anybody. The first of the people is in none: events of
/// theirs are parked by a fault, and a block that waits for one of these would come into pages later than it stands in
/// the log.
fn avoid(world: &World, random: &mut StdRng) -> Option<(i64, Intent)> {
    let others = world.people.get(1..)?;
    let (who, account) = (*others.choose(random)?, *others.choose(random)?);
    let is_set = random.random_bool(0.2);
    let intent = if random.random_bool(0.8) {
        Intent::Block { account, is_set }
    } else {
        Intent::Mute { account, is_set }
    };
    (who != account).then_some((who, intent))
}

fn recent(world: &World, random: &mut StdRng) -> Option<Known> {
    let messages = world.messages();
    let begin = messages.len().saturating_sub(RECENT);
    messages[begin..].choose(random).copied()
}

fn used_key(world: &World, random: &mut StdRng) -> Option<(i64, String)> {
    let keys = world.used_keys.lock().unwrap_or_else(PoisonError::into_inner);
    keys.choose(random).cloned()
}

/// What a client knows after an operation.
pub(super) fn learn(world: &World, number: usize) {
    let operation = world.record.one(number);
    let Some(ack) = operation.ack() else { return };
    match &operation.intent {
        Intent::Post { .. } => {
            if let Some(id) = ack.id {
                world.messages().push(Known { id, author: operation.actor, edition: 1 });
            }
            if let Some(key) = operation.key.clone() {
                let mut keys = world.used_keys.lock().unwrap_or_else(PoisonError::into_inner);
                keys.push((operation.actor, key));
            }
        }
        Intent::Edit { message, .. } => {
            if let (Some(edition), Some(known)) =
                (ack.edition, world.messages().iter_mut().find(|known| known.id == *message))
            {
                known.edition = edition;
            }
        }
        _ => {}
    }
}
