//! The arguments of the command. What several verbs share and the older verbs' own are in files by subject; the
//! arguments of the others are in the files of their verbs.

mod bytes;
#[cfg(any(
    feature = "keras",
    feature = "tensorflow",
    feature = "tfjs",
    feature = "torchscript"
))]
mod convert;
mod descriptions;
mod engines;
mod predict;
mod tiles;

use clap::{Parser, Subcommand, ValueEnum};

use crate::commands::cache::CacheOptions;
use crate::commands::publish::PublishOptions;
use crate::commands::report_download::ReportDownloadOptions;
use crate::commands::statistics::StatisticsOptions;
use crate::source::SourceOptions;

pub(crate) use bytes::bytes;
#[cfg(any(
    feature = "keras",
    feature = "tensorflow",
    feature = "tfjs",
    feature = "torchscript"
))]
pub(crate) use convert::{ConvertOptions, ConvertTarget};
pub(crate) use descriptions::{
    ExplainOptions, InspectOptions, MigrateOptions, MigrateOutput, SchemaOptions, SchemaType,
    ValidateOptions, ValidateOutput,
};
pub(crate) use engines::{BackendsOptions, EngineOptions, NativeOptions, TestModelOptions};
pub(crate) use predict::{DatasetStatisticsOptions, ImageKind, PredictOptions, Scaling};
pub(crate) use tiles::{PaddingMode, TileArguments, TilingErrorOptions};

/// Validate, inspect, test and run bioimage.io models without Python.
///
/// A model is a folder, a zip file, the description (rdf.yaml) itself, or - for one of the last two on standard input; on
/// the web the address of a description or zip file, a DOI of Zenodo (10.5281/zenodo.N), or an id or nickname of the
/// collection (affable-shark). What is fetched stays in a cache: see `modelhub cache`. Results go to standard output,
/// everything else to standard error. Colours and progress are shown on terminals only; NO_COLOR switches colours off.
#[derive(Debug, Parser)]
#[command(name = "modelhub", version, max_term_width = 110, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) sources: SourceOptions,
}

pub(crate) const EXIT_CODES: &str =
    "Exit codes: 0 fine, 1 findings or mismatch, 2 wrong usage, 3 the operation failed";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Validate(ValidateOptions),
    Explain(ExplainOptions),
    TestModel(TestModelOptions),
    Predict(PredictOptions),
    DatasetStatistics(DatasetStatisticsOptions),
    TilingError(TilingErrorOptions),
    #[cfg(any(
        feature = "keras",
        feature = "tensorflow",
        feature = "tfjs",
        feature = "torchscript"
    ))]
    Convert(ConvertOptions),
    Inspect(InspectOptions),
    Migrate(MigrateOptions),
    Package(crate::commands::package::PackageOptions),
    Build(crate::commands::build::BuildOptions),
    AddWeights(crate::commands::add_weights::AddWeightsOptions),
    UpdateHashes(crate::commands::update_hashes::UpdateHashesOptions),
    Schema(SchemaOptions),
    Backends(BackendsOptions),
    Cache(CacheOptions),
    Publish(PublishOptions),
    ReportDownload(ReportDownloadOptions),
    Statistics(StatisticsOptions),
    Compatibility(crate::commands::compatibility::CompatibilityOptions),
    CheckContribution(crate::commands::check_contribution::CheckContributionOptions),
    Collection(crate::commands::collection::CollectionOptions),
    TestCollection(crate::commands::test_collection::TestCollectionOptions),
    Summaries(crate::commands::summaries::SummariesOptions),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    Human,
    Json,
}
