//! The type promotion of `PyTorch`: <https://pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc>.

use super::super::context::{Context, LoweringError};
use super::super::value::Value;
use super::operands::Lowered;
use crate::graph::TensorRef;
use crate::tensor::{ScalarType, TensorData};

/// An operand of an elementwise operation.
#[derive(Debug, Clone)]
pub(super) enum Operand {
    /// a tensor
    Tensor(TensorRef),
    /// a whole number
    Int(i64),
    /// a number
    Float(f64),
    /// a truth value
    Bool(bool),
}

impl Operand {
    /// An operand from an argument.
    pub(super) fn read(cx: &mut Context, value: &Value) -> Lowered<Self> {
        Ok(match value {
            Value::Tensor(tensor) => Self::Tensor(cx.read(tensor)?),
            Value::Int(value) => Self::Int(*value),
            Value::Float(value) => Self::Float(*value),
            Value::Bool(value) => Self::Bool(*value),
            other => {
                return Err(LoweringError::new(format!(
                    "an operand is a {}, not a Tensor or number",
                    other.kind()
                )));
            }
        })
    }

    /// The operand as a tensor of a type.
    pub(super) fn tensor(&self, cx: &mut Context, dtype: ScalarType) -> Lowered<TensorRef> {
        Ok(match self {
            Self::Tensor(tensor) => cx.graph.cast(tensor, dtype)?,
            Self::Int(value) => {
                let data = TensorData::from_i64(dtype, &[], &[*value])?;
                cx.graph.constant(data, "constant")
            }
            Self::Float(value) => cx.graph.scalar(dtype, *value),
            Self::Bool(value) => cx.graph.scalar(dtype, f64::from(u8::from(*value))),
        })
    }

    /// The type that it has by itself: whole numbers are `int64`, others `float32`.
    fn dtype(&self) -> ScalarType {
        match self {
            Self::Tensor(tensor) if is_traced_number(tensor) => ScalarType::Float32,
            Self::Tensor(tensor) => tensor.dtype,
            Self::Int(_) => ScalarType::Int64,
            Self::Float(_) => ScalarType::Float32,
            Self::Bool(_) => ScalarType::Bool,
        }
    }

    /// Tensors with axes decide over tensors without, and those over numbers.
    fn priority(&self) -> usize {
        match self {
            Self::Tensor(tensor) if tensor.rank() > 0 => 0,
            Self::Tensor(tensor) if is_traced_number(tensor) => 2,
            Self::Tensor(_) => 1,
            _ => 2,
        }
    }
}

/// Tracing makes `x * 2.5` a product with a constant of `float64` without axes, which `PyTorch` treats as a number.
fn is_traced_number(tensor: &TensorRef) -> bool {
    tensor.rank() == 0 && tensor.dtype == ScalarType::Float64 && tensor.constant.is_some()
}

/// The common type of operands.
pub(super) fn common_type(operands: &[Operand]) -> ScalarType {
    let mut by_priority: [Option<ScalarType>; 3] = [None; 3];
    for operand in operands {
        let slot = &mut by_priority[operand.priority()];
        *slot = Some(slot.map_or(operand.dtype(), |known| promote(known, operand.dtype())));
    }
    by_priority
        .into_iter()
        .flatten()
        .reduce(|higher, lower| {
            let lower_decides = higher == ScalarType::Bool || lower.is_floating_point();
            if !higher.is_floating_point() && lower_decides {
                promote(higher, lower)
            } else {
                higher
            }
        })
        .unwrap_or(ScalarType::Float32)
}

/// The smallest type that holds the values of both, as `torch.promote_types` says.
pub(super) fn promote(a: ScalarType, b: ScalarType) -> ScalarType {
    use ScalarType::{BFloat16, Float16, Float32, Int8, Int16, UInt8};
    match (a, b) {
        _ if a == b => a,
        (UInt8, Int8) | (Int8, UInt8) => Int16,
        (Float16, BFloat16) | (BFloat16, Float16) => Float32,
        _ if level(a) >= level(b) => a,
        _ => b,
    }
}

fn level(dtype: ScalarType) -> u8 {
    match dtype {
        ScalarType::Bool => 0,
        ScalarType::UInt8 | ScalarType::Int8 => 1,
        ScalarType::Int16 => 2,
        ScalarType::Int32 => 3,
        ScalarType::Int64 => 4,
        ScalarType::Float16 | ScalarType::BFloat16 => 5,
        ScalarType::Float32 => 6,
        ScalarType::Float64 => 7,
    }
}

/// Two operands as tensors of their common type.
pub(super) fn promoted(cx: &mut Context, a: &Operand, b: &Operand) -> Lowered<(TensorRef, TensorRef)> {
    let dtype = common_type(&[a.clone(), b.clone()]);
    Ok((a.tensor(cx, dtype)?, b.tensor(cx, dtype)?))
}

/// A tensor as floating-point numbers: others become `float32`, the default type of `PyTorch`.
pub(super) fn floating(cx: &mut Context, x: &TensorRef) -> Lowered<TensorRef> {
    if x.dtype.is_floating_point() {
        Ok(x.clone())
    } else {
        Ok(cx.graph.cast(x, ScalarType::Float32)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ScalarType::{Bool, Float16, Float32, Float64, Int32, Int64, UInt8};

    fn tensor(cx: &mut Context, dtype: ScalarType, shape: &[usize]) -> Operand {
        Operand::Tensor(cx.graph.input("x", dtype, shape).unwrap())
    }

    #[test]
    fn tensors_with_axes_decide_first() {
        let mut cx = Context::new(17, 3);
        let cases = [
            (tensor(&mut cx, UInt8, &[2]), Operand::Int(3), UInt8),
            (tensor(&mut cx, UInt8, &[2]), Operand::Float(3.0), Float32),
            (tensor(&mut cx, Bool, &[2]), Operand::Int(3), Int64),
            (tensor(&mut cx, Float16, &[2]), Operand::Float(3.0), Float16),
            (tensor(&mut cx, Int32, &[2]), tensor(&mut cx, Int64, &[]), Int32),
            (
                tensor(&mut cx, Float32, &[2]),
                tensor(&mut cx, Float64, &[]),
                Float32,
            ),
            (
                tensor(&mut cx, Float32, &[2]),
                tensor(&mut cx, Float64, &[1]),
                Float64,
            ),
            (tensor(&mut cx, Int64, &[]), Operand::Float(1.0), Float32),
            (
                tensor(&mut cx, Int64, &[2]),
                tensor(&mut cx, Float64, &[]),
                Float64,
            ),
        ];
        for (a, b, expected) in cases {
            assert_eq!(common_type(&[a.clone(), b.clone()]), expected, "{a:?} {b:?}");
            assert_eq!(common_type(&[b, a]), expected);
        }
    }
}
