//! How often something may be done.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

/// A budget that is longer than this to refill is a quota of the log, not a rate.
const WINDOW_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// So many requests in a time, of which a few may come at once: `300/1h,burst=60`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    requests: NonZeroU32,
    window: Duration,
    /// At most `requests`.
    burst: NonZeroU32,
}

/// What an operator may write for a rate: one, or `off` for as often as one likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RateOrOff(pub(crate) Option<Rate>);

/// The text is no rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoRate;

impl Rate {
    /// For the defaults: a rate that makes no sense does not compile there.
    pub(super) const fn of(requests: u32, window: Duration, burst: u32) -> Self {
        match Self::new(requests, window, burst) {
            Some(rate) => rate,
            None => {
                panic!("a rate has a window, and a burst of at least 1 that is no more than its requests")
            }
        }
    }

    #[must_use]
    pub const fn new(requests: u32, window: Duration, burst: u32) -> Option<Self> {
        let (Some(requests), Some(burst)) = (NonZeroU32::new(requests), NonZeroU32::new(burst)) else {
            return None;
        };
        let fits = window.as_secs() > 0 && window.as_secs() <= WINDOW_MAX.as_secs();
        if fits && burst.get() <= requests.get() { Some(Self { requests, window, burst }) } else { None }
    }

    #[must_use]
    pub const fn requests(&self) -> u32 {
        self.requests.get()
    }

    #[must_use]
    pub const fn window(&self) -> Duration {
        self.window
    }

    #[must_use]
    pub const fn burst(&self) -> NonZeroU32 {
        self.burst
    }

    /// Until one more request may be made, after the burst.
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.window / self.requests.get()
    }

    /// The same for somebody with so many shares.
    pub(super) const fn times(&self, shares: u32) -> Self {
        let (requests, burst) = (self.requests.get(), self.burst.get());
        match Self::new(requests.saturating_mul(shares), self.window, burst.saturating_mul(shares)) {
            Some(more) => more,
            None => *self,
        }
    }
}

impl FromStr for Rate {
    type Err = NoRate;

    fn from_str(text: &str) -> Result<Self, NoRate> {
        let (often, burst) = match text.split_once(',') {
            Some((often, burst)) => (often, Some(burst.trim().strip_prefix("burst=").ok_or(NoRate)?)),
            None => (text, None),
        };
        let (requests, window) = often.trim().split_once('/').ok_or(NoRate)?;
        let requests = number(requests)?;
        let burst = burst.map_or(Ok(requests), number)?;
        Self::new(requests, period(window)?, burst).ok_or(NoRate)
    }
}

fn number(text: &str) -> Result<u32, NoRate> {
    // `parse` takes a sign.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().ok_or(NoRate)
}

fn period(text: &str) -> Result<Duration, NoRate> {
    let (number_of, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or(NoRate)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(NoRate),
    };
    Ok(Duration::from_secs(u64::from(number(number_of)?) * seconds))
}

impl FromStr for RateOrOff {
    type Err = NoRate;

    fn from_str(text: &str) -> Result<Self, NoRate> {
        if text == "off" { Ok(Self(None)) } else { text.parse().map(|rate| Self(Some(rate))) }
    }
}

impl fmt::Display for NoRate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(
            "like 300/1h,burst=60 with s, m, h or d, a burst of no more than the number, and at most 7d; or off",
        )
    }
}

impl std::error::Error for NoRate {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_a_time_and_a_burst() {
        let hour = Duration::from_secs(3_600);
        assert_eq!("300/1h,burst=60".parse(), Ok(Rate::of(300, hour, 60)));
        assert_eq!("300/60m, burst=60".parse(), Ok(Rate::of(300, hour, 60)));
        assert_eq!("5/30s".parse(), Ok(Rate::of(5, Duration::from_secs(30), 5)), "all of it at once");
        assert_eq!("off".parse(), Ok(RateOrOff(None)));
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        for text in [
            "",
            "300",
            "300/",
            "/1h",
            "300/1",
            "300/1w",
            "300/h",
            "0/1h",
            "300/0s",
            "300/8d",
            "-1/1h",
            "+1/1h",
            "300/1h,60",
            "300/1h,burst=",
            "300/1h,burst=0",
            "300/1h,burst=301",
            "99999999999/1h",
            "300/1h,burst=60,x",
            "300/\u{e9}",
        ] {
            assert_eq!(text.parse::<RateOrOff>(), Err(NoRate), "{text}");
        }
    }
}
