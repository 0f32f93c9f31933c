//! Many at once on the same thing, through two dispatchers that know nothing of each other.

use std::sync::Arc;

use futures::future::join_all;

use super::{Fault, Happened, Striking, USUAL};
use crate::load::Load;
use crate::load::World;
use crate::load::client::Client;
use crate::record::{Intent, Outcome, Reaction};
use crate::system::{Setup, System};

const CROWD: usize = 50;
const ROUNDS: usize = 4;

pub(super) fn faults() -> Vec<Fault> {
    vec![Fault {
        name: "crowd",
        about: "50 clients at once, over two dispatchers, on one handle, one like, one key, and delete against edit",
        setup: || Setup { dispatchers: 2, ..Setup::default() },
        strike: crowd,
        ..USUAL
    }]
}

fn crowd<'a>(system: &'a mut System, load: &'a Load, seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let clients: Vec<Client> =
            system.dispatchers.iter().map(|service| Client::new(service.url.clone())).collect();
        let crowd = Crowd { world: Arc::clone(&load.world), clients };
        let (mut handles_lost, mut edits_lost, mut duplicates, mut likes) = (0, 0, 0, 0);
        for round in 0..ROUNDS {
            let handle = format!("c{seed}_{round}");
            let outcomes = crowd.all(0, |_| Intent::Register { handle: handle.clone() }).await;
            handles_lost += outcomes.iter().filter(|outcome| is(outcome, "HandleMustBeFree")).count();
            let Some(message) = crowd.post(round).await else { continue };
            let actor = crowd.world.people[0];
            let like = |_| Intent::React { kind: Reaction::Like, message, is_set: true };
            likes += crowd.all(actor, like).await.iter().filter(|outcome| is_acked(outcome)).count();
            let outcomes = crowd.all(actor, |index| edit(message, round, index)).await;
            edits_lost += outcomes.iter().filter(|outcome| !is_acked(outcome)).count();
            duplicates += crowd.duplicates(actor, seed, round).await;
        }
        Ok(Happened::counted("handles lost", handles_lost)
            .and("likes of one", likes)
            .and("edits lost", edits_lost)
            .and("concurrent duplicates", duplicates))
    })
}

/// Mostly edits of the first edition, where one can win, and in the last round a delete among them.
fn edit(message: i64, round: usize, index: usize) -> Intent {
    if round + 1 == ROUNDS && index % 10 == 7 {
        return Intent::Delete { message };
    }
    Intent::Edit { message, edition: Some(1), text: format!("round {round} edit {index}") }
}

fn is_acked(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Acked(_))
}

fn is(outcome: &Outcome, expected: &str) -> bool {
    matches!(outcome, Outcome::Rejected { code, .. } if code == expected)
}

struct Crowd {
    world: Arc<World>,
    clients: Vec<Client>,
}

impl Crowd {
    /// One request of each, all at the same moment, without keys.
    async fn all(&self, actor: i64, intent: impl Fn(usize) -> Intent) -> Vec<Outcome> {
        let requests = (0..CROWD).map(|index| {
            let operation = self.world.record.begin(actor, None, |_| intent(index));
            self.clients[index % self.clients.len()].attempt(&self.world.record, operation)
        });
        join_all(requests).await
    }

    async fn post(&self, round: usize) -> Option<i64> {
        let (text, tag) = (format!("round {round}"), "crowd".to_owned());
        let intent = Intent::Post { text, tag, in_reply_to: None };
        let operation = self.world.record.begin(self.world.people[0], None, |_| intent);
        match self.clients[0].attempt(&self.world.record, operation).await {
            Outcome::Acked(ack) => ack.id,
            _ => None,
        }
    }

    /// One post under one key, sent through all dispatchers at once. All that are answered get the same answer.
    async fn duplicates(&self, actor: i64, seed: u64, round: usize) -> usize {
        let (text, tag) = (format!("duplicates of round {round}"), "crowd".to_owned());
        let intent = Intent::Post { text, tag, in_reply_to: None };
        let key = Some(format!("duplicates-{seed}-{round}"));
        let operation = self.world.record.begin(actor, key, |_| intent);
        let requests = (0..CROWD / 5)
            .map(|index| self.clients[index % self.clients.len()].attempt(&self.world.record, operation));
        join_all(requests).await.iter().filter(|outcome| is_acked(outcome)).count()
    }
}
