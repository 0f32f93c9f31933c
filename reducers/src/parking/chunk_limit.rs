//! How many events are tried in one transaction, where the database may refuse one of them.

/// Halved when the database refuses a chunk, until the refused event stands alone. Doubled again with every chunk that
/// is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChunkLimit {
    events: usize,
    max: usize,
}

impl ChunkLimit {
    pub(crate) fn new(max: usize) -> Self {
        Self { events: max, max }
    }

    pub(crate) fn events(self) -> usize {
        self.events
    }

    /// A chunk of this length was refused. False where it is a single event, which is refused for itself.
    pub(crate) fn halve(&mut self, length: usize) -> bool {
        if length > 1 {
            self.events = length / 2;
        }
        length > 1
    }

    pub(crate) fn grow(&mut self) {
        self.events = self.events.saturating_mul(2).min(self.max);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refused_event_comes_to_stand_alone_and_the_rest_goes_in_few_chunks() {
        for refused in [0, 1, 499, 500, 998, 999] {
            let mut limit = ChunkLimit::new(1_000);
            let (mut at, mut tries, mut alone) = (0, 0, Vec::new());
            while at < 1_000 {
                tries += 1;
                let length = limit.events().min(1_000 - at);
                if (at..at + length).contains(&refused) {
                    if limit.halve(length) {
                        continue;
                    }
                    alone.push(at);
                }
                at += length;
                limit.grow();
            }
            assert_eq!(alone, [refused]);
            assert!(tries < 50, "{tries} tries for {refused}");
        }
    }
}
