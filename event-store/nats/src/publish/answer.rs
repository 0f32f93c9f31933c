//! What the broker answers to what is published, and what that means.

use serde::Deserialize;

/// What the broker said to one message, or to the last one of a batch.
#[derive(Debug)]
pub(crate) enum Answer {
    Acked {
        sequence: u64,
        repeated: bool,
    },
    Conflict,
    /// A passing state; nothing was stored.
    Again(String),
    /// A message of the batch was stored before.
    RepeatedInBatch,
    Full(String),
    Refused(String),
    /// It may be stored, or be stored later: nothing came back in time, or a leader without a majority gave up, and its
    /// successor may find the event in its own log.
    Open(String),
    /// The broker writes no more until it is started again. What was sent may be on its disk.
    NoWrites {
        words: String,
        was_sent: bool,
    },
}

#[derive(Deserialize)]
struct PubAck {
    #[serde(default)]
    seq: u64,
    #[serde(default)]
    duplicate: bool,
    error: Option<ApiError>,
}

#[derive(Deserialize)]
struct ApiError {
    code: u16,
    #[serde(default)]
    err_code: u64,
    #[serde(default)]
    description: String,
}

/// Error codes of the JetStream API, by number: the client library names only some of them.
mod code {
    pub(super) const WRONG_LAST_SEQUENCE: u64 = 10071;
    pub(super) const STREAM_MAX_BYTES: u64 = 10077;
    pub(super) const INSUFFICIENT_RESOURCES: u64 = 10023;
    pub(super) const STORAGE_RESOURCES_EXCEEDED: u64 = 10047;
    pub(super) const BATCH_HOLDS_DUPLICATE: u64 = 10201;
    /// In flight for this subject (also seen for no reason on three replicas), and kin of it; and a batch of which the
    /// broker did not take the beginning.
    pub(super) const PASSING: [u64; 5] = [10158, 10163, 10164, 10176, 10210];
}

/// What a stream answered to a message.
pub(crate) fn understand(payload: &[u8]) -> Answer {
    match serde_json::from_slice::<PubAck>(payload) {
        Ok(ack) => judge(ack),
        Err(error) => Answer::Refused(format!("the broker's answer makes no sense: {error}")),
    }
}

fn judge(ack: PubAck) -> Answer {
    let Some(error) = ack.error else {
        return Answer::Acked { sequence: ack.seq, repeated: ack.duplicate };
    };
    let words = format!("{} ({})", error.description, error.err_code);
    match error.err_code {
        code::WRONG_LAST_SEQUENCE => Answer::Conflict,
        code::BATCH_HOLDS_DUPLICATE => Answer::RepeatedInBatch,
        code::STREAM_MAX_BYTES | code::INSUFFICIENT_RESOURCES | code::STORAGE_RESOURCES_EXCEEDED => {
            Answer::Full(words)
        }
        passing if code::PASSING.contains(&passing) => Answer::Again(words),
        // The broker had no store error number that lasts: a store that is full says so by its text alone.
        _ if error.description.contains("maximum bytes exceeded") => Answer::Full(words),
        _ if error.code == 503 => Answer::Open(words),
        _ => Answer::Refused(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(error: &str) -> Answer {
        judge(serde_json::from_str(&format!(r#"{{"error":{error}}}"#)).expect("it is an answer"))
    }

    #[test]
    fn only_an_answer_that_rules_the_event_out_is_definite() {
        let no_majority =
            r#"{"code":503,"err_code":10008,"description":"JetStream system temporarily unavailable"}"#;
        assert!(matches!(judged(no_majority), Answer::Open(_)));
        let in_flight = r#"{"code":503,"err_code":10158,"description":"in process"}"#;
        assert!(matches!(judged(in_flight), Answer::Again(_)));
        let full = r#"{"code":503,"err_code":10023,"description":"insufficient resources"}"#;
        assert!(matches!(judged(full), Answer::Full(_)));
    }
}
