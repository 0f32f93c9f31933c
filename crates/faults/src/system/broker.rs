//! One nats-server, or three as a cluster.

use testkit::{Nats, NatsCluster};

#[derive(Debug)]
pub enum Broker {
    One(Box<Nats>),
    Three(NatsCluster),
}

impl Broker {
    pub(super) async fn start(nodes: usize) -> Self {
        if nodes == 1 {
            Self::One(Box::new(Nats::start().await))
        } else {
            Self::Three(NatsCluster::start().await)
        }
    }

    pub fn url(&self) -> String {
        match self {
            Self::One(nats) => nats.url(),
            Self::Three(cluster) => cluster.urls(),
        }
    }

    pub fn one(&mut self) -> &mut Nats {
        match self {
            Self::One(nats) => nats,
            Self::Three(cluster) => cluster.node(0),
        }
    }

    /// # Panics
    /// Where the setup asked for one node.
    pub fn cluster(&mut self) -> &mut NatsCluster {
        match self {
            Self::Three(cluster) => cluster,
            Self::One(_) => panic!("the setup has one node"),
        }
    }
}
