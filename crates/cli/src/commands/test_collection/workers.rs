//! Several models at once, and downloads beside them.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use hub::Resolver;
use hub::summary::SummaryFile;
use rdf_spec::Package;

use super::child::{Network, Tester};
use super::fingerprint;
use super::job::{Job, Work, failed};
use super::journal::{Earlier, Journal};
use super::outcome::Outcome;
use super::web::{self, Remote, Web};
use crate::exit::Failure;
use crate::render::collection_tests::progress_line;
use crate::render::message;

/// How many models are fetched at the same time; each one file after the other.
const FETCHERS: usize = 4;

/// A model that can be tested now.
struct Ready<'j> {
    index: usize,
    source: &'j OsStr,
    fingerprint: Option<String>,
    network: Network,
}

/// A model whose files have to be fetched.
struct Absent<'j> {
    index: usize,
    job: &'j Job,
}

/// What there is to do with a model whose files were looked for.
enum Come {
    /// They are here: it is tested.
    Fetched {
        fingerprint: Option<String>,
        network: Network,
    },
    /// Nothing: an earlier run found the outcome.
    Known(Box<Outcome>),
}

/// What became of a model, and whether a later run may take that for granted.
struct Done {
    index: usize,
    outcome: Outcome,
    fingerprint: Option<String>,
}

/// Tests all models, at most `at_once` at a time, and returns what became of them in the order of the jobs. What is on the
/// web is fetched meanwhile, a few models ahead of the tests.
///
/// What was found earlier is not done again; what was done is added to the journal at once.
pub(super) fn test_all(
    jobs: &[Job],
    tester: &Tester,
    at_once: usize,
    web: &Web<'_>,
    earlier: &Earlier,
    mut journal: Option<&mut Journal>,
) -> Result<Vec<Outcome>, Failure> {
    let mut outcomes: Vec<Option<Outcome>> = vec![None; jobs.len()];
    let (mut here, mut absent) = (Vec::new(), Vec::new());
    for (index, job) in jobs.iter().enumerate() {
        match &job.work {
            Work::Known(file) => outcomes[index] = Some(outcome(job, file.clone(), None)),
            Work::Fetch(_) => absent.push(Absent { index, job }),
            Work::Run(path) => {
                let fingerprint = fingerprint::of(path, &tester.arguments);
                if let Some(known) = earlier.of(job, fingerprint.as_deref()) {
                    outcomes[index] = Some(known);
                } else if has_files_on_the_web(path) {
                    absent.push(Absent { index, job });
                } else {
                    let source = path.as_os_str();
                    here.push(Ready {
                        index,
                        source,
                        fingerprint,
                        network: Network::Never,
                    });
                }
            }
        }
    }
    let mut done = outcomes.iter().flatten().count();
    if done > 0 && done < jobs.len() {
        message::note(&format!("{done} of {} are known already", jobs.len()));
    }
    let resolver = if absent.is_empty() {
        Err("nothing is on the web".to_owned())
    } else {
        web.resolver()
    };
    let is_over = AtomicBool::new(false);
    let (sender, receiver) = mpsc::channel();
    // Not further ahead than the tests can use: a disk is smaller than a collection.
    let (fetched, comes) = mpsc::sync_channel(at_once);
    let comes = Arc::new(Mutex::new(comes));
    let (here, absent) = (Mutex::new(here.into_iter()), Mutex::new(absent.into_iter()));
    std::thread::scope(|scope| -> Result<(), Failure> {
        for _ in 0..at_once {
            let (sender, comes) = (sender.clone(), Arc::clone(&comes));
            let (here, is_over) = (&here, &is_over);
            scope.spawn(move || test_some(jobs, tester, here, &comes, &sender, is_over));
        }
        drop(comes);
        for _ in 0..FETCHERS {
            let (sender, fetched) = (sender.clone(), fetched.clone());
            let (absent, is_over, resolver) = (&absent, &is_over, &resolver);
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed)
                    && let Some(one) = next(absent)
                {
                    if fetch_one(one, resolver, tester, earlier, &sender, &fetched).is_none() {
                        break;
                    }
                }
            });
        }
        drop((sender, fetched));
        for one in receiver {
            done += 1;
            if !one.outcome.again {
                message::plain(&progress_line(done, jobs.len(), &one.outcome));
            }
            if let Some(journal) = journal.as_mut().filter(|_| !one.outcome.again)
                && let Err(error) = journal.add(&one.outcome, one.fingerprint.as_deref())
            {
                // A full disk will not be better for the next one.
                is_over.store(true, Ordering::Relaxed);
                return Err(error);
            }
            outcomes[one.index] = Some(one.outcome);
        }
        Ok(())
    })?;
    Ok(outcomes.into_iter().flatten().collect())
}

