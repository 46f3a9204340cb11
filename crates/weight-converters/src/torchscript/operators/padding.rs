//! Padding. Lists of pads start with the last axis: `[left, right, top, bottom, ...]`.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::Value;
use super::operands::{Lowered, fresh, optional_number, tensor};
use super::{Operator, row};
use crate::graph::PadMode;
use crate::tensor::ScalarType;

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::constant_pad_nd", constant, "negative pads take away"),
    row("aten::pad", any, "`constant`, `reflect`, `replicate`, `circular`"),
    row("aten::_pad_enum", numbered, "as pad"),
    row("aten::_pad_circular", circular, ""),
    row("aten::reflection_pad1d", reflect, ""),
    row("aten::reflection_pad2d", reflect, ""),
    row("aten::reflection_pad3d", reflect, ""),
    row("aten::replication_pad1d", replicate, ""),
    row("aten::replication_pad2d", replicate, ""),
    row("aten::replication_pad3d", replicate, ""),
];

/// `constant_pad_nd(self, pad, value=0)`
fn constant(cx: &mut Context, args: &Arguments) -> Lowered {
    let value = optional_number(cx, args, 2, "value")?.unwrap_or(0.0);
    lower(cx, args, PadMode::Constant(value))
}

/// `pad(self, pad, mode="constant", value=None)`
fn any(cx: &mut Context, args: &Arguments) -> Lowered {
    let name = match args.get(2, "mode") {
        None | Some(Value::None) => "constant",
        Some(_) => args.str(2, "mode")?,
    };
    let mode = match name {
        "constant" => PadMode::Constant(optional_number(cx, args, 3, "value")?.unwrap_or(0.0)),
        "reflect" => PadMode::Reflect,
        "replicate" => PadMode::Edge,
        "circular" => PadMode::Wrap,
        other => return Err(LoweringError::new(format!("mode `{other}` is not supported"))),
    };
    lower(cx, args, mode)
}

/// `_pad_enum(self, pad, mode: int, value=None)`
fn numbered(cx: &mut Context, args: &Arguments) -> Lowered {
    let mode = match args.int(2, "mode")? {
        0 => PadMode::Constant(optional_number(cx, args, 3, "value")?.unwrap_or(0.0)),
        1 => PadMode::Reflect,
        2 => PadMode::Edge,
        3 => PadMode::Wrap,
        other => return Err(LoweringError::new(format!("mode {other} is not supported"))),
    };
    lower(cx, args, mode)
}

fn circular(cx: &mut Context, args: &Arguments) -> Lowered {
    lower(cx, args, PadMode::Wrap)
}

fn reflect(cx: &mut Context, args: &Arguments) -> Lowered {
    lower(cx, args, PadMode::Reflect)
}

fn replicate(cx: &mut Context, args: &Arguments) -> Lowered {
    lower(cx, args, PadMode::Edge)
}

fn lower(cx: &mut Context, args: &Arguments, mode: PadMode) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let list = args.ints(1, "pad")?;
    if list.len() % 2 != 0 || list.len() / 2 > x.rank() {
        return Err(LoweringError::new(format!(
            "{} pads do not fit shape {:?}",
            list.len(),
            x.shape
        )));
    }
    let mut pads = vec![(0, 0); x.rank()];
    for (index, pair) in list.chunks_exact(2).enumerate() {
        pads[x.rank() - 1 - index] = (pair[0], pair[1]);
    }
    if matches!(x.dtype, ScalarType::Bool | ScalarType::Int16) {
        let wide = cx.graph.cast(&x, ScalarType::Int32)?;
        let padded = cx.graph.pad(&wide, &pads, mode)?;
        return fresh(cx.graph.cast(&padded, x.dtype)?);
    }
    fresh(cx.graph.pad(&x, &pads, mode)?)
}
