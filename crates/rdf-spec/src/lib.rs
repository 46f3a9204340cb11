//! Read and check [bioimage.io](https://bioimage.io) resource descriptions: the `rdf.yaml` of a model
//! package, format 0.4.
//!
//! One call reads a description and finds *everything* that is wrong with it, each finding with a stable
//! code, its field, line and column, and advice:
//!
//! ```
//! use rdf_spec::ModelRdf;
//!
//! let text = include_str!("../tests/documents/minimal.yaml");
//! let parsed = ModelRdf::from_yaml(&text.replace("axes: bcyx", "axes: bcyq"));
//! for finding in parsed.diagnostics().iter().filter(|finding| finding.is_error()) {
//!     println!("{finding}");
//! }
//! assert_eq!(parsed.diagnostics()[0].code.name(), "invalid-axes");
//! assert_eq!(parsed.diagnostics()[0].path.to_string(), "inputs[0].axes");
//!
//! let model = ModelRdf::from_yaml(text).into_result().unwrap();
//! assert_eq!(model.inputs[0].axes.as_str(), "bcyx");
//! ```
//!
//! - [`ModelRdf`] is plain data with public fields; [`Parsed`] is what reading gives.
//! - [`Rdf`] is a description of any type: a model, [dataset](DatasetRdf), [application](ApplicationRdf),
//!   [notebook](NotebookRdf), [collection](CollectionRdf), or [anything else](GenericRdf).
//! - [`Document`] is the positioned tree underneath, for tools that look further.
//! - [`Diagnostic`] is one finding, [`Code`] what kinds there are, [`RULES`] the checks between fields.
//! - [`Migrated`] is a model description in a newer version of the format, with all that was changed.
//! - `Package` (feature `package`) is a folder or zip file with a description and its files, `Packer` writes one.
//! - [`ModelRdf::builder`] makes a description in code, and [`check_model`] checks it as if it had been read.
//! - `Document::rewritten` (feature `rewrite`) writes a changed document back with its comments.
//! - Descriptions of all types are written with `to_yaml`, `to_json` and `serde::Serialize` (feature `serde`).
//! - The module `schema` (feature `schema`) has JSON Schemas for editors and other programs.
//!
//! The crate opens no connection, and no file without the feature `package`; a program that has files elsewhere gives
//! a `FileProvider`. Descriptions are untrusted:
//! size, nesting and aliases are bounded, and nothing panics.
//!
//! Limits of this version: models of format 0.3.0 to 0.4.10, other resource types of format 0.2.0 to 0.2.4.

mod diagnostic;
mod document;
mod generic;
mod migrate;
#[cfg(feature = "package")]
mod package;
mod parsed;
mod rdf;
mod read;
mod rules;
#[cfg(feature = "schema")]
pub mod schema;
mod v0_4;
mod value;
mod write;

pub use diagnostic::{Code, Diagnostic, Related, Severity};
pub use document::{
    DocPath, Document, Entry, Mapping, Node, NodeKind, Position, Scalar, ScalarStyle, ScalarValue, Segment,
    Span,
};
#[cfg(feature = "rewrite")]
pub use document::{Kept, Rewritten};
pub use generic::{
    ApplicationRdf, Badge, CollectionEntry, CollectionRdf, CollectionResolver, DatasetRdf, DocumentOrigin,
    EntrySource, GenericRdf, LinkedDataset, NotebookRdf, Partner, PartnerConfig, PartnerTestSummaries,
    ResolveError, ResolveErrorKind, ResolvedEntry, ResolvedFinding, ResourceMetadata, TrainingData,
};
pub use migrate::{Change, ChangeKind, MIGRATION_STEPS, Migrated, MigrationError, NORMAL_FORM_STEPS, Step};
#[cfg(feature = "package")]
pub use package::{
    DigestChange, FetchFile, FetchedFile, FileProvider, PackError, PackErrorKind, PackReport, Package,
    PackageError, PackageErrorKind, PackageFiles, PackedFile, Packer, ProvidedFile, UpdatedDigests,
};
pub use parsed::Parsed;
pub use rdf::Rdf;
pub use rules::{RULES, Rule, check_model};
pub use v0_4::{
    Architecture, Attachments, Author, CiteEntry, Coefficients, DataRange, InputShape, InputTensor,
    Maintainer, ModelBuilder, ModelRdf, Network, OutputShape, OutputTensor, ProcessingStep, RunMode,
    StatisticsMode, Uploader, Weights, WeightsEntry, WeightsFormat,
};
pub use value::{
    Axes, Axis, DataType, Doi, Email, FileSource, FormatVersion, License, Orcid, ResourceId, Sha256,
    TensorName, Timestamp, ValueError, Version, Yaml,
};
