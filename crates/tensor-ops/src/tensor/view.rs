//! A borrowed array of any of the eleven data types.

use ndarray::ArrayViewD;

use crate::data_type::{DataType, with_array};
use crate::tensor::cast::cast_array;
use crate::tensor::{Tensor, element_type};

/// A view of an n-dimensional array whose element type is known at run time; strides are arbitrary.
///
/// ```
/// use ndarray::{array, s};
/// use tensor_ops::{DataType, Tensor, TensorView};
///
/// let image = array![[1_u8, 2, 3], [4, 5, 6]];
/// let every_second = TensorView::from(image.slice(s![.., ..;2]).into_dyn());
/// assert_eq!(every_second.shape(), [2, 2]);
/// assert_eq!(every_second.cast(DataType::Int32), Tensor::from(array![[1, 3], [4, 6]].into_dyn()));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum TensorView<'a> {
    /// `bool`
    Bool(ArrayViewD<'a, bool>),
    /// `uint8`
    Uint8(ArrayViewD<'a, u8>),
    /// `int8`
    Int8(ArrayViewD<'a, i8>),
    /// `uint16`
    Uint16(ArrayViewD<'a, u16>),
    /// `int16`
    Int16(ArrayViewD<'a, i16>),
    /// `uint32`
    Uint32(ArrayViewD<'a, u32>),
    /// `int32`
    Int32(ArrayViewD<'a, i32>),
    /// `uint64`
    Uint64(ArrayViewD<'a, u64>),
    /// `int64`
    Int64(ArrayViewD<'a, i64>),
    /// `float32`
    Float32(ArrayViewD<'a, f32>),
    /// `float64`
    Float64(ArrayViewD<'a, f64>),
}

impl TensorView<'_> {
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

    /// A copy of the elements.
    #[must_use]
    pub fn to_tensor(&self) -> Tensor {
        with_array!(Self, self, array => Tensor::from(array.to_owned()))
    }

    /// The elements as another data type, by the rules of [`Tensor::cast`].
    #[must_use]
    pub fn cast(&self, to: DataType) -> Tensor {
        with_array!(Self, self, array => {
            let array = array.view();
            match to {
                DataType::Bool => Tensor::Bool(cast_array(&array)),
                DataType::Uint8 => Tensor::Uint8(cast_array(&array)),
                DataType::Int8 => Tensor::Int8(cast_array(&array)),
                DataType::Uint16 => Tensor::Uint16(cast_array(&array)),
                DataType::Int16 => Tensor::Int16(cast_array(&array)),
                DataType::Uint32 => Tensor::Uint32(cast_array(&array)),
                DataType::Int32 => Tensor::Int32(cast_array(&array)),
                DataType::Uint64 => Tensor::Uint64(cast_array(&array)),
                DataType::Int64 => Tensor::Int64(cast_array(&array)),
                DataType::Float32 => Tensor::Float32(cast_array(&array)),
                DataType::Float64 => Tensor::Float64(cast_array(&array)),
            }
        })
    }
}
