//! New tensors. All of them are known while converting.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::Value;
use super::operands::{self, Lowered, dtype, fresh, known_number, size, sizes, tensor};
use super::{Operator, row};
use crate::graph::TensorRef;
use crate::tensor::{ScalarType, TensorData, element_count};

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::zeros", zeros, ""),
    row("aten::ones", ones, ""),
    row("aten::full", full, ""),
    row("aten::empty", zeros, "filled with zeros"),
    row("aten::zeros_like", zeros_like, ""),
    row("aten::ones_like", ones_like, ""),
    row("aten::full_like", full_like, ""),
    row("aten::empty_like", zeros_like, "filled with zeros"),
    row("aten::new_zeros", new_zeros, ""),
    row("aten::new_ones", new_ones, ""),
    row("aten::new_full", new_full, ""),
    row("aten::new_empty", new_zeros, "filled with zeros"),
    row("aten::arange", arange, ""),
    row("aten::linspace", linspace, ""),
    row("aten::eye", eye, ""),
    row("aten::tensor", from_values, ""),
    row("aten::as_tensor", from_values, ""),
    row("aten::scalar_tensor", from_values, ""),
    row("aten::tril_indices", tril_indices, ""),
    row("aten::triu_indices", triu_indices, ""),
];

/// Elements of the largest created tensor that is not one repeated number.
const LARGEST: usize = 1 << 26;

fn filled(cx: &mut Context, shape: &[usize], dtype: ScalarType, value: f64) -> Lowered {
    let number = cx.graph.scalar(dtype, value);
    fresh(cx.graph.expand(&number, shape)?)
}

/// `zeros(size, *, dtype, layout, device, pin_memory)`
fn zeros(cx: &mut Context, args: &Arguments) -> Lowered {
    let shape = sizes(args, 0, "size")?;
    let dtype = dtype(args, 1)?.unwrap_or(ScalarType::Float32);
    filled(cx, &shape, dtype, 0.0)
}

fn ones(cx: &mut Context, args: &Arguments) -> Lowered {
    let shape = sizes(args, 0, "size")?;
    let dtype = dtype(args, 1)?.unwrap_or(ScalarType::Float32);
    filled(cx, &shape, dtype, 1.0)
}

/// The type that a number has by itself.
fn natural(value: &Value) -> ScalarType {
    match value {
        Value::Bool(_) => ScalarType::Bool,
        Value::Int(_) => ScalarType::Int64,
        _ => ScalarType::Float32,
    }
}

/// `full(size, fill_value, *, dtype, ...)`
fn full(cx: &mut Context, args: &Arguments) -> Lowered {
    let shape = sizes(args, 0, "size")?;
    let dtype = match dtype(args, 2)? {
        Some(dtype) => dtype,
        // before torch 1.7 the type was that of the default
        None if cx.archive_version < 5 => ScalarType::Float32,
        None => natural(args.value(1, "fill_value")?),
    };
    let value = known_number(cx, args, 1, "fill_value")?;
    filled(cx, &shape, dtype, value)
}

/// `zeros_like(self, *, dtype, ...)`
fn zeros_like(cx: &mut Context, args: &Arguments) -> Lowered {
    like(cx, args, 0.0)
}

fn ones_like(cx: &mut Context, args: &Arguments) -> Lowered {
    like(cx, args, 1.0)
}

fn like(cx: &mut Context, args: &Arguments, value: f64) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let dtype = dtype(args, 1)?.unwrap_or(x.dtype);
    filled(cx, &x.shape, dtype, value)
}

/// `full_like(self, fill_value, *, dtype, ...)`
fn full_like(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let value = known_number(cx, args, 1, "fill_value")?;
    let dtype = dtype(args, 2)?.unwrap_or(x.dtype);
    filled(cx, &x.shape, dtype, value)
}

/// `new_zeros(self, size, *, dtype, ...)`
fn new_zeros(cx: &mut Context, args: &Arguments) -> Lowered {
    new(cx, args, 0.0)
}

fn new_ones(cx: &mut Context, args: &Arguments) -> Lowered {
    new(cx, args, 1.0)
}

fn new(cx: &mut Context, args: &Arguments, value: f64) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let shape = sizes(args, 1, "size")?;
    let dtype = dtype(args, 2)?.unwrap_or(x.dtype);
    filled(cx, &shape, dtype, value)
}

