//! What can go wrong with tensors and operations.

use crate::data_type::DataType;

/// A name that is not that of a data type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{found}` is not a supported data type, expected one of bool, uint8, int8, uint16, int16, uint32, int32, \
     uint64, int64, float32, float64"
)]
pub struct UnknownDataType {
    /// The name that was given.
    pub found: String,
}

/// A change or comparison of tensors that their shapes or data types do not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TensorError {
    /// Two tensors that are to be compared differ in shape.
    #[error("the result has the shape {actual:?} but the shape {expected:?} was expected")]
    ShapesDiffer {
        /// Shape of the result.
        actual: Vec<usize>,
        /// Shape that was expected.
        expected: Vec<usize>,
    },
    /// A typed array was asked of a tensor that holds another type.
    #[error("the tensor holds {found} but {expected} was expected; cast it first")]
    DataTypesDiffer {
        /// Data type of the tensor.
        found: DataType,
        /// Data type that was asked for.
        expected: DataType,
    },
    /// An axis that the tensor does not have, or a place beyond the end for a new axis.
    #[error("axis {axis} is out of range for a tensor of {ndim} dimensions")]
    AxisOutOfRange {
        /// The axis that was given.
        axis: usize,
        /// Number of dimensions of the tensor.
        ndim: usize,
    },
    /// A list that does not name each axis once.
    #[error(
        "{axes:?} is not an order of the axes of a tensor of {ndim} dimensions: each of 0..{ndim} must occur once"
    )]
    NotAPermutation {
        /// The order that was given.
        axes: Vec<usize>,
        /// Number of dimensions of the tensor.
        ndim: usize,
    },
    /// Only an axis of length 1 can be removed.
    #[error("axis {axis} of length {length} cannot be removed: only an axis of length 1 can")]
    AxisNotSingle {
        /// The axis that was given.
        axis: usize,
        /// Its length.
        length: usize,
    },
}

