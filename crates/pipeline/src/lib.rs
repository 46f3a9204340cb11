//! From a model package and images to predictions: the one place where a description meets execution.
//!
//! ```no_run
//! use pipeline::{Package, Pipeline, Sample};
//! use pipeline::image::read_npy_file;
//!
//! let package = Package::open("model.zip")?;
//! let mut pipeline = Pipeline::builder(&package).build()?;
//! let image = read_npy_file("image.npy")?; // in the model's axis order
//! let outputs = pipeline.predict(&Sample::new().with("raw", image))?;
//! for (name, tensor) in outputs.iter() {
//!     println!("{name}: {} {:?}", tensor.data_type(), tensor.shape());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - [`Package`] holds the description and the files, [`Pipeline`] the network with everything around it.
//! - [`self_test`] runs the test tensors of a package in every weights format that can be run.
//! - [`axes`] and [`image`] bring users' images into the axis order of a model and back.
//!
//! The numbers are those of the specification: statistics of pre- and postprocessing are those of the *raw*
//! tensor (as both reference implementations take them, also for the second operation of a list), measured in
//! `f64`; data are cast to the declared type before anything else, and results to theirs at the end.
//!
//! - [`tiled`] runs images that are larger than memory, tile by tile.
//!
//! Files that a description keeps at a URL are read if the package has a `FileProvider`.

pub mod atomic_file;
pub mod axes;
mod bind;
mod builder;
#[cfg(any(
    feature = "keras",
    feature = "tensorflow",
    feature = "tfjs",
    feature = "torchscript"
))]
mod convert;
mod dataset;
mod demand;
mod error;
pub mod image;
mod predict;
mod sample;
mod self_test;
pub mod tiled;
mod warning;

pub use bind::geometry::GeometryProblem;
pub use bind::shape::ShapeProblem;
pub use builder::{DatasetStatistics, Pipeline, PipelineBuilder};
#[cfg(any(
    feature = "keras",
    feature = "tensorflow",
    feature = "tfjs",
    feature = "torchscript"
))]
pub use convert::{ConvertOptions, ConvertedWeights, convert_to_onnx};
pub use dataset::measure_dataset;
pub use demand::DescriptionDemand;
pub use error::{PipelineError, PipelineErrorKind, TensorRole};
pub use rdf_spec::{Package, PackageError};
pub use sample::Sample;
pub use self_test::{
    OutputReport, SelfTestOptions, SelfTestProgress, SelfTestReport, SelfTestStatus, WeightsReport, self_test,
};
pub use tiled::{TileChoice, TileOptions, TiledError, TiledProgress, TiledReport, TiledRun};
pub use warning::PipelineWarning;
