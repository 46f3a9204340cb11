//! Described operations as kernels: letters become indices, modes become needs.

use rdf_spec::{Axes, Axis, Coefficients as Described, ProcessingStep, StatisticsMode};
use tensor_ops::{
    Binarize, Clip, Coefficients, OpError, Operation, Percentile, ReferenceAxes, ScaleLinear,
    ScaleMeanVariance, ScaleRange, Sigmoid, ZeroMeanUnitVariance,
};

use super::statistics::Scope;
use crate::error::{PipelineError, PipelineErrorKind, TensorRole};

/// A tensor of the model by which others may be scaled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownTensor<'m> {
    pub(crate) name: &'m str,
    pub(crate) axes: &'m Axes,
}

/// An operation and where its statistics come from.
#[derive(Debug)]
pub(crate) struct BoundOperation {
    pub(crate) operation: Box<dyn Operation>,
    pub(crate) scope: Scope,
    /// The tensor that the operation refers to.
    pub(crate) reference: Option<BoundReference>,
}

/// The tensor that an operation refers to.
#[derive(Debug)]
pub(crate) struct BoundReference {
    pub(crate) tensor: String,
    /// The number of its axes.
    rank: usize,
    /// Axes of the tensor itself that are not taken together, and those of the reference with the same letters.
    matched: Vec<(usize, usize)>,
}

impl BoundReference {
    /// The start and shape of the part of the reference whose statistics belong to a part of the tensor itself. Axes
    /// that do not matter have the length 1.
    pub(crate) fn part(&self, start: &[usize], shape: &[usize]) -> (Vec<usize>, Vec<usize>) {
        let (mut starts, mut lengths) = (vec![0; self.rank], vec![1; self.rank]);
        for &(own, reference) in &self.matched {
            starts[reference] = start[own];
            lengths[reference] = shape[own];
        }
        (starts, lengths)
    }
}

impl BoundOperation {
    /// Whether something has to be known of a dataset.
    pub(crate) fn needs_dataset(&self) -> bool {
        let operation = &self.operation;
        let needs = operation.needs().len() + operation.reference_needs().len();
        self.scope == Scope::Dataset && needs > 0
    }
}

/// The tensor that an operation belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'m> {
    pub(crate) role: TensorRole,
    pub(crate) tensor: KnownTensor<'m>,
    /// The tensors that are there when the operation is applied.
    pub(crate) known: &'m [KnownTensor<'m>],
}

pub(crate) fn bind(place: Place<'_>, step: &ProcessingStep) -> Result<BoundOperation, PipelineError> {
    let axes = place.tensor.axes;
    let along = complement(axes, step.axes());
    let mut scope = Scope::Sample;
    let operation: Box<dyn Operation> = match step {
        ProcessingStep::Binarize { threshold } => Box::new(Binarize {
            threshold: *threshold,
        }),
        ProcessingStep::Clip { min, max } => Box::new(Clip { min: *min, max: *max }),
        ProcessingStep::Sigmoid => Box::new(Sigmoid),
        ProcessingStep::ScaleLinear { gain, offset, .. } => Box::new(ScaleLinear {
            gain: coefficients(gain, &along),
            offset: coefficients(offset, &along),
        }),
        ProcessingStep::ZeroMeanUnitVariance {
            mode: StatisticsMode::Fixed,
            mean,
            std,
            eps,
            ..
        } => {
            let given = |described: &Option<Described>, otherwise| match described {
                Some(described) => coefficients(described, &along),
                None => Coefficients::scalar(otherwise),
            };
            Box::new(ZeroMeanUnitVariance::fixed(
                given(mean, 0.0),
                given(std, 1.0),
                *eps,
            ))
        }
        ProcessingStep::ZeroMeanUnitVariance { mode, eps, .. } => {
            scope = scope_of(*mode);
            let reduced = reduced_in(scope, axes, step.axes());
            Box::new(ZeroMeanUnitVariance::measured(&reduced, *eps))
        }
        ProcessingStep::ScaleRange {
            mode,
            min_percentile,
            max_percentile,
            eps,
            reference_tensor,
            ..
        } => {
            scope = scope_of(*mode);
            let reduced = reduced_in(scope, axes, step.axes());
            let percentile = |value| Percentile::new(value).map_err(|error| failed(place, step, error));
            let (min, max) = (percentile(*min_percentile)?, percentile(*max_percentile)?);
            Box::new(match reference_tensor {
                Some(name) => {
                    let reference = reference_axes(place, step, name.as_str(), scope)?;
                    ScaleRange::by_reference(&reduced, reference, min, max, *eps)
                }
                None => ScaleRange::measured(&reduced, min, max, *eps),
            })
        }
        ProcessingStep::ScaleMeanVariance {
            mode,
            eps,
            reference_tensor,
            ..
        } => {
            scope = scope_of(*mode);
            let reduced = reduced_in(scope, axes, step.axes());
            let reference = reference_axes(place, step, reference_tensor.as_str(), scope)?;
            Box::new(ScaleMeanVariance::new(&reduced, reference, *eps))
        }
    };
    let reference = match step.reference_tensor() {
        Some(name) => Some(bound_reference(place, step, name.as_str(), scope)?),
        None => None,
    };
    Ok(BoundOperation {
        operation,
        scope,
        reference,
    })
}

fn failed(place: Place<'_>, step: &ProcessingStep, error: OpError) -> PipelineError {
    let kind = PipelineErrorKind::Operation {
        role: place.role,
        name: place.tensor.name.to_owned(),
        operation: step.name(),
    };
    PipelineError::caused_by(kind, error)
}

