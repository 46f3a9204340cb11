//! The typed model description, format 0.4.

mod builder;
mod metadata;
mod model;
mod processing;
mod shape;
mod tensor;
mod web_address;
mod weights;

pub use builder::ModelBuilder;
pub use metadata::{Attachments, Author, CiteEntry, Maintainer, RunMode, Uploader};
pub use model::ModelRdf;
pub use processing::{Coefficients, ProcessingStep, StatisticsMode};
pub use shape::{InputShape, OutputShape};
pub use tensor::{DataRange, InputTensor, OutputTensor};
pub use weights::{Architecture, Weights, WeightsEntry, WeightsFormat};
