//! Einstein sums of two tensors, as a product of matrices.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::{Lowered, Operator, one, row, wrong};
use crate::graph::{Reduction, TensorRef};

pub(super) const OPERATORS: &[Operator] = &[row(
    "Einsum",
    einsum,
    "one or two operands, no `...`, no letter twice in an operand",
)];

fn einsum(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let equation: String = args
        .text("equation")?
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let refused = |why: &str| wrong(format!("the equation `{equation}` {why}"));
    let (left, result) = equation
        .split_once("->")
        .ok_or_else(|| refused("does not say what it gives"))?;
    if equation.contains('.') {
        return Err(refused("has `...`, which is not supported"));
    }
    let terms: Vec<Vec<char>> = left.split(',').map(|term| term.chars().collect()).collect();
    let wanted: Vec<char> = result.chars().collect();
    if terms.len() != args.len() || terms.len() > 2 {
        return Err(refused("does not fit one or two operands"));
    }
    let mut operands = Vec::new();
    for (index, term) in terms.iter().enumerate() {
        let operand = args.plain(cx, index)?;
        let twice = term
            .iter()
            .enumerate()
            .any(|(at, letter)| term[..at].contains(letter));
        if operand.rank() != term.len() || twice {
            return Err(refused(
                "has a letter twice in an operand, or does not fit its axes",
            ));
        }
        // what no other term has is summed at once
        let others = |letter: &char| {
            wanted.contains(letter)
                || terms
                    .iter()
                    .enumerate()
                    .any(|(other, term)| other != index && term.contains(letter))
        };
        let alone: Vec<usize> = (0..term.len()).filter(|&axis| !others(&term[axis])).collect();
        let operand = cx.graph.reduce(Reduction::Sum, &operand, &alone, false)?;
        let kept: Vec<char> = term.iter().copied().filter(|letter| others(letter)).collect();
        operands.push((operand, kept));
    }
    let (value, letters) = match &operands[..] {
        [(only, letters)] => (only.clone(), letters.clone()),
        [a, b] => product(cx, a, b, &wanted)?,
        _ => return Err(refused("has no operands")),
    };
    let order: Option<Vec<usize>> = wanted
        .iter()
        .map(|letter| letters.iter().position(|other| other == letter))
        .collect();
    let order = order.ok_or_else(|| refused("gives an axis that no operand has"))?;
    one(cx.graph.transpose(&value, &order)?)
}

type Labelled = (TensorRef, Vec<char>);

/// Axes of both operands and of the result are a batch, of both alone a sum, the others are rows and columns.
fn product(cx: &mut Context, a: &Labelled, b: &Labelled, wanted: &[char]) -> Result<Labelled, LoweringError> {
    let both = |letter: &&char| b.1.contains(letter);
    let batch: Vec<char> =
        a.1.iter()
            .filter(both)
            .filter(|l| wanted.contains(l))
            .copied()
            .collect();
    let sum: Vec<char> =
        a.1.iter()
            .filter(both)
            .filter(|l| !wanted.contains(l))
            .copied()
            .collect();
    let rows: Vec<char> = a.1.iter().filter(|l| !b.1.contains(l)).copied().collect();
    let columns: Vec<char> = b.1.iter().filter(|l| !a.1.contains(l)).copied().collect();
    let left = matrix(cx, a, [&batch, &rows, &sum])?;
    let right = matrix(cx, b, [&batch, &sum, &columns])?;
    let product = cx.graph.matmul(&left, &right)?;
    let length = |letter: &char| {
        let find = |(value, letters): &Labelled| {
            letters
                .iter()
                .position(|other| other == letter)
                .map(|axis| value.shape[axis])
        };
        find(a).or_else(|| find(b)).unwrap_or(1)
    };
    let letters: Vec<char> = batch.into_iter().chain(rows).chain(columns).collect();
    let shape: Vec<usize> = letters.iter().map(length).collect();
    Ok((cx.graph.reshape(&product, &shape)?, letters))
}

/// Three groups of axes as three axes.
fn matrix(
    cx: &mut Context,
    (value, letters): &Labelled,
    groups: [&Vec<char>; 3],
) -> Result<TensorRef, LoweringError> {
    let places: Vec<Vec<usize>> = groups
        .iter()
        .map(|group| {
            group
                .iter()
                .filter_map(|letter| letters.iter().position(|other| other == letter))
                .collect()
        })
        .collect();
    let order: Vec<usize> = places.iter().flatten().copied().collect();
    let turned = cx.graph.transpose(value, &order)?;
    let shape: Vec<usize> = places
        .iter()
        .map(|group| group.iter().map(|&axis| value.shape[axis]).product())
        .collect();
    Ok(cx.graph.reshape(&turned, &shape)?)
}
