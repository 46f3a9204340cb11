//! Reordering, adding and removing axes.

use ndarray::Axis;

use crate::data_type::with_array;
use crate::error::TensorError;
use crate::tensor::Tensor;

impl Tensor {
    /// The tensor with its axes in another order: axis `i` of the result is axis `axes[i]` of `self`, as
    /// in `numpy.transpose`. Only strides change; see [`into_standard_layout`](Self::into_standard_layout).
    ///
    /// ```
    /// use ndarray::ArrayD;
    /// use tensor_ops::Tensor;
    ///
    /// let bcyx = Tensor::from(ArrayD::<u8>::zeros(vec![1, 3, 64, 32]));
    /// assert_eq!(bcyx.permuted_axes(&[0, 2, 3, 1])?.shape(), [1, 64, 32, 3]);
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    ///
    /// # Errors
    /// [`TensorError::NotAPermutation`] unless `axes` names each axis once.
    pub fn permuted_axes(self, axes: &[usize]) -> Result<Self, TensorError> {
        let mut sorted = axes.to_vec();
        sorted.sort_unstable();
        if !sorted.iter().copied().eq(0..self.ndim()) {
            return Err(TensorError::NotAPermutation {
                axes: axes.to_vec(),
                ndim: self.ndim(),
            });
        }
        Ok(with_array!(Self, self, array => Self::from(array.permuted_axes(axes))))
    }

    /// The tensor with a new axis of length 1 before axis `at`; `at` equal to [`ndim`](Self::ndim)
    /// appends it.
    ///
    /// # Errors
    /// [`TensorError::AxisOutOfRange`] if `at` is beyond the number of axes.
    pub fn insert_axis(self, at: usize) -> Result<Self, TensorError> {
        if at > self.ndim() {
            return Err(TensorError::AxisOutOfRange {
                axis: at,
                ndim: self.ndim(),
            });
        }
        Ok(with_array!(Self, self, array => Self::from(array.insert_axis(Axis(at)))))
    }

    /// The tensor without its axis `at`, which must have length 1.
    ///
    /// # Errors
    /// [`TensorError::AxisOutOfRange`] if there is no such axis, [`TensorError::AxisNotSingle`] if its
    /// length is not 1.
    pub fn remove_axis(self, at: usize) -> Result<Self, TensorError> {
        match self.shape().get(at) {
            None => Err(TensorError::AxisOutOfRange {
                axis: at,
                ndim: self.ndim(),
            }),
            Some(1) => Ok(with_array!(Self, self, array => Self::from(array.index_axis_move(Axis(at), 0)))),
            Some(&length) => Err(TensorError::AxisNotSingle { axis: at, length }),
        }
    }

    /// The tensor in row-major order without gaps, copied only if it is not so already.
    #[must_use]
    pub fn into_standard_layout(self) -> Self {
        with_array!(Self, self, array => {
            if array.is_standard_layout() {
                Self::from(array)
            } else {
                Self::from(array.as_standard_layout().into_owned())
            }
        })
    }
}
