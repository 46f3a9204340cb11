//! Changing the spatial size. Layout (batch, channel, space...).
//!
//! The forms of an operator differ in how the size is given: `output_size` alone, `output_size` with the factors from
//! which it was computed, or (`.vec`) `output_size` or a list of `scale_factors`. Coordinates are computed from the
//! factor where one is given, else from the lengths, as `PyTorch` does.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::Value;
use super::antialiasing::weighted;
use super::operands::{Lowered, fresh, size, tensor};
use super::{Operator, row};
use crate::graph::{Coordinates, Interpolation, ResizeTo, TensorRef, signed};

pub(super) const OPERATORS: &[Operator] = &[
    row(
        "aten::upsample_nearest1d",
        nearest,
        "all forms; repeated elements, or elements picked by index",
    ),
    row("aten::upsample_nearest2d", nearest, "all forms"),
    row("aten::upsample_nearest3d", nearest, "all forms"),
    row("aten::_upsample_nearest_exact1d", nearest_exact, "all forms"),
    row("aten::_upsample_nearest_exact2d", nearest_exact, "all forms"),
    row("aten::_upsample_nearest_exact3d", nearest_exact, "all forms"),
    row("aten::upsample_linear1d", linear, "all forms"),
    row("aten::upsample_bilinear2d", linear, "all forms"),
    row("aten::upsample_trilinear3d", linear, "all forms"),
    row("aten::upsample_bicubic2d", cubic, "all forms"),
    row(
        "aten::__interpolate",
        old_interpolate,
        "as torch < 1.4 saved `F.interpolate`",
    ),
    row(
        "aten::__upsample",
        old_interpolate,
        "as torch < 1.4 saved `F.upsample`",
    ),
];

/// `__interpolate(input, size=None, scale_factor=None, mode="nearest", align_corners=None)`: sizes are computed first,
/// and coordinates from them.
fn old_interpolate(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "input")?;
    let spatial = x.rank().saturating_sub(2);
    let lengths: Vec<i64> = match args.optional_ints(1, "size")? {
        Some(lengths) => super::operands::per_axis(&lengths, spatial, "size")?,
        None => {
            let factors = args.optional_floats(2, "scale_factor")?;
            let factors =
                factors.ok_or_else(|| LoweringError::new("neither `size` nor `scale_factor` is given"))?;
            let factors = super::operands::per_axis(&factors, spatial, "scale_factor")?;
            x.shape
                .iter()
                .skip(2)
                .zip(factors)
                .map(|(&length, factor)| (length as f64 * factor).floor() as i64)
                .collect()
        }
    };
    let mode = match args.get(3, "mode") {
        None | Some(Value::None) => "nearest",
        Some(_) => args.str(3, "mode")?,
    };
    let mut positional = vec![args.value(0, "input")?.clone(), Value::ints(lengths)];
    let lowering: super::Lowering = match (mode, spatial) {
        ("nearest", _) => nearest,
        ("linear", 1) | ("bilinear", 2) | ("trilinear", 3) => linear,
        ("bicubic", 2) => cubic,
        _ => {
            return Err(LoweringError::new(format!(
                "mode `{mode}` with {spatial} spatial axes is not supported"
            )));
        }
    };
    if mode != "nearest" {
        positional.push(Value::Bool(args.bool_or(4, "align_corners", false)?));
    }
    lowering(
        cx,
        &Arguments {
            positional,
            keyword: Vec::new(),
        },
    )
}

/// Lengths, and the factors along each spatial axis where they were given.
pub(super) struct Target {
    pub(super) lengths: Vec<usize>,
    pub(super) factors: Vec<Option<f64>>,
}

