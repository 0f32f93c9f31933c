//! What the figures depend on, printed above them: the machine, how busy it was, and how long its disk takes to sync.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use crate::report::millis;
use crate::stats::Sample;

const SYNCS: usize = 300;
/// About what one event takes in the log.
const WRITE_BYTES: usize = 1_400;

pub(crate) fn describe() -> Result<String> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let cpu = first_value("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown CPU".to_owned());
    let memory = first_value("/proc/meminfo", "MemTotal").unwrap_or_else(|| "unknown".to_owned());
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let minute = load.split(' ').next().unwrap_or("unknown");
    let mut syncs = syncs()?;
    Ok(format!(
        "Machine: {cores} cores ({cpu}), memory {memory}, Linux {}. Load average of the last minute: {minute}; \
         the figures are good for comparison only where it is near 0. Append and sync of {WRITE_BYTES} bytes: p50 {}, \
         p99 {}.",
        kernel.trim(),
        millis(syncs.percentile_ms(50)),
        millis(syncs.percentile_ms(99)),
    ))
}

/// Every figure of a durable write stands on this one.
fn syncs() -> Result<Sample> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/bench"));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::tempfile_in(folder)?;
    let mut sample = Sample::default();
    for _ in 0..SYNCS {
        let began = Instant::now();
        file.write_all(&[b'x'; WRITE_BYTES])?;
        file.sync_data()?;
        sample.push(began.elapsed());
    }
    Ok(sample)
}

fn first_value(file: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
