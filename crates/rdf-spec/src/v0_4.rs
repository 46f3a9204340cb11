//! The typed model description, format 0.4.

mod builder;
mod metadata;
mod model;
mod network;
mod processing;
mod shape;
mod tensor;
mod too_new;
pub(crate) mod web_address;
mod weights;

pub use builder::ModelBuilder;
pub use metadata::{Attachments, Author, CiteEntry, Maintainer, RunMode, Uploader};
pub use model::ModelRdf;
pub(crate) use model::{ModelParts, read_parts};
pub use network::Network;
pub use processing::{Coefficients, ProcessingStep, StatisticsMode};
pub use shape::{InputShape, OutputShape};
pub use tensor::{DataRange, InputTensor, OutputTensor};
pub(crate) use too_new::report_too_new;
pub use weights::{Architecture, Weights, WeightsEntry, WeightsFormat};
