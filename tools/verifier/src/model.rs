//! The state of one of the projections.

use domain::{AccountId, Position};
use event_store::{Decoded, RecordedEvent, decode};

use crate::inputs::Inputs;
use crate::rows::Rows;
use crate::scope::{Scope, Touched};
use crate::{feeds, history, social};

#[derive(Debug)]
enum State {
    Social(Box<social::State>),
    Feeds(Box<feeds::State>),
    History(Box<history::State>),
}

/// A fold under way.
#[derive(Debug)]
pub(crate) struct Model {
    state: State,
    scope: Scope,
    touched: Touched,
    /// Positions of events in the scope that cannot be decoded and are not parked: nobody would know of them.
    pub(crate) unparked: Vec<i64>,
}

impl Model {
    /// Before the first event.
    pub(crate) fn new(projection: &str, scope: Scope) -> Self {
        let state = match projection {
            "feeds" => State::Feeds(Box::default()),
            "history" => State::History(Box::default()),
            _ => State::Social(Box::default()),
        };
        Self { state, scope, touched: Touched::default(), unparked: Vec::new() }
    }

    /// Takes the next event of the log.
    pub(crate) fn apply(&mut self, recorded: &RecordedEvent) {
        let event = match decode(recorded) {
            Ok(Decoded::Known(event)) => event,
            // It means nothing to this version.
            Ok(Decoded::UnknownType(_)) => return,
            Err(_) => {
                if self.is_in_scope(recorded.position) {
                    self.unparked.push(recorded.position.get());
                }
                return;
            }
        };
        let is_in_range = match self.scope {
            Scope::Range { from, to } => (from..=to).contains(&recorded.position),
            Scope::All | Scope::Account(_) => false,
        };
        if is_in_range {
            self.touched.add(recorded.position, &event);
            match &self.state {
                State::Social(state) => state.touch(&event, &mut self.touched),
                State::Feeds(state) => state.touch(&event, &mut self.touched),
                State::History(state) => state.touch(&event, &mut self.touched),
            }
        }
        let position = recorded.position.get();
        match &mut self.state {
            State::Social(state) => state.apply(position, recorded.recorded_at, event),
            State::Feeds(state) => state.apply(position, &event),
            State::History(state) => state.apply(position, recorded.recorded_at, event),
        }
    }

    pub(crate) fn tables(&self) -> &'static [&'static str] {
        match &self.state {
            State::Social(_) => &social::TABLES,
            State::Feeds(_) => &feeds::TABLES,
            State::History(_) => &history::TABLES,
        }
    }

    /// `None` for a table that the projection does not have.
    pub(crate) fn table<'a>(&'a self, table: &str, inputs: &'a Inputs) -> Option<Rows<'a>> {
        match &self.state {
            State::Social(state) => state.table(table, inputs.split_from),
            State::Feeds(state) => state.table(table, inputs),
            State::History(state) => state.table(table),
        }
    }

    /// Whose rows are compared; `None`: everybody's.
    pub(crate) fn touched(&self) -> Option<Touched> {
        match self.scope {
            Scope::All => None,
            Scope::Range { .. } => Some(Touched {
                has_nobodys: true,
                accounts: self.touched.accounts.clone(),
                messages: self.touched.messages.clone(),
            }),
            Scope::Account(account) => Some(self.of(account)),
        }
    }

    fn of(&self, account: AccountId) -> Touched {
        let messages = match &self.state {
            State::Social(state) => state.messages_of(account.get()),
            State::Feeds(state) => state.messages_of(account.get()),
            State::History(state) => state.messages_of(account.get()),
        };
        Touched {
            has_nobodys: false,
            accounts: [account.get()].into(),
            messages: messages.into_iter().collect(),
        }
    }

    /// Whether the scope holds an event.
    fn is_in_scope(&self, position: Position) -> bool {
        match self.scope {
            Scope::All => true,
            Scope::Range { from, to } => (from..=to).contains(&position),
            // Whose it is cannot be told where it cannot be decoded.
            Scope::Account(_) => false,
        }
    }
}
