//! Tensors whose element type is known at run time, statistics that can be merged, and the pre- and
//! postprocessing operations of the bioimage.io model description (format 0.4).
//!
//! Three layers, each usable without the next:
//!
//! 1. [`Tensor`] and [`TensorView`] hold an array of one of eleven [`DataType`]s; casts follow numpy.
//!    [`compare`] measures how far a result is from what was expected.
//! 2. Plain functions such as [`sigmoid`] or [`zero_mean_unit_variance`] change an `f32` array in place.
//! 3. [`Operation`] gives them one form: an operation states what it [needs](Need) to know about the
//!    whole tensor and about a reference tensor, [`Statistics`] hold that, and the rest is a [map of single
//!    elements](PointwiseMap). So an operation on tiles of an image equals the operation on the image.
//!
//! [`Statistics::measure`] takes a tensor in memory, a [`Scan`] one that comes in tiles, or the samples of a data set, in as
//! many passes as it needs, and with the same result. Moments are summed in `f64`, those of 8- and 16-bit integers in
//! exact integers; percentiles are exact, with linear interpolation.
//!
//! Results do not depend on the number of threads, on how a tensor lies in memory or on how it is cut, but for moments
//! of floats and wide integers, whose last bits in `f64` depend on the latter two.
//!
//! # Features
//!
//! - `rayon` (on): large tensors are measured and changed by several threads, those of the pool that the caller is in.
//!   Without it everything runs on the caller's thread, with the same results.
//! - `json`: `SavedStatistics`, statistics of a data set in a file.
//!
//! Axes are indices here; the letters of a description do not occur.
//!
//! ```
//! use ndarray::array;
//! use tensor_ops::{Operation, Statistics, TensorView, ZeroMeanUnitVariance};
//!
//! // axes c, x: each channel (row) gets its own mean and standard deviation
//! let mut image = array![[1.0_f32, 2.0, 3.0], [10.0, 10.0, 10.0]].into_dyn();
//! let normalize = ZeroMeanUnitVariance::measured(&[1], 1e-6);
//!
//! let statistics = Statistics::measure(normalize.needs(), &TensorView::from(image.view()))?;
//! normalize.apply(image.view_mut(), &statistics)?;
//!
//! assert!((image[[0, 0]] + 1.224_74).abs() < 1e-4);
//! assert_eq!(image[[1, 0]], 0.0);
//! # Ok::<(), tensor_ops::OpError>(())
//! ```

mod blocks;
mod coefficients;
mod compare;
mod data_type;
mod error;
mod ops;
mod percentile;
mod pointwise;
mod reference;
#[cfg(feature = "json")]
mod saved;
mod simd;
mod statistics;
mod tensor;
mod threads;
mod traversal;

pub use coefficients::Coefficients;
pub use compare::{Comparison, Tolerance, compare};
pub use data_type::{DataType, Element};
pub use error::{OpError, TensorError, UnknownDataType};
pub use ops::Operation;
pub use ops::binarize::{Binarize, binarize};
pub use ops::clip::{Clip, clip};
pub use ops::scale_linear::{ScaleLinear, scale_linear};
pub use ops::scale_mean_variance::{ScaleMeanVariance, scale_mean_variance};
pub use ops::scale_range::{ScaleRange, scale_range};
pub use ops::sigmoid::{Sigmoid, sigmoid};
pub use ops::zero_mean_unit_variance::{
    ZeroMeanUnitVariance, fixed_zero_mean_unit_variance, zero_mean_unit_variance,
};
pub use percentile::Percentile;
pub use pointwise::PointwiseMap;
pub use reference::ReferenceAxes;
#[cfg(feature = "json")]
pub use saved::{SavedStatistics, SavedStatisticsError};
pub use statistics::Statistics;
pub use statistics::grouped::GroupedMoments;
pub use statistics::moments::Moments;
pub use statistics::need::Need;
pub use statistics::percentiles::GroupedPercentiles;
pub use statistics::scan::Scan;
pub use tensor::Tensor;
pub use tensor::view::TensorView;
