//! Picking and writing elements by index.

use super::{Attribute, Graph, GraphError, LARGEST_FOLDED, TensorRef, check_axis, check_size, fold, signed};
use crate::tensor::{ScalarType, TensorData, element_count};

impl Graph {
    /// Slices along an axis, picked by a tensor of indices, whose axes take the place of that axis. Indices below zero
    /// count from the end.
    ///
    /// # Errors
    /// When the axis does not exist, the indices are no integers, or known indices leave the axis.
    pub(crate) fn gather(
        &mut self,
        x: &TensorRef,
        indices: &TensorRef,
        axis: usize,
    ) -> Result<TensorRef, GraphError> {
        check_axis("Gather", axis, x.rank())?;
        check_indices("Gather", indices)?;
        let mut shape = x.shape[..axis].to_vec();
        shape.extend(&indices.shape);
        shape.extend(&x.shape[axis + 1..]);
        let length = x.shape[axis];
        if let Some(known) = indices.constant.as_ref().and_then(TensorData::to_i64) {
            let known = known
                .iter()
                .map(|&index| in_range(index, length))
                .collect::<Option<Vec<usize>>>()
                .ok_or_else(|| {
                    GraphError::invalid(
                        "Gather",
                        format!("an index leaves axis {axis} of shape {:?}", x.shape),
                    )
                })?;
            if let Some(data) = &x.constant
                && check_size("Gather", &shape, LARGEST_FOLDED).is_ok()
            {
                let inner: usize = x.shape[axis + 1..].iter().product();
                let outer: usize = x.shape[..axis].iter().product();
                let mut positions = Vec::with_capacity(element_count(&shape).unwrap_or(0));
                for row in 0..outer {
                    for &index in &known {
                        let start = (row * length + index) * inner;
                        positions.extend(start..start + inner);
                    }
                }
                let data = fold::pick(data, &positions, &shape)?;
                return Ok(self.computed(data));
            }
        }
        self.add_one(
            "Gather",
            &[x, indices],
            vec![("axis", Attribute::Int(signed(axis)))],
            x.dtype,
            shape,
        )
    }

    /// Elements picked along an axis by indices of the same rank (`torch.gather`, `numpy.take_along_axis`).
    ///
    /// # Errors
    /// When the axis does not exist, ranks differ, the indices are no integers, or exceed `x` on another axis.
    pub(crate) fn gather_elements(
        &mut self,
        x: &TensorRef,
        indices: &TensorRef,
        axis: usize,
    ) -> Result<TensorRef, GraphError> {
        check_axis("GatherElements", axis, x.rank())?;
        check_indices("GatherElements", indices)?;
        let fits = indices.rank() == x.rank()
            && (0..x.rank()).all(|other| other == axis || indices.shape[other] <= x.shape[other]);
        if !fits {
            return Err(GraphError::invalid(
                "GatherElements",
                format!("indices of shape {:?} do not fit {:?}", indices.shape, x.shape),
            ));
        }
        // engines differ on indices that are shorter than the tensor on other axes
        let mut x = x.clone();
        for other in (0..x.rank()).filter(|&other| other != axis) {
            x = self.narrow(&x, other, 0, indices.shape[other])?;
        }
        let attributes = vec![("axis", Attribute::Int(signed(axis)))];
        self.add_one(
            "GatherElements",
            &[&x, indices],
            attributes,
            x.dtype,
            indices.shape.clone(),
        )
    }

