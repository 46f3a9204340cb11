//! Operations that take axes away: sums, extremes, positions, and what runs along one axis.

use super::{Attribute, Graph, GraphError, LARGEST_FOLDED, TensorRef, check_axis, fold, signed};
use crate::tensor::{ScalarType, TensorData};

/// What is computed of the elements along the axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reduction {
    /// sum
    Sum,
    /// arithmetic mean
    Mean,
    /// largest; NaN wins in `PyTorch`, engines differ
    Max,
    /// smallest
    Min,
    /// product
    Prod,
    /// square root of the sum of squares
    L2,
    /// sum of magnitudes
    L1,
}

impl Reduction {
    fn operator(self) -> &'static str {
        match self {
            Self::Sum => "ReduceSum",
            Self::Mean => "ReduceMean",
            Self::Max => "ReduceMax",
            Self::Min => "ReduceMin",
            Self::Prod => "ReduceProd",
            Self::L2 => "ReduceL2",
            Self::L1 => "ReduceL1",
        }
    }
}

impl Graph {
    /// Reduces axes, which stay with length 1 (`keep`) or vanish. No axes: nothing is reduced.
    ///
    /// # Errors
    /// When an axis does not exist or occurs twice, or truth values are reduced.
    pub(crate) fn reduce(
        &mut self,
        reduction: Reduction,
        x: &TensorRef,
        axes: &[usize],
        keep: bool,
    ) -> Result<TensorRef, GraphError> {
        let operator = reduction.operator();
        let needs_floats = matches!(reduction, Reduction::Mean | Reduction::L2);
        if x.dtype == ScalarType::Bool || (needs_floats && !x.dtype.is_floating_point()) {
            return Err(GraphError::invalid(
                operator,
                format!("does not take {}", x.dtype),
            ));
        }
        let shape = reduced_shape(operator, x, axes, keep)?;
        if axes.is_empty() && !matches!(reduction, Reduction::L1 | Reduction::L2) {
            return Ok(x.clone());
        }
        if let Some(data) = &x.constant
            && data.len() <= LARGEST_FOLDED
            && let Some(result) = fold_reduction(reduction, data, axes, &shape)?
        {
            return Ok(self.computed(result));
        }
        let keep_attribute = ("keepdims", Attribute::flag(keep));
        // opset 13 made the axes of this one an input; opset 18 does so for the others
        if reduction == Reduction::Sum {
            let axes = self.sizes(axes);
            return self.add_one(operator, &[x, &axes], vec![keep_attribute], x.dtype, shape);
        }
        self.add_one(
            operator,
            &[x],
            vec![("axes", Attribute::sizes(axes)), keep_attribute],
            x.dtype,
            shape,
        )
    }

    /// Index (`int64`) of the largest (`ArgMax`) or smallest (`ArgMin`) element along an axis; the first of equals.
    ///
    /// # Errors
    /// When the axis does not exist.
    pub(crate) fn arg_extreme(
        &mut self,
        operator: &'static str,
        x: &TensorRef,
        axis: usize,
        keep: bool,
    ) -> Result<TensorRef, GraphError> {
        let shape = reduced_shape(operator, x, &[axis], keep)?;
        let attributes = vec![
            ("axis", Attribute::Int(signed(axis))),
            ("keepdims", Attribute::flag(keep)),
        ];
        self.add_one(operator, &[x], attributes, ScalarType::Int64, shape)
    }

    /// Sums of the elements so far along an axis.
    ///
    /// # Errors
    /// When the axis does not exist.
    pub(crate) fn cumulative_sum(&mut self, x: &TensorRef, axis: usize) -> Result<TensorRef, GraphError> {
        check_axis("CumSum", axis, x.rank())?;
        if let Some(values) = x.constant.as_ref().and_then(TensorData::to_i64)
            && x.count() <= LARGEST_FOLDED
        {
            let step = fold::strides(&x.shape)[axis];
            let mut values = values;
            for position in 0..values.len() {
                if !(position / step).is_multiple_of(x.shape[axis]) {
                    values[position] = values[position].wrapping_add(values[position - step]);
                }
            }
            let data = TensorData::from_i64(x.dtype, &x.shape, &values)?;
            return Ok(self.computed(data));
        }
        let axis = self.constant(TensorData::scalar(ScalarType::Int64, axis as f64), "constant");
        self.add_one("CumSum", &[x, &axis], Vec::new(), x.dtype, x.shape.clone())
    }

