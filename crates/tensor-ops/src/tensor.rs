//! An array of any of the eleven data types.

pub(crate) mod cast;
mod convert;
mod layout;
pub(crate) mod view;

use ndarray::ArrayD;

use crate::data_type::{DataType, Element, with_array};
use crate::tensor::cast::cast_array;
use crate::tensor::view::TensorView;

/// An owned n-dimensional array whose element type is known at run time.
///
/// Equality is that of the arrays: same data type, same shape, equal elements (so NaN differs from NaN;
/// see [`compare`](crate::compare) for a comparison with tolerance).
///
/// ```
/// use ndarray::{ArrayD, array};
/// use tensor_ops::{DataType, Tensor};
///
/// let tensor = Tensor::from(array![[1.9_f32, -1.9]].into_dyn());
/// assert_eq!(tensor.data_type(), DataType::Float32);
/// assert_eq!(tensor.shape(), [1, 2]);
///
/// let bytes = tensor.into_cast(DataType::Uint8);
/// let array = ArrayD::<u8>::try_from(bytes)?;
/// assert_eq!(array, array![[1_u8, 255]].into_dyn()); // truncated, then wrapped around
/// # Ok::<(), tensor_ops::TensorError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Tensor {
    /// `bool`
    Bool(ArrayD<bool>),
    /// `uint8`
    Uint8(ArrayD<u8>),
    /// `int8`
    Int8(ArrayD<i8>),
    /// `uint16`
    Uint16(ArrayD<u16>),
    /// `int16`
    Int16(ArrayD<i16>),
    /// `uint32`
    Uint32(ArrayD<u32>),
    /// `int32`
    Int32(ArrayD<i32>),
    /// `uint64`
    Uint64(ArrayD<u64>),
    /// `int64`
    Int64(ArrayD<i64>),
    /// `float32`
    Float32(ArrayD<f32>),
    /// `float64`
    Float64(ArrayD<f64>),
}

impl Tensor {
    /// The type of the elements.
    #[must_use]
    pub fn data_type(&self) -> DataType {
        with_array!(Self, self, array => element_type(array.first()))
    }

    /// The lengths of the axes.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        with_array!(Self, self, array => array.shape())
    }

    /// The number of axes.
    #[must_use]
    pub fn ndim(&self) -> usize {
        self.shape().len()
    }

    /// The number of elements.
    #[must_use]
    pub fn len(&self) -> usize {
        with_array!(Self, self, array => array.len())
    }

    /// Whether there are no elements, because an axis has length 0.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A view of all elements.
    #[must_use]
    pub fn view(&self) -> TensorView<'_> {
        with_array!(Self, self, array => TensorView::from(array.view()))
    }

    /// The elements as another data type, by the rules of numpy's `ndarray.astype` (`casting="unsafe"`)
    /// on x86-64, which are not those of Rust's `as`:
    ///
    /// - integer to integer: the low bits are kept (wrap-around, two's complement);
    /// - integer or `float64` to float: rounded to nearest, ties to even; beyond the range infinite;
    /// - float to integer: truncated toward zero; a result in the range of a wider integer wraps around.
    ///   That integer is `int32` for the targets `int8`, `uint8`, `int16`, `uint16` and `int32`, and
    ///   `int64` for `uint32` and `int64`; what does not fit it, NaN and the infinities become its
    ///   smallest value first (so 0 in a narrower type, `-2147483648` as `int32`). `uint64` takes
    ///   `0 ..= 2^64 - 1` as it is, negative values through `int64`, NaN and `-inf` as `2^63`, and
    ///   values from `2^64` on as 0;
    /// - anything to `bool`: whether it differs from 0, so NaN is true;
    /// - `bool` to a number: 0 or 1.
    ///
    /// For values outside the range of `uint32` numpy's own result depends on the length of the array; the
    /// rule above is what it gives for single elements.
    #[must_use]
    pub fn cast(&self, to: DataType) -> Self {
        self.view().cast(to)
    }

    /// Like [`cast`](Self::cast), without a copy if the data type is already the one asked for.
    #[must_use]
    pub fn into_cast(self, to: DataType) -> Self {
        if self.data_type() == to {
            self
        } else {
            self.cast(to)
        }
    }

    /// The elements as `f32`, by the rules of [`cast`](Self::cast).
    #[must_use]
    pub fn to_f32(&self) -> ArrayD<f32> {
        with_array!(Self, self, array => cast_array(&array.view()))
    }
}

/// The data type of an element, which need not exist.
pub(crate) fn element_type<T: Element>(_: Option<&T>) -> DataType {
    T::DATA_TYPE
}
