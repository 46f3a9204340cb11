//! Operations that move elements without changing them.

use super::{Attribute, Graph, GraphError, LARGEST_FOLDED, TensorRef, check_axis, check_size, fold, signed};
use crate::tensor::TensorData;

impl Graph {
    /// The same elements in the same order under another shape.
    ///
    /// # Errors
    /// When the number of elements differs.
    pub(crate) fn reshape(&mut self, x: &TensorRef, shape: &[usize]) -> Result<TensorRef, GraphError> {
        if x.shape == shape {
            return Ok(x.clone());
        }
        if let Some(data) = &x.constant {
            let data = data.reshaped(shape)?;
            return Ok(self.computed(data));
        }
        if check_size("Reshape", shape, usize::MAX)? != x.count() {
            return Err(GraphError::invalid(
                "Reshape",
                format!("{:?} cannot become {shape:?}", x.shape),
            ));
        }
        // a chain of reshapes is one
        let source = self
            .producer(x)
            .filter(|node| node.operator == "Reshape")
            .and_then(|node| node.inputs.first().cloned().flatten())
            .unwrap_or_else(|| x.clone());
        if source.shape == shape {
            return Ok(source);
        }
        let target = self.sizes(shape);
        // a zero is a length here, not "as before"
        let attributes = if shape.contains(&0) {
            vec![("allowzero", Attribute::Int(1))]
        } else {
            Vec::new()
        };
        self.add_one(
            "Reshape",
            &[&source, &target],
            attributes,
            x.dtype,
            shape.to_vec(),
        )
    }

    /// Axis `i` of the result is axis `permutation[i]` of `x`.
    ///
    /// # Errors
    /// When the permutation does not name each axis once.
    pub(crate) fn transpose(
        &mut self,
        x: &TensorRef,
        permutation: &[usize],
    ) -> Result<TensorRef, GraphError> {
        let mut seen = vec![false; x.rank()];
        for &axis in permutation {
            check_axis("Transpose", axis, x.rank())?;
            seen[axis] = true;
        }
        if permutation.len() != x.rank() || seen.contains(&false) {
            return Err(GraphError::invalid(
                "Transpose",
                format!("{permutation:?} is no permutation of {} axes", x.rank()),
            ));
        }
        if permutation.iter().enumerate().all(|(index, &axis)| index == axis) {
            return Ok(x.clone());
        }
        let shape: Vec<usize> = permutation.iter().map(|&axis| x.shape[axis]).collect();
        if let Some(data) = &x.constant {
            let own = fold::strides(&x.shape);
            let steps: Vec<isize> = permutation
                .iter()
                .map(|&axis| isize::try_from(own[axis]).unwrap_or(isize::MAX))
                .collect();
            let data = fold::rearrange(data, 0, &shape, &steps)?;
            return Ok(self.computed(data));
        }
        // two in a row are one, or none
        let earlier = self
            .producer(x)
            .filter(|node| node.operator == "Transpose")
            .and_then(|node| {
                let source = node.inputs.first().cloned().flatten()?;
                match node.attributes.first() {
                    Some((_, Attribute::Ints(first))) => {
                        let first: Option<Vec<usize>> =
                            first.iter().map(|&axis| usize::try_from(axis).ok()).collect();
                        first.map(|first| (source, first))
                    }
                    _ => None,
                }
            });
        if let Some((source, first)) = earlier {
            let merged: Vec<usize> = permutation.iter().map(|&axis| first[axis]).collect();
            if merged.iter().enumerate().all(|(index, &axis)| index == axis) {
                return Ok(source);
            }
            return self.add_one(
                "Transpose",
                &[&source],
                vec![("perm", Attribute::sizes(&merged))],
                x.dtype,
                shape,
            );
        }
        self.add_one(
            "Transpose",
            &[x],
            vec![("perm", Attribute::sizes(permutation))],
            x.dtype,
            shape,
        )
    }

    /// Exchanges two axes.
    ///
    /// # Errors
    /// When an axis does not exist.
    pub(crate) fn swap_axes(&mut self, x: &TensorRef, a: usize, b: usize) -> Result<TensorRef, GraphError> {
        check_axis("Transpose", a.max(b), x.rank())?;
        let mut permutation: Vec<usize> = (0..x.rank()).collect();
        permutation.swap(a, b);
        self.transpose(x, &permutation)
    }

    /// Adds an axis of length 1 before `axis` (the rank adds one at the end).
    ///
    /// # Errors
    /// When `axis` is above the rank.
    pub(crate) fn unsqueeze(&mut self, x: &TensorRef, axis: usize) -> Result<TensorRef, GraphError> {
        check_axis("Unsqueeze", axis, x.rank() + 1)?;
        let mut shape = x.shape.clone();
        shape.insert(axis, 1);
        self.reshape(x, &shape)
    }

