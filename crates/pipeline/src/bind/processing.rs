//! The operations of one tensor.

use ndarray::ArrayD;
use rdf_spec::ProcessingStep;
use tensor_ops::Tensor;

use super::operation::{BoundOperation, Place, bind};
use super::statistics::{RawStatistics, TensorNeeds};
use crate::error::{PipelineError, PipelineErrorKind, TensorRole};

/// The operations of one tensor, in order.
#[derive(Debug)]
pub(crate) struct Chain {
    role: TensorRole,
    name: String,
    operations: Vec<BoundOperation>,
}

impl Chain {
    pub(crate) fn bind(place: Place<'_>, steps: &[ProcessingStep]) -> Result<Self, PipelineError> {
        Ok(Self {
            role: place.role,
            name: place.tensor.name.to_owned(),
            operations: steps
                .iter()
                .map(|step| bind(place, step))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Adds what the operations need to know about this tensor and about those that they refer to.
    pub(crate) fn add_needs(&self, all: &mut TensorNeeds) {
        for bound in &self.operations {
            all.add(&self.name, bound.scope, bound.operation.needs());
            if let Some(reference) = &bound.reference {
                all.add(reference, bound.scope, bound.operation.reference_needs());
            }
        }
    }

    /// The tensor, and the first of its operations that needs statistics of a dataset, if there is one.
    pub(crate) fn dataset_operation(&self) -> Option<(String, &'static str)> {
        let mut all = self.operations.iter();
        all.find(|bound| bound.needs_dataset())
            .map(|bound| (self.name.clone(), bound.operation.name()))
    }

    /// Applies all operations in `float32`; a tensor without operations stays as it is.
    pub(crate) fn apply(&self, tensor: Tensor, statistics: &RawStatistics) -> Result<Tensor, PipelineError> {
        let Some((first, others)) = self.operations.split_first() else {
            return Ok(tensor);
        };
        let mut values = match tensor {
            Tensor::Float32(mut values) => {
                self.apply_one(first, &mut values, statistics)?;
                values
            }
            other => {
                // One pass over the data, not a cast before the operation.
                let mut values = ArrayD::zeros(other.shape());
                let (own, reference) = self.statistics_of(first, statistics);
                first
                    .operation
                    .bind(other.shape(), own, reference)
                    .and_then(|map| map.apply_to(&other.view(), values.view_mut()))
                    .map_err(|error| self.failed(first, error))?;
                values
            }
        };
        for bound in others {
            self.apply_one(bound, &mut values, statistics)?;
        }
        Ok(Tensor::from(values))
    }

    fn apply_one(
        &self,
        bound: &BoundOperation,
        values: &mut ArrayD<f32>,
        statistics: &RawStatistics,
    ) -> Result<(), PipelineError> {
        let (own, reference) = self.statistics_of(bound, statistics);
        bound
            .operation
            .apply_with_reference(values.view_mut(), own, reference)
            .map_err(|error| self.failed(bound, error))
    }

    fn statistics_of<'s>(
        &self,
        bound: &BoundOperation,
        all: &'s RawStatistics,
    ) -> (&'s tensor_ops::Statistics, &'s tensor_ops::Statistics) {
        let reference = bound.reference.as_deref().unwrap_or(&self.name);
        (all.of(&self.name, bound.scope), all.of(reference, bound.scope))
    }

    fn failed(&self, bound: &BoundOperation, error: tensor_ops::OpError) -> PipelineError {
        let kind = PipelineErrorKind::Operation {
            role: self.role,
            name: self.name.clone(),
            operation: bound.operation.name(),
        };
        PipelineError::caused_by(kind, error)
    }
}
