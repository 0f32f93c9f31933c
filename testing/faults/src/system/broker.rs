//! One nats-server, or three as a cluster.

use testkit::{Nats, NatsCluster};

#[derive(Debug)]
pub enum Broker {
    One(Box<Nats>),
    Three(NatsCluster),
}

impl Broker {
    /// `disk`: of one node's store, in bytes, where it is a small one.
    pub(super) async fn start(nodes: usize, disk: Option<u64>) -> Self {
        match (nodes, disk) {
            (1, None) => Self::One(Box::new(Nats::start().await)),
            (1, Some(bytes)) => Self::One(Box::new(Nats::start_on_small_disk(bytes).await)),
            _ => Self::Three(NatsCluster::start().await),
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
