//! Truth and equality of values.

use crate::torchscript::context::{Context, LoweringError};
use crate::torchscript::value::Value;

/// Comparisons of one equality, and levels of it.
const MAX_COMPARISONS: usize = 1 << 20;
const MAX_DEPTH: usize = 100;

/// Whether a value counts as true; nothing if it is unknown.
///
/// # Errors
///
/// Tensors whose elements are only known when the network runs, and types that are no conditions.
pub(super) fn truth(context: &mut Context, value: &Value) -> Result<Option<bool>, LoweringError> {
    Ok(Some(match value {
        Value::Bool(value) => *value,
        Value::Int(value) => *value != 0,
        Value::Float(value) => *value != 0.0,
        Value::Tensor(tensor) => {
            let tensor = context.read(tensor)?;
            let Some(data) = &tensor.constant else {
                return Err(LoweringError::new(
                    "the program branches on elements of a tensor that are only known when the network runs: \
                     such control flow cannot be converted",
                ));
            };
            match data.item_f64() {
                Some(value) => value != 0.0,
                None => {
                    return Err(LoweringError::new(format!(
                        "a tensor of shape {:?} as a condition",
                        data.shape
                    )));
                }
            }
        }
        Value::Unknown => return Ok(None),
        other => return Err(LoweringError::new(format!("a {} as a condition", other.kind()))),
    }))
}

/// Whether both are the same value.
///
/// # Errors
///
/// Tensors, and structures that are too large.
pub(super) fn equal(a: &Value, b: &Value) -> Result<bool, LoweringError> {
    let mut left = MAX_COMPARISONS;
    equal_within(a, b, &mut left, MAX_DEPTH)
}

fn equal_within(a: &Value, b: &Value, left: &mut usize, depth: usize) -> Result<bool, LoweringError> {
    if *left == 0 || depth == 0 {
        return Err(LoweringError::new(
            "compares lists that are too large or too deep",
        ));
    }
    *left -= 1;
    let mut all = |a: &[Value], b: &[Value]| -> Result<bool, LoweringError> {
        if a.len() != b.len() {
            return Ok(false);
        }
        for (a, b) in a.iter().zip(b) {
            if !equal_within(a, b, left, depth - 1)? {
                return Ok(false);
            }
        }
        Ok(true)
    };
    Ok(match (a, b) {
        (Value::None, Value::None) => true,
        (Value::Str(a), Value::Str(b)) | (Value::Device(a), Value::Device(b)) => a == b,
        (Value::Str(a), Value::Device(b)) | (Value::Device(a), Value::Str(b)) => a == b,
        (Value::List(a), Value::List(b)) => a.is(b) || all(&a.borrow(), &b.borrow())?,
        (Value::Tuple(a), Value::Tuple(b)) => all(a.values(), b.values())?,
        (Value::Dict(a), Value::Dict(b)) => {
            if a.is(b) {
                return Ok(true);
            }
            let (a, b) = (a.borrow(), b.borrow());
            if a.len() != b.len() {
                return Ok(false);
            }
            for (key, value) in a.iter() {
                let mut found = false;
                for (other, other_value) in b.iter() {
                    if equal_within(key, other, left, depth - 1)? {
                        found = equal_within(value, other_value, left, depth - 1)?;
                        break;
                    }
                }
                if !found {
                    return Ok(false);
                }
            }
            true
        }
        (Value::Object(a), Value::Object(b)) => a.is(b),
        (Value::Tensor(a), Value::Tensor(b)) if a.is(b) => true,
        (Value::Tensor(_), Value::Tensor(_)) => {
            return Err(LoweringError::new(
                "looks for a tensor among tensors by its elements",
            ));
        }
        (a, b) => match (number(a), number(b)) {
            (Some(a), Some(b)) => a.equals(b),
            _ => false,
        },
    })
}

/// A number of the language.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    Int(i64),
    Float(f64),
}

impl Number {
    /// As `float`.
    pub(super) fn float(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    #[allow(clippy::float_cmp)] // as the language compares
    pub(super) fn equals(self, other: Self) -> bool {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a == b,
            (a, b) => a.float() == b.float(),
        }
    }
}

/// The number that a value is; `bool` counts as `int`.
pub(super) fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Int(value) => Some(Number::Int(*value)),
        Value::Bool(value) => Some(Number::Int(i64::from(*value))),
        Value::Float(value) => Some(Number::Float(*value)),
        _ => None,
    }
}
