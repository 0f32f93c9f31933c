//! What the kernel knows about a process and its children: memory and processor time. Linux only; elsewhere zeros.

use std::fs;
use std::time::Instant;

/// Kernel ticks of processor time per second; fixed at 100 in the interface to programs (`getconf CLK_TCK`).
const TICKS_PER_SECOND: f64 = 100.0;

/// Resident bytes now.
pub(crate) fn resident(pid: u32) -> u64 {
    status_bytes(pid, "VmRSS:")
}

/// The most resident bytes since it started.
pub(crate) fn resident_peak(pid: u32) -> u64 {
    status_bytes(pid, "VmHWM:")
}

/// Bytes of a process and its children, where shared pages are divided among those who share them: Postgres's processes
/// all map the same buffers.
pub(crate) fn proportional_of_tree(pid: u32) -> u64 {
    let share = |pid: &u32| {
        let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
        kilobytes(&text, "Pss:")
    };
    tree(pid).iter().map(share).sum()
}

fn status_bytes(pid: u32, key: &str) -> u64 {
    kilobytes(&fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default(), key)
}

fn kilobytes(text: &str, key: &str) -> u64 {
    let line = text.lines().find(|line| line.starts_with(key));
    let number = line.and_then(|line| line.split_whitespace().nth(1)).and_then(|number| number.parse().ok());
    number.unwrap_or(0_u64) * 1_024
}

/// How many cores some processes keep busy, this one included, from a moment on.
#[derive(Debug)]
pub(crate) struct Cores {
    began: Instant,
    processes: Vec<(&'static str, u32, f64)>,
}

impl Cores {
    pub(crate) fn watch(processes: &[(&'static str, u32)]) -> Self {
        let own = ("the benchmark itself", std::process::id());
        let with_time = |(name, pid): (&'static str, u32)| (name, pid, cpu_seconds(pid));
        let processes = processes.iter().copied().chain([own]).map(with_time).collect();
        Self { began: Instant::now(), processes }
    }

    pub(crate) fn describe(&self) -> String {
        let elapsed = self.began.elapsed().as_secs_f64();
        let used = |pid: u32, before: f64| (cpu_seconds(pid) - before) / elapsed;
        let words = self.processes.iter().map(|(name, pid, at)| format!("{name} {:.2}", used(*pid, *at)));
        words.collect::<Vec<_>>().join(", ")
    }
}

/// Seconds of processor time; of Postgres with the processes that it made.
fn cpu_seconds(pid: u32) -> f64 {
    // Our own children are measured under their own names.
    if pid == std::process::id() {
        return own_ticks(pid).unwrap_or(0.0) / TICKS_PER_SECOND;
    }
    tree(pid).iter().filter_map(|pid| ticks(*pid)).sum::<f64>() / TICKS_PER_SECOND
}

fn own_ticks(pid: u32) -> Option<f64> {
    let fields = stat_behind_name(pid)?;
    Some(fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?)
}

/// Fields 14 to 17 of `stat`, counted behind the program's name, which may hold spaces: own and awaited children's
/// time.
fn ticks(pid: u32) -> Option<f64> {
    let fields = stat_behind_name(pid)?;
    let number = |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok());
    Some(number(11)? + number(12)? + number(13)? + number(14)?)
}

fn stat_behind_name(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    Some(fields.split_whitespace().map(str::to_owned).collect())
}

/// The process and its direct children; none of ours has grandchildren.
fn tree(pid: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let is_child = |candidate: &u32| {
        let parent = stat_behind_name(*candidate).and_then(|fields| fields.get(1)?.parse::<u32>().ok());
        parent == Some(pid)
    };
    pids.filter(is_child).chain([pid]).collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_memory_and_time() {
        let own = std::process::id();
        assert!(resident(own) > 100_000 && resident_peak(own) >= resident(own) / 2);
        assert!(proportional_of_tree(own) > 0 && cpu_seconds(own) >= 0.0);
    }
}