/// `new_full(self, size, fill_value, *, dtype, ...)`
fn new_full(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let shape = sizes(args, 1, "size")?;
    let value = known_number(cx, args, 2, "fill_value")?;
    let dtype = dtype(args, 3)?.unwrap_or(x.dtype);
    filled(cx, &shape, dtype, value)
}

/// `arange(end)`, `arange(start, end)`, `arange(start, end, step)`
fn arange(cx: &mut Context, args: &Arguments) -> Lowered {
    let named = |name: &str| {
        args.keyword
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    };
    // older archives have type, layout, device and a flag without names behind the numbers
    let numbers: Vec<Value> = match args.positional.len() {
        0..=3 => args.positional.clone(),
        more => args.positional[..more - 4].to_vec(),
    };
    let (start, end, step) = match &numbers[..] {
        [] => (named("start"), named("end"), named("step")),
        [end] if named("end").is_none() => (None, Some(end.clone()), named("step")),
        [start] => (Some(start.clone()), named("end"), named("step")),
        [start, end] => (Some(start.clone()), Some(end.clone()), named("step")),
        [start, end, step, ..] => (Some(start.clone()), Some(end.clone()), Some(step.clone())),
    };
    let end = end.ok_or_else(|| LoweringError::new("argument `end` is missing"))?;
    let (start, step) = (start.unwrap_or(Value::Int(0)), step.unwrap_or(Value::Int(1)));
    let mut whole = true;
    let mut values = [0.0; 3];
    for (slot, value) in values.iter_mut().zip([&start, &end, &step]) {
        whole &= match value {
            Value::Int(_) | Value::Bool(_) => true,
            Value::Tensor(tensor) => !cx.read(tensor)?.dtype.is_floating_point(),
            _ => false,
        };
        *slot = operands::number(cx, value)?.ok_or_else(|| {
            LoweringError::new("a bound has to be a number that is known before the network runs")
        })?;
    }
    let position = if args.positional.len() > 3 {
        args.positional.len() - 4
    } else {
        usize::MAX
    };
    let dtype = dtype(args, position)?.unwrap_or(if whole {
        ScalarType::Int64
    } else {
        ScalarType::Float32
    });
    let [start, end, step] = values;
    let count = ((end - start) / step).ceil();
    if !(step != 0.0 && (0.0..=LARGEST as f64).contains(&count)) {
        return Err(LoweringError::new(format!(
            "from {start} to {end} in steps of {step} is no range"
        )));
    }
    let elements: Vec<f64> = (0..count as usize)
        .map(|index| start + index as f64 * step)
        .collect();
    fresh(
        cx.graph
            .computed(TensorData::from_f64(dtype, &[elements.len()], &elements)?),
    )
}

/// `linspace(start, end, steps, *, dtype, ...)`
fn linspace(cx: &mut Context, args: &Arguments) -> Lowered {
    let (start, end) = (
        known_number(cx, args, 0, "start")?,
        known_number(cx, args, 1, "end")?,
    );
    let count = size(args.int_or(2, "steps", 100)?, "steps")?;
    let dtype = dtype(args, 3)?.unwrap_or(ScalarType::Float32);
    if count > LARGEST {
        return Err(LoweringError::new(format!("{count} elements are too many")));
    }
    let step = if count > 1 {
        (end - start) / (count - 1) as f64
    } else {
        0.0
    };
    // the second half is counted from the end, so that it is symmetric
    let elements: Vec<f64> = (0..count)
        .map(|index| {
            if index < count / 2 || count == 1 {
                start + step * index as f64
            } else {
                end - step * (count - 1 - index) as f64
            }
        })
        .collect();
    fresh(
        cx.graph
            .computed(TensorData::from_f64(dtype, &[count], &elements)?),
    )
}

/// `eye(n)`, `eye(n, m)`
fn eye(cx: &mut Context, args: &Arguments) -> Lowered {
    let rows = size(args.int(0, "n")?, "n")?;
    let columns = match args.positional.get(1) {
        Some(Value::Int(columns)) if args.positional.len() < 5 || args.positional.len() == 6 => {
            size(*columns, "m")?
        }
        _ => args
            .optional_int(usize::MAX, "m")?
            .map_or(Ok(rows), |columns| size(columns, "m"))?,
    };
    let dtype = dtype(args, usize::MAX)?.unwrap_or(ScalarType::Float32);
    if element_count(&[rows, columns]).is_none_or(|count| count > LARGEST) {
        return Err(LoweringError::new(format!(
            "{rows} x {columns} elements are too many"
        )));
    }
    let elements: Vec<i64> = (0..rows * columns)
        .map(|index| i64::from(index / columns == index % columns))
        .collect();
    fresh(
        cx.graph
            .computed(TensorData::from_i64(dtype, &[rows, columns], &elements)?),
    )
}

