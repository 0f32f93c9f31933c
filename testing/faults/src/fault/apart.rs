//! Accounts that block each other, and a moderator who suspends one, in the middle of what that forbids.

use std::time::Duration;

use futures::future::join_all;

use super::{Fault, Happened, Striking, USUAL};
use crate::load::Load;
use crate::load::client::Client;
use crate::operator::Operator;
use crate::record::{Action, Intent, Outcome, Reaction, Record};
use crate::system::{Setup, System};

/// Each third one kills the dispatcher behind the answer, each third one freezes the broker.
const ROUNDS: usize = 6;
const AT_ONCE: usize = 12;
const FROZEN: Duration = Duration::from_secs(2);

pub(super) fn faults() -> Vec<Fault> {
    vec![
        Fault {
            name: "blocks",
            about: "accounts block each other in the middle of follows, likes and answers, over two dispatchers; one is \
                    killed, or the broker frozen, right behind the answer",
            setup: || Setup { dispatchers: 2, ..Setup::default() },
            strike: blocks,
            ..USUAL
        },
        Fault {
            name: "suspensions",
            about: "accounts are suspended in the middle of their commands, are given and taken roles meanwhile, and are \
                    let in again; kills and freezes as with blocks",
            setup: || Setup { dispatchers: 2, ..Setup::default() },
            strike: suspensions,
            ..USUAL
        },
    ]
}

/// Somebody who asks, as a client of one dispatcher.
struct Asking<'a> {
    record: &'a Record,
    client: Client,
}

impl Asking<'_> {
    async fn try_all(&self, asked: impl IntoIterator<Item = (i64, Intent)>) -> Vec<Outcome> {
        let tries = asked.into_iter().map(|(actor, intent)| self.client.once(self.record, actor, intent));
        join_all(tries).await
    }

    /// Until it is answered definitely: whether it was acked.
    async fn insist(&self, actor: i64, intent: Intent) -> bool {
        let key = Some(format!("apart-{actor}-{}", self.record.all().len()));
        let operation = self.record.begin(actor, key, |_| intent);
        let deadline = tokio::time::Instant::now() + crate::load::GIVE_UP_AFTER;
        self.client.insist(self.record, operation, || tokio::time::Instant::now() > deadline).await.is_some()
    }

    /// A new account and a message of it.
    async fn newcomer(&self, handle: &str) -> Option<(i64, i64)> {
        let account = self.client.register(self.record, handle).await;
        let intent = post(format!("by {handle}"), None);
        match self.client.once(self.record, account, intent).await {
            Outcome::Acked(ack) => Some((account, ack.id?)),
            _ => None,
        }
    }
}

fn post(text: String, in_reply_to: Option<i64>) -> Intent {
    Intent::Post { text, tag: "birds".to_owned(), in_reply_to }
}

/// What an account may do to another one and its message, unless they are blocked.
fn towards(account: i64, message: i64) -> [Intent; 5] {
    let react = |kind| Intent::React { kind, message, is_set: true };
    [
        Intent::Follow { account, is_set: true },
        react(Reaction::Like),
        react(Reaction::Repost),
        react(Reaction::Bookmark),
        post(format!("an answer to {message}"), Some(message)),
    ]
}

/// Among them what is taken back, so that the next one makes something again.
fn back_and_forth(index: usize, account: i64, message: i64) -> Intent {
    match index % 4 {
        0 => Intent::Follow { account, is_set: index.is_multiple_of(8) },
        1 => Intent::React { kind: Reaction::Like, message, is_set: index % 8 == 1 },
        2 => post(format!("answer {index} to {message}"), Some(message)),
        _ => Intent::React { kind: Reaction::Repost, message, is_set: index % 8 == 3 },
    }
}

fn told(outcomes: &[Outcome], code: &str) -> usize {
    let is_so = |outcome: &&Outcome| matches!(outcome, Outcome::Rejected { code: told, .. } if told == code);
    outcomes.iter().filter(is_so).count()
}

