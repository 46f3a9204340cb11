//! The command `modelhub`: validate, inspect, test and run bioimage.io models without Python.

mod args;
mod commands;
mod engines;
mod exit;
mod interrupt;
mod render;
mod source;

use std::panic;
use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command};

#[global_allocator]
static ALLOCATOR: heap_tuning::ReusingAllocator = heap_tuning::ReusingAllocator;

fn main() -> ExitCode {
    silence_caught_panics();
    // Networks take and free large arrays for every tile. Where the platform has no such setting it is only slower.
    let _ = heap_tuning::keep_freed_memory();
    let arguments = Arguments::parse();
    if runs_networks(&arguments.command) {
        let _ = heap_tuning::reserve_huge_pages();
    }
    let sources = source::Sources::new(&arguments.sources);
    let outcome = match &arguments.command {
        Command::Validate(options) => commands::validate::run(options, &sources),
        Command::Explain(options) => commands::explain::run(options),
        Command::TestModel(options) => commands::test_model::run(options, &sources),
        Command::Predict(options) => commands::predict::run(options, &sources),
        Command::DatasetStatistics(options) => commands::dataset_statistics::run(options, &sources),
        Command::TilingError(options) => commands::tiling_error::run(options, &sources),
        #[cfg(any(
            feature = "keras",
            feature = "tensorflow",
            feature = "tfjs",
            feature = "torchscript"
        ))]
        Command::Convert(options) => commands::convert::run(options, &sources),
        Command::Inspect(options) => commands::inspect::run(options, &sources),
        Command::Migrate(options) => commands::migrate::run(options, &sources),
        Command::Package(options) => commands::package::run(options, &sources),
        Command::Build(options) => commands::build::run(options, &sources),
        Command::AddWeights(options) => commands::add_weights::run(options, &sources),
        Command::UpdateHashes(options) => commands::update_hashes::run(options, &sources),
        Command::Schema(options) => commands::schema::run(options),
        Command::Backends(options) => commands::backends::run(options),
        Command::Cache(options) => commands::cache::run(options),
        Command::Publish(options) => commands::publish::run(options, &sources),
        Command::ReportDownload(options) => commands::report_download::run(options, &sources),
        Command::Statistics(options) => commands::statistics::run(options, &sources),
        Command::Compatibility(options) => commands::compatibility::run(options, &sources),
        Command::CheckContribution(options) => commands::check_contribution::run(options, &sources),
        Command::Collection(options) => commands::collection::run(options, &sources),
        Command::TestCollection(options) => commands::test_collection::run(options, &sources),
        Command::Summaries(options) => commands::summaries::run(options),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(failure) => {
            render::message::error(&failure.to_string());
            failure.exit().into()
        }
    }
}

/// Whether a verb runs networks. The others end sooner than a huge page is cleared.
fn runs_networks(command: &Command) -> bool {
    matches!(
        command,
        Command::AddWeights(_)
            | Command::Build(_)
            | Command::Predict(_)
            | Command::TestCollection(_)
            | Command::TestModel(_)
            | Command::TilingError(_)
    )
}

/// An engine may panic on a damaged network; that is caught and reported as an error, so that the
/// report of the panic itself would only confuse. Every other panic is a bug and is shown.
fn silence_caught_panics() {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !runners::is_catching_panics() {
            default(info);
        }
    }));
}