/// `tensor(data, *, dtype, device, requires_grad)`, of numbers and nested lists; of a tensor a copy
fn from_values(cx: &mut Context, args: &Arguments) -> Lowered {
    let data = args.value(0, "data")?.clone();
    let wanted = dtype(args, 1)?;
    if let Value::Tensor(tensor) = &data {
        let x = cx.read(tensor)?;
        return fresh(match wanted {
            Some(dtype) => cx.graph.cast(&x, dtype)?,
            None => x,
        });
    }
    let mut numbers = Vec::new();
    let shape = collect(cx, &data, &mut numbers, 0)?;
    let found = numbers
        .iter()
        .map(|(dtype, _)| *dtype)
        .reduce(super::promotion::promote);
    let dtype = wanted.or(found).unwrap_or(ScalarType::Float32);
    let elements: Vec<f64> = numbers.iter().map(|(_, number)| *number).collect();
    let data = if numbers.iter().all(|(dtype, _)| !dtype.is_floating_point()) && !dtype.is_floating_point() {
        let elements: Vec<i64> = elements.iter().map(|&element| element as i64).collect();
        TensorData::from_i64(dtype, &shape, &elements)?
    } else {
        TensorData::from_f64(dtype, &shape, &elements)?
    };
    fresh(cx.graph.computed(data))
}

/// The numbers in nested lists, and the shape of the nest.
fn collect(
    cx: &mut Context,
    value: &Value,
    numbers: &mut Vec<(ScalarType, f64)>,
    depth: usize,
) -> Lowered<Vec<usize>> {
    let list = match value {
        Value::List(list) => list.borrow().clone(),
        Value::Tuple(tuple) => tuple.values().to_vec(),
        single => {
            let dtype = match single {
                Value::Tensor(tensor) => cx.read(tensor)?.dtype,
                other => natural(other),
            };
            let number = operands::number(cx, single)?.ok_or_else(|| {
                LoweringError::new(format!(
                    "a {} is not a number that is known before the network runs",
                    single.kind()
                ))
            })?;
            numbers.push((dtype, number));
            return Ok(Vec::new());
        }
    };
    if depth > 32 || numbers.len() > LARGEST {
        return Err(LoweringError::new("the nested lists are too deep or too long"));
    }
    let mut inner: Option<Vec<usize>> = None;
    for value in &list {
        let shape = collect(cx, value, numbers, depth + 1)?;
        if inner.as_ref().is_some_and(|known| *known != shape) {
            return Err(LoweringError::new("lists in a list have different lengths"));
        }
        inner = Some(shape);
    }
    let mut shape = vec![list.len()];
    shape.extend(inner.unwrap_or_default());
    Ok(shape)
}

fn tril_indices(cx: &mut Context, args: &Arguments) -> Lowered {
    fresh(triangle(cx, args, |row, column, offset| column <= row + offset)?)
}

fn triu_indices(cx: &mut Context, args: &Arguments) -> Lowered {
    fresh(triangle(cx, args, |row, column, offset| column >= row + offset)?)
}

/// `tril_indices(row, col, offset=0)`: rows and columns of the elements of a triangle
fn triangle(cx: &mut Context, args: &Arguments, inside: fn(i64, i64, i64) -> bool) -> Lowered<TensorRef> {
    let (rows, columns) = (args.int(0, "row")?, args.int(1, "col")?);
    let offset = args.int_or(2, "offset", 0)?.clamp(-(1 << 40), 1 << 40);
    if !(0..=1 << 13).contains(&rows) || !(0..=1 << 13).contains(&columns) {
        return Err(LoweringError::new(format!(
            "{rows} x {columns} elements are too many"
        )));
    }
    let pairs: Vec<(i64, i64)> = (0..rows)
        .flat_map(|row| (0..columns).map(move |column| (row, column)))
        .filter(|&(row, column)| inside(row, column, offset))
        .collect();
    let elements: Vec<i64> = pairs
        .iter()
        .map(|pair| pair.0)
        .chain(pairs.iter().map(|pair| pair.1))
        .collect();
    let dtype = dtype(args, 3)?.unwrap_or(ScalarType::Int64);
    Ok(cx
        .graph
        .computed(TensorData::from_i64(dtype, &[2, pairs.len()], &elements)?))
}
