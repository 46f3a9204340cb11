//! The operations of one tensor.

use ndarray::ArrayD;
use rdf_spec::ProcessingStep;
use tensor_ops::{Statistics, Tensor};

use super::operation::{BoundOperation, Place, bind};
use super::statistics::{RawStatistics, Scope, TensorNeeds};
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
                all.add(&reference.tensor, bound.scope, bound.operation.reference_needs());
            }
        }
    }

    /// The tensor, and the first of its operations that needs statistics of a dataset, if there is one.
    pub(crate) fn dataset_operation(&self) -> Option<(String, &'static str)> {
        let mut all = self.operations.iter();
        all.find(|bound| bound.needs_dataset())
            .map(|bound| (self.name.clone(), bound.operation.name()))
    }

    /// The tensors that have to be measured before the operations can be applied.
    pub(crate) fn requires(&self) -> impl Iterator<Item = (&str, Scope)> {
        self.operations.iter().flat_map(|bound| {
            let own = (!bound.operation.needs().is_empty()).then_some(self.name.as_str());
            let reference = bound
                .reference
                .as_ref()
                .map(|reference| reference.tensor.as_str());
            own.into_iter().chain(reference).map(|name| (name, bound.scope))
        })
    }

    /// Applies all operations in `float32` to a part that begins at `start`, with statistics of the whole; a tensor
    /// without operations stays as it is.
    pub(crate) fn apply_part(
        &self,
        part: Tensor,
        start: &[usize],
        statistics: &RawStatistics,
    ) -> Result<Tensor, PipelineError> {
        let Some((first, others)) = self.operations.split_first() else {
            return Ok(part);
        };
        let shape = part.shape().to_vec();
        let bind = |bound: &BoundOperation| {
            let own = statistics.of(&self.name, bound.scope).part(start, &shape)?;
            let reference = match &bound.reference {
                None => Statistics::default(),
                Some(reference) => {
                    let (start, shape) = reference.part(start, &shape);
                    statistics
                        .of(&reference.tensor, bound.scope)
                        .part(&start, &shape)?
                }
            };
            bound.operation.bind(&shape, &own, &reference)
        };
        // The first operation reads whatever type there is: one pass over the data, not a cast before it.
        let mut values = match part {
            Tensor::Float32(mut values) => {
                let applied = bind(first).and_then(|map| map.apply(values.view_mut()));
                applied.map_err(|error| self.failed(first, error))?;
                values
            }
            other => {
                let mut values = ArrayD::zeros(shape.as_slice());
                let applied = bind(first).and_then(|map| map.apply_to(&other.view(), values.view_mut()));
                applied.map_err(|error| self.failed(first, error))?;
                values
            }
        };
        for bound in others {
            let applied = bind(bound).and_then(|map| map.apply(values.view_mut()));
            applied.map_err(|error| self.failed(bound, error))?;
        }
        Ok(Tensor::from(values))
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
