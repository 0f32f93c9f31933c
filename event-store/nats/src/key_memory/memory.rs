//! Commands and where they are, by the hour in which they came: the oldest hour is forgotten as a whole. Pure.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use domain::CommandId;
use time::OffsetDateTime;
use tokio::time::Instant;
use uuid::Uuid;

use event_store::KEY_AGE_MAX;

/// How long commands are gathered before they are put away, and how much of the room they may take by then.
const HOUR: Duration = Duration::from_secs(3_600);
const CHUNKS: usize = 24;

#[derive(Debug)]
pub(crate) struct Memory {
    /// Bound of all commands together.
    max: usize,
    gathered: HashMap<Uuid, u64>,
    newest: Option<Arrival>,
    /// When the first of the gathered ones came.
    since: Option<Instant>,
    /// Oldest first.
    put_away: VecDeque<Chunk>,
    /// Commands of before are not known for certain. `None`: all are, from the log's beginning.
    unknown_until: Option<OffsetDateTime>,
    /// Once is enough: the horizon is a metric.
    has_warned: bool,
}

/// When an event came, by the log's clock and by this process's.
#[derive(Debug, Clone, Copy)]
struct Arrival {
    recorded_at: OffsetDateTime,
    came_at: Instant,
}

/// Sorted, 24 bytes each.
#[derive(Debug)]
struct Chunk {
    commands: Box<[(Uuid, u64)]>,
    newest: Arrival,
}

impl Memory {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            max,
            gathered: HashMap::new(),
            newest: None,
            since: None,
            put_away: VecDeque::new(),
            unknown_until: None,
            has_warned: false,
        }
    }

    pub(crate) fn forget(&mut self, unknown_until: Option<OffsetDateTime>) {
        *self = Self { unknown_until, ..Self::new(self.max) };
    }

    pub(crate) fn len(&self) -> usize {
        self.gathered.len() + self.put_away.iter().map(|chunk| chunk.commands.len()).sum::<usize>()
    }

    /// How far back all commands are known.
    pub(crate) fn horizon(&self, now: OffsetDateTime) -> Duration {
        let known = |until: OffsetDateTime| Duration::try_from(now - until).unwrap_or_default();
        self.unknown_until.map_or(KEY_AGE_MAX, |until| known(until).min(KEY_AGE_MAX))
    }

    /// The sequence of its first event.
    pub(crate) fn find(&self, command: CommandId) -> Option<u64> {
        let find = |chunk: &Chunk| {
            let found = chunk.commands.binary_search_by_key(&command.0, |(id, _)| *id).ok()?;
            chunk.commands.get(found).map(|(_, sequence)| *sequence)
        };
        self.gathered.get(&command.0).copied().or_else(|| self.put_away.iter().rev().find_map(find))
    }

    /// Where it has several events, the first one counts.
    pub(crate) fn add(
        &mut self,
        command: CommandId,
        sequence: u64,
        recorded_at: OffsetDateTime,
        came_at: Instant,
    ) {
        self.gathered.entry(command.0).or_insert(sequence);
        self.newest = Some(Arrival { recorded_at, came_at });
        let since = *self.since.get_or_insert(came_at);
        if came_at.saturating_duration_since(since) >= HOUR
            || self.gathered.len() >= (self.max / CHUNKS).max(1)
        {
            self.put_away();
        }
    }

    fn put_away(&mut self) {
        self.since = None;
        let Some(newest) = self.newest.take() else { return };
        let mut commands: Vec<_> = std::mem::take(&mut self.gathered).into_iter().collect();
        commands.sort_unstable();
        self.put_away.push_back(Chunk { commands: commands.into(), newest });
    }

    /// Forgets what is a day old, and the oldest of what there is no room for.
    pub(crate) fn tidy(&mut self, now: Instant) {
        let is_old = |chunk: &mut Chunk| now.saturating_duration_since(chunk.newest.came_at) > KEY_AGE_MAX;
        while self.put_away.pop_front_if(is_old).is_some() {}
        while self.len() > self.max {
            let Some(chunk) = self.put_away.pop_front() else { return };
            self.unknown_until = self.unknown_until.max(Some(chunk.newest.recorded_at));
            if std::mem::replace(&mut self.has_warned, true) {
                continue;
            }
            tracing::warn!(
                commands = chunk.commands.len(),
                until = %chunk.newest.recorded_at,
                "idempotency keys younger than 24 hours were forgotten; ROOKERY_KEYS_MAX makes room for more"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn command(number: u64) -> CommandId {
        CommandId(Uuid::from_u128(u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)))
    }

    /// Command n has sequence n, a second after the one before.
    fn filled(max: usize, commands: u64) -> (Memory, Instant) {
        let (mut memory, start) = (Memory::new(max), Instant::now());
        for number in 1..=commands {
            let age = Duration::from_secs(number);
            memory.add(command(number), number, START + age, start + age);
            memory.tidy(start + age);
        }
        (memory, start)
    }

    #[test]
    fn the_commands_of_a_day_are_found_and_older_ones_forgotten() {
        let (mut memory, start) = filled(1_000_000, 100_000);
        let day = KEY_AGE_MAX.as_secs();
        for number in (100_000 - day..=100_000).step_by(7) {
            assert_eq!(memory.find(command(number)), Some(number));
        }
        assert_eq!(memory.find(command(100_001)), None);
        assert_eq!(memory.find(command(1)), None, "older than a day and an hour");
        assert_eq!(memory.horizon(START + Duration::from_secs(100_000)), KEY_AGE_MAX);
        memory.tidy(start + Duration::from_secs(100_000) + 2 * KEY_AGE_MAX);
        assert!(memory.len() <= HOUR.as_secs() as usize, "only what is gathered is left: {}", memory.len());
    }

    #[test]
    fn what_there_is_no_room_for_shortens_the_horizon_and_says_so() {
        let (memory, _) = filled(2_400, 10_000);
        assert!(memory.len() <= 2_400 && memory.len() > 2_200, "{}", memory.len());
        let horizon = memory.horizon(START + Duration::from_secs(10_000));
        assert!(horizon <= Duration::from_secs(2_400), "{horizon:?}");
        for number in 10_000 - horizon.as_secs() + 1..=10_000 {
            assert_eq!(memory.find(command(number)), Some(number), "within the horizon");
        }
    }

    #[test]
    fn the_first_of_a_commands_events_counts() {
        let (mut memory, start) = filled(100, 1);
        memory.add(command(1), 2, START, start);
        assert_eq!((memory.find(command(1)), memory.len()), (Some(1), 1));
    }

    #[test]
    fn a_command_takes_24_bytes() {
        assert_eq!(size_of::<(Uuid, u64)>(), 24);
    }
}
