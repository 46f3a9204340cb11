//! Lists of tensors, which loops write. They are resolved while converting.

use std::rc::Rc;

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError, Tensor};
use super::super::value::Value;
use super::{Lowered, Operator, one, row, wrong};

pub(super) const OPERATORS: &[Operator] = &[
    row(
        "TensorListReserve",
        reserve,
        "the length is known while converting",
    ),
    row("EmptyTensorList", empty, ""),
    row("TensorListFromTensor", from_tensor, ""),
    row(
        "TensorListSetItem",
        set_item,
        "the index is known while converting",
    ),
    row(
        "TensorListGetItem",
        get_item,
        "the index is known while converting",
    ),
    row("TensorListPushBack", push_back, ""),
    row("TensorListStack", stack, ""),
    row("TensorListLength", length, ""),
];

/// The most elements of a list.
const MAX_LENGTH: usize = 1 << 16;

fn list(args: &Arguments<'_>, index: usize) -> Result<Rc<[Option<Tensor>]>, LoweringError> {
    match args.value(index)? {
        Value::List(list) => Ok(Rc::clone(list)),
        other => Err(wrong(format!(
            "input {index} is {}, not a list of tensors",
            other.kind()
        ))),
    }
}

fn place(cx: &mut Context, args: &Arguments<'_>, length: usize) -> Result<usize, LoweringError> {
    let index = args.integer(cx, 1)?;
    usize::try_from(index)
        .ok()
        .filter(|&index| index < length)
        .ok_or_else(|| wrong(format!("index {index} leaves a list of {length} tensors")))
}

fn reserve(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let length = args.integer(cx, 1)?;
    let length = usize::try_from(length)
        .ok()
        .filter(|&length| length <= MAX_LENGTH)
        .ok_or_else(|| {
            wrong(format!(
                "a list of {length} tensors; up to {MAX_LENGTH} are supported"
            ))
        })?;
    Ok(vec![Value::List(vec![None; length].into())])
}

fn empty(_: &mut Context, _: &Arguments<'_>) -> Lowered {
    Ok(vec![Value::List(Vec::new().into())])
}

fn from_tensor(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.plain(cx, 0)?;
    let length = *x.shape.first().ok_or_else(|| wrong("a number has no axis"))?;
    let mut items = Vec::new();
    for index in 0..length.min(MAX_LENGTH + 1) {
        if index == MAX_LENGTH {
            return Err(wrong(format!("a list of more than {MAX_LENGTH} tensors")));
        }
        items.push(Some(Tensor::plain(cx.graph.select(&x, 0, index)?)));
    }
    Ok(vec![Value::List(items.into())])
}

fn set_item(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let list = list(args, 0)?;
    let index = place(cx, args, list.len())?;
    let mut items = list.to_vec();
    items[index] = Some(args.tensor(2)?);
    Ok(vec![Value::List(items.into())])
}

fn get_item(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let list = list(args, 0)?;
    let index = place(cx, args, list.len())?;
    match &list[index] {
        Some(tensor) => Ok(vec![Value::Tensor(tensor.clone())]),
        None => Err(wrong(format!("element {index} of the list was never written"))),
    }
}

fn push_back(_: &mut Context, args: &Arguments<'_>) -> Lowered {
    let mut items = list(args, 0)?.to_vec();
    if items.len() >= MAX_LENGTH {
        return Err(wrong(format!("a list of more than {MAX_LENGTH} tensors")));
    }
    items.push(Some(args.tensor(1)?));
    Ok(vec![Value::List(items.into())])
}

fn stack(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let list = list(args, 0)?;
    let items: Option<Vec<Tensor>> = list.iter().cloned().collect();
    let items = items.ok_or_else(|| wrong("an element of the list was never written"))?;
    if items.is_empty() {
        return Err(wrong("an empty list has no shape"));
    }
    one(super::joining::stacked(cx, &items, 0)?)
}

fn length(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let length = list(args, 0)?.len();
    one(cx.graph.scalar(crate::ScalarType::Int32, length as f64))
}
