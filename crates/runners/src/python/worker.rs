//! The process that runs networks in Python.

use std::collections::VecDeque;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::protocol::{self, Answer};

/// How much of the end of standard error is kept for messages.
const KEPT_OUTPUT: usize = 16 << 10;
/// How often a silent worker is looked after.
const GLANCE: Duration = Duration::from_millis(100);
/// How long the last answer of a worker that ended may take to arrive.
const GRACE: Duration = Duration::from_millis(500);

/// A running worker. It is killed when this is dropped.
#[derive(Debug)]
pub(super) struct Worker {
    child: Child,
    requests: Sender<Vec<u8>>,
    answers: Receiver<io::Result<Answer>>,
    output: Arc<Mutex<VecDeque<u8>>>,
}

/// Why a worker did not answer. It is of no use any more.
#[derive(Debug)]
pub(super) enum Lost {
    /// It took longer than allowed.
    TimeLimit(Duration),
    /// It ended, or sent what is no answer: how, and what it wrote last.
    Ended { how: String, output: String },
}

impl Worker {
    /// Starts a worker, which reads `program`.
    pub(super) fn start(
        interpreter: &Path,
        program: &str,
        variables: &[(String, String)],
    ) -> io::Result<Self> {
        let mut child = Command::new(interpreter)
            .arg("-c")
            .arg(program)
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let missing = || io::Error::other("a pipe to the interpreter is missing");
        let input = child.stdin.take().ok_or_else(missing)?;
        let source = child.stdout.take().ok_or_else(missing)?;
        let errors = child.stderr.take().ok_or_else(missing)?;
        let output = Arc::new(Mutex::new(VecDeque::new()));
        let (requests, received) = mpsc::channel();
        let (sent, answers) = mpsc::channel();
        let kept = Arc::clone(&output);
        // Both threads end when the process does, which closes its pipes.
        thread::Builder::new()
            .name("python-errors".to_owned())
            .spawn(move || keep(errors, &kept))?;
        thread::Builder::new()
            .name("python-pipes".to_owned())
            .spawn(move || converse(input, source, &received, &sent))?;
        Ok(Worker {
            child,
            requests,
            answers,
            output,
        })
    }

    /// Sends a request and waits for the answer.
    pub(super) fn ask(&mut self, request: Vec<u8>, limit: Option<Duration>) -> Result<Answer, Lost> {
        let started = Instant::now();
        if self.requests.send(request).is_err() {
            // The thread has said why.
            return match self.answers.recv_timeout(GRACE) {
                Ok(Ok(answer)) => Ok(answer),
                Ok(Err(error)) => Err(self.ended(&error)),
                Err(_) => Err(self.ended(&io::ErrorKind::BrokenPipe.into())),
            };
        }
        let mut ended_at = None;
        loop {
            match self.answers.recv_timeout(GLANCE) {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => return Err(self.ended(&error)),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(self.ended(&io::ErrorKind::BrokenPipe.into()));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Some(limit) = limit
                && started.elapsed() >= limit
            {
                self.kill();
                return Err(Lost::TimeLimit(limit));
            }
            // Processes that it started may hold its pipes open after its end.
            if let Ok(Some(_)) = self.child.try_wait() {
                let ended_at = ended_at.get_or_insert_with(Instant::now);
                if ended_at.elapsed() >= GRACE {
                    return Err(self.ended(&io::ErrorKind::UnexpectedEof.into()));
                }
            }
        }
    }

    fn ended(&mut self, error: &io::Error) -> Lost {
        // One that closed its pipes is about to end; what talks nonsense does not.
        let deadline = Instant::now() + GRACE;
        let status = loop {
            match self.child.try_wait() {
                Ok(Some(status)) => break Some(status),
                Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(5)),
                _ => break None,
            }
        };
        let how = match status {
            Some(status) if error.kind() != io::ErrorKind::InvalidData => describe(status),
            _ => error.to_string(),
        };
        self.kill();
        Lost::Ended {
            how,
            output: self.output(),
        }
    }

    /// The end of what the worker wrote to standard error.
    fn output(&self) -> String {
        let kept = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = kept.iter().copied().collect();
        String::from_utf8_lossy(&bytes).trim().to_owned()
    }

    /// The number of the process.
    #[cfg(test)]
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    fn kill(&mut self) {
        // An error says that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}

#[cfg(unix)]
fn describe(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match status.signal() {
        Some(9) => "it was killed (signal 9), as the system does where memory runs out".to_owned(),
        Some(signal) => format!("it was ended by signal {signal}"),
        None => format!("it ended with {status}"),
    }
}

#[cfg(not(unix))]
fn describe(status: ExitStatus) -> String {
    format!("it ended with {status}")
}

/// Reads standard error as long as there is some, so that the worker never waits, and keeps the end.
fn keep(mut errors: ChildStderr, kept: &Mutex<VecDeque<u8>>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = errors.read(&mut buffer) {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(&buffer[..count]);
        let excess = kept.len().saturating_sub(KEPT_OUTPUT);
        kept.drain(..excess);
    }
}

/// Passes requests on and answers back, until either side is gone.
fn converse(
    mut input: ChildStdin,
    source: ChildStdout,
    requests: &Receiver<Vec<u8>>,
    answers: &Sender<io::Result<Answer>>,
) {
    let mut source = BufReader::with_capacity(1 << 16, source);
    let mut greeted = false;
    while let Ok(request) = requests.recv() {
        let mut exchange = || {
            if !greeted {
                protocol::hello(&mut source)?;
                greeted = true;
            }
            input.write_all(&request)?;
            input.flush()?;
            protocol::answer(&mut source)
        };
        let answer = exchange();
        let over = answer.is_err();
        if answers.send(answer).is_err() || over {
            return;
        }
    }
}
