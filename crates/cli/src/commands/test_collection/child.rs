//! One model in a process of its own: this program again, with `test-model`.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use hub::summary::{SummaryFile, TestStatus};

use super::job::failed;
use super::memory;
use crate::args::EngineOptions;

/// The longest file of summaries that is read, and the most that a child may write to standard error.
const LARGEST_SUMMARY: u64 = 1 << 20;
const LARGEST_TALK: u64 = 16 << 20;
/// How much of the end of standard error is quoted.
const QUOTED: u64 = 2000;

/// How models are tested.
#[derive(Clone, Debug)]
pub(super) struct Tester {
    /// What decides the outcome.
    pub(super) arguments: Vec<String>,
    /// The collection index, if one was given.
    pub(super) index: Option<String>,
    pub(super) limits: Limits,
}

/// Whether a child may ask the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Network {
    /// Everything was fetched, or is here anyway: downloads take none of the time of the test.
    Never,
    /// Some file is nowhere: only the network tells that from one that was not fetched.
    ForWhatIsMissing,
}

/// What a child may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) time: Duration,
    /// Bytes.
    pub(super) memory: Option<u64>,
}

/// The arguments of `test-model` for what runs the network.
pub(super) fn arguments(engine: &EngineOptions, at_once: usize) -> Vec<String> {
    let mut all = Vec::new();
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            all.extend([name.to_owned(), value]);
        }
    };
    let threads = engine.threads.map_or_else(
        || {
            let processors = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
            (processors / at_once).max(1)
        },
        std::num::NonZeroUsize::get,
    );
    add("--threads", Some(threads.to_string()));
    add("--weights", engine.weights.map(|format| format.name().to_owned()));
    add("--backend", engine.backend.clone());
    add("--device", Some(engine.device.to_string()));
    add("--time-limit", Some(engine.time_limit.to_string()));
    let path = |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
    add("--onnxruntime", path(&engine.native.onnxruntime));
    add("--python", path(&engine.native.python));
    for (flag, is_set) in [
        ("--allow-code", engine.native.allow_code),
        ("--strict", engine.strict),
    ] {
        if is_set {
            all.push(flag.to_owned());
        }
    }
    all
}

impl Tester {
    /// Tests a model. Whatever happens to the process, there is an outcome: what it had found until then, and how it ended.
    pub(super) fn test(&self, source: &OsStr, network: Network) -> SummaryFile {
        let mut found = None;
        match self.run(source, network, &mut found) {
            Ok(file) => file,
            Err(reason) => {
                let mut file = found.unwrap_or_default();
                file.merge(failed(
                    "test in a process of its own",
                    &source.to_string_lossy(),
                    reason,
                ));
                file
            }
        }
    }

    fn run(
        &self,
        source: &OsStr,
        network: Network,
        found: &mut Option<SummaryFile>,
    ) -> Result<SummaryFile, String> {
        let cannot = |error: std::io::Error| format!("the test could not be started: {error}");
        let program = std::env::current_exe().map_err(cannot)?;
        let scratch = tempfile::tempdir().map_err(cannot)?;
        let summary = scratch.path().join("test_summary.yaml");
        let mut talk = tempfile::tempfile().map_err(cannot)?;
        let stderr = talk.try_clone().map_err(cannot)?;
        let mut command = Command::new(program);
        command.arg("test-model").args(&self.arguments);
        if network == Network::Never {
            command.arg("--offline");
        }
        if let Some(index) = &self.index {
            command.arg("--index").arg(index);
        }
        let child = command
            .arg("--summary")
            .arg(&summary)
            .arg("--")
            .arg(source)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(stderr)
            .spawn()
            .map_err(cannot)?;
        let status = wait(child, &talk, self.limits);
        *found = read_text(&summary).and_then(|text| SummaryFile::from_yaml(&text, "modelhub").ok());
        let status = status?;
        // The codes of a test that was made, one way or the other; the summary says how.
        match (status.code(), found.take()) {
            (Some(0), Some(file)) => Ok(file),
            (Some(1..=3), Some(file)) if file.status() == TestStatus::Failed => Ok(file),
            (_, partial) => {
                *found = partial;
                Err(format!(
                    "the process ended without a result ({status}){}",
                    quoted(&mut talk)
                ))
            }
        }
    }
}

/// Waits for the end, or makes an end where a bound is exceeded.
fn wait(mut child: Child, talk: &File, limits: Limits) -> Result<ExitStatus, String> {
    let begin = Instant::now();
    let mut pause = Duration::from_millis(5);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) => {}
            Err(error) => return Err(ended(child, &format!("the process cannot be watched: {error}"))),
        }
        if begin.elapsed() > limits.time {
            let reason = format!(
                "the test took more than {} s and was ended",
                limits.time.as_secs()
            );
            return Err(ended(child, &reason));
        }
        if let (Some(limit), Some(taken)) = (limits.memory, memory::resident(child.id()))
            && taken > limit
        {
            let reason = format!(
                "the test took {} MiB of memory, more than the {} MiB that it may, and was ended",
                taken >> 20,
                limit >> 20
            );
            return Err(ended(child, &reason));
        }
        if talk
            .metadata()
            .is_ok_and(|metadata| metadata.len() > LARGEST_TALK)
        {
            return Err(ended(child, "the test wrote too many messages and was ended"));
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

fn ended(mut child: Child, reason: &str) -> String {
    // One that has ended by itself meanwhile cannot be ended, which is as good.
    let _ = child.kill();
    let _ = child.wait();
    reason.to_owned()
}

fn read_text(path: &Path) -> Option<String> {
    let mut text = String::new();
    let file = File::open(path).ok()?;
    file.take(LARGEST_SUMMARY + 1).read_to_string(&mut text).ok()?;
    (text.len() as u64 <= LARGEST_SUMMARY).then_some(text)
}

/// The end of what the process said.
fn quoted(talk: &mut File) -> String {
    let Ok(length) = talk.metadata().map(|metadata| metadata.len()) else {
        return String::new();
    };
    let mut bytes = Vec::new();
    let read = talk
        .seek(SeekFrom::Start(length.saturating_sub(QUOTED)))
        .and_then(|_| talk.take(QUOTED).read_to_end(&mut bytes));
    let text = String::from_utf8_lossy(&bytes);
    match read {
        Ok(_) if !text.trim().is_empty() => format!(": {}", text.trim()),
        _ => String::new(),
    }
}