/// Tests models until there are none: those that are here first, since the others take time to come.
fn test_some<'j>(
    jobs: &[Job],
    tester: &Tester,
    here: &Mutex<impl Iterator<Item = Ready<'j>>>,
    comes: &Mutex<Receiver<Ready<'j>>>,
    sender: &Sender<Done>,
    is_over: &AtomicBool,
) {
    while !is_over.load(Ordering::Relaxed) {
        let ready = next(here).or_else(|| {
            let comes = comes.lock().unwrap_or_else(PoisonError::into_inner);
            comes.recv().ok()
        });
        let Some(ready) = ready else { break };
        let begin = Instant::now();
        let file = tester.test(ready.source, ready.network);
        let sent = sender.send(Done {
            index: ready.index,
            outcome: outcome(&jobs[ready.index], file, Some(begin.elapsed().as_secs_f64())),
            fingerprint: ready.fingerprint,
        });
        if sent.is_err() {
            break;
        }
    }
}

/// Fetches what a model needs and hands it on; what is known already, or cannot be fetched, is done. `None` if nobody
/// listens any more.
fn fetch_one<'j>(
    absent: Absent<'j>,
    resolver: &Result<&Resolver, String>,
    tester: &Tester,
    earlier: &Earlier,
    sender: &Sender<Done>,
    fetched: &SyncSender<Ready<'j>>,
) -> Option<()> {
    let Absent { index, job } = absent;
    let (source, label): (&OsStr, &str) = match &job.work {
        Work::Run(path) => (path.as_os_str(), &job.label),
        Work::Fetch(source) => (OsStr::new(source), source),
        Work::Known(_) => return Some(()),
    };
    let done = |outcome, fingerprint| {
        let done = Done {
            index,
            outcome,
            fingerprint,
        };
        sender.send(done).ok()
    };
    match come(job, label, resolver, tester, earlier) {
        Ok(Come::Fetched { fingerprint, network }) => {
            let ready = Ready {
                index,
                source,
                fingerprint,
                network,
            };
            fetched.send(ready).ok()
        }
        Ok(Come::Known(known)) => done(*known, None),
        // Without a fingerprint: a later run tries again.
        Err(reason) => {
            let file = failed("fetch the model", label, reason);
            done(outcome(job, file, None), None)
        }
    }
}

/// Fetches the files of a model, unless an earlier run found its outcome.
fn come(
    job: &Job,
    source: &str,
    resolver: &Result<&Resolver, String>,
    tester: &Tester,
    earlier: &Earlier,
) -> Result<Come, String> {
    let resolver = resolver.as_ref().map_err(Clone::clone)?;
    let (package, here) = match &job.work {
        Work::Run(path) => {
            let package = Package::open(path).map_err(|error| error.to_string())?;
            let package = hub::with_files_from_the_web(package, resolver.store());
            (package, fingerprint::of(path, &tester.arguments))
        }
        _ => (web::open(resolver, source)?, None),
    };
    let remote = Remote::new(&package);
    let fingerprint = match here {
        Some(fingerprint) => Some(fingerprint),
        None => remote.fingerprint(&tester.arguments)?,
    };
    if let Some(known) = earlier.of(job, fingerprint.as_deref()) {
        return Ok(Come::Known(Box::new(known)));
    }
    let network = if remote.fetch_all()? {
        Network::Never
    } else {
        Network::ForWhatIsMissing
    };
    Ok(Come::Fetched { fingerprint, network })
}

/// True for a package of this machine with files at URLs, which a test reads.
fn has_files_on_the_web(path: &Path) -> bool {
    Package::open(path).is_ok_and(|package| web::needs_the_web(&package))
}

fn next<T>(iterator: &Mutex<impl Iterator<Item = T>>) -> Option<T> {
    iterator.lock().unwrap_or_else(PoisonError::into_inner).next()
}

fn outcome(job: &Job, file: SummaryFile, seconds: Option<f64>) -> Outcome {
    Outcome {
        label: job.label.clone(),
        place: job.place.clone(),
        seconds,
        again: false,
        file,
    }
}