/// Reads the sizes: `(input, output_size, [align_corners,] factors...)`.
pub(super) fn read_target(args: &Arguments, x: &TensorRef, flags: usize) -> Lowered<Target> {
    let spatial = x.rank().checked_sub(2).filter(|&axes| axes > 0).ok_or_else(|| {
        LoweringError::new(format!(
            "batch, channel and spatial axes are expected, found {:?}",
            x.shape
        ))
    })?;
    let first_factor = 2 + flags;
    let mut factors: Vec<Option<f64>> = vec![None; spatial];
    // the factors come as one list, or as one number an axis
    let list = match args.get(first_factor, "scale_factors") {
        Some(Value::List(_)) => args.optional_floats(first_factor, "scale_factors")?,
        _ => None,
    };
    if let Some(list) = list {
        if list.len() != spatial {
            return Err(LoweringError::new(format!(
                "{} factors for {spatial} spatial axes",
                list.len()
            )));
        }
        factors = list.into_iter().map(Some).collect();
    } else {
        for (axis, factor) in factors.iter_mut().enumerate() {
            let names: &[&str] = if spatial == 1 {
                &["scales"]
            } else {
                &["scales_d", "scales_h", "scales_w"]
            };
            let name = names[names.len() - spatial.min(names.len()) + axis.min(names.len() - 1)];
            *factor = args.optional_float(first_factor + axis, name)?;
        }
    }
    let lengths = match args.optional_ints(1, "output_size")? {
        Some(lengths) => lengths
            .into_iter()
            .map(|length| size(length, "output_size"))
            .collect::<Lowered<Vec<_>>>()?,
        None => factors
            .iter()
            .zip(&x.shape[2..])
            .map(|(factor, &length)| {
                let factor = factor
                    .ok_or_else(|| LoweringError::new("neither `output_size` nor factors are given"))?;
                let wanted = (length as f64 * factor).floor();
                if (0.0..1e9).contains(&wanted) {
                    Ok(wanted as usize)
                } else {
                    Err(LoweringError::new(format!(
                        "factor {factor} of length {length} gives no size"
                    )))
                }
            })
            .collect::<Lowered<Vec<_>>>()?,
    };
    if lengths.len() != spatial || lengths.contains(&0) || x.shape[2..].contains(&0) {
        return Err(LoweringError::new(format!(
            "shape {:?} cannot get the spatial lengths {lengths:?}",
            x.shape
        )));
    }
    for factor in factors.iter().flatten() {
        if !(*factor > 0.0 && factor.is_finite()) {
            return Err(LoweringError::new(format!(
                "a factor has to be positive, found {factor}"
            )));
        }
    }
    Ok(Target { lengths, factors })
}

/// Distance of neighbouring elements of the result on the axis of the input, in `f32` as `PyTorch` computes it.
fn distance(length: usize, wanted: usize, factor: Option<f64>) -> f32 {
    match factor {
        Some(factor) => (1.0 / factor) as f32,
        None => length as f32 / wanted as f32,
    }
}

fn nearest(cx: &mut Context, args: &Arguments) -> Lowered {
    pick_nearest(cx, args, 0.0)
}

fn nearest_exact(cx: &mut Context, args: &Arguments) -> Lowered {
    pick_nearest(cx, args, 0.5)
}

/// Element `i` comes from `floor((i + shift) * distance)`.
fn pick_nearest(cx: &mut Context, args: &Arguments, shift: f32) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let target = read_target(args, &x, 0)?;
    let sources: Vec<Vec<usize>> = target
        .lengths
        .iter()
        .zip(&target.factors)
        .zip(&x.shape[2..])
        .map(|((&wanted, &factor), &length)| {
            let distance = distance(length, wanted, factor);
            (0..wanted)
                .map(|index| (((index as f32 + shift) * distance).floor() as usize).min(length - 1))
                .collect()
        })
        .collect();
    let repeats: Option<Vec<usize>> = sources
        .iter()
        .zip(&x.shape[2..])
        .map(|(source, &length)| {
            let factor = source.len() / length;
            let is_repetition = source.len() % length == 0
                && source
                    .iter()
                    .enumerate()
                    .all(|(index, &position)| position == index / factor);
            is_repetition.then_some(factor)
        })
        .collect();
    if let Some(repeats) = repeats {
        if repeats.iter().all(|&factor| factor == 1) {
            return fresh(x);
        }
        return fresh(cx.graph.repeat_elements(&x, &repeats)?);
    }
    let mut result = x.clone();
    for (index, source) in sources.iter().enumerate() {
        let axis = index + 2;
        if source
            .iter()
            .enumerate()
            .all(|(position, &from)| position == from)
            && source.len() == x.shape[axis]
        {
            continue;
        }
        let source: Vec<i64> = source.iter().map(|&position| signed(position)).collect();
        let source = cx.graph.integers(&source);
        result = cx.graph.gather(&result, &source, axis)?;
    }
    fresh(result)
}

