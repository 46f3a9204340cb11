//! The resource types of format 0.2: generic, dataset, application, notebook and collection.

mod application;
mod badge;
mod collection;
mod config;
mod dataset;
mod description;
pub(crate) mod files;
pub(crate) mod metadata;
mod migrate;
mod notebook;
mod training_data;
mod version;

pub use application::ApplicationRdf;
pub use badge::Badge;
pub(crate) use collection::{Bounds, read_collection};
pub use collection::{
    CollectionEntry, CollectionRdf, CollectionResolver, DocumentOrigin, EntrySource, Partner, PartnerConfig,
    PartnerTestSummaries, ResolveError, ResolveErrorKind, ResolvedEntry, ResolvedFinding,
};
pub use dataset::DatasetRdf;
pub use description::GenericRdf;
pub use metadata::ResourceMetadata;
pub use notebook::NotebookRdf;
pub use training_data::{LinkedDataset, TrainingData};
pub(crate) use version::{depends_on_version, in_newest_form};
