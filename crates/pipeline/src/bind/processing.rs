//! Described operations as kernels.

use rdf_spec::{Axes, Axis, Coefficients as Described, ProcessingStep, StatisticsMode};
use tensor_ops::{
    Binarize, Clip, Coefficients, Need, Operation, ScaleLinear, Sigmoid, Statistics, Tensor,
    ZeroMeanUnitVariance,
};

use crate::builder::DatasetStatistics;
use crate::error::{PipelineError, PipelineErrorKind, TensorRole};

/// The operations of one tensor, in order, and what they need to know about it.
#[derive(Debug)]
pub(crate) struct Chain {
    role: TensorRole,
    name: String,
    operations: Vec<Box<dyn Operation>>,
    needs: Vec<Need>,
}

impl Chain {
    pub(crate) fn bind(
        role: TensorRole,
        name: &str,
        axes: &Axes,
        steps: &[ProcessingStep],
        dataset: DatasetStatistics,
    ) -> Result<Self, PipelineError> {
        let operations = steps
            .iter()
            .map(|step| operation(name, axes, step, dataset))
            .collect::<Result<Vec<_>, PipelineError>>()?;
        let needs = operations
            .iter()
            .flat_map(|operation| operation.needs().iter().cloned())
            .collect();
        Ok(Self {
            role,
            name: name.to_owned(),
            operations,
            needs,
        })
    }

    /// Applies all operations in `float32`; a tensor without operations stays as it is.
    ///
    /// Statistics are those of the tensor as it comes, before the first operation.
    pub(crate) fn apply(&self, tensor: Tensor) -> Result<Tensor, PipelineError> {
        if self.operations.is_empty() {
            return Ok(tensor);
        }
        let failed = |operation: &'static str, error: tensor_ops::OpError| {
            let kind = PipelineErrorKind::Operation {
                role: self.role,
                name: self.name.clone(),
                operation,
            };
            PipelineError::caused_by(kind, error)
        };
        let statistics = Statistics::measure(&self.needs, &tensor.view())
            .map_err(|error| failed(self.operations[0].name(), error))?;
        self.apply_with(tensor, &statistics)
    }

    /// What the operations need to know about the whole tensor.
    pub(crate) fn needs(&self) -> &[Need] {
        &self.needs
    }

    /// The same with statistics that were measured before.
    pub(crate) fn apply_with(
        &self,
        tensor: Tensor,
        statistics: &Statistics,
    ) -> Result<Tensor, PipelineError> {
        if self.operations.is_empty() {
            return Ok(tensor);
        }
        let failed = |operation: &'static str, error: tensor_ops::OpError| {
            let kind = PipelineErrorKind::Operation {
                role: self.role,
                name: self.name.clone(),
                operation,
            };
            PipelineError::caused_by(kind, error)
        };
        let mut values = match tensor.into_cast(tensor_ops::DataType::Float32) {
            Tensor::Float32(values) => values,
            other => other.to_f32(),
        };
        for operation in &self.operations {
            operation
                .apply(values.view_mut(), statistics)
                .map_err(|error| failed(operation.name(), error))?;
        }
        Ok(Tensor::from(values))
    }
}

fn operation(
    tensor: &str,
    axes: &Axes,
    step: &ProcessingStep,
    dataset: DatasetStatistics,
) -> Result<Box<dyn Operation>, PipelineError> {
    Ok(match step {
        ProcessingStep::Binarize { threshold } => Box::new(Binarize {
            threshold: *threshold,
        }),
        ProcessingStep::Clip { min, max } => Box::new(Clip { min: *min, max: *max }),
        ProcessingStep::Sigmoid => Box::new(Sigmoid),
        ProcessingStep::ScaleLinear {
            axes: together,
            gain,
            offset,
        } => {
            let along = complement(axes, together.as_ref());
            Box::new(ScaleLinear {
                gain: coefficients(gain, &along),
                offset: coefficients(offset, &along),
            })
        }
        ProcessingStep::ZeroMeanUnitVariance {
            mode,
            axes: together,
            mean,
            std,
            eps,
        } => match mode {
            StatisticsMode::Fixed => {
                let along = complement(axes, together.as_ref());
                let mean = mean
                    .as_ref()
                    .map_or_else(|| Coefficients::scalar(0.0), |mean| coefficients(mean, &along));
                let std = std
                    .as_ref()
                    .map_or_else(|| Coefficients::scalar(1.0), |std| coefficients(std, &along));
                Box::new(ZeroMeanUnitVariance::fixed(mean, std, *eps))
            }
            StatisticsMode::PerSample => Box::new(ZeroMeanUnitVariance::measured(
                &reduced(axes, together.as_ref()),
                *eps,
            )),
            StatisticsMode::PerDataset => {
                if dataset == DatasetStatistics::Required {
                    let kind = PipelineErrorKind::DatasetStatisticsMissing {
                        tensor: tensor.to_owned(),
                        operation: step.name(),
                    };
                    return Err(kind.into());
                }
                // A dataset pools its samples, so the batch axis is reduced too.
                let mut reduced = reduced(axes, together.as_ref());
                reduced.extend(axes.position(Axis::Batch));
                Box::new(ZeroMeanUnitVariance::measured(&reduced, *eps))
            }
        },
        ProcessingStep::ScaleRange { .. } | ProcessingStep::ScaleMeanVariance { .. } => {
            let kind = PipelineErrorKind::UnsupportedOperation {
                tensor: tensor.to_owned(),
                operation: step.name(),
            };
            return Err(kind.into());
        }
    })
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
    }
}