fn scope_of(mode: StatisticsMode) -> Scope {
    match mode {
        // Constants need no statistics, so that their scope does not matter.
        StatisticsMode::Fixed | StatisticsMode::PerSample => Scope::Sample,
        StatisticsMode::PerDataset => Scope::Dataset,
    }
}

/// The tensor that an operation refers to.
fn known<'m>(place: Place<'m>, step: &ProcessingStep, name: &str) -> Result<KnownTensor<'m>, PipelineError> {
    let found = place.known.iter().find(|known| known.name == name);
    found.copied().ok_or_else(|| {
        PipelineErrorKind::NoReferenceTensor {
            role: place.role,
            name: place.tensor.name.to_owned(),
            operation: step.name(),
            reference: name.to_owned(),
            available: place.known.iter().map(|known| known.name.to_owned()).collect(),
        }
        .into()
    })
}

fn bound_reference(
    place: Place<'_>,
    step: &ProcessingStep,
    name: &str,
    scope: Scope,
) -> Result<BoundReference, PipelineError> {
    let reference = known(place, step, name)?;
    let own_reduced = reduced_in(scope, place.tensor.axes, step.axes());
    let own = place.tensor.axes.iter().enumerate();
    let kept = own.filter(|(at, _)| !own_reduced.contains(at));
    Ok(BoundReference {
        tensor: name.to_owned(),
        rank: reference.axes.iter().count(),
        matched: kept
            .filter_map(|(at, axis)| reference.axes.position(axis).map(|reference| (at, reference)))
            .collect(),
    })
}

/// The axes of the reference tensor: those with the letters that are taken together are reduced, the others belong to
/// the axes of the same letter of the tensor itself.
fn reference_axes(
    place: Place<'_>,
    step: &ProcessingStep,
    name: &str,
    scope: Scope,
) -> Result<ReferenceAxes, PipelineError> {
    let reference = known(place, step, name)?;
    let axes = place.tensor.axes;
    let own_reduced = reduced_in(scope, axes, step.axes());
    let kept: Vec<Option<usize>> = axes
        .iter()
        .enumerate()
        .filter(|(at, _)| !own_reduced.contains(at))
        .map(|(_, axis)| reference.axes.position(axis))
        .collect();
    let reduced = reduced_in(scope, reference.axes, step.axes());
    Ok(ReferenceAxes::new(&reduced, &kept))
}

/// The axes that are taken together. A dataset pools its samples, so there the batch axis is one of them.
fn reduced_in(scope: Scope, axes: &Axes, together: Option<&Axes>) -> Vec<usize> {
    let mut reduced = reduced(axes, together);
    if scope == Scope::Dataset {
        reduced.extend(axes.position(Axis::Batch));
    }
    reduced
}

/// The indices of the axes that are taken together; all but the batch axis if the description names none.
fn reduced(axes: &Axes, together: Option<&Axes>) -> Vec<usize> {
    let is_reduced = |axis: Axis| match together {
        Some(together) => together.contains(axis),
        None => axis != Axis::Batch,
    };
    axes.iter()
        .enumerate()
        .filter(|(_, axis)| is_reduced(*axis))
        .map(|(at, _)| at)
        .collect()
}

/// The indices of the other axes, without the batch axis: those that lists of numbers run along.
fn complement(axes: &Axes, together: Option<&Axes>) -> Vec<usize> {
    let reduced = reduced(axes, together);
    axes.iter()
        .enumerate()
        .filter(|(at, axis)| *axis != Axis::Batch && !reduced.contains(at))
        .map(|(at, _)| at)
        .collect()
}

fn coefficients(described: &Described, along: &[usize]) -> Coefficients {
    match described {
        Described::Scalar(value) => Coefficients::scalar(*value),
        Described::List(values) => Coefficients::along(along, values.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_become_indices_in_the_order_of_the_tensor() {
        let axes: Axes = "byxc".parse().unwrap();
        let together: Axes = "cy".parse().unwrap();
        assert_eq!(reduced(&axes, Some(&together)), [1, 3]);
        assert_eq!(complement(&axes, Some(&together)), [2]);
        assert_eq!(reduced(&axes, None), [1, 2, 3]);
        assert_eq!(complement(&axes, None), [0_usize; 0]);
        assert_eq!(reduced(&axes, Some(&Axes::default())), [0_usize; 0]);
        assert_eq!(reduced_in(Scope::Dataset, &axes, Some(&together)), [1, 3, 0]);
    }

    #[test]
    fn axes_of_a_reference_are_found_by_their_letters() {
        let (own, other): (Axes, Axes) = ("bcyx".parse().unwrap(), "byxc".parse().unwrap());
        let known = [KnownTensor {
            name: "raw",
            axes: &other,
        }];
        let tensor = KnownTensor {
            name: "output",
            axes: &own,
        };
        let place = Place {
            role: TensorRole::Output,
            tensor,
            known: &known,
        };
        let step = |name: &str| ProcessingStep::ScaleMeanVariance {
            mode: StatisticsMode::PerSample,
            axes: Some("yx".parse().unwrap()),
            eps: 1e-6,
            reference_tensor: name.parse().unwrap(),
        };
        let found = reference_axes(place, &step("raw"), "raw", Scope::Sample).unwrap();
        assert_eq!(found, ReferenceAxes::new(&[1, 2], &[Some(0), Some(3)]));
        let error = bind(place, &step("other")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`scale_mean_variance` of the output `output` refers to `other`, which is not there at that point; \
             it can refer to raw"
        );
    }
}
