//! Every bound of the HTTP side in one place.

use std::str::FromStr;
use std::time::Duration;

use service_kit::config::Environment;

use crate::browsers::Browsers;
use crate::least_rate::LeastRate;
use crate::rates::{Rate, RateOrOff, RateTable};

/// What one HTTP server accepts, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections served at a time. For more, idle ones are closed; where none is, they wait in the kernel's backlog.
    pub connections_max: usize,
    /// Of these, those of one address; more are closed at once. Not where a proxy of ours holds them.
    pub connections_per_address: usize,
    /// Bytes of a request's head, and the size of a connection's read buffer.
    pub head_bytes_max: usize,
    /// Time for a complete head. It also ends idle connections, so a gateway must keep its own for a shorter time.
    pub head_timeout: Duration,
    pub body: BodyLimits,
    /// Requests between their head, or the end of their body, and the head of their answer; more are refused as
    /// `overloaded`.
    pub in_flight_max: usize,
    /// Of these, those of one address; more are refused as `rate-limited`.
    pub in_flight_per_address: usize,
    /// Requests whose body is on its way; more are refused as `overloaded`.
    pub body_reads_max: usize,
    /// Of these, those of one address; more are refused as `rate-limited`.
    pub body_reads_per_address: usize,
    /// What has to arrive of a body while it is waited for.
    pub read_rate: LeastRate,
    /// What a peer has to take while an answer waits for it.
    pub write_rate: LeastRate,
    /// Time from a request's head to the head of its answer. Streams may take longer.
    pub request_deadline: Duration,
    /// Time for requests under way once the end has started.
    pub shutdown_grace: Duration,
    /// How many proxies of ours stand between the internet and this service. Each appends to `X-Forwarded-For` the
    /// address that it saw, so the caller's is that many entries from the right; what stands before it may be invented.
    pub trusted_proxy_hops: usize,
    /// Whether each request leaves a line in the log.
    pub access_log: bool,
    pub browsers: Browsers,
    /// Whether what is bounded per caller is: rates, quotas, and work at the same time. Off for tests and benchmarks;
    /// what is bounded in all stays so.
    pub enforced: bool,
    /// How often each caller may do what.
    pub rates: RateTable,
    /// How often an address may begin to encrypt a connection; more are closed. Not where a proxy of ours holds them.
    pub handshakes: Option<Rate>,
    /// Of the requests in flight, those of one account; more are refused as `rate-limited`.
    pub in_flight_per_account_max: usize,
    pub waiters: WaiterLimits,
}

/// How many requests may wait for newer data at a time. They are not among those in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaiterLimits {
    /// More are refused as `overloaded`.
    pub in_all_max: usize,
    /// More are refused as `rate-limited`, as by address.
    pub per_account_max: usize,
    pub per_address_max: usize,
}

/// `ROOKERY_LIMITS`.
#[derive(Clone, Copy)]
enum Switch {
    On,
    Off,
}

/// What a body that is read as a whole may weigh, and how long it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimits {
    pub bytes_max: usize,
    pub timeout: Duration,
}

/// The longest that a reader may ask to wait for newer data; it has to fit into the deadline.
pub const WAIT_MAX: Duration = Duration::from_secs(30);
const REQUEST_DEADLINE: Duration = Duration::from_secs(35);
const _: () = assert!(REQUEST_DEADLINE.as_secs() > WAIT_MAX.as_secs());

/// A page opens a few connections, and a school has a few hundred readers. One handshake takes about a millisecond, so this
/// is a hundredth of a processor.
const HANDSHAKES: Option<Rate> = Rate::new(600, Duration::from_secs(60), 300);

/// hyper refuses to work with a smaller buffer.
const HEAD_BYTES_MIN: usize = 8 * 1024;

impl Default for BodyLimits {
    fn default() -> Self {
        // The largest command is a message of 1,120 bytes with eight tags; escapes may multiply that by six.
        Self { bytes_max: 16 * 1024, timeout: Duration::from_secs(10) }
    }
}