    /// `x` with `updates` written at index tuples (last axis of `indices`), or added there with `accumulate`.
    ///
    /// # Errors
    /// When shapes or types do not fit.
    pub(crate) fn scatter_tuples(
        &mut self,
        x: &TensorRef,
        indices: &TensorRef,
        updates: &TensorRef,
        accumulate: bool,
    ) -> Result<TensorRef, GraphError> {
        check_indices("ScatterND", indices)?;
        let shape = tuple_result("ScatterND", x, indices)?;
        if updates.shape != shape || updates.dtype != x.dtype {
            return Err(GraphError::invalid(
                "ScatterND",
                format!(
                    "updates {}{shape:?} expected, found {}{:?}",
                    x.dtype, updates.dtype, updates.shape
                ),
            ));
        }
        if let (Some(data), Some(known), Some(new), false) =
            (&x.constant, &indices.constant, &updates.constant, accumulate)
            && data.len() <= LARGEST_FOLDED
            && let Some(known) = known.to_i64()
        {
            let size = x.dtype.size();
            let depth = indices.shape.last().copied().unwrap_or(0);
            let own = fold::strides(&x.shape);
            let row = x.shape[depth..].iter().product::<usize>() * size;
            let mut bytes = data.bytes.to_vec();
            for (number, tuple) in known.chunks_exact(depth.max(1)).enumerate() {
                let mut position = 0;
                for (axis, &index) in tuple.iter().enumerate() {
                    let index = in_range(index, x.shape[axis]).ok_or_else(|| {
                        GraphError::invalid(
                            "ScatterND",
                            format!("index {index} leaves axis {axis} of {:?}", x.shape),
                        )
                    })?;
                    position += index * own[axis];
                }
                let start = position * size;
                bytes[start..start + row].copy_from_slice(&new.bytes[number * row..(number + 1) * row]);
            }
            let data = TensorData::new(x.dtype, x.shape.clone(), bytes)?;
            return Ok(self.computed(data));
        }
        let attributes = if accumulate {
            vec![("reduction", Attribute::Text("add"))]
        } else {
            Vec::new()
        };
        self.add_one(
            "ScatterND",
            &[x, indices, updates],
            attributes,
            x.dtype,
            x.shape.clone(),
        )
    }

    /// `x` with `updates` written along an axis at indices of the same shape (`torch.scatter`).
    ///
    /// # Errors
    /// When shapes or types do not fit.
    pub(crate) fn scatter_elements(
        &mut self,
        x: &TensorRef,
        indices: &TensorRef,
        updates: &TensorRef,
        axis: usize,
        accumulate: bool,
    ) -> Result<TensorRef, GraphError> {
        check_axis("ScatterElements", axis, x.rank())?;
        check_indices("ScatterElements", indices)?;
        if updates.shape != indices.shape || updates.dtype != x.dtype || indices.rank() != x.rank() {
            return Err(GraphError::invalid(
                "ScatterElements",
                format!(
                    "updates {}{:?} and indices {:?} do not fit {}{:?}",
                    updates.dtype, updates.shape, indices.shape, x.dtype, x.shape
                ),
            ));
        }
        let mut attributes = vec![("axis", Attribute::Int(signed(axis)))];
        if accumulate {
            attributes.push(("reduction", Attribute::Text("add")));
        }
        self.add_one(
            "ScatterElements",
            &[x, indices, updates],
            attributes,
            x.dtype,
            x.shape.clone(),
        )
    }
}

fn check_indices(operator: &str, indices: &TensorRef) -> Result<(), GraphError> {
    if matches!(indices.dtype, ScalarType::Int32 | ScalarType::Int64) {
        Ok(())
    } else {
        Err(GraphError::invalid(
            operator,
            format!("indices are int32 or int64, found {}", indices.dtype),
        ))
    }
}

fn in_range(index: i64, length: usize) -> Option<usize> {
    let index = if index < 0 {
        index.checked_add(signed(length))?
    } else {
        index
    };
    usize::try_from(index).ok().filter(|&index| index < length)
}

fn tuple_result(operator: &str, x: &TensorRef, indices: &TensorRef) -> Result<Vec<usize>, GraphError> {
    match indices.shape.split_last() {
        Some((&depth, front)) if depth <= x.rank() => {
            let mut shape = front.to_vec();
            shape.extend(&x.shape[depth..]);
            Ok(shape)
        }
        _ => Err(GraphError::invalid(
            operator,
            format!(
                "indices of shape {:?} do not address a tensor of shape {:?}",
                indices.shape, x.shape
            ),
        )),
    }
}
