//! Einstein sums, from transpositions, sums and matrix products, which every engine runs fast.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::operands::{Lowered, fresh, tensors};
use super::{Operator, row};
use crate::graph::{Reduction, TensorRef};

pub(super) const OPERATORS: &[Operator] = &[row(
    "aten::einsum",
    einsum,
    "any number of operands, `...`; a letter twice in an operand is not supported",
)];

/// A tensor with a label an axis.
struct Labelled {
    tensor: TensorRef,
    labels: Vec<Label>,
}

/// A letter, or an axis that `...` stands for, counted from the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Label {
    Hidden(usize),
    Letter(char),
}

/// `einsum(equation, tensors, path=None)`
fn einsum(cx: &mut Context, args: &Arguments) -> Lowered {
    let equation: String = args
        .str(0, "equation")?
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let operands = tensors(cx, args, 1, "operands")?;
    let (left, right) = match equation.split_once("->") {
        Some((left, right)) => (left, Some(right)),
        None => (equation.as_str(), None),
    };
    let terms: Vec<&str> = left.split(',').collect();
    if terms.len() != operands.len() || operands.is_empty() {
        return Err(LoweringError::new(format!(
            "`{equation}` does not fit {} operands",
            operands.len()
        )));
    }
    let mut open = Vec::new();
    for (term, tensor) in terms.iter().zip(&operands) {
        let labels = labels(term, Some(tensor.rank()), 0)?;
        for (index, label) in labels.iter().enumerate() {
            if labels[..index].contains(label) {
                return Err(LoweringError::new(format!(
                    "`{equation}`: a letter twice in `{term}` is not supported"
                )));
            }
        }
        open.push(Labelled {
            tensor: tensor.clone(),
            labels,
        });
    }
    let wanted = output_labels(right, &open)?;
    let mut operands = open.into_iter();
    let mut result = operands
        .next()
        .ok_or_else(|| LoweringError::new("at least one operand is needed"))?;
    let rest: Vec<Labelled> = operands.collect();
    for (index, next) in rest.iter().enumerate() {
        let later: Vec<Label> = rest[index + 1..]
            .iter()
            .flat_map(|operand| operand.labels.iter().copied())
            .chain(wanted.iter().copied())
            .collect();
        result = contract(cx, &result, next, &later)?;
    }
    let result = summed(cx, &result, &wanted)?;
    let permutation: Option<Vec<usize>> = wanted
        .iter()
        .map(|label| result.labels.iter().position(|own| own == label))
        .collect();
    let permutation = permutation
        .ok_or_else(|| LoweringError::new(format!("`{equation}`: an output letter has no input")))?;
    fresh(cx.graph.transpose(&result.tensor, &permutation)?)
}

/// The labels of a term; `...` fills the rank, or stands for `hidden` axes.
fn labels(term: &str, rank: Option<usize>, hidden: usize) -> Lowered<Vec<Label>> {
    let wrong = || LoweringError::new(format!("`{term}` does not fit a tensor of {rank:?} axes"));
    let (before, behind) = match term.split_once("...") {
        Some((before, behind)) => (before, Some(behind)),
        None => (term, None),
    };
    let letters = before.chars().count() + behind.map_or(0, |text| text.chars().count());
    let count = match (rank, behind) {
        (Some(rank), Some(_)) => rank.checked_sub(letters).ok_or_else(wrong)?,
        (Some(rank), None) if rank == letters => 0,
        (Some(_), None) => return Err(wrong()),
        (None, Some(_)) => hidden,
        (None, None) => 0,
    };
    let mut labels: Vec<Label> = before.chars().map(Label::Letter).collect();
    labels.extend((0..count).rev().map(Label::Hidden));
    labels.extend(behind.into_iter().flat_map(str::chars).map(Label::Letter));
    if labels
        .iter()
        .any(|label| matches!(label, Label::Letter(letter) if !letter.is_ascii_alphabetic()))
    {
        return Err(LoweringError::new(format!(
            "`{term}` has other signs than letters and `...`"
        )));
    }
    Ok(labels)
}

/// What is on the right; without `->` the letters that occur once, in the order of the alphabet.
fn output_labels(right: Option<&str>, operands: &[Labelled]) -> Lowered<Vec<Label>> {
    let all: Vec<Label> = operands
        .iter()
        .flat_map(|operand| operand.labels.iter().copied())
        .collect();
    let hidden = all
        .iter()
        .filter_map(|label| {
            if let Label::Hidden(index) = label {
                Some(index + 1)
            } else {
                None
            }
        })
        .max();
    let hidden = hidden.unwrap_or(0);
    if let Some(right) = right {
        return labels(right, None, hidden);
    }
    let mut once: Vec<Label> = all
        .iter()
        .copied()
        .filter(|label| {
            matches!(label, Label::Letter(_)) && all.iter().filter(|other| *other == label).count() == 1
        })
        .collect();
    once.sort_unstable();
    let mut output: Vec<Label> = (0..hidden).rev().map(Label::Hidden).collect();
    output.extend(once);
    Ok(output)
}

