//! How many connections the process may have open files for.

/// For what is no connection of a caller's: databases, the broker, files, the log.
const RESERVE: u64 = 512;

/// Raises the soft limit as far as `connections` need it and the hard one allows, and gives how many there is room for.
#[cfg(unix)]
pub(super) fn room_for(connections: usize) -> usize {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};

    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return connections };
    let wanted = u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(RESERVE);
    // No further: programs that close all files they might have take long over a limit without an end.
    let raised = wanted.min(hard);
    let soft =
        if soft < raised && setrlimit(Resource::RLIMIT_NOFILE, raised, hard).is_ok() { raised } else { soft };
    let room = within(soft, connections);
    if room < connections {
        tracing::warn!(
            connections = room,
            asked_for = connections,
            open_files = soft,
            "the limit of open files allows fewer connections; raise it (ulimit -n, LimitNOFILE=)"
        );
    }
    room
}

#[cfg(not(unix))]
pub(super) fn room_for(connections: usize) -> usize {
    connections
}

/// A small limit is shared with the reserve, instead of being eaten up by it.
fn within(open_files: u64, connections: usize) -> usize {
    let reserve = RESERVE.min(open_files / 4);
    usize::try_from(open_files - reserve).unwrap_or(usize::MAX).clamp(1, connections.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_descriptors_are_left_for_everything_else() {
        assert_eq!(within(1_024, 10_000), 768);
        assert_eq!(within(4_096, 10_000), 3_584);
        assert_eq!(within(20_000, 10_000), 10_000);
        assert_eq!(within(16, 10_000), 12);
        assert_eq!(within(0, 10_000), 1);
    }
}
