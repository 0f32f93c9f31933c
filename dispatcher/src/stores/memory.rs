//! What a store remembers of the log for a short while.

use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use moka::future::Cache;

/// Keys share them; one that changes makes others be read again. 2 KB.
const GENERATIONS: usize = 256;

/// Answers that were read, each for a while. What this process changes is forgotten at once, and a read that began before the
/// change cannot bring the old answer back: it is kept under the generation in which it began.
#[derive(Clone)]
pub(super) struct Memory<K, V> {
    known: Cache<Remembered<K>, V>,
    generations: Arc<[AtomicU64]>,
    hasher: RandomState,
}

/// A key, in the generation of a moment. Taken before the answer is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Remembered<K> {
    key: K,
    generation: u64,
}

impl<K, V> Memory<K, V>
where
    K: Copy + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(super) fn new(entries_max: u64, age_max: Duration) -> Self {
        let known = Cache::builder().max_capacity(entries_max).time_to_live(age_max).build();
        let generations = (0..GENERATIONS).map(|_| AtomicU64::new(0)).collect();
        Self { known, generations, hasher: RandomState::new() }
    }

    pub(super) fn as_of_now(&self, key: K) -> Remembered<K> {
        Remembered { key, generation: self.generation(key).load(Ordering::SeqCst) }
    }

    pub(super) async fn get(&self, key: K) -> Option<V> {
        self.known.get(&self.as_of_now(key)).await
    }

    /// What is known, or else what is read; callers that ask for the same at the same moment wait for one read.
    pub(super) async fn get_or_read<E>(
        &self,
        key: K,
        read: impl Future<Output = Result<V, E>>,
    ) -> Result<V, Arc<E>>
    where
        E: Send + Sync + 'static,
    {
        self.known.try_get_with(self.as_of_now(key), read).await
    }

    pub(super) async fn insert(&self, at: Remembered<K>, value: V) {
        self.known.insert(at, value).await;
    }

    pub(super) fn forget(&self, key: K) {
        self.generation(key).fetch_add(1, Ordering::SeqCst);
    }

    fn generation(&self, key: K) -> &AtomicU64 {
        // The remainder is below GENERATIONS, which is how many there are.
        &self.generations[(self.hasher.hash_one(key) % GENERATIONS as u64) as usize]
    }
}

impl<K, V> fmt::Debug for Memory<K, V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not what it holds, which is much.
        formatter.debug_struct("Memory").finish_non_exhaustive()
    }
}