fn linear(cx: &mut Context, args: &Arguments) -> Lowered {
    interpolate(cx, args, Interpolation::Linear)
}

fn cubic(cx: &mut Context, args: &Arguments) -> Lowered {
    interpolate(cx, args, Interpolation::Cubic { hundredths: 75 })
}

/// `upsample_*(self, output_size, align_corners, factors...)`
fn interpolate(cx: &mut Context, args: &Arguments, interpolation: Interpolation) -> Lowered {
    let mut x = tensor(cx, args, 0, "self")?;
    let align_corners = args.bool(2, "align_corners")?;
    let mut target = read_target(args, &x, 1)?;
    if align_corners {
        target.factors.fill(None);
        // one element lies on the first, on which engines do not agree
        for (index, &wanted) in target.lengths.iter().enumerate() {
            if wanted == 1 {
                x = cx.graph.narrow(&x, index + 2, 0, 1)?;
            }
        }
    }
    if x.shape[2..] == target.lengths[..]
        && target
            .factors
            .iter()
            .all(|factor| factor.is_none_or(|f| f == 1.0))
    {
        return fresh(x);
    }
    let coordinates = if align_corners {
        Coordinates::AlignCorners
    } else {
        Coordinates::HalfPixel
    };
    // engines take pictures and volumes, not single lines
    let is_line = x.rank() == 3;
    if is_line {
        x = cx.graph.unsqueeze(&x, 2)?;
        target.lengths.insert(0, 1);
        target.factors.insert(0, None);
    }
    let resized = match resize_target(&x, &target) {
        Some(resize_to) => cx.graph.resize(&x, &resize_to, interpolation, coordinates)?,
        None => weighted(cx, &x, &target, interpolation, false, align_corners)?,
    };
    if is_line {
        let shape = [resized.shape[0], resized.shape[1], resized.shape[3]];
        return fresh(cx.graph.reshape(&resized, &shape)?);
    }
    fresh(resized)
}

/// The size as ONNX takes it: lengths where they say it all, else factors; `None` where `f32` factors would give other
/// lengths.
fn resize_target(x: &TensorRef, target: &Target) -> Option<ResizeTo> {
    let lengths = &target.lengths;
    let same = |(index, factor): (usize, &Option<f64>)| {
        let by_length = lengths[index] as f64 / x.shape[index + 2] as f64;
        factor.is_none_or(|factor| (factor - by_length).abs() <= 1e-7 * by_length)
    };
    if target.factors.iter().enumerate().all(same) {
        return Some(ResizeTo::Lengths(lengths.clone()));
    }
    let mut factors = Vec::new();
    for (index, factor) in target.factors.iter().enumerate() {
        let length = x.shape[index + 2];
        let factor = factor.map_or(lengths[index] as f32 / length as f32, |factor| factor as f32);
        let in_single = (length as f32 * factor).floor();
        let in_double = (length as f64 * f64::from(factor)).floor();
        if in_single as usize != lengths[index] || in_double as usize != lengths[index] {
            return None;
        }
        factors.push(factor);
    }
    Some(ResizeTo::Factors(factors, lengths.clone()))
}
