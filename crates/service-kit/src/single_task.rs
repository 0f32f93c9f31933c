//! A task that there is only while somebody needs it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::task::JoinHandle;

/// At most one at a time. One that a defect ended is begun again by whoever needs it next.
#[derive(Debug, Default)]
pub struct SingleTask(Mutex<Option<JoinHandle<()>>>);

impl SingleTask {
    /// Begins it, unless it runs. Call this once the task can see the need: it may have been about to end.
    pub fn ensure<F>(&self, task: impl FnOnce() -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut running = self.running();
        if running.as_ref().is_none_or(JoinHandle::is_finished) {
            *running = Some(tokio::spawn(task()));
        }
    }

    /// For the task itself: whether nobody needs it. Then it has to return; whoever comes later begins another one.
    pub fn is_over(&self, is_needed: impl FnOnce() -> bool) -> bool {
        let mut running = self.running();
        let is_over = !is_needed();
        if is_over {
            *running = None;
        }
        is_over
    }

    fn running(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn there_is_one_until_it_is_over_or_meets_a_defect() {
        let (task, begun) = (Arc::new(SingleTask::default()), Arc::new(AtomicUsize::new(0)));
        let ensure = || {
            let (own, begun) = (Arc::clone(&task), Arc::clone(&begun));
            task.ensure(|| async move {
                match begun.fetch_add(1, Ordering::Relaxed) {
                    0 => assert!(own.is_over(|| false)),
                    1 => panic!("a defect"),
                    _ => std::future::pending().await,
                }
            });
        };
        for expected in [1, 2, 3, 3] {
            ensure();
            yield_now().await;
            assert_eq!(begun.load(Ordering::Relaxed), expected);
        }
        assert!(!task.is_over(|| true));
    }
}
