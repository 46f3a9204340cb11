//! Operations on each element, with the broadcasting of numpy, which ONNX and PyTorch share.

use super::broadcast::{broadcast_shapes, same_type, widened};
use super::{Attribute, Comparison, Graph, GraphError, LARGEST_FOLDED, Logical, TensorRef, fold};
use crate::tensor::{ScalarType, TensorData};

/// Operations of one operand that keep its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names are those of ONNX
pub(crate) enum Unary {
    Abs,
    Acos,
    Acosh,
    Asin,
    Asinh,
    Atan,
    Atanh,
    Ceil,
    Cos,
    Cosh,
    Erf,
    Exp,
    Floor,
    Log,
    Neg,
    Reciprocal,
    Relu,
    Round,
    Sigmoid,
    Sign,
    Sin,
    Sinh,
    Sqrt,
    Tan,
    Tanh,
}

/// Operations of two operands of the same type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names are those of ONNX
pub(crate) enum Binary {
    Add,
    Sub,
    Mul,
    /// integers: cut towards zero
    Div,
    Pow,
    Max,
    Min,
    /// the sign of the result is that of the divisor
    Mod,
    /// the sign of the result is that of the dividend (C's `fmod`)
    Fmod,
}

impl Unary {
    fn operator(self) -> &'static str {
        match self {
            Self::Abs => "Abs",
            Self::Acos => "Acos",
            Self::Acosh => "Acosh",
            Self::Asin => "Asin",
            Self::Asinh => "Asinh",
            Self::Atan => "Atan",
            Self::Atanh => "Atanh",
            Self::Ceil => "Ceil",
            Self::Cos => "Cos",
            Self::Cosh => "Cosh",
            Self::Erf => "Erf",
            Self::Exp => "Exp",
            Self::Floor => "Floor",
            Self::Log => "Log",
            Self::Neg => "Neg",
            Self::Reciprocal => "Reciprocal",
            Self::Relu => "Relu",
            Self::Round => "Round",
            Self::Sigmoid => "Sigmoid",
            Self::Sign => "Sign",
            Self::Sin => "Sin",
            Self::Sinh => "Sinh",
            Self::Sqrt => "Sqrt",
            Self::Tan => "Tan",
            Self::Tanh => "Tanh",
        }
    }
}

impl Binary {
    fn operator(self) -> &'static str {
        match self {
            Self::Add => "Add",
            Self::Sub => "Sub",
            Self::Mul => "Mul",
            Self::Div => "Div",
            Self::Pow => "Pow",
            Self::Max => "Max",
            Self::Min => "Min",
            Self::Mod => "modulo",
            Self::Fmod => "rest",
        }
    }

    /// Whether `x op value` is `x` for all `x`.
    fn is_neutral(self, value: f64) -> bool {
        match self {
            Self::Add | Self::Sub => value == 0.0,
            Self::Mul | Self::Div | Self::Pow => value == 1.0,
            _ => false,
        }
    }
}

impl Graph {
    /// One of the operations of one operand.
    ///
    /// # Errors
    /// When the type does not fit: truth values; integers for all but `Abs`, `Neg`, `Sign`, `Relu`.
    pub(crate) fn unary(&mut self, operation: Unary, x: &TensorRef) -> Result<TensorRef, GraphError> {
        let operator = operation.operator();
        let takes_integers = matches!(operation, Unary::Abs | Unary::Neg | Unary::Sign | Unary::Relu);
        if x.dtype == ScalarType::Bool || (x.dtype.is_integer() && !takes_integers) {
            return Err(GraphError::invalid(
                operator,
                format!("takes floating-point numbers, found {}", x.dtype),
            ));
        }
        if let Some(data) = &x.constant
            && data.len() <= LARGEST_FOLDED
            && let Some(result) = fold::unary(operation, data)?
        {
            return Ok(self.computed(result));
        }
        self.add_one(operator, &[x], Vec::new(), x.dtype, x.shape.clone())
    }

