//! Why there is no plan.

use thiserror::Error;

use crate::sizes::Sizes;

/// Why an image cannot be covered with tiles as asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PlanError {
    /// Another number of images than the network has inputs.
    #[error("{found} images were given, the network has {expected} inputs")]
    ImageCount {
        /// How many images there are.
        found: usize,
        /// How many inputs there are.
        expected: usize,
    },
    /// An image has another number of axes than the input.
    #[error("the image for input `{input}` has {found} axes, expected {expected}")]
    Rank {
        /// The name of the input.
        input: String,
        /// The number of axes of the image.
        found: usize,
        /// The number of axes of the input.
        expected: usize,
    },
    /// An image is empty or larger than [`MAX_SIZE`](crate::MAX_SIZE) along an axis.
    #[error("the image for input `{input}` has the size {found} along `{dimension}`, expected 1 to 2^40")]
    ImageSize {
        /// The name of the input.
        input: String,
        /// The name of the dimension.
        dimension: String,
        /// The size.
        found: usize,
    },
    /// The request has lists of another length than there are dimensions.
    #[error("the request is for {found} dimensions, the network has {expected}")]
    RequestLength {
        /// The length of the list.
        found: usize,
        /// The number of dimensions.
        expected: usize,
    },
    /// Two images have sizes along a dimension that do not belong together.
    #[error(
        "along `{dimension}` the image for input `{input}` has the size {found} and the one for `{base}` has {base_size}; \
         tiled together are images of equal size, or of sizes in the ratio of what the inputs take ({sizes} and {base_sizes})"
    )]
    Unrelated {
        /// The name of the dimension.
        dimension: String,
        /// The input that does not fit.
        input: String,
        /// The size of its image.
        found: usize,
        /// The sizes that it takes.
        sizes: Sizes,
        /// The input that it does not fit to.
        base: String,
        /// The size of that image.
        base_size: usize,
        /// The sizes that that input takes.
        base_sizes: Sizes,
    },
    /// No size along a dimension suits all inputs and outputs.
    #[error(
        "no size along `{dimension}` is one that all inputs take and for which all outputs have a whole, positive number \
         of elements"
    )]
    NoLegalSize {
        /// The name of the dimension.
        dimension: String,
    },
    /// The image has a size that the network does not take, along a dimension that is neither cut nor padded.
    #[error("the image has the size {found} along `{dimension}`, the network takes {}", expected(.smaller, .larger))]
    WholeSize {
        /// The name of the dimension.
        dimension: String,
        /// The size of the image.
        found: usize,
        /// The next smaller size that is possible.
        smaller: Option<usize>,
        /// The next larger size that is possible.
        larger: Option<usize>,
    },
    /// A tile was asked for that the network does not take.
    #[error("tiles of {found} along `{dimension}` are not possible, the network takes {}", expected(.smaller, .larger))]
    TileSize {
        /// The name of the dimension.
        dimension: String,
        /// The size that was asked for.
        found: usize,
        /// The next smaller size that is possible.
        smaller: Option<usize>,
        /// The next larger size that is possible.
        larger: Option<usize>,
    },
    /// Tiles overlap so much that nothing of them can be used.
    #[error(
        "tiles of {found} along `{dimension}` have no usable part: {overlap} elements are lost to halo and offset, and \
         tiles start at multiples of {phase}; {}",
        smallest.map_or("no larger size is possible".to_owned(), |size| format!("the smallest possible size is {size}"))
    )]
    TileTooSmall {
        /// The name of the dimension.
        dimension: String,
        /// The size of a tile.
        found: usize,
        /// How many input elements of a tile are lost between two neighbours.
        overlap: usize,
        /// The number whose multiples tiles start at.
        phase: usize,
        /// The smallest size with a usable part.
        smallest: Option<usize>,
    },
    /// A dimension that may not be cut would have to be.
    #[error(
        "output `{output}` does not follow `{dimension}`, so it is computed from all of it or not at all; tiles of {tile} cut the {size} elements of the image"
    )]
    NotTileable {
        /// The name of the output.
        output: String,
        /// The name of the dimension.
        dimension: String,
        /// The size of a tile.
        tile: usize,
        /// The size of the image.
        size: usize,
    },
    /// The network makes nothing of an image of this size.
    #[error(
        "output `{output}` would have the size {size} along axis {axis}: the image is too small for this network"
    )]
    EmptyOutput {
        /// The name of the output.
        output: String,
        /// The index of the axis.
        axis: usize,
        /// The size, zero or negative.
        size: i128,
    },
    /// Even the smallest tiles need more memory.
    #[error("the smallest possible tiles {tile:?} need {needed} bytes of memory, {limit} are allowed")]
    Memory {
        /// What they need.
        needed: u64,
        /// What is allowed.
        limit: u64,
        /// Their shapes, for each input.
        tile: Vec<Vec<usize>>,
    },
    /// A size is too large to compute with.
    #[error("sizes along `{dimension}` have no common multiple that is small enough to compute with")]
    TooLarge {
        /// The name of the dimension.
        dimension: String,
    },
}

/// The sizes next to one that is not possible, in words.
fn expected(smaller: &Option<usize>, larger: &Option<usize>) -> String {
    match (smaller, larger) {
        (Some(smaller), Some(larger)) => format!("{smaller} or {larger}"),
        (Some(only), None) | (None, Some(only)) => format!("{only}"),
        (None, None) => "no size near it".to_owned(),
    }
}
