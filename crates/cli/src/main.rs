//! The command `modelhub`: validate, inspect, test and run bioimage.io models without Python.

mod args;
mod commands;
mod engines;
mod exit;
mod render;

use std::panic;
use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command};

fn main() -> ExitCode {
    silence_caught_panics();
    let arguments = Arguments::parse();
    let outcome = match &arguments.command {
        Command::Validate(options) => commands::validate::run(options),
        Command::Explain(options) => commands::explain::run(options),
        Command::TestModel(options) => commands::test_model::run(options),
        Command::Predict(options) => commands::predict::run(options),
        Command::DatasetStatistics(options) => commands::dataset_statistics::run(options),
        Command::TilingError(options) => commands::tiling_error::run(options),
        #[cfg(feature = "torchscript")]
        Command::Convert(options) => commands::convert::run(options),
        Command::Inspect(options) => commands::inspect::run(options),
        Command::Migrate(options) => commands::migrate::run(options),
        Command::Schema(options) => commands::schema::run(options),
        Command::Backends(options) => commands::backends::run(options),
        Command::Compatibility(options) => commands::compatibility::run(options),
        Command::CheckContribution(options) => commands::check_contribution::run(options),
        Command::Collection(options) => commands::collection::run(options),
        Command::TestCollection(options) => commands::test_collection::run(options),
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
