//! Several models at once.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Instant;

use super::child::{self, Limits};
use super::fingerprint;
use super::job::{Job, Work};
use super::journal::Journal;
use super::outcome::Outcome;
use crate::exit::Failure;
use crate::render::collection_tests::progress_line;
use crate::render::message;

/// Tests all models, at most `at_once` at a time, and returns what became of them in the order of the jobs.
///
/// What the journal has is not done again; what was done is added to it at once.
pub(super) fn test_all(
    jobs: &[Job],
    arguments: &[String],
    limits: Limits,
    at_once: usize,
    mut journal: Option<&mut Journal>,
) -> Result<Vec<Outcome>, Failure> {
    let mut outcomes: Vec<Option<Outcome>> = vec![None; jobs.len()];
    let mut left = Vec::new();
    let mut done = 0;
    for (index, job) in jobs.iter().enumerate() {
        let package = match &job.work {
            Work::Known(file) => {
                done += 1;
                outcomes[index] = Some(outcome(job, file.clone(), None));
                continue;
            }
            Work::Run(package) => package,
        };
        let print = fingerprint::of(package, arguments);
        match journal
            .as_ref()
            .and_then(|journal| journal.earlier(job, print.as_deref()))
        {
            Some(earlier) => {
                done += 1;
                outcomes[index] = Some(earlier);
            }
            None => left.push((index, package.as_path(), print)),
        }
    }
    if done > 0 && !left.is_empty() {
        message::note(&format!("{done} of {} are known already", jobs.len()));
    }
    let queue = Mutex::new(left.iter());
    let is_over = AtomicBool::new(false);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| -> Result<(), Failure> {
        for _ in 0..at_once {
            let sender = sender.clone();
            let (queue, is_over) = (&queue, &is_over);
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    let next = queue.lock().ok().and_then(|mut queue| queue.next());
                    let Some((index, package, print)) = next else {
                        break;
                    };
                    let begin = Instant::now();
                    let file = child::test(package, arguments, limits);
                    let outcome = outcome(&jobs[*index], file, Some(begin.elapsed().as_secs_f64()));
                    if sender.send((*index, outcome, print)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for (index, outcome, print) in receiver {
            done += 1;
            message::plain(&progress_line(done, jobs.len(), &outcome));
            if let Some(journal) = journal.as_mut()
                && let Err(error) = journal.add(&outcome, print.as_deref())
            {
                // A full disk will not be better for the next one.
                is_over.store(true, Ordering::Relaxed);
                return Err(error);
            }
            outcomes[index] = Some(outcome);
        }
        Ok(())
    })?;
    Ok(outcomes.into_iter().flatten().collect())
}

fn outcome(job: &Job, file: hub::summary::SummaryFile, seconds: Option<f64>) -> Outcome {
    Outcome {
        label: job.label.clone(),
        place: job.place.clone(),
        seconds,
        again: false,
        file,
    }
}
