//! Between typed arrays and tensors.

use ndarray::{ArrayD, ArrayViewD};

use crate::data_type::{DataType, for_each_data_type};
use crate::error::TensorError;
use crate::tensor::Tensor;
use crate::tensor::view::TensorView;

macro_rules! convert {
    ($(($variant:ident, $element:ty)),+) => {$(
        impl From<ArrayD<$element>> for Tensor {
            fn from(array: ArrayD<$element>) -> Self {
                Self::$variant(array)
            }
        }

        impl TryFrom<Tensor> for ArrayD<$element> {
            type Error = TensorError;

            fn try_from(tensor: Tensor) -> Result<Self, Self::Error> {
                match tensor {
                    Tensor::$variant(array) => Ok(array),
                    other => Err(TensorError::DataTypesDiffer {
                        found: other.data_type(),
                        expected: DataType::$variant,
                    }),
                }
            }
        }

        impl<'a> From<ArrayViewD<'a, $element>> for TensorView<'a> {
            fn from(view: ArrayViewD<'a, $element>) -> Self {
                Self::$variant(view)
            }
        }

        impl<'a> TryFrom<TensorView<'a>> for ArrayViewD<'a, $element> {
            type Error = TensorError;

            fn try_from(view: TensorView<'a>) -> Result<Self, Self::Error> {
                match view {
                    TensorView::$variant(array) => Ok(array),
                    other => Err(TensorError::DataTypesDiffer {
                        found: other.data_type(),
                        expected: DataType::$variant,
                    }),
                }
            }
        }
    )+};
}
for_each_data_type!(convert);
