//! Identifiers and positions.
//!
//! ```text
//! position / message id   63..........................8 7......0
//!                         |  sequence in the shard's log |  shard |
//!
//! account id              52..............21 20......13 12......0
//!                         | s since 2025-01-01  | shard  | random |      s: of the registration; random, if imported
//! ```
//!
//! Both are positive `i64`s, written as canonical decimals: no sign, no leading zero. Programs that read numbers as
//! doubles (JavaScript, pandas) round beyond 2^53: account ids stay below it, positions up to 2^45 events.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// Seconds from the Unix epoch to 2025-01-01T00:00:00Z, where the clock of account ids starts.
const ACCOUNT_EPOCH_UNIX_S: i64 = 1_735_689_600;
const ACCOUNT_RANDOM_BITS: u32 = 13;
/// What a position has below the sequence.
pub const SHARD_BITS: u32 = 8;
const ACCOUNT_S_BITS: u32 = 32;

const _: () = assert!(
    ACCOUNT_S_BITS + SHARD_BITS + ACCOUNT_RANDOM_BITS == f64::MANTISSA_DIGITS,
    "a double holds every account id"
);

/// One independent log. There is one today; every id carries its shard so that more can be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shard(pub u8);

/// An event's number in its shard's log, from 1; 0 means "before the first".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Sequence(u64);

impl Sequence {
    pub const ZERO: Self = Self(0);
    /// 55 bits: what a position leaves beside the shard. At a million events a second that is a thousand years.
    pub const MAX: Self = Self((1 << (63 - SHARD_BITS)) - 1);

    /// `None` above [`Sequence::MAX`].
    pub const fn new(value: u64) -> Option<Self> {
        if value <= Self::MAX.0 { Some(Self(value)) } else { None }
    }

    pub const fn get(self) -> u64 {
        self.0
    }

    /// The sequence after this one. Saturates, so that a loop over an absurd range still ends.
    pub const fn next(self) -> Self {
        if self.0 < Self::MAX.0 { Self(self.0 + 1) } else { self }
    }
}

/// Why a string is no identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is a decimal number from 1 to 9223372036854775807 without sign or leading zero")]
pub struct IdError;

/// A place in the whole log: `sequence << 8 | shard`. Sorts like the log of its shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Position(i64);

impl Position {
    /// Before the first event of shard 0.
    pub const ZERO: Self = Self(0);

    pub const fn new(sequence: Sequence, shard: Shard) -> Self {
        Self(((sequence.0 as i64) << SHARD_BITS) | shard.0 as i64)
    }

    /// `None` for negative numbers.
    pub const fn from_i64(value: i64) -> Option<Self> {
        if value >= 0 { Some(Self(value)) } else { None }
    }

    pub const fn get(self) -> i64 {
        self.0
    }

    pub const fn sequence(self) -> Sequence {
        Sequence((self.0 >> SHARD_BITS) as u64)
    }

    pub const fn shard(self) -> Shard {
        Shard((self.0 & ((1 << SHARD_BITS) - 1)) as u8)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A message is named by the position of the event that posted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(Position);

impl MessageId {
    /// The id of the message that the event at `position` posted.
    pub const fn at(position: Position) -> Self {
        Self(position)
    }

    pub const fn position(self) -> Position {
        self.0
    }

    pub const fn get(self) -> i64 {
        self.0.0
    }
}

/// An account, named before its first event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(i64);

impl AccountId {
    /// Who acts where an operator does, with a tool: nobody's account. It is the last id that a double holds; nobody is
    /// given it before 2161.
    pub const OPERATOR: Self = Self((1 << f64::MANTISSA_DIGITS) - 1);

    /// Makes an id from the given moment and 13 given random bits. Two accounts may draw the same id; the first append
    /// expects an empty subject, so the second of them fails and draws again. `None` outside 2025 to 2161.
    pub fn from_parts(unix_seconds: i64, shard: Shard, random: u16) -> Option<Self> {
        let seconds = unix_seconds.checked_sub(ACCOUNT_EPOCH_UNIX_S)?;
        if seconds <= 0 || seconds >> ACCOUNT_S_BITS != 0 {
            return None;
        }
        let random = i64::from(random) & ((1 << ACCOUNT_RANDOM_BITS) - 1);
        Some(Self(
            seconds << (SHARD_BITS + ACCOUNT_RANDOM_BITS)
                | i64::from(shard.0) << ACCOUNT_RANDOM_BITS
                | random,
        ))
    }

    /// The same from any second up to the given moment, which 32 random bits choose.
    pub fn drawn_until(unix_seconds: i64, second: u32, shard: Shard, random: u16) -> Option<Self> {
        let seconds = unix_seconds.checked_sub(ACCOUNT_EPOCH_UNIX_S).filter(|seconds| *seconds > 0)?;
        Self::from_parts(ACCOUNT_EPOCH_UNIX_S + 1 + i64::from(second) % seconds, shard, random)
    }

    /// `None` unless positive.
    pub const fn from_i64(value: i64) -> Option<Self> {
        if value > 0 { Some(Self(value)) } else { None }
    }

    pub const fn get(self) -> i64 {
        self.0
    }
}

/// Accepts only the canonical form, so that one thing has one name in URLs, caches and idempotency keys.
fn parse_canonical(text: &str) -> Result<i64, IdError> {
    let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    if canonical { text.parse().map_err(|_| IdError) } else { Err(IdError) }
}

macro_rules! decimal_text {
    ($name:ident, $wrap:expr) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.get().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse_canonical(text).map($wrap)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// A position in data: a decimal string, 0 included. (In headers and checkpoints it is a number.)
impl Serialize for Position {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let value = if text == "0" { Ok(0) } else { parse_canonical(&text) };
        value.map(Self).map_err(serde::de::Error::custom)
    }
}

decimal_text!(MessageId, |value| Self(Position(value)));
decimal_text!(AccountId, Self);

/// Names a command. With an idempotency key it is derived from actor and key, else it is random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CommandId(pub Uuid);

impl CommandId {
    /// Namespace of derived command ids; part of the idempotency contract, so never changed.
    const NAMESPACE: Uuid = Uuid::from_u128(0x6f2c_7f0e_51c4_4f5b_9d0e_7a3f_12d4_8b61);

    /// The same actor and key give the same command, on every machine and for ever.
    pub fn derived(actor: AccountId, key: &str) -> Self {
        Self(Uuid::new_v5(&Self::NAMESPACE, format!("{actor}/{key}").as_bytes()))
    }

    /// The same for a command that nobody known gives. No account's id is empty, so the two never meet.
    pub fn derived_for_nobody(key: &str) -> Self {
        Self(Uuid::new_v5(&Self::NAMESPACE, format!("/{key}").as_bytes()))
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names an event, apart from its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EventId(pub Uuid);