    /// An operation of one operand with parameters, such as `LeakyRelu` with `alpha`.
    ///
    /// # Errors
    /// When the operand has no floating-point numbers.
    pub(crate) fn activation(
        &mut self,
        operator: &'static str,
        x: &TensorRef,
        attributes: &[(&'static str, f64)],
    ) -> Result<TensorRef, GraphError> {
        if !x.dtype.is_floating_point() {
            return Err(GraphError::invalid(
                operator,
                format!("takes floating-point numbers, found {}", x.dtype),
            ));
        }
        let attributes = attributes
            .iter()
            .map(|&(name, value)| (name, Attribute::Float(value as f32)))
            .collect();
        self.add_one(operator, &[x], attributes, x.dtype, x.shape.clone())
    }

    /// One of the operations of two operands.
    ///
    /// # Errors
    /// When the types differ or are truth values, or the shapes do not broadcast.
    pub(crate) fn binary(
        &mut self,
        operation: Binary,
        a: &TensorRef,
        b: &TensorRef,
    ) -> Result<TensorRef, GraphError> {
        let operator = operation.operator();
        same_type(operator, a, b)?;
        if a.dtype == ScalarType::Bool {
            return Err(GraphError::invalid(operator, "takes numbers, found truth values"));
        }
        let shape = broadcast_shapes(operator, &a.shape, &b.shape)?;
        if let (Some(x), Some(y)) = (&a.constant, &b.constant)
            && super::check_size(operator, &shape, LARGEST_FOLDED).is_ok()
            && let Some(result) = fold::binary(operation, x, y, &shape)?
        {
            return Ok(self.computed(result));
        }
        if let Some(value) = b.constant.as_ref().and_then(TensorData::item_f64)
            && operation.is_neutral(value)
            && shape == a.shape
        {
            return Ok(a.clone());
        }
        if let Some(value) = a.constant.as_ref().and_then(TensorData::item_f64)
            && matches!(operation, Binary::Add | Binary::Mul)
            && operation.is_neutral(value)
            && shape == b.shape
        {
            return Ok(b.clone());
        }
        if let Some(wide) = widened(a.dtype) {
            // two's complement: what is cut off again does not change the lower bits
            let (wide_a, wide_b) = (self.cast(a, wide)?, self.cast(b, wide)?);
            let result = self.binary(operation, &wide_a, &wide_b)?;
            return self.cast(&result, a.dtype);
        }
        match operation {
            Binary::Mul if a.is(b) && a.dtype.is_integer() => {
                // tract makes `x * x` a square, for which it has no kernel of integers: -(x * -x) is the same
                let negative = self.unary(Unary::Neg, a)?;
                let product = self.mul(a, &negative)?;
                self.unary(Unary::Neg, &product)
            }
            Binary::Mod => self.modulo(a, b),
            Binary::Fmod => self.rest(a, b),
            _ => self.add_one(operator, &[a, b], Vec::new(), a.dtype, shape),
        }
    }

    /// `a - b * trunc(a / b)`, from operators on which engines agree, as they do not on `Mod`.
    fn rest(&mut self, a: &TensorRef, b: &TensorRef) -> Result<TensorRef, GraphError> {
        let mut quotient = self.div(a, b)?;
        if a.dtype.is_floating_point() {
            let sign = self.unary(Unary::Sign, &quotient)?;
            let magnitude = self.unary(Unary::Abs, &quotient)?;
            let whole = self.unary(Unary::Floor, &magnitude)?;
            quotient = self.mul(&sign, &whole)?;
        }
        let taken = self.mul(&quotient, b)?;
        self.sub(a, &taken)
    }

    /// `a - b * floor(a / b)`; of integers the rest, corrected where its sign is not that of the divisor.
    fn modulo(&mut self, a: &TensorRef, b: &TensorRef) -> Result<TensorRef, GraphError> {
        if a.dtype.is_floating_point() {
            let quotient = self.div(a, b)?;
            let whole = self.unary(Unary::Floor, &quotient)?;
            let taken = self.mul(&whole, b)?;
            return self.sub(a, &taken);
        }
        let rest = self.rest(a, b)?;
        let zero = self.scalar(a.dtype, 0.0);
        let below = self.compare(Comparison::Less, &rest, &zero)?;
        let divisor_below = self.compare(Comparison::Less, b, &zero)?;
        let differs = self.logical(Logical::Xor, &below, &divisor_below)?;
        let exact = self.compare(Comparison::Equal, &rest, &zero)?;
        let inexact = self.not(&exact)?;
        let wrong = self.logical(Logical::And, &inexact, &differs)?;
        let corrected = self.add(&rest, b)?;
        self.choose(&wrong, &corrected, &rest)
    }

    /// An operation with a number of the type of the operand.
    ///
    /// # Errors
    /// Those of [`Graph::binary`].
    pub(crate) fn binary_number(
        &mut self,
        operation: Binary,
        a: &TensorRef,
        number: f64,
    ) -> Result<TensorRef, GraphError> {
        let number = self.scalar(a.dtype, number);
        self.binary(operation, a, &number)
    }

    /// Sum.
    ///
    /// # Errors
    /// Those of [`Graph::binary`].
    pub(crate) fn add(&mut self, a: &TensorRef, b: &TensorRef) -> Result<TensorRef, GraphError> {
        self.binary(Binary::Add, a, b)
    }

    /// Difference.
    ///
    /// # Errors
    /// Those of [`Graph::binary`].
    pub(crate) fn sub(&mut self, a: &TensorRef, b: &TensorRef) -> Result<TensorRef, GraphError> {
        self.binary(Binary::Sub, a, b)
    }

    /// Product.
    ///
    /// # Errors
    /// Those of [`Graph::binary`].
    pub(crate) fn mul(&mut self, a: &TensorRef, b: &TensorRef) -> Result<TensorRef, GraphError> {
        self.binary(Binary::Mul, a, b)
    }

    /// Quotient.
    ///
    /// # Errors
    /// Those of [`Graph::binary`].
    pub(crate) fn div(&mut self, a: &TensorRef, b: &TensorRef) -> Result<TensorRef, GraphError> {
        self.binary(Binary::Div, a, b)
    }
}
