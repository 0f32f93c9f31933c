//! A transaction, which ends with its owner.

use std::ops::{Deref, DerefMut};

use sqlx::{Error, Executor};

use crate::connection::{Begun, Connection};

/// Dropped without a commit, it leaves nothing: it is rolled back before its connection does anything else.
#[derive(Debug)]
pub struct Transaction<C: DerefMut<Target = Connection>> {
    connection: C,
}

impl Connection {
    /// # Errors
    /// When the database is gone or does not answer.
    pub async fn begin(&mut self) -> Result<Transaction<&mut Self>, Error> {
        Transaction::begin(self).await
    }
}

impl<C: DerefMut<Target = Connection>> Transaction<C> {
    /// The mark is set first: a begin that is cancelled may have been heard, and then somebody has to end it.
    pub(crate) async fn begin(connection: C) -> Result<Self, Error> {
        let mut transaction = Self { connection };
        end_abandoned(&mut transaction.connection).await?;
        transaction.connection.transaction = Begun::Held;
        transaction.connection.execute("begin").await?;
        Ok(transaction)
    }

    /// # Errors
    /// When the database refuses it, is gone, or does not answer: then nobody knows whether it took place.
    pub async fn commit(mut self) -> Result<(), Error> {
        self.connection.execute("commit").await?;
        self.connection.transaction = Begun::No;
        Ok(())
    }

    /// At once, and not when the connection is used next.
    ///
    /// # Errors
    /// When the database is gone or does not answer.
    pub async fn rollback(mut self) -> Result<(), Error> {
        self.connection.execute("rollback").await?;
        self.connection.transaction = Begun::No;
        Ok(())
    }
}

async fn end_abandoned(connection: &mut Connection) -> Result<(), Error> {
    if connection.transaction == Begun::No { Ok(()) } else { connection.settle().await }
}

impl<C: DerefMut<Target = Connection>> Deref for Transaction<C> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl<C: DerefMut<Target = Connection>> DerefMut for Transaction<C> {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

impl<C: DerefMut<Target = Connection>> Drop for Transaction<C> {
    fn drop(&mut self) {
        if self.connection.transaction == Begun::Held {
            self.connection.transaction = Begun::Abandoned;
        }
    }
}