    /// Tensors one after the other along an axis.
    ///
    /// # Errors
    /// When there is no tensor, or types or other lengths differ.
    pub(crate) fn concat(&mut self, parts: &[TensorRef], axis: usize) -> Result<TensorRef, GraphError> {
        let Some(first) = parts.first() else {
            return Err(GraphError::invalid("Concat", "at least one tensor is needed"));
        };
        check_axis("Concat", axis, first.rank())?;
        let mut shape = first.shape.clone();
        shape[axis] = 0;
        for part in parts {
            let fits = part.rank() == first.rank()
                && part.dtype == first.dtype
                && part
                    .shape
                    .iter()
                    .zip(&first.shape)
                    .enumerate()
                    .all(|(index, (a, b))| index == axis || a == b);
            if !fits {
                return Err(GraphError::invalid(
                    "Concat",
                    format!(
                        "{}{:?} and {}{:?} do not fit along axis {axis}",
                        first.dtype, first.shape, part.dtype, part.shape
                    ),
                ));
            }
            shape[axis] += part.shape[axis];
        }
        let parts: Vec<&TensorRef> = parts.iter().filter(|part| part.shape[axis] != 0).collect();
        match parts[..] {
            [] => return Ok(first.clone()),
            [only] => return Ok(only.clone()),
            _ => {}
        }
        let known: Option<Vec<&TensorData>> = parts.iter().map(|part| part.constant.as_ref()).collect();
        if let Some(known) = known
            && check_size("Concat", &shape, LARGEST_FOLDED).is_ok()
        {
            let outer: usize = shape[..axis].iter().product();
            let mut bytes = Vec::new();
            for row in 0..outer {
                for data in &known {
                    let length = data.bytes.len() / outer;
                    bytes.extend_from_slice(&data.bytes[row * length..(row + 1) * length]);
                }
            }
            let data = TensorData::new(first.dtype, shape, bytes)?;
            return Ok(self.computed(data));
        }
        self.add_one(
            "Concat",
            &parts,
            vec![("axis", Attribute::Int(signed(axis)))],
            first.dtype,
            shape,
        )
    }

    /// Repeats axes of length 1, and adds axes in front, up to a shape.
    ///
    /// # Errors
    /// When the shape is none to which `x` broadcasts.
    pub(crate) fn expand(&mut self, x: &TensorRef, shape: &[usize]) -> Result<TensorRef, GraphError> {
        if x.shape == shape {
            return Ok(x.clone());
        }
        if super::broadcast_shapes("Expand", &x.shape, shape)? != shape {
            return Err(GraphError::invalid(
                "Expand",
                format!("{:?} does not broadcast to {shape:?}", x.shape),
            ));
        }
        if let Some(data) = &x.constant
            && check_size("Expand", shape, LARGEST_FOLDED).is_ok()
        {
            let data = fold::pick(data, &fold::broadcast_indices(&x.shape, shape), shape)?;
            return Ok(self.computed(data));
        }
        if x.count() == check_size("Expand", shape, usize::MAX)? {
            return self.reshape(x, shape);
        }
        let target = self.sizes(shape);
        self.add_one("Expand", &[x, &target], Vec::new(), x.dtype, shape.to_vec())
    }

    /// Repeats the whole tensor along each axis.
    ///
    /// # Errors
    /// When there is not one number an axis, or the result is too large.
    pub(crate) fn tile(&mut self, x: &TensorRef, repeats: &[usize]) -> Result<TensorRef, GraphError> {
        if repeats.len() != x.rank() {
            return Err(GraphError::invalid(
                "Tile",
                format!("{} axes, but {} numbers of repetitions", x.rank(), repeats.len()),
            ));
        }
        if repeats.iter().all(|&count| count == 1) {
            return Ok(x.clone());
        }
        let shape: Option<Vec<usize>> = x
            .shape
            .iter()
            .zip(repeats)
            .map(|(&a, &b)| a.checked_mul(b))
            .collect();
        let shape = shape.ok_or_else(|| GraphError::TooLarge {
            what: "Tile".into(),
            shape: repeats.to_vec(),
            limit: super::LARGEST_VALUE,
        })?;
        check_size("Tile", &shape, super::LARGEST_VALUE)?;
        if x.constant.is_some() && check_size("Tile", &shape, LARGEST_FOLDED).is_ok() {
            // a length `n` repeated `r` times is an axis of length 1 expanded to `r` before it
            let split: Vec<usize> = x.shape.iter().flat_map(|&length| [1, length]).collect();
            let wide: Vec<usize> = x
                .shape
                .iter()
                .zip(repeats)
                .flat_map(|(&length, &count)| [count, length])
                .collect();
            let split = self.reshape(x, &split)?;
            let wide = self.expand(&split, &wide)?;
            return self.reshape(&wide, &shape);
        }
        let repeats = self.sizes(repeats);
        self.add_one("Tile", &[x, &repeats], Vec::new(), x.dtype, shape)
    }
}
