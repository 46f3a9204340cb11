//! `modelhub summaries`

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use hub::summary::{SummaryTree, TestStatus, to_html, to_json, to_markdown};

use crate::exit::{Exit, Failure, chain_in_one_line};
use crate::render::{json, message, stdout};

/// Collect test summaries of a tree, `<resource id>/<version id>/test_summary_*.yaml`, and show or merge them.
///
/// Summaries of several trees are merged for each version of a resource; what two of them say in the same words is
/// kept once. The exit code is 1 if a test failed or a file cannot be used.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 fine, 1 a test failed or a file is damaged, 2 wrong usage, 3 the operation failed"
)]
pub(crate) struct SummariesOptions {
    /// Roots of trees of summaries; TESTER=FOLDER says whose they are where the files do not, else they are those of
    /// the folder's name
    #[arg(value_name = "[TESTER=]FOLDER", required = true)]
    trees: Vec<String>,
    /// Write one merged test_summary.yaml for each version of a resource below this folder
    #[arg(long, value_name = "FOLDER")]
    merge: Option<PathBuf>,
    /// markdown: a table; html: a page; json: one JSON object
    #[arg(long, value_enum, default_value_t = SummariesOutput::Markdown, value_name = "FORM")]
    output: SummariesOutput,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SummariesOutput {
    Markdown,
    Html,
    Json,
}

pub(crate) fn run(options: &SummariesOptions) -> Result<Exit, Failure> {
    let mut all = SummaryTree::default();
    let mut exit = Exit::Fine;
    for argument in &options.trees {
        let (tester, folder) = match argument.split_once('=') {
            // A folder may have the sign in its own name.
            Some((tester, folder)) if !tester.is_empty() && !Path::new(argument).is_dir() => {
                (tester.to_owned(), PathBuf::from(folder))
            }
            _ => {
                let folder = PathBuf::from(argument);
                let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
                (name.unwrap_or_else(|| "partner".to_owned()), folder)
            }
        };
        if !folder.is_dir() {
            return Err(Failure::failed(format!("{} is no folder", folder.display())));
        }
        let (tree, problems) = SummaryTree::collect(&folder, &tester);
        for problem in problems {
            let reason = stdout::harmless(&chain_in_one_line(&problem.error));
            message::warning(&format!("{} is left out: {reason}", problem.path.display()));
            exit = Exit::Findings;
        }
        all.merge(tree);
    }
    if all.resources.is_empty() && exit == Exit::Fine {
        return Err(Failure::usage(
            "there are no test summaries in these folders: RESOURCE/VERSION/test_summary_*.yaml is expected below them",
        ));
    }
    if let Some(folder) = &options.merge {
        all.write_merged(folder)
            .map_err(|error| Failure::because(&error))?;
    }
    match options.output {
        SummariesOutput::Markdown => stdout::print(&to_markdown(&all))?,
        SummariesOutput::Html => stdout::print(&to_html(&all))?,
        SummariesOutput::Json => json::print_line(&to_json(&all))?,
    }
    let failed = all
        .resources
        .values()
        .any(|file| file.status() == TestStatus::Failed);
    Ok(if failed { Exit::Findings } else { exit })
}
