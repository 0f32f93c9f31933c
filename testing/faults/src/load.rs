//! Clients that do random things at the same time, and write down what they asked for and were told.
//!
//! Each client has its own random numbers, made from the run's seed: the same seed asks for the same things again, as
//! far as the answers allow: to like a message, a client has to know one.

mod choose;
pub mod client;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::task::JoinSet;
use tokio::time::Instant;

use self::client::Client;
use crate::record::{Outcome, Record};

const PEOPLE: usize = 5;
pub const CLIENTS: usize = 8;
/// How long a client with a key goes on asking after the load has ended.
pub(crate) const GIVE_UP_AFTER: Duration = Duration::from_secs(45);

/// A message that some client knows, with the edition that it last heard of.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    pub id: i64,
    pub author: i64,
    pub edition: u64,
}

/// What all clients share.
#[derive(Debug)]
pub struct World {
    pub record: Record,
    pub people: Vec<i64>,
    /// Somebody with that role, who is none of the people.
    pub moderator: i64,
    pub messages: Mutex<Vec<Known>>,
    /// Keys that led to a post, with who used them.
    pub used_keys: Mutex<Vec<(i64, String)>>,
    stopped: OnceLock<Instant>,
}

impl World {
    pub fn stop(&self) {
        self.stopped.get_or_init(Instant::now);
    }

    pub fn is_stopped(&self) -> bool {
        self.stopped.get().is_some()
    }

    /// Whom the moderator acts on: one of the people, so that the others go on.
    pub fn moderated(&self) -> i64 {
        self.people[PEOPLE - 1]
    }

    fn gives_up(&self) -> bool {
        self.stopped.get().is_some_and(|since| since.elapsed() > GIVE_UP_AFTER)
    }

    pub fn messages(&self) -> std::sync::MutexGuard<'_, Vec<Known>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
pub struct Load {
    pub world: Arc<World>,
    clients: JoinSet<()>,
}

impl Load {
    /// Registers the people, then lets the clients loose on the dispatchers.
    pub async fn start(dispatchers: Vec<String>, seed: u64) -> Self {
        let mut world = World {
            record: Record::default(),
            people: Vec::new(),
            moderator: 0,
            messages: Mutex::default(),
            used_keys: Mutex::default(),
            stopped: OnceLock::new(),
        };
        for index in 0..PEOPLE {
            let client = Client::new(dispatchers[index % dispatchers.len()].clone());
            let handle = format!("p{index}_{}", seed % 1_000_000);
            world.people.push(client.register(&world.record, &handle).await);
        }
        let client = Client::new(dispatchers[0].clone());
        world.moderator = client.register(&world.record, &format!("m_{}", seed % 1_000_000)).await;
        let world = Arc::new(world);
        let mut clients = JoinSet::new();
        for number in 0..CLIENTS {
            let client = Client::new(dispatchers[number % dispatchers.len()].clone());
            let random = StdRng::seed_from_u64(seed.wrapping_mul(1_000).wrapping_add(number as u64));
            clients.spawn(act_for_ever(Arc::clone(&world), client, random));
        }
        Self { world, clients }
    }

    /// Waits until so many further operations were acked.
    pub async fn acked(&self, more: usize) {
        let wanted = self.world.record.acked() + more;
        testkit::eventually(
            &format!("{more} more operations are acked"),
            Duration::from_secs(60),
            || async {
                let acked = self.world.record.acked();
                if acked >= wanted { Ok(()) } else { Err(format!("{acked} of {wanted}")) }
            },
        )
        .await;
    }

    /// No new operations; those under way are seen through.
    pub async fn finish(mut self) -> Arc<World> {
        self.world.stop();
        while let Some(ended) = self.clients.join_next().await {
            ended.expect("a client does not panic");
        }
        self.world
    }
}

async fn act_for_ever(world: Arc<World>, client: Client, mut random: StdRng) {
    while !world.is_stopped() {
        let Some(chosen) = choose::choose(&world, &mut random) else { continue };
        let operation = world.record.begin(chosen.actor, chosen.key.clone(), chosen.intent);
        if chosen.is_doubled {
            let send = || client.insist(&world.record, operation, || world.gives_up());
            tokio::join!(send(), send());
        } else if chosen.key.is_some() {
            client.insist(&world.record, operation, || world.gives_up()).await;
        } else if !matches!(client.attempt(&world.record, operation).await, Outcome::Acked(_)) {
            // Without a key it must not ask again. A pause, so that a dead service is not hammered.
            tokio::time::sleep(Duration::from_millis(random.random_range(5..50))).await;
        }
        choose::learn(&world, operation);
    }
}
