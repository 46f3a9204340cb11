//! Padding.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError, Tensor};
use super::{Lowered, Operator, row, stored, wrong};
use crate::graph::{PadMode, signed};

pub(super) const OPERATORS: &[Operator] = &[
    row("Pad", pad, ""),
    row("PadV2", pad, "the value is known while converting"),
    row("MirrorPad", mirror, "`REFLECT` and `SYMMETRIC`"),
];

/// Elements to add before and behind each axis, in the order in which axes are stored.
fn pads(cx: &mut Context, args: &Arguments<'_>, x: &Tensor) -> Result<Vec<(usize, usize)>, LoweringError> {
    let flat = args.lengths(cx, 1)?;
    if flat.len() != 2 * x.rank() {
        return Err(wrong(format!(
            "{} paddings for a tensor of shape {:?}",
            flat.len(),
            x.shape()
        )));
    }
    let pairs: Vec<(usize, usize)> = flat.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    Ok(x.stored_order(&pairs))
}

fn pad(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let pads: Vec<(i64, i64)> = pads(cx, args, &x)?
        .into_iter()
        .map(|(before, after)| (signed(before), signed(after)))
        .collect();
    let value = if args.len() > 2 { args.number(cx, 2)? } else { 0.0 };
    let result = cx.graph.pad(x.value(), &pads, PadMode::Constant(value))?;
    stored(result, x.layout())
}

fn mirror(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let pads = pads(cx, args, &x)?;
    match args.text("mode")? {
        "REFLECT" => {
            let pads: Vec<(i64, i64)> = pads
                .into_iter()
                .map(|(before, after)| (signed(before), signed(after)))
                .collect();
            stored(cx.graph.pad(x.value(), &pads, PadMode::Reflect)?, x.layout())
        }
        "SYMMETRIC" => {
            let mut result = x.value().clone();
            for (axis, (before, after)) in pads.into_iter().enumerate() {
                let length = result.shape[axis];
                if before.max(after) > length {
                    return Err(wrong(format!(
                        "{before} and {after} elements cannot be mirrored of {length}"
                    )));
                }
                if before + after == 0 {
                    continue;
                }
                let front = (0..before).rev();
                let back = (length - after..length).rev();
                let indices: Vec<i64> = front.chain(0..length).chain(back).map(signed).collect();
                let indices = cx.graph.integers(&indices);
                result = cx.graph.gather(&result, &indices, axis)?;
            }
            stored(result, x.layout())
        }
        other => Err(wrong(format!("the mode `{other}` is not supported"))),
    }
}
