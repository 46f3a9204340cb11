//! `modelhub check-contribution`

use std::path::PathBuf;

use clap::Args;
use hub::contribution::{check, to_json};
use serde_json::json;

use crate::args::Output;
use crate::exit::{Exit, Failure};
use crate::render::{contribution, diagnostics, json};
use crate::source::Sources;

/// Check whether a model keeps the rules for contributions to the hub.
///
/// Beside a valid description the hub asks for what people need: a licence, test tensors, software that runs the
/// model; and recommends a telling name, tags, covers, a README with a section on validation, maintainers. What is
/// required decides the exit code; nothing is run and nothing is fetched.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 fine, 1 a required rule is not kept, 2 wrong usage, 3 the operation failed"
)]
pub(crate) struct CheckContributionOptions {
    /// Folder, zip file or description
    #[arg(value_name = "SOURCE")]
    source: PathBuf,
    /// What is recommended is required
    #[arg(long)]
    strict: bool,
    /// human: a list; json: one JSON object
    #[arg(long, value_enum, default_value_t = Output::Human, value_name = "FORM")]
    output: Output,
}

pub(crate) fn run(options: &CheckContributionOptions, sources: &Sources) -> Result<Exit, Failure> {
    let package = sources.open(&options.source)?;
    let report = check(&package);
    match options.output {
        Output::Human => contribution::print(&diagnostics::place(&package), &report)?,
        Output::Json => {
            let mut value = json!({"source": options.source.display().to_string()});
            if let (Some(value), Some(report)) = (value.as_object_mut(), to_json(&report).as_object()) {
                value.extend(report.clone());
            }
            json::print_line(&value)?;
        }
    }
    let is_kept = if options.strict {
        report.findings.is_empty()
    } else {
        report.is_accepted()
    };
    Ok(if is_kept { Exit::Fine } else { Exit::Findings })
}
