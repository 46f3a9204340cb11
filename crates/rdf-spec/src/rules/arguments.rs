//! Arguments of operations that have to fit each other.

use super::Facts;
use super::processing::{Placed, steps};
use crate::diagnostic::{Code, Diagnostic};
use crate::v0_4::{Coefficients, ProcessingStep, StatisticsMode};
use crate::value::Axis;

pub(super) fn statistics_fit_mode(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for placed in steps(facts) {
        let ProcessingStep::ZeroMeanUnitVariance { mode, mean, std, .. } = placed.step else {
            continue;
        };
        for (key, value) in [("mean", mean), ("std", std)] {
            let path = placed.kwargs.join(key);
            match (mode, value) {
                (StatisticsMode::Fixed, None) => {
                    let message = format!("`{key}` is required with mode `fixed`");
                    found.push(
                        Diagnostic::new(Code::StatisticsArguments, path, message)
                            .help("state `mean` and `std`, or set `mode: per_sample`"),
                    );
                }
                (StatisticsMode::PerSample | StatisticsMode::PerDataset, Some(_)) => {
                    let message = format!(
                        "`{key}` is only allowed with mode `fixed`, the mode is `{}`",
                        mode.name()
                    );
                    found.push(Diagnostic::new(Code::StatisticsArguments, path, message));
                }
                _ => {}
            }
        }
    }
}

/// A list has one number for each index of the axes that are neither taken together nor the batch; checked where the
/// sizes of these axes are fixed.
pub(super) fn lists_fit_axes(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for placed in steps(facts) {
        let (together, lists) = match placed.step {
            ProcessingStep::ScaleLinear { axes, gain, offset } => {
                (axes, [("gain", Some(gain)), ("offset", Some(offset))])
            }
            ProcessingStep::ZeroMeanUnitVariance { axes, mean, std, .. } => {
                (axes, [("mean", mean.as_ref()), ("std", std.as_ref())])
            }
            _ => continue,
        };
        let Some(together) = together else { continue };
        let Some((count, letters)) = expected_count(&placed, |axis| together.contains(axis)) else {
            continue;
        };
        for (key, values) in lists {
            let Some(Coefficients::List(values)) = values else {
                continue;
            };
            if values.len() != count {
                let message = if letters.is_empty() {
                    format!(
                        "`{key}` lists {} numbers, but all axes are taken together",
                        values.len()
                    )
                } else {
                    format!(
                        "`{key}` lists {} numbers for {count} positions along `{letters}`",
                        values.len()
                    )
                };
                found.push(
                    Diagnostic::new(Code::CoefficientCount, placed.kwargs.join(key), message)
                        .help("one number for each position of the axes that `axes` does not name"),
                );
            }
        }
    }
}

/// How many numbers a list has, and the letters of the axes that it runs along.
fn expected_count(placed: &Placed<'_>, is_together: impl Fn(Axis) -> bool) -> Option<(usize, String)> {
    if placed.sizes.len() != placed.axes.len() {
        return None;
    }
    let mut count: usize = 1;
    let mut letters = String::new();
    for (axis, size) in placed.axes.iter().zip(&placed.sizes) {
        if axis == Axis::Batch || is_together(axis) {
            continue;
        }
        count = count.checked_mul((*size)?)?;
        letters.push(axis.letter());
    }
    Some((count, letters))
}

pub(super) fn percentiles_in_order(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for placed in steps(facts) {
        if let ProcessingStep::ScaleRange {
            min_percentile,
            max_percentile,
            ..
        } = placed.step
            && min_percentile >= max_percentile
        {
            // The upper one is 100 unless it is stated: then the lower one is to blame.
            let key = if *max_percentile < 100.0 {
                "max_percentile"
            } else {
                "min_percentile"
            };
            let message = format!(
                "`min_percentile` must be smaller than `max_percentile`, found {min_percentile} and {max_percentile}"
            );
            found.push(Diagnostic::new(
                Code::PercentileOrder,
                placed.kwargs.join(key),
                message,
            ));
        }
    }
}

pub(super) fn limits_in_order(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for placed in steps(facts) {
        if let ProcessingStep::Clip { min, max } = placed.step
            && min >= max
        {
            let message = format!("`min` of `clip` must be smaller than `max`, found {min} and {max}");
            found.push(
                Diagnostic::new(Code::ClipOrder, placed.kwargs.join("max"), message)
                    .help("no value lies between these limits"),
            );
        }
    }
}

pub(super) fn scaling_has_effect(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for placed in steps(facts) {
        if let ProcessingStep::ScaleLinear { gain, offset, .. } = placed.step
            && gain.values().iter().all(|&gain| gain == 1.0)
            && offset.values().iter().all(|&offset| offset == 0.0)
        {
            let message = "`scale_linear` with gain 1 and offset 0 changes nothing";
            found.push(
                Diagnostic::new(Code::ScaleLinearWithoutEffect, placed.kwargs.clone(), message)
                    .help("state `gain` or `offset`, or remove the operation"),
            );
        }
    }
}
