//! Waiting for a condition, with a deadline and with the last state seen in the panic.

use std::time::{Duration, Instant};

const POLL_MIN: Duration = Duration::from_millis(2);
const POLL_MAX: Duration = Duration::from_millis(100);

/// Calls `check` until it returns `Ok`, and returns what it holds. `Err` says what was seen instead.
///
/// # Panics
/// After `limit`, with `what` was awaited and the last state.
pub async fn eventually<T, F, Fut>(what: &str, limit: Duration, mut check: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, String>>,
{
    let deadline = Instant::now() + limit;
    let mut poll = POLL_MIN;
    let mut last_state = String::from("nothing: the first look did not end");
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match tokio::time::timeout(left.max(POLL_MIN), check()).await {
            Ok(Ok(value)) => return value,
            Ok(Err(state)) => last_state = state,
            Err(_) => panic!("{what}: not within {limit:?}, and the last look hung; last seen: {last_state}"),
        }
        assert!(Instant::now() < deadline, "{what}: not within {limit:?}; last seen: {last_state}");
        tokio::time::sleep(poll).await;
        poll = (poll * 2).min(POLL_MAX);
    }
}

/// [`eventually`] for tests without a runtime. It looks every 2 ms, because it also has to catch what is over soon.
///
/// # Panics
/// After `limit`, with `what` was awaited and the last state.
#[expect(clippy::disallowed_methods, reason = "this is the wait for a condition that the lint recommends")]
pub fn eventually_sync<T>(what: &str, limit: Duration, mut check: impl FnMut() -> Result<T, String>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        match check() {
            Ok(value) => return value,
            Err(state) => {
                assert!(Instant::now() < deadline, "{what}: not within {limit:?}; last seen: {state}")
            }
        }
        std::thread::sleep(POLL_MIN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_value_of_the_first_success_is_returned() {
        let mut looks = 0;
        let seen = eventually("three looks", Duration::from_secs(5), || {
            looks += 1;
            let look = looks;
            async move { if look == 3 { Ok(look) } else { Err(format!("look {look}")) } }
        })
        .await;
        assert_eq!(seen, 3);
    }

    #[tokio::test]
    #[should_panic(expected = "the moon: not within 20ms; last seen: a cloud")]
    async fn the_panic_shows_the_last_state() {
        eventually("the moon", Duration::from_millis(20), || async { Err::<(), _>("a cloud".to_owned()) })
            .await;
    }
}
