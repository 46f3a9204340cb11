//! Products of matrices.

use super::{Graph, GraphError, TensorRef, broadcast_shapes, check_axis, fold};

/// Multiplications of the largest matrix product that is computed while converting.
const LARGEST_PRODUCT: usize = 1 << 24;

impl Graph {
    /// Matrix product of the last two axes, the others broadcast (`numpy.matmul`); both have at least two axes.
    ///
    /// # Errors
    /// When types or shapes do not fit.
    pub(crate) fn matmul(&mut self, a: &TensorRef, b: &TensorRef) -> Result<TensorRef, GraphError> {
        let fits = a.dtype == b.dtype
            && a.rank() >= 2
            && b.rank() >= 2
            && a.shape[a.rank() - 1] == b.shape[b.rank() - 2];
        if !fits {
            return Err(GraphError::invalid(
                "MatMul",
                format!("{}{:?} and {}{:?} do not fit", a.dtype, a.shape, b.dtype, b.shape),
            ));
        }
        let mut shape = broadcast_shapes("MatMul", &a.shape[..a.rank() - 2], &b.shape[..b.rank() - 2])?;
        shape.extend([a.shape[a.rank() - 2], b.shape[b.rank() - 1]]);
        if let (Some(x), Some(y)) = (&a.constant, &b.constant)
            && a.dtype.is_floating_point()
            && super::check_size("MatMul", &shape, super::LARGEST_FOLDED).is_ok()
            && a.count().saturating_mul(b.shape[b.rank() - 1]) <= LARGEST_PRODUCT
            && b.count().saturating_mul(a.shape[a.rank() - 2]) <= LARGEST_PRODUCT
        {
            let data = fold::matmul(x, y, &shape)?;
            return Ok(self.computed(data));
        }
        self.add_one("MatMul", &[a, b], Vec::new(), a.dtype, shape)
    }

    /// Multiplies each row along an axis with a matrix of shape (new length, old length).
    ///
    /// # Errors
    /// When the axis does not exist or types or lengths do not fit.
    pub(crate) fn multiply_axis(
        &mut self,
        x: &TensorRef,
        axis: usize,
        matrix: &TensorRef,
    ) -> Result<TensorRef, GraphError> {
        check_axis("MatMul", axis, x.rank())?;
        let last = x.rank() - 1;
        if axis + 1 == last {
            // (.., old, other): matrix on the left
            return self.matmul(matrix, x);
        }
        let turned = self.swap_axes(x, axis, last)?;
        let right = self.swap_axes(matrix, 0, 1)?;
        let product = if turned.rank() == 1 {
            let row = self.reshape(&turned, &[1, turned.count()])?;
            let row = self.matmul(&row, &right)?;
            self.reshape(&row, &[row.count()])?
        } else {
            self.matmul(&turned, &right)?
        };
        self.swap_axes(&product, axis, last)
    }
}