/// An operation or a measurement that does not fit the tensor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpError {
    /// Statistics of one shape meet a tensor or statistics of another.
    #[error(
        "statistics with one value for each index of {expected:?} do not fit the shape {found:?}: lengths must be \
         equal or reduced to 1"
    )]
    ShapeMismatch {
        /// Shape of the statistics, 1 in the reduced axes.
        expected: Vec<usize>,
        /// Shape of the tensor, or of the other statistics.
        found: Vec<usize>,
    },
    /// Statistics were merged with others that were measured over other axes.
    #[error("statistics over the axes {expected:?} cannot be merged with statistics over the axes {found:?}")]
    ReducedAxesDiffer {
        /// Axes reduced by the statistics that are merged into.
        expected: Vec<usize>,
        /// Axes reduced by the other statistics.
        found: Vec<usize>,
    },
    /// An operation needs statistics that were not measured.
    #[error(
        "mean and variance over the axes {axes:?} are needed but were not measured; measure the operation's needs first"
    )]
    MissingStatistics {
        /// Axes reduced together.
        axes: Vec<usize>,
    },
    /// An operation needs a percentile that was not measured.
    #[error(
        "the percentile {percentile} over the axes {axes:?} is needed but was not measured; measure the operation's \
         needs first"
    )]
    MissingPercentile {
        /// The percentile.
        percentile: String,
        /// Axes reduced together.
        axes: Vec<usize>,
    },
    /// A percentile that is not a number from 0 to 100.
    #[error("{found} is not a percentile, expected a number from 0 to 100")]
    InvalidPercentile {
        /// The number that was given.
        found: String,
    },
    /// Percentiles were to be merged, which is not possible.
    #[error(
        "percentiles over the axes {axes:?} cannot be merged, since those of parts say nothing about the whole; \
         measure the parts together with a `Scan`"
    )]
    PercentilesNotMergeable {
        /// Axes reduced together.
        axes: Vec<usize>,
    },
    /// A part that is not within the whole.
    #[error(
        "a part of shape {part:?} that starts at {start:?} does not lie in statistics with one value for each index \
         of {whole:?}"
    )]
    PartOutside {
        /// Start of the part.
        start: Vec<usize>,
        /// Shape of the part.
        part: Vec<usize>,
        /// Shape of the whole, 1 in the reduced axes.
        whole: Vec<usize>,
    },
    /// A reference tensor is matched with a tensor that has another number of axes that are not reduced.
    #[error(
        "the axes of the reference tensor are matched with {found} axes, but the tensor has {expected} that are not \
         reduced"
    )]
    ReferenceAxesDiffer {
        /// Number of axes of the tensor that are not reduced.
        expected: usize,
        /// Number of axes that were given for the reference.
        found: usize,
    },
    /// Statistics of a reference tensor vary over an axis that the tensor does not have.
    #[error(
        "axis {axis} of the reference tensor has the length {length} and is neither reduced nor matched with an axis \
         of the tensor; reduce it"
    )]
    UnmatchedReferenceAxis {
        /// Axis of the reference tensor.
        axis: usize,
        /// Its length.
        length: usize,
    },
    /// A source and a target, or a tensor and what an operation was bound to, differ in shape.
    #[error("the shape is {found:?} but {expected:?} was expected")]
    ShapesDiffer {
        /// Shape that was expected.
        expected: Vec<usize>,
        /// Shape that was found.
        found: Vec<usize>,
    },
    /// A tile of a scan has another data type than those before.
    #[error("a tile holds {found} but those before hold {expected}; cast it first")]
    DataTypesDiffer {
        /// Data type of the first tile.
        expected: DataType,
        /// Data type of this tile.
        found: DataType,
    },
    /// A tile of a scan is not within the whole.
    #[error("a tile of shape {tile:?} that starts at {start:?} does not lie in a tensor of shape {whole:?}")]
    TileOutside {
        /// Start of the tile.
        start: Vec<usize>,
        /// Shape of the tile.
        tile: Vec<usize>,
        /// Shape of the whole.
        whole: Vec<usize>,
    },
    /// The passes of a scan did not see the same values.
    #[error(
        "pass {pass} of a scan saw other values than the first pass; every pass must be given the same tiles"
    )]
    PassesDiffer {
        /// The pass, counted from 1.
        pass: u32,
    },
    /// A scan was asked for its result too early, or given tiles when all was known.
    #[error("the scan {}", if *.is_open { "needs another pass over all tiles" } else { "needs no other pass" })]
    ScanState {
        /// Whether passes are missing.
        is_open: bool,
    },
    /// Scans of different needs, shapes or passes were merged.
    #[error("only scans that were forked from the same one in the same pass can be merged")]
    ScansDiffer,
    /// Statistics of so many groups do not fit into the memory that a scan may take.
    #[error(
        "statistics of {groups} groups take {needed} bytes of memory while a scan may take {limit}; reduce more axes \
         or raise the limit"
    )]
    TooManyGroups {
        /// Number of groups of all needs together.
        groups: usize,
        /// Bytes that are needed.
        needed: usize,
        /// Bytes that the scan may take.
        limit: usize,
    },
    /// A list of coefficients is not as long as the axes that it runs along.
    #[error(
        "{found} coefficients do not fit the axes {axes:?}, which hold {expected}; give {expected} or a single one"
    )]
    CoefficientLength {
        /// Axes that the coefficients run along.
        axes: Vec<usize>,
        /// Product of the lengths of these axes.
        expected: usize,
        /// Number of coefficients.
        found: usize,
    },
    /// An axis that the tensor does not have.
    #[error("axis {axis} is out of range for a tensor of {ndim} dimensions")]
    AxisOutOfRange {
        /// The axis that was given.
        axis: usize,
        /// Number of dimensions of the tensor.
        ndim: usize,
    },
    /// An axis occurs twice in a list of axes.
    #[error("axis {axis} is given more than once")]
    RepeatedAxis {
        /// The axis that occurs twice.
        axis: usize,
    },
    /// There is nothing to measure.
    #[error("a tensor of shape {shape:?} has no elements to measure")]
    NoElements {
        /// Shape of the tensor.
        shape: Vec<usize>,
    },
}