/// Nothing, a dispatcher that dies, or a broker that stands still for a while.
async fn disturb(system: &mut System, round: usize) {
    match round % 3 {
        1 => {
            system.dispatchers[0].kill();
            system.dispatchers[0].start_again();
            system.dispatchers[0].answers("/readyz", 200).await;
        }
        2 => {
            system.broker.one().pause();
            // Not a wait for a condition: the time is the fault.
            tokio::time::sleep(FROZEN).await;
            system.broker.one().resume();
            system.dispatchers[0].answers("/readyz", 200).await;
        }
        _ => {}
    }
}

fn blocks<'a>(system: &'a mut System, load: &'a Load, seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let record = &load.world.record;
        let [here, there] = [0, 1].map(|index| {
            let client = Client::new(system.dispatchers[index].url.clone());
            Asking { record, client }
        });
        let (mut refused, mut raced, mut voided, mut again) = (0, 0, 0, 0);
        for round in 0..ROUNDS {
            let newcomers = (
                here.newcomer(&format!("b{seed}_{round}")).await,
                here.newcomer(&format!("o{seed}_{round}")).await,
            );
            let (Some((blocker, mine)), Some((other, theirs))) = newcomers else { continue };
            // So that both dispatchers remember that nobody blocks anybody.
            there.try_all([(other, back_and_forth(1, blocker, mine))]).await;
            let tries = (0..AT_ONCE).map(|index| (other, back_and_forth(index, blocker, mine)));
            let block = Intent::Block { account: other, is_set: true };
            let (outcomes, is_blocked) = tokio::join!(here.try_all(tries), here.insist(blocker, block));
            if !is_blocked {
                continue;
            }
            raced += outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Acked(_))).count();
            disturb(system, round).await;
            let both = towards(blocker, mine).map(|intent| (other, intent)).into_iter();
            let outcomes = here.try_all(both.chain(towards(other, theirs).map(|it| (blocker, it)))).await;
            refused += told(&outcomes, "AccountMustNotBeBlocked");
            // The other one may not know it yet; then it stands in the log without an effect.
            let outcomes = there.try_all(towards(blocker, mine).map(|intent| (other, intent))).await;
            voided += outcomes.len();
            let end = Intent::Block { account: other, is_set: false };
            let is_over = here.insist(blocker, end).await;
            let follow = Intent::Follow { account: blocker, is_set: true };
            again += usize::from(is_over && here.insist(other, follow).await);
        }
        Ok(Happened::counted("tries refused behind a block", refused)
            .and("that raced one", raced)
            .and("at a dispatcher that may not know it", voided)
            .and("follows after its end", again))
    })
}

fn suspensions<'a>(system: &'a mut System, load: &'a Load, seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let (record, moderator) = (&load.world.record, load.world.moderator);
        let here = Asking { record, client: Client::new(system.dispatchers[0].url.clone()) };
        let operator = Operator::open(&system.broker.url()).await?;
        let (mut refused, mut roles, mut again) = (0, 0, 0);
        for round in 0..ROUNDS {
            let Some((account, message)) = here.newcomer(&format!("s{seed}_{round}")).await else { continue };
            let friend = load.world.people[0];
            let tries = (0..AT_ONCE).map(|index| (account, back_and_forth(index, friend, message)));
            let suspend = Intent::Moderate { account, action: Action::Suspend };
            let (_, is_suspended) = tokio::join!(here.try_all(tries), here.insist(moderator, suspend));
            if !is_suspended {
                continue;
            }
            // It changes nothing about the suspension.
            let is_given = operator.change_role(record, account, round % 2 == 0).await;
            disturb(system, round).await;
            roles += usize::from(matches!(is_given, Outcome::Acked(_)));
            let outcomes = here.try_all(towards(friend, message).map(|intent| (account, intent))).await;
            refused += told(&outcomes, "account-suspended");
            let taken = operator.change_role(record, account, round % 2 == 1).await;
            roles += usize::from(matches!(taken, Outcome::Acked(_)));
            let lift = Intent::Moderate { account, action: Action::Lift };
            let is_lifted = here.insist(moderator, lift).await;
            again += usize::from(is_lifted && here.insist(account, post("again".to_owned(), None)).await);
        }
        Ok(Happened::counted("tries refused behind a suspension", refused)
            .and("roles given or taken", roles)
            .and("posts after the end of one", again))
    })
}