impl Default for WaiterLimits {
    fn default() -> Self {
        Self { in_all_max: 2_048, per_account_max: 16, per_address_max: 128 }
    }
}

impl FromStr for Switch {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "on" => Ok(Self::On),
            "off" => Ok(Self::Off),
            _ => Err("on or off"),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: 10_000,
            connections_per_address: 256,
            head_bytes_max: 32 * 1024,
            head_timeout: Duration::from_secs(10),
            body: BodyLimits::default(),
            in_flight_max: 4_096,
            in_flight_per_address: 256,
            // With nothing but what has arrived in memory, so many more would do no harm, and many addresses are needed
            // to take them all.
            body_reads_max: 4_096,
            body_reads_per_address: 32,
            // About 200 bytes per second: a bad mobile network has ten times as much.
            read_rate: LeastRate { bytes: 1_024, every: Duration::from_secs(5) },
            // The kernel takes much at once and says long nothing after that.
            write_rate: LeastRate { bytes: 4_096, every: Duration::from_secs(20) },
            request_deadline: REQUEST_DEADLINE,
            shutdown_grace: Duration::from_secs(20),
            trusted_proxy_hops: 0,
            access_log: true,
            browsers: Browsers::default(),
            enforced: true,
            rates: RateTable::default(),
            handshakes: HANDSHAKES,
            in_flight_per_account_max: 64,
            waiters: WaiterLimits::default(),
        }
    }
}

impl Limits {
    /// Limits so small that tests reach them quickly.
    #[must_use]
    pub fn for_testing() -> Self {
        Self {
            connections_max: 64,
            connections_per_address: 64,
            head_bytes_max: HEAD_BYTES_MIN,
            head_timeout: Duration::from_millis(300),
            body: BodyLimits { bytes_max: 16 * 1024, timeout: Duration::from_millis(300) },
            in_flight_max: 32,
            in_flight_per_address: 32,
            body_reads_max: 32,
            body_reads_per_address: 32,
            read_rate: LeastRate { bytes: 1_024, every: Duration::from_millis(200) },
            write_rate: LeastRate { bytes: 4_096, every: Duration::from_millis(300) },
            request_deadline: Duration::from_secs(5),
            shutdown_grace: Duration::from_millis(500),
            trusted_proxy_hops: 0,
            access_log: false,
            browsers: Browsers::default(),
            enforced: false,
            rates: RateTable::default(),
            handshakes: HANDSHAKES,
            in_flight_per_account_max: 4,
            waiters: WaiterLimits { in_all_max: 8, per_account_max: 2, per_address_max: 4 },
        }
    }