    /// The `count` largest or smallest elements along an axis in order, and their indices (`int64`).
    ///
    /// # Errors
    /// When the axis does not exist or is shorter.
    pub(crate) fn top(
        &mut self,
        x: &TensorRef,
        count: usize,
        axis: usize,
        largest: bool,
    ) -> Result<(TensorRef, TensorRef), GraphError> {
        check_axis("TopK", axis, x.rank())?;
        if count > x.shape[axis] {
            return Err(GraphError::invalid(
                "TopK",
                format!("{count} elements wanted of axis {axis} of shape {:?}", x.shape),
            ));
        }
        let mut shape = x.shape.clone();
        shape[axis] = count;
        let count = self.sizes(&[count]);
        let attributes = vec![
            ("axis", Attribute::Int(signed(axis))),
            ("largest", Attribute::flag(largest)),
            ("sorted", Attribute::Int(1)),
        ];
        let outputs = vec![(x.dtype, shape.clone()), (ScalarType::Int64, shape)];
        let mut outputs = self
            .add_node("TopK", &[Some(x), Some(&count)], attributes, outputs)?
            .into_iter();
        match (outputs.next(), outputs.next()) {
            (Some(values), Some(indices)) => Ok((values, indices)),
            _ => Err(GraphError::invalid("TopK", "has two outputs")),
        }
    }

    /// `Softmax`, `LogSoftmax` or `Hardmax` along an axis.
    ///
    /// # Errors
    /// When the axis does not exist, or the elements are no floating-point numbers.
    pub(crate) fn softmax(
        &mut self,
        operator: &'static str,
        x: &TensorRef,
        axis: usize,
    ) -> Result<TensorRef, GraphError> {
        check_axis(operator, axis, x.rank())?;
        if !x.dtype.is_floating_point() {
            return Err(GraphError::invalid(
                operator,
                format!("takes floating-point numbers, found {}", x.dtype),
            ));
        }
        let attributes = vec![("axis", Attribute::Int(signed(axis)))];
        self.add_one(operator, &[x], attributes, x.dtype, x.shape.clone())
    }
}

/// The shape after axes were reduced.
fn reduced_shape(
    operator: &str,
    x: &TensorRef,
    axes: &[usize],
    keep: bool,
) -> Result<Vec<usize>, GraphError> {
    for (index, &axis) in axes.iter().enumerate() {
        check_axis(operator, axis, x.rank())?;
        if axes[..index].contains(&axis) {
            return Err(GraphError::invalid(operator, format!("axis {axis} occurs twice")));
        }
    }
    Ok(x.shape
        .iter()
        .enumerate()
        .filter(|(axis, _)| keep || !axes.contains(axis))
        .map(|(axis, &length)| if axes.contains(&axis) { 1 } else { length })
        .collect())
}

fn fold_reduction(
    reduction: Reduction,
    x: &TensorData,
    axes: &[usize],
    shape: &[usize],
) -> Result<Option<TensorData>, GraphError> {
    let mut order: Vec<usize> = (0..x.shape.len()).filter(|axis| !axes.contains(axis)).collect();
    order.extend(axes);
    let own = fold::strides(&x.shape);
    let lengths: Vec<usize> = order.iter().map(|&axis| x.shape[axis]).collect();
    let steps: Vec<isize> = order
        .iter()
        .map(|&axis| isize::try_from(own[axis]).unwrap_or(isize::MAX))
        .collect();
    let together: usize = axes.iter().map(|&axis| x.shape[axis]).product();
    if together == 0 || x.is_empty() {
        return Ok(None);
    }
    let positions = fold::strided_positions(0, &lengths, &steps);
    if let Some(values) = x.to_i64() {
        let function: fn(i64, i64) -> i64 = match reduction {
            Reduction::Sum => i64::wrapping_add,
            Reduction::Max => i64::max,
            Reduction::Min => i64::min,
            Reduction::Prod => i64::wrapping_mul,
            _ => return Ok(None),
        };
        let reduced: Vec<i64> = positions
            .chunks_exact(together)
            .filter_map(|chunk| chunk.iter().map(|&position| values[position]).reduce(function))
            .collect();
        return TensorData::from_i64(x.dtype, shape, &reduced).map(Some);
    }
    let values = x.to_f64();
    let function: fn(f64, f64) -> f64 = match reduction {
        Reduction::Sum | Reduction::Mean => |a, b| a + b,
        Reduction::Prod => |a, b| a * b,
        Reduction::L2 => |a, b| a + b * b,
        Reduction::L1 => |a, b| a + b.abs(),
        _ => return Ok(None),
    };
    let start = if reduction == Reduction::Prod { 1.0 } else { 0.0 };
    let reduced: Vec<f64> = positions
        .chunks_exact(together)
        .map(|chunk| {
            let total = chunk
                .iter()
                .map(|&position| values[position])
                .fold(start, function);
            match reduction {
                Reduction::Mean => total / together as f64,
                Reduction::L2 => total.sqrt(),
                _ => total,
            }
        })
        .collect();
    TensorData::from_f64(x.dtype, shape, &reduced).map(Some)
}