/// Sums over the axes whose labels nobody needs.
fn summed(cx: &mut Context, operand: &Labelled, needed: &[Label]) -> Lowered<Labelled> {
    let gone: Vec<usize> = (0..operand.labels.len())
        .filter(|&index| !needed.contains(&operand.labels[index]))
        .collect();
    let tensor = cx.graph.reduce(Reduction::Sum, &operand.tensor, &gone, false)?;
    let labels = operand
        .labels
        .iter()
        .copied()
        .filter(|label| needed.contains(label))
        .collect();
    Ok(Labelled { tensor, labels })
}

/// The product of two operands, summed over the labels that nobody needs later.
fn contract(cx: &mut Context, a: &Labelled, b: &Labelled, later: &[Label]) -> Lowered<Labelled> {
    let needed_of = |other: &Labelled| -> Vec<Label> { later.iter().chain(&other.labels).copied().collect() };
    let a = summed(cx, a, &needed_of(b))?;
    let b = summed(cx, b, &needed_of(&a))?;
    let length = |operand: &Labelled, label: Label| {
        operand
            .labels
            .iter()
            .position(|own| *own == label)
            .map_or(1, |axis| operand.tensor.shape[axis])
    };
    let shared: Vec<Label> = a
        .labels
        .iter()
        .copied()
        .filter(|label| b.labels.contains(label))
        .collect();
    for &label in &shared {
        let (x, y) = (length(&a, label), length(&b, label));
        if x != y && x != 1 && y != 1 {
            return Err(LoweringError::new(format!(
                "{label:?} has the lengths {x} and {y}"
            )));
        }
    }
    // an axis of length 1 that meets a longer one broadcasts: only equal ones can be contracted by a matrix product
    let inner: Vec<Label> = shared
        .iter()
        .copied()
        .filter(|label| !later.contains(label) && length(&a, *label) == length(&b, *label))
        .collect();
    let batch: Vec<Label> = shared
        .iter()
        .copied()
        .filter(|label| !inner.contains(label))
        .collect();
    let rows: Vec<Label> = a
        .labels
        .iter()
        .copied()
        .filter(|label| !shared.contains(label))
        .collect();
    let columns: Vec<Label> = b
        .labels
        .iter()
        .copied()
        .filter(|label| !shared.contains(label))
        .collect();
    let result = if inner.is_empty() {
        outer(cx, &a, &b, &batch, &rows, &columns)?
    } else if rows.is_empty() && columns.is_empty() {
        // no matrix on either side: a product and a sum
        outer(cx, &a, &b, &shared, &rows, &columns)?
    } else {
        matrix_product(cx, [&a, &b], [&batch, &rows, &inner, &columns])?
    };
    summed(cx, &result, later)
}

/// The axes of an operand in an order.
fn ordered(cx: &mut Context, operand: &Labelled, order: &[&[Label]]) -> Lowered<TensorRef> {
    let permutation: Vec<usize> = order
        .iter()
        .flat_map(|labels| labels.iter())
        .filter_map(|label| operand.labels.iter().position(|own| own == label))
        .collect();
    Ok(cx.graph.transpose(&operand.tensor, &permutation)?)
}

fn matrix_product(cx: &mut Context, [a, b]: [&Labelled; 2], parts: [&[Label]; 4]) -> Lowered<Labelled> {
    let [batch, rows, inner, columns] = parts;
    let left = ordered(cx, a, &[batch, rows, inner])?;
    let right = ordered(cx, b, &[batch, inner, columns])?;
    let (split_rows, split_columns) = (
        left.shape[batch.len()..batch.len() + rows.len()].to_vec(),
        right.shape[batch.len() + inner.len()..].to_vec(),
    );
    let together: usize = left.shape[batch.len() + rows.len()..].iter().product();
    let mut left_shape = left.shape[..batch.len()].to_vec();
    left_shape.extend([split_rows.iter().product(), together]);
    let mut right_shape = right.shape[..batch.len()].to_vec();
    right_shape.extend([together, split_columns.iter().product()]);
    let left = cx.graph.reshape(&left, &left_shape)?;
    let right = cx.graph.reshape(&right, &right_shape)?;
    let product = cx.graph.matmul(&left, &right)?;
    let mut shape = product.shape[..batch.len()].to_vec();
    shape.extend(split_rows);
    shape.extend(split_columns);
    let tensor = cx.graph.reshape(&product, &shape)?;
    Ok(Labelled {
        tensor,
        labels: [batch, rows, columns].concat(),
    })
}

/// Without an axis to sum over: an elementwise product.
fn outer(
    cx: &mut Context,
    a: &Labelled,
    b: &Labelled,
    batch: &[Label],
    rows: &[Label],
    columns: &[Label],
) -> Lowered<Labelled> {
    let left = ordered(cx, a, &[batch, rows])?;
    let right = ordered(cx, b, &[batch, columns])?;
    let mut left_shape = left.shape.clone();
    left_shape.extend(vec![1; columns.len()]);
    let mut right_shape = right.shape[..batch.len()].to_vec();
    right_shape.extend(vec![1; rows.len()]);
    right_shape.extend(&right.shape[batch.len()..]);
    let left = cx.graph.reshape(&left, &left_shape)?;
    let right = cx.graph.reshape(&right, &right_shape)?;
    let tensor = cx.graph.mul(&left, &right)?;
    Ok(Labelled {
        tensor,
        labels: [batch, rows, columns].concat(),
    })
}
