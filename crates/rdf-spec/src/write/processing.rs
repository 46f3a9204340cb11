//! Operations with their arguments. An argument is left out where readers assume the same value without it.

use super::ToTree;
use super::keys::Keys;
use crate::v0_4::{Coefficients, ProcessingStep};
use crate::value::Yaml;

impl ToTree for Coefficients {
    fn to_tree(&self) -> Yaml {
        match self {
            Self::Scalar(number) => number.to_tree(),
            Self::List(numbers) => Yaml::Sequence(numbers.iter().map(ToTree::to_tree).collect()),
        }
    }
}

impl ToTree for ProcessingStep {
    fn to_tree(&self) -> Yaml {
        let step = Keys::default().key("name", self.name());
        match arguments(self) {
            Some(kwargs) => step.key("kwargs", &kwargs.finish()).finish(),
            None => step.finish(),
        }
    }
}

/// `None` for the operation that may not have any.
fn arguments(step: &ProcessingStep) -> Option<Keys> {
    let kwargs = Keys::default();
    Some(match step {
        ProcessingStep::Sigmoid => return None,
        ProcessingStep::Binarize { threshold } => kwargs.key("threshold", threshold),
        ProcessingStep::Clip { min, max } => kwargs.key("min", min).key("max", max),
        ProcessingStep::ScaleLinear { axes, gain, offset } => kwargs
            .optional("axes", axes.as_ref())
            .unless("gain", gain, &Coefficients::Scalar(1.0))
            .unless("offset", offset, &Coefficients::Scalar(0.0)),
        ProcessingStep::ZeroMeanUnitVariance {
            mode,
            axes,
            mean,
            std,
            eps,
        } => kwargs
            .key("mode", mode)
            .optional("axes", axes.as_ref())
            .optional("mean", mean.as_ref())
            .optional("std", std.as_ref())
            .unless("eps", eps, &ProcessingStep::DEFAULT_EPS),
        ProcessingStep::ScaleRange {
            mode,
            axes,
            min_percentile,
            max_percentile,
            eps,
            reference_tensor,
        } => kwargs
            .key("mode", mode)
            .optional("axes", axes.as_ref())
            .unless("min_percentile", min_percentile, &0.0)
            .unless("max_percentile", max_percentile, &100.0)
            .unless("eps", eps, &ProcessingStep::DEFAULT_EPS)
            .optional("reference_tensor", reference_tensor.as_ref()),
        ProcessingStep::ScaleMeanVariance {
            mode,
            axes,
            eps,
            reference_tensor,
        } => kwargs
            .key("mode", mode)
            .key("reference_tensor", reference_tensor)
            .optional("axes", axes.as_ref())
            .unless("eps", eps, &ProcessingStep::DEFAULT_EPS),
    })
}
