//! Products of matrices.

use super::super::arguments::{Arguments, Channels};
use super::super::context::{Context, LoweringError, Tensor};
use super::{Lowered, Operator, one, row, wrong};
use crate::graph::TensorRef;

pub(super) const OPERATORS: &[Operator] = &[
    row("MatMul", matmul, ""),
    row("_FusedMatMul", fused, "with `BiasAdd` and activations"),
    row("BatchMatMul", batch_matmul, ""),
    row("BatchMatMulV2", batch_matmul, ""),
    row("BatchMatMulV3", batch_matmul, ""),
];

fn product(cx: &mut Context, args: &Arguments<'_>, flags: [&str; 2]) -> Result<TensorRef, LoweringError> {
    let mut operands = Vec::new();
    for (index, flag) in flags.into_iter().enumerate() {
        let operand = args.plain(cx, index)?;
        let rank = operand.rank();
        if rank < 2 {
            return Err(wrong(format!(
                "operand {index} of shape {:?} is no matrix",
                operand.shape
            )));
        }
        operands.push(if args.flag(flag) {
            cx.graph.swap_axes(&operand, rank - 2, rank - 1)?
        } else {
            operand
        });
    }
    Ok(cx.graph.matmul(&operands[0], &operands[1])?)
}

fn matmul(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    one(product(cx, args, ["transpose_a", "transpose_b"])?)
}

fn batch_matmul(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    one(product(cx, args, ["adj_x", "adj_y"])?)
}

fn fused(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let mut result = product(cx, args, ["transpose_a", "transpose_b"])?;
    let mut next = 2;
    for operator in args.texts("fused_ops") {
        match operator.as_str() {
            "BiasAdd" => {
                let bias = args.plain(cx, next)?;
                next += 1;
                result = super::convolution::add_bias(cx, &result, &bias, Channels::Last)?;
            }
            "Prelu" => {
                let slope = Tensor::plain(args.plain(cx, next)?);
                next += 1;
                let (parts, _) = cx.aligned(&[Tensor::plain(result), slope])?;
                result = super::activation::parametric(cx, &parts[0], &parts[1])?;
            }
            other => result = super::activation::by_name(cx, args, other, &result)?,
        }
    }
    one(result)
}
