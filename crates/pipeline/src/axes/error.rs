//! Why axes cannot be read, guessed or mapped.

use tensor_ops::TensorError;

use super::ImageAxes;
use crate::image::ImageFormat;

/// Why axes cannot be read, guessed or mapped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AxesError {
    /// No letters at all.
    #[error("axes are empty, expected distinct letters out of '{letters}'", letters = ImageAxes::LETTERS)]
    Empty,

    /// A letter that is no axis.
    #[error(
        "axes '{axes}' contain {letter:?}, expected distinct lower-case letters out of '{letters}'",
        letters = ImageAxes::LETTERS
    )]
    UnknownLetter {
        /// The text that was read.
        axes: String,
        /// Its first letter that is no axis.
        letter: char,
    },

    /// A letter that occurs twice.
    #[error("axes '{axes}' contain '{letter}' more than once, expected every letter at most once")]
    RepeatedLetter {
        /// The text that was read.
        axes: String,
        /// The letter that occurs again.
        letter: char,
    },

    /// As many axes as the array does not have.
    #[error(
        "axes '{axes}' name {named} axes, but the array has {rank} (shape {shape:?}), state one letter for each axis \
         with --axes",
        named = axes.rank(),
        rank = shape.len()
    )]
    RankMismatch {
        /// The stated axes.
        axes: ImageAxes,
        /// The shape of the array.
        shape: Vec<usize>,
    },

    /// The image lacks a spatial axis that the model needs.
    #[error(
        "the image has axes '{image_axes}' (shape {shape:?}) and so no axis '{letter}', which the model's axes \
         '{wanted}' need, state what the axes of the image are with --axes"
    )]
    MissingSpatial {
        /// The axes of the image.
        image_axes: ImageAxes,
        /// The shape of the image.
        shape: Vec<usize>,
        /// The axes of the model.
        wanted: ImageAxes,
        /// The axis that cannot be made up.
        letter: char,
    },

    /// The image has an axis that the model has no place for.
    #[error(
        "the image has axes '{image_axes}' (shape {shape:?}), but the model's axes '{wanted}' have no place for its \
         {length} positions along '{letter}', pass one position at a time or state other axes with --axes"
    )]
    Surplus {
        /// The axes of the image.
        image_axes: ImageAxes,
        /// The shape of the image.
        shape: Vec<usize>,
        /// The axes of the model.
        wanted: ImageAxes,
        /// The axis that is too many.
        letter: char,
        /// The length of that axis.
        length: usize,
    },

    /// A position was chosen along an axis where there is no choice.
    #[error(
        "position {position} along '{letter}' cannot be chosen: the image has axes '{image_axes}' (shape {shape:?}) and \
         the model '{wanted}', expected an axis that only the image has and a position on it"
    )]
    Selection {
        /// The axes of the image.
        image_axes: ImageAxes,
        /// The shape of the image.
        shape: Vec<usize>,
        /// The axes of the model.
        wanted: ImageAxes,
        /// The axis.
        letter: char,
        /// The chosen position.
        position: usize,
    },

    /// The array fits the model's axes in more than one way.
    #[error(
        "an array of shape {shape:?} can be {candidates} for a model with axes '{wanted}', state its axes with --axes",
        candidates = list(candidates)
    )]
    Ambiguous {
        /// The shape of the array.
        shape: Vec<usize>,
        /// The axes of the model.
        wanted: ImageAxes,
        /// The axes that the array can have.
        candidates: Vec<ImageAxes>,
    },

    /// The array has more axes than the model, or too few.
    #[error(
        "an array of the shape {shape:?} cannot be matched with the model's axes '{wanted}', state the axes \
         of the array with --axes or save it with fewer or more axes"
    )]
    NoCandidate {
        /// The shape of the array.
        shape: Vec<usize>,
        /// The axes of the model.
        wanted: ImageAxes,
    },

    /// The file format has no place for an axis of this length.
    #[error(
        "{format} has no place for the {length} positions along '{letter}' of an array with axes '{axes}' (shape \
         {shape:?}), write {alternative} instead",
        alternative = format.wider_format()
    )]
    NotRepresentable {
        /// The file format.
        format: ImageFormat,
        /// The axes of the array.
        axes: ImageAxes,
        /// The shape of the array.
        shape: Vec<usize>,
        /// The axis in question.
        letter: char,
        /// The length of that axis.
        length: usize,
    },

    /// The file format needs an axis that the array does not have.
    #[error(
        "{format} needs an axis '{letter}', which an array with axes '{axes}' (shape {shape:?}) does not have, write \
         .npy instead"
    )]
    NotAnImage {
        /// The file format.
        format: ImageFormat,
        /// The axes of the array.
        axes: ImageAxes,
        /// The shape of the array.
        shape: Vec<usize>,
        /// The axis that is missing.
        letter: char,
    },

    /// The tensor refused to be rearranged.
    #[error("the axes of the array cannot be rearranged")]
    Tensor(#[from] TensorError),
}

/// `'a' or 'b'`, `'a', 'b' or 'c'`.
fn list(candidates: &[ImageAxes]) -> String {
    let quoted: Vec<String> = candidates.iter().map(|axes| format!("'{axes}'")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} or {last}", first.join(", ")),
        None => String::new(),
    }
}
