//! Comparisons, truth values, and choices by them.

use super::broadcast::{broadcast_shapes, same_type, widened};
use super::{Graph, GraphError, LARGEST_FOLDED, TensorRef, fold};
use crate::tensor::{ScalarType, TensorData};

/// Comparisons of two operands of the same type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names are those of ONNX
pub(crate) enum Comparison {
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// Operations of two truth values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names are those of ONNX
pub(crate) enum Logical {
    And,
    Or,
    Xor,
}

impl Graph {
    /// A comparison; the result has truth values. NaN compares as false.
    ///
    /// # Errors
    /// When the types differ, or the shapes do not broadcast.
    pub(crate) fn compare(
        &mut self,
        comparison: Comparison,
        a: &TensorRef,
        b: &TensorRef,
    ) -> Result<TensorRef, GraphError> {
        let operator = match comparison {
            Comparison::Equal => "Equal",
            Comparison::Greater => "Greater",
            Comparison::GreaterOrEqual => "GreaterOrEqual",
            Comparison::Less => "Less",
            Comparison::LessOrEqual => "LessOrEqual",
        };
        same_type(operator, a, b)?;
        let shape = broadcast_shapes(operator, &a.shape, &b.shape)?;
        if let (Some(x), Some(y)) = (&a.constant, &b.constant)
            && super::check_size(operator, &shape, LARGEST_FOLDED).is_ok()
        {
            let result = fold::compare(comparison, x, y, &shape)?;
            return Ok(self.computed(result));
        }
        if a.dtype == ScalarType::Bool && comparison == Comparison::Equal {
            let differs = self.logical(Logical::Xor, a, b)?;
            return self.not(&differs);
        }
        let wide = if a.dtype == ScalarType::Bool {
            Some(ScalarType::Int32)
        } else {
            widened(a.dtype)
        };
        if let Some(wide) = wide {
            let (a, b) = (self.cast(a, wide)?, self.cast(b, wide)?);
            return self.add_one(operator, &[&a, &b], Vec::new(), ScalarType::Bool, shape);
        }
        self.add_one(operator, &[a, b], Vec::new(), ScalarType::Bool, shape)
    }

    /// An operation of truth values.
    ///
    /// # Errors
    /// When an operand is of another type, or the shapes do not broadcast.
    pub(crate) fn logical(
        &mut self,
        operation: Logical,
        a: &TensorRef,
        b: &TensorRef,
    ) -> Result<TensorRef, GraphError> {
        let operator = match operation {
            Logical::And => "And",
            Logical::Or => "Or",
            Logical::Xor => "Xor",
        };
        check_truth(operator, a)?;
        check_truth(operator, b)?;
        let shape = broadcast_shapes(operator, &a.shape, &b.shape)?;
        if let (Some(x), Some(y)) = (&a.constant, &b.constant)
            && super::check_size(operator, &shape, LARGEST_FOLDED).is_ok()
        {
            let result = fold::logical(operation, x, y, &shape)?;
            return Ok(self.computed(result));
        }
        self.add_one(operator, &[a, b], Vec::new(), ScalarType::Bool, shape)
    }

    /// Negation of truth values.
    ///
    /// # Errors
    /// When the operand is of another type.
    pub(crate) fn not(&mut self, x: &TensorRef) -> Result<TensorRef, GraphError> {
        check_truth("Not", x)?;
        if let Some(data) = &x.constant
            && data.len() <= LARGEST_FOLDED
        {
            let bytes = data.bytes.iter().map(|&byte| u8::from(byte == 0)).collect();
            return Ok(self.computed(TensorData::new(ScalarType::Bool, x.shape.clone(), bytes)?));
        }
        self.add_one("Not", &[x], Vec::new(), ScalarType::Bool, x.shape.clone())
    }

    /// Whether elements are not a number (`IsNaN`) or infinite (`IsInf`).
    ///
    /// # Errors
    /// When the operand has no floating-point numbers.
    pub(crate) fn is_special(
        &mut self,
        operator: &'static str,
        x: &TensorRef,
    ) -> Result<TensorRef, GraphError> {
        if !x.dtype.is_floating_point() {
            return Err(GraphError::invalid(
                operator,
                format!("takes floating-point numbers, found {}", x.dtype),
            ));
        }
        self.add_one(operator, &[x], Vec::new(), ScalarType::Bool, x.shape.clone())
    }

    /// Elements of `a` where the condition holds, else of `b`.
    ///
    /// # Errors
    /// When the condition has no truth values, the types differ, or the shapes do not broadcast.
    pub(crate) fn choose(
        &mut self,
        condition: &TensorRef,
        a: &TensorRef,
        b: &TensorRef,
    ) -> Result<TensorRef, GraphError> {
        check_truth("Where", condition)?;
        same_type("Where", a, b)?;
        let shape = broadcast_shapes(
            "Where",
            &condition.shape,
            &broadcast_shapes("Where", &a.shape, &b.shape)?,
        )?;
        if let (Some(c), Some(x), Some(y)) = (&condition.constant, &a.constant, &b.constant)
            && super::check_size("Where", &shape, LARGEST_FOLDED).is_ok()
        {
            let result = fold::choose(c, x, y, &shape)?;
            return Ok(self.computed(result));
        }
        if a.dtype == ScalarType::Bool {
            // (condition and a) or (not condition and b)
            let first = self.logical(Logical::And, condition, a)?;
            let otherwise = self.not(condition)?;
            let second = self.logical(Logical::And, &otherwise, b)?;
            return self.logical(Logical::Or, &first, &second);
        }
        if matches!(a.dtype, ScalarType::Int8 | ScalarType::Int16) {
            let (wide_a, wide_b) = (self.cast(a, ScalarType::Int32)?, self.cast(b, ScalarType::Int32)?);
            let result = self.choose(condition, &wide_a, &wide_b)?;
            return self.cast(&result, a.dtype);
        }
        self.add_one("Where", &[condition, a, b], Vec::new(), a.dtype, shape)
    }
}

fn check_truth(operator: &str, x: &TensorRef) -> Result<(), GraphError> {
    if x.dtype == ScalarType::Bool {
        Ok(())
    } else {
        Err(GraphError::invalid(
            operator,
            format!("takes truth values, found {}", x.dtype),
        ))
    }
}
