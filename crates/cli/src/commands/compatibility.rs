//! `modelhub compatibility`

use std::path::PathBuf;

use clap::Args;
use hub::compatibility::{ModelFacts, Verdict, check, to_json};
use serde_json::json;

use crate::args::Output;
use crate::exit::{Exit, Failure};
use crate::render::{compatibility, diagnostics, json, message};
use crate::source::Sources;

/// Say which consumer software can run a model, and what stands against the others.
///
/// Judged by the description: weights formats, operations, axes, numbers of tensors, tags. Every statement has the
/// page or file that it was read from; nothing is run. The exit code is 1 if no software can run the model.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 fine, 1 no software runs the model, 2 wrong usage, 3 the operation failed"
)]
pub(crate) struct CompatibilityOptions {
    /// Folder, zip file or description
    #[arg(value_name = "SOURCE")]
    source: PathBuf,
    /// human: a list; json: one JSON object
    #[arg(long, value_enum, default_value_t = Output::Human, value_name = "FORM")]
    output: Output,
}

pub(crate) fn run(options: &CompatibilityOptions, sources: &Sources) -> Result<Exit, Failure> {
    let package = sources.open(&options.source)?;
    let parsed = package.parsed();
    let Some(facts) = ModelFacts::of(parsed) else {
        let source = options.source.display();
        return match parsed.resource_type() {
            Some("model") | None => {
                diagnostics::print_to_stderr(&package, parsed.diagnostics());
                message::error(&format!("{source}: tensors and weights cannot be read"));
                Ok(Exit::Findings)
            }
            Some(other) => Err(Failure::usage(format!(
                "{source} is of type `{other}`, only models are run"
            ))),
        };
    };
    let reports = check(&facts);
    match options.output {
        Output::Human => compatibility::print(&reports)?,
        Output::Json => json::print_line(&json!({
            "source": options.source.display().to_string(),
            "consumers": to_json(&reports),
        }))?,
    }
    let runs = reports.iter().any(|report| report.verdict == Verdict::Runs);
    Ok(if runs { Exit::Fine } else { Exit::Findings })
}
