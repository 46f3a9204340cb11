//! The axes of images and how they become the axes of a model's tensors.
//!
//! A file rarely has exactly the axes that a model wants: a grey image is `yx`, the model wants `bcyx`. The functions
//! here add and drop axes of length 1 and change the order, and refuse everything that would need a decision.
//!
//! ```
//! use ndarray::ArrayD;
//! use pipeline::axes::{ImageAxes, infer_axes, map_to_tensor};
//! use tensor_ops::Tensor;
//!
//! let wanted: ImageAxes = "bcyx".parse()?;
//! let image = Tensor::from(ArrayD::<f32>::zeros(vec![64, 48, 3]));
//! let axes = infer_axes(image.shape(), None, &wanted)?;
//! assert_eq!(axes.as_str(), "yxc");
//! let tensor = map_to_tensor(image, &axes, &wanted)?;
//! assert_eq!(tensor.shape(), [1, 3, 64, 48]);
//! # Ok::<(), pipeline::axes::AxesError>(())
//! ```

use std::fmt;
use std::str::FromStr;

mod error;
mod file_axes;
mod infer;
mod map;
mod plan;

pub use error::AxesError;
pub(crate) use file_axes::FileAxes;
pub use file_axes::map_from_tensor;
pub use infer::infer_axes;
pub use map::map_to_tensor;
pub(crate) use map::rearrange;
pub(crate) use plan::TensorAxes;

/// The axes of an array, slowest first: distinct letters out of `bitczyx`.
///
/// The letters are those of the field `axes` of the model RDF 0.4: `b` batch, `i` instance or element, `t` time,
/// `c` channel, and the spatial axes `z`, `y`, `x`.
///
/// ```
/// use pipeline::axes::ImageAxes;
///
/// let axes: ImageAxes = "bcyx".parse()?;
/// assert_eq!(axes.position('y'), Some(2));
/// assert!("YX".parse::<ImageAxes>().is_err());
/// # Ok::<(), pipeline::axes::AxesError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ImageAxes(String);

impl ImageAxes {
    /// Every letter that can be an axis.
    pub const LETTERS: &'static str = "bitczyx";

    /// The letters as text, slowest axis first.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number of axes, at least 1.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.0.len()
    }

    /// The letters, slowest axis first.
    pub fn letters(&self) -> impl DoubleEndedIterator<Item = char> + '_ {
        self.0.chars()
    }

    /// Which axis has this letter, counted from the slowest; `None` if there is no such axis.
    #[must_use]
    pub fn position(&self, letter: char) -> Option<usize> {
        // Letters are ASCII, so a byte offset is an axis index.
        self.0.find(letter)
    }

    /// Whether there is an axis of this letter.
    #[must_use]
    pub fn contains(&self, letter: char) -> bool {
        self.0.contains(letter)
    }

    /// That an array of this shape can have these axes.
    fn check_rank(&self, shape: &[usize]) -> Result<(), AxesError> {
        if self.rank() == shape.len() {
            return Ok(());
        }
        Err(AxesError::RankMismatch {
            axes: self.clone(),
            shape: shape.to_vec(),
        })
    }
}

impl FromStr for ImageAxes {
    type Err = AxesError;

    /// # Errors
    ///
    /// No letters at all, a letter that is not in [`ImageAxes::LETTERS`], or a letter that occurs twice.
    fn from_str(text: &str) -> Result<Self, AxesError> {
        if text.is_empty() {
            return Err(AxesError::Empty);
        }
        let mut axes = String::with_capacity(Self::LETTERS.len());
        for letter in text.chars() {
            if !Self::LETTERS.contains(letter) {
                return Err(AxesError::UnknownLetter {
                    axes: text.to_owned(),
                    letter,
                });
            }
            if axes.contains(letter) {
                return Err(AxesError::RepeatedLetter {
                    axes: text.to_owned(),
                    letter,
                });
            }
            axes.push(letter);
        }
        Ok(Self(axes))
    }
}

impl fmt::Display for ImageAxes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
