//! The arguments of what reads and writes descriptions: `validate`, `explain`, `inspect`, `migrate`, `schema`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use rdf_spec::FormatVersion;

use super::{EXIT_CODES, NativeOptions, Output};

/// Check descriptions: every problem with its place and what to do.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct ValidateOptions {
    /// Descriptions, folders or zip files
    #[arg(value_name = "SOURCE", required = true)]
    pub(crate) sources: Vec<PathBuf>,
    /// Look at the description only, at no other file of the package
    #[arg(long)]
    pub(crate) format_only: bool,
    /// Judge by the letter of the format's text (0.4.9): what departs from it is an error, even if programs take it
    #[arg(long)]
    pub(crate) strict: bool,
    /// How the findings are written
    #[arg(long, value_enum, default_value_t = ValidateOutput::Human, value_name = "FORM")]
    pub(crate) output: ValidateOutput,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ValidateOutput {
    /// With the lines of the description that they speak of
    Human,
    /// One JSON object for each source, on a line of its own
    Jsonl,
    /// Annotations of the changed files in a GitHub workflow
    Github,
    /// SARIF 2.1.0: one log for all sources, for code scanning and editors
    Sarif,
}

/// Explain a code that `validate` printed: what it means, what to write instead, and why.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct ExplainOptions {
    /// The code, for example missing-field; without it all codes are listed
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}

/// Show what a model takes, gives and can be run with.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct InspectOptions {
    /// Folder, zip file or description
    #[arg(value_name = "SOURCE")]
    pub(crate) source: PathBuf,
    #[command(flatten)]
    pub(crate) native: NativeOptions,
    /// human: a table; json: one JSON object
    #[arg(long, value_enum, default_value_t = Output::Human, value_name = "FORM")]
    pub(crate) output: Output,
}

/// Bring a model description of format 0.3 or 0.4 into a newer version of the format.
///
/// The result goes to standard output. Comments, the order of keys and everything that does not change stay as they
/// are in YAML. What has no place in the newer version is named on standard error, and left out.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct MigrateOptions {
    /// Folder, zip file or description
    #[arg(value_name = "SOURCE")]
    pub(crate) source: PathBuf,
    /// Version to migrate to; the newest unless given
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: Option<FormatVersion>,
    /// yaml: the description with its comments; json: its values
    #[arg(long, value_enum, default_value_t = MigrateOutput::Yaml, value_name = "FORM")]
    pub(crate) output: MigrateOutput,
    /// Say on standard error what every step changes, and why
    #[arg(long)]
    pub(crate) explain: bool,
    /// Replace the description by the result instead of printing it
    #[arg(long, conflicts_with = "output")]
    pub(crate) in_place: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MigrateOutput {
    Yaml,
    Json,
}

/// Print a JSON Schema, with which editors complete and check descriptions while they are written.
///
/// Save it beside the description and put this line at the top of rdf.yaml:
/// # yaml-language-server: $schema=model.schema.json
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct SchemaOptions {
    /// The kind of description
    #[arg(value_enum, value_name = "TYPE")]
    pub(crate) resource_type: SchemaType,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaType {
    /// Model descriptions, format 0.4
    Model,
    /// Dataset descriptions, format 0.2
    Dataset,
    /// Application descriptions, format 0.2
    Application,
    /// Notebook descriptions, format 0.2
    Notebook,
    /// Collections, format 0.2
    Collection,
    /// Descriptions of any other type, format 0.2
    Generic,
}
