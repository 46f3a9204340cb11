//! `modelhub test-model`

pub(crate) mod summary;

use std::ops::ControlFlow;
use std::sync::Arc;

use pipeline::{
    Package, PipelineError, PipelineErrorKind, SelfTestOptions, SelfTestProgress, SelfTestReport,
    SelfTestStatus, self_test,
};

use runners::{Backends, WeightsFormat};

use self::summary::Summaries;
use super::progress;
use crate::args::{Output, TestModelOptions};
use crate::engines;
use crate::exit::{Exit, Failure, chain_in_one_line};
use crate::render::{diagnostics, json, message, test_report};
use crate::source::Sources;

pub(crate) fn run(options: &TestModelOptions, sources: &Sources) -> Result<Exit, Failure> {
    let mut summaries = Summaries::new(&options.source.display().to_string());
    let outcome = tested(options, sources, &mut summaries);
    // Whatever happened is written, and a file that cannot be written is no success.
    summaries.write(options.summary.as_deref(), options.report.as_deref())?;
    outcome
}

fn tested(options: &TestModelOptions, sources: &Sources, summaries: &mut Summaries) -> Result<Exit, Failure> {
    let source = options.source.display().to_string();
    let package = match sources.open(&options.source) {
        Ok(package) => package,
        Err(error) => {
            summaries.unopened(&chain_in_one_line(&error));
            if options.output == Output::Json {
                json::print_line(&json::failed_test(&source, &chain_in_one_line(&error), None))?;
            }
            return Err(error.into());
        }
    };
    if options.summary.is_some() || options.report.is_some() {
        summaries.validated(&package);
        // An engine may end the process: then at least this is there.
        summaries.write(options.summary.as_deref(), options.report.as_deref())?;
    }
    let backends = engines::select(&package, &options.engine)
        .inspect_err(|failure| summaries.not_run(&failure.to_string()))?;
    match test(&package, options, backends) {
        Ok(report) => {
            summaries.tested(&report);
            message::errors_of_description(&package);
            let is_code = |weights: &pipeline::WeightsReport| {
                weights.format == WeightsFormat::PytorchStateDict && weights.backend.is_none()
            };
            if !options.engine.native.allow_code && report.weights.iter().any(is_code) {
                message::note(
                    "the network of pytorch_state_dict weights is Python source, somebody's program: --allow-code runs it",
                );
            }
            match options.output {
                Output::Human => test_report::print(&source, &report, options.all_backends)?,
                Output::Json => json::print_line(&json::test(&source, &report))?,
            }
            Ok(match report.status() {
                SelfTestStatus::Passed => Exit::Fine,
                SelfTestStatus::Failed => Exit::Findings,
                SelfTestStatus::Unsupported => {
                    message::error("nothing was tested: none of the weights of the model could be run here");
                    Exit::Failed
                }
            })
        }
        Err(error) => {
            summaries.not_run(&chain_in_one_line(&error));
            if options.output == Output::Json {
                json::print_line(&json::failed_test(
                    &source,
                    &chain_in_one_line(&error),
                    unsupported(&error),
                ))?;
            }
            if let PipelineErrorKind::InvalidDescription(found) = error.kind() {
                diagnostics::print_to_stderr(&package, found);
                message::error(&format!("{source} is not tested: its description cannot be run"));
                return Ok(Exit::Findings);
            }
            Err(Failure::of_pipeline(&error))
        }
    }
}

fn test(
    package: &Package,
    options: &TestModelOptions,
    backends: Arc<Backends>,
) -> Result<SelfTestReport, PipelineError> {
    let mut choices = SelfTestOptions::default();
    choices.format = options.engine.weights;
    choices.backend.clone_from(&options.engine.backend);
    choices.backends = Some(backends);
    choices.all_backends = options.all_backends;
    choices.device = options.engine.device;
    choices.time_limit = Some(options.engine.time_limit());
    choices.threads = options.engine.threads;
    choices.description = options.engine.demand();
    let bar = progress();
    let report = self_test(package, &choices, &mut |step| {
        bar.set_message(match step {
            SelfTestProgress::Running { format, number, of } => {
                format!("running {format} ({number} of {of})")
            }
            _ => "reading test tensors".to_owned(),
        });
        ControlFlow::Continue(())
    });
    bar.finish_and_clear();
    report
}

/// The format that was asked for and cannot be run.
fn unsupported(error: &PipelineError) -> Option<WeightsFormat> {
    match error.kind() {
        PipelineErrorKind::UnsupportedWeights { format, .. }
        | PipelineErrorKind::BackendDoesNotRun { format, .. } => Some(*format),
        _ => None,
    }
}
