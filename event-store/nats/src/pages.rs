//! The connection for reading a subject's events in batches. Their headers come as they were stored, so this is for
//! subjects whose events the client library can read; the others are found out by failing once, and remembered.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use event_store::ReadError;

use crate::connection::{Address, Connection};

/// Subjects with an event that no batch can hold. One that is forgotten costs a connection.
const AVOIDED_MAX: usize = 10_000;

#[derive(Debug, Default)]
pub(crate) struct PageConnection {
    connection: tokio::sync::Mutex<Option<Connection>>,
    avoided: Mutex<HashSet<String>>,
}

impl PageConnection {
    pub(crate) async fn get(&self, address: &Address) -> Result<Connection, ReadError> {
        let mut current = self.connection.lock().await;
        match &*current {
            Some(connection) => Ok(connection.clone()),
            None => Ok(current.insert(Connection::open(address).await?).clone()),
        }
    }

    /// The next page gets another one.
    pub(crate) async fn give_up(&self, connection: &Connection) {
        self.connection.lock().await.take_if(|current| current.is(connection));
    }

    pub(crate) fn is_avoided(&self, subject: &str) -> bool {
        self.avoided.lock().unwrap_or_else(PoisonError::into_inner).contains(subject)
    }

    pub(crate) fn avoid(&self, subject: &str) {
        let mut avoided = self.avoided.lock().unwrap_or_else(PoisonError::into_inner);
        if avoided.len() >= AVOIDED_MAX {
            avoided.clear();
        }
        avoided.insert(subject.to_owned());
    }
}
