//! The order of axes.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::views::ViewStep;
use super::operands::{Lowered, axes, axis, tensor};
use super::shape::as_view;
use super::{Operator, row};

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::permute", permute, ""),
    row("aten::transpose", transpose, ""),
    row("aten::swapaxes", transpose, ""),
    row("aten::swapdims", transpose, ""),
    row("aten::t", t, ""),
    row("aten::numpy_T", reverse_axes, ""),
    row("aten::mT", matrix_transpose, ""),
    row("aten::adjoint", matrix_transpose, "of real numbers"),
    row("aten::movedim", movedim, ""),
    row("aten::moveaxis", movedim, ""),
];

fn permute(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let permutation = axes(&args.ints(1, "dims")?, x.rank())?;
    as_view(cx, args, ViewStep::Permute(permutation))
}

fn transpose(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let (a, b) = (
        axis(args.int(1, "dim0")?, x.rank())?,
        axis(args.int(2, "dim1")?, x.rank())?,
    );
    let mut permutation: Vec<usize> = (0..x.rank()).collect();
    if x.rank() > 0 {
        permutation.swap(a, b);
    }
    as_view(cx, args, ViewStep::Permute(permutation))
}

fn t(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    if x.rank() > 2 {
        return Err(LoweringError::new(format!(
            "takes up to two axes, found shape {:?}",
            x.shape
        )));
    }
    reverse_axes(cx, args)
}

fn reverse_axes(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    as_view(cx, args, ViewStep::Permute((0..x.rank()).rev().collect()))
}

fn matrix_transpose(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let rank = x.rank();
    if rank < 2 {
        return Err(LoweringError::new(format!(
            "takes two axes or more, found shape {:?}",
            x.shape
        )));
    }
    let mut permutation: Vec<usize> = (0..rank).collect();
    permutation.swap(rank - 2, rank - 1);
    as_view(cx, args, ViewStep::Permute(permutation))
}

/// `movedim(self, source, destination)`
fn movedim(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let from = axes(&args.ints(1, "source")?, x.rank())?;
    let to = axes(&args.ints(2, "destination")?, x.rank())?;
    if from.len() != to.len() {
        return Err(LoweringError::new("`source` and `destination` have as many axes"));
    }
    let mut permutation = vec![None; x.rank()];
    for (&from, &to) in from.iter().zip(&to) {
        permutation[to] = Some(from);
    }
    let mut rest = (0..x.rank()).filter(|axis| !from.contains(axis));
    let permutation: Option<Vec<usize>> = permutation
        .into_iter()
        .map(|place| place.or_else(|| rest.next()))
        .collect();
    let permutation = permutation.ok_or_else(|| LoweringError::new("axes do not fit"))?;
    as_view(cx, args, ViewStep::Permute(permutation))
}
