//! How much memory a child process may take.

use crate::exit::Failure;

/// The bound for one process in bytes: what was asked for, else an even part of what is free. `None` where the system
/// tells neither what is free nor what a process takes.
pub(super) fn bound(asked: Option<u64>, at_once: usize) -> Result<Option<u64>, Failure> {
    if asked.is_some() && !cfg!(target_os = "linux") {
        return Err(Failure::usage(
            "--memory is supported on Linux only: elsewhere bound the memory of the whole run, for example by a container",
        ));
    }
    let share = || Some(available()? / u64::try_from(at_once).ok()?.max(1));
    Ok(asked.or_else(share))
}

/// What processes can get without swapping, in bytes.
fn available() -> Option<u64> {
    kilobytes("/proc/meminfo", "MemAvailable:")
}

/// What a process holds in memory, in bytes.
pub(super) fn resident(process: u32) -> Option<u64> {
    kilobytes(&format!("/proc/{process}/status"), "VmRSS:")
}

/// The value of a line of a file of Linux, in bytes; `None` on other systems.
fn kilobytes(path: &str, key: &str) -> Option<u64> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    let number: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    number.checked_mul(1024)
}
