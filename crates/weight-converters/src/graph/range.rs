//! Other element types, and limited ranges.

use super::{Attribute, Binary, Graph, GraphError, TensorRef};
use crate::tensor::{ScalarType, TensorData};

impl Graph {
    /// Another element type: cut towards zero for integers; not zero is true.
    ///
    /// # Errors
    /// When a constant has too many elements.
    pub(crate) fn cast(&mut self, x: &TensorRef, dtype: ScalarType) -> Result<TensorRef, GraphError> {
        if x.dtype == dtype {
            return Ok(x.clone());
        }
        if let Some(data) = &x.constant {
            let result = match data.to_i64() {
                Some(integers) => TensorData::from_i64(dtype, &x.shape, &integers)?,
                None => TensorData::from_f64(dtype, &x.shape, &data.to_f64())?,
            };
            return Ok(self.computed(result));
        }
        self.add_one(
            "Cast",
            &[x],
            vec![("to", Attribute::Int(dtype.onnx_code().into()))],
            dtype,
            x.shape.clone(),
        )
    }

    /// Elements limited to a range; NaN stays.
    ///
    /// # Errors
    /// When the operand has truth values.
    pub(crate) fn clip(
        &mut self,
        x: &TensorRef,
        min: Option<f64>,
        max: Option<f64>,
    ) -> Result<TensorRef, GraphError> {
        if x.constant.is_some() {
            // Max and Min are computed while converting
            let mut x = x.clone();
            if let Some(min) = min {
                x = self.binary_number(Binary::Max, &x, min)?;
            }
            if let Some(max) = max {
                x = self.binary_number(Binary::Min, &x, max)?;
            }
            return Ok(x);
        }
        if x.dtype == ScalarType::Bool {
            return Err(GraphError::invalid("Clip", "takes numbers, found truth values"));
        }
        let min = min.map(|value| self.scalar(x.dtype, value));
        let max = max.map(|value| self.scalar(x.dtype, value));
        let mut inputs = vec![Some(x)];
        match (&min, &max) {
            (None, None) => return Ok(x.clone()),
            (Some(min), None) => inputs.push(Some(min)),
            (min, Some(max)) => inputs.extend([min.as_ref(), Some(max)]),
        }
        let mut outputs = self.add_node("Clip", &inputs, Vec::new(), vec![(x.dtype, x.shape.clone())])?;
        outputs
            .pop()
            .ok_or_else(|| GraphError::invalid("Clip", "has no output"))
    }
}
