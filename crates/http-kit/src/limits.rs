//! Every bound of the HTTP side in one place.

use std::time::Duration;

use service_kit::config::Environment;

use crate::browsers::Browsers;
use crate::least_rate::LeastRate;

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

/// hyper refuses to work with a smaller buffer.
const HEAD_BYTES_MIN: usize = 8 * 1024;

impl Default for BodyLimits {
    fn default() -> Self {
        // The largest command is a message of 1,120 bytes with eight tags; escapes may multiply that by six.
        Self { bytes_max: 16 * 1024, timeout: Duration::from_secs(10) }
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
        let ((connections_max, connections_per_address), (in_flight_max, in_flight_per_address)) =
            (connections?, in_flight?);
        let (body_reads_max, body_reads_per_address) = body_reads?;
        Some(Self {
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
            ..default
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