    /// The defaults, with what `ROOKERY_HTTP_*` variables change.
    pub fn from_environment(env: &mut Environment) -> Option<Self> {
        let default = Self::default();
        let connections = shared(
            env,
            ("ROOKERY_HTTP_CONNECTIONS_MAX", default.connections_max),
            ("ROOKERY_HTTP_CONNECTIONS_PER_ADDRESS", default.connections_per_address),
        );
        let in_flight = shared(
            env,
            ("ROOKERY_HTTP_IN_FLIGHT_MAX", default.in_flight_max),
            ("ROOKERY_HTTP_IN_FLIGHT_PER_ADDRESS", default.in_flight_per_address),
        );
        let body_reads = shared(
            env,
            ("ROOKERY_HTTP_BODY_READS_MAX", default.body_reads_max),
            ("ROOKERY_HTTP_BODY_READS_PER_ADDRESS", default.body_reads_per_address),
        );
        let body_bytes_max = env.or_default("ROOKERY_HTTP_BODY_BYTES_MAX", default.body.bytes_max);
        let deadline_ms =
            env.or_default("ROOKERY_HTTP_REQUEST_DEADLINE_MS", millis(default.request_deadline));
        let grace_ms = env.or_default("ROOKERY_HTTP_SHUTDOWN_GRACE_MS", millis(default.shutdown_grace));
        let trusted_proxy_hops = env.or_default("ROOKERY_TRUSTED_PROXY_HOPS", default.trusted_proxy_hops);
        let access_log = env.or_default("ROOKERY_HTTP_ACCESS_LOG", default.access_log);
        let browsers = Browsers::from_environment(env);
        let switch = env.or_default("ROOKERY_LIMITS", Switch::On);
        let rates = RateTable::from_environment(env);
        let handshakes = env.or_default("ROOKERY_RATE_HANDSHAKE_ADDRESS", RateOrOff(HANDSHAKES));
        let of_account = "ROOKERY_HTTP_IN_FLIGHT_PER_ACCOUNT_MAX";
        let in_flight_per_account_max = env.or_default(of_account, default.in_flight_per_account_max);
        let waiters = WaiterLimits::from_environment(env);
        let ((connections_max, connections_per_address), (in_flight_max, in_flight_per_address)) =
            (connections?, in_flight?);
        let (body_reads_max, body_reads_per_address) = body_reads?;
        let limits = Self {
            connections_max,
            connections_per_address,
            in_flight_max,
            in_flight_per_address,
            body_reads_max,
            body_reads_per_address,
            body: BodyLimits { bytes_max: body_bytes_max?, ..default.body },
            request_deadline: Duration::from_millis(deadline_ms?),
            shutdown_grace: Duration::from_millis(grace_ms?),
            trusted_proxy_hops: trusted_proxy_hops?,
            access_log: access_log?,
            browsers: browsers?,
            enforced: matches!(switch?, Switch::On),
            rates: rates?,
            handshakes: handshakes?.0,
            in_flight_per_account_max: in_flight_per_account_max?,
            waiters: waiters?,
            ..default
        };
        if limits.in_flight_per_account_max == 0 {
            env.reject(of_account, "at least 1");
            return None;
        }
        Some(limits)
    }

    /// Says so in the log where callers are not limited. Every service calls it at its start.
    pub fn announce(&self) {
        if !self.enforced {
            tracing::warn!(
                "ROOKERY_LIMITS=off: no rates, no quotas, and no bounds per caller. One caller can take everything; \
                 this is for tests and benchmarks."
            );
        }
    }

    /// What one caller may have of something, where limits are on.
    #[must_use]
    pub fn each(&self, each_max: usize) -> usize {
        if self.enforced { each_max } else { usize::MAX }
    }
}

impl WaiterLimits {
    fn from_environment(env: &mut Environment) -> Option<Self> {
        let default = Self::default();
        let in_all_max = env.or_default("ROOKERY_WAITERS_MAX", default.in_all_max);
        let per_account_max = env.or_default("ROOKERY_WAITERS_PER_ACCOUNT_MAX", default.per_account_max);
        let per_address_max = env.or_default("ROOKERY_WAITERS_PER_ADDRESS_MAX", default.per_address_max);
        Some(Self {
            in_all_max: in_all_max?,
            per_account_max: per_account_max?,
            per_address_max: per_address_max?,
        })
    }
}

/// A whole and what one address may have of it: unless it is said, no more than a quarter.
fn shared(env: &mut Environment, whole: (&str, usize), part: (&str, usize)) -> Option<(usize, usize)> {
    let max = env.or_default(whole.0, whole.1);
    let per_address = env.optional::<usize>(part.0);
    if max == Some(0) {
        env.reject(whole.0, "at least 1");
        return None;
    }
    let max = max?;
    let per_address = per_address?.unwrap_or_else(|| part.1.min(max / 4).max(1));
    if !(1..=max).contains(&per_address) {
        env.reject(part.0, format!("at least 1, and no more than {} ({max})", whole.0));
        return None;
    }
    Some((max, per_address))
}

fn millis(duration: Duration) -> u64 {
    // The defaults above are seconds; none comes near the limit.
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
