//! `modelhub test-collection`

mod child;
mod fingerprint;
mod gather;
mod identity;
mod job;
mod journal;
mod memory;
mod outcome;
mod pending;
mod search;
mod web;
mod workers;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use hub::summary::{SummaryTree, to_html, to_markdown};

use self::journal::{Earlier, Journal};
pub(crate) use self::outcome::Outcome;
use self::pending::Pending;
use crate::args::{EngineOptions, bytes};
use crate::exit::{Exit, Failure};
use crate::render::{collection_tests, json, message, stdout};
use crate::source::Sources;

/// Test many models: each one validated and run, in a process of its own, several at once.
///
/// A source is a model or a collection, here or on the web, a folder with models at any depth, or an index that `modelhub
/// collection compile` wrote. What is on the web is fetched into the cache while other models are tested. A model that
/// fails, crashes, takes too long or too much memory, or cannot be fetched is reported, and the others are tested all the
/// same. With --out, what was done is not done again unless the model, the options or this program changed.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 all passed, 1 some failed, 2 wrong usage, 3 the operation failed")]
pub(crate) struct TestCollectionOptions {
    /// Models, folders with models, collections, compiled indices: paths, addresses, DOIs, nicknames
    #[arg(value_name = "SOURCE", required_unless_present = "list")]
    sources: Vec<PathBuf>,
    /// File with further sources, one a line; empty lines and those that begin with # are skipped, relative paths
    /// begin at the folder of the file
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// Test only these: the matrix that a workflow is dispatched with, {"include": [{"resource_id": ..., "version_id":
    /// ...}]}; ** stands for all
    #[arg(long, value_name = "JSON")]
    pending: Option<Pending>,
    /// Folder for results: `test_summaries/<resource id>/<version id>/test_summary_*.yaml`, compatibility reports in
    /// reports/, and results.jsonl, by which a later run goes on
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Test all again, also what results.jsonl has
    #[arg(long, requires = "out")]
    fresh: bool,
    /// Models tested at once; a quarter of the processors unless given, at least one
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Seconds that one model may take
    #[arg(long, value_name = "SECONDS", default_value_t = 1800, value_parser = clap::value_parser!(u64).range(1..))]
    model_time_limit: u64,
    /// Memory that one model may take, for example 2GiB (Linux only); what is free when the run begins, divided by the
    /// number of jobs, unless given
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    memory: Option<u64>,
    #[command(flatten)]
    engine: EngineOptions,
    /// human: a list; json: one JSON object; markdown: a table; html: a page
    #[arg(long, value_enum, default_value_t = TestsOutput::Human, value_name = "FORM")]
    output: TestsOutput,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TestsOutput {
    Human,
    Json,
    Markdown,
    Html,
}

pub(crate) fn run(options: &TestCollectionOptions, sources: &Sources) -> Result<Exit, Failure> {
    let web = web::Web::new(sources);
    let mut jobs = gather::gather(&options.sources, options.list.as_deref(), &web)?;
    if let Some(pending) = &options.pending {
        jobs = pending.select(jobs);
    }
    if jobs.is_empty() {
        return Err(Failure::usage("there is no model to test in these sources"));
    }
    job::make_places_distinct(&mut jobs);
    let at_once = options.jobs.unwrap_or_else(default_jobs).get().min(jobs.len());
    let tester = child::Tester {
        arguments: child::arguments(&options.engine, at_once),
        index: sources.index().map(ToString::to_string),
        limits: child::Limits {
            time: Duration::from_secs(options.model_time_limit),
            memory: memory::bound(options.memory, at_once)?,
        },
    };
    let (mut journal, earlier) = match &options.out {
        Some(out) => {
            let (journal, earlier) = Journal::open(out, options.fresh)?;
            (Some(journal), earlier)
        }
        None => (None, Earlier::default()),
    };
    let outcomes = workers::test_all(&jobs, &tester, at_once, &web, &earlier, journal.as_mut())?;
    if let Some(out) = &options.out {
        for outcome in &outcomes {
            outcome.write_files(out)?;
        }
    }
    print(options.output, &outcomes)?;
    let failed = outcomes.iter().filter(|outcome| !outcome.passed()).count();
    if failed > 0 && options.output != TestsOutput::Human {
        message::note(&format!("{failed} of {} models failed", outcomes.len()));
    }
    Ok(if failed == 0 { Exit::Fine } else { Exit::Findings })
}

fn print(output: TestsOutput, outcomes: &[Outcome]) -> Result<(), Failure> {
    match output {
        TestsOutput::Human => collection_tests::print(outcomes),
        TestsOutput::Json => json::print_line(&collection_tests::json(outcomes)),
        TestsOutput::Markdown => stdout::print(&to_markdown(&tree(outcomes))),
        TestsOutput::Html => stdout::print(&to_html(&tree(outcomes))),
    }
}

fn tree(outcomes: &[Outcome]) -> SummaryTree {
    let mut tree = SummaryTree::default();
    for outcome in outcomes {
        tree.resources
            .entry(outcome.place.clone())
            .or_default()
            .merge(outcome.file.clone());
    }
    tree
}

fn default_jobs() -> NonZeroUsize {
    let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    NonZeroUsize::new(processors / 4).unwrap_or(NonZeroUsize::MIN)
}

/// Results of one model lie in this folder of the output.
fn summaries_folder(out: &Path) -> PathBuf {
    out.join("test_summaries")
}
