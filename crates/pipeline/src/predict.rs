//! Running a sample through the whole pipeline.

use std::borrow::Cow;

use tensor_ops::{Tensor, TensorView};

use crate::bind::statistics::RawStatistics;
use crate::builder::Pipeline;
use crate::error::{PipelineError, PipelineErrorKind, TensorRole};
use crate::sample::Sample;

impl Pipeline {
    /// Preprocesses the inputs of a sample, runs the network and postprocesses its outputs.
    ///
    /// Inputs have the axis order of the description. They are cast to the declared type if it can hold
    /// every value; outputs have the declared type by the rules of numpy's `astype`. The batch axis may have
    /// any size; statistics with `mode: per_sample` are those of each item.
    ///
    /// # Errors
    /// If an input is missing, unknown, of a shape that the description does not allow, or has values that
    /// its type cannot hold; if an operation does not fit its tensor; or if the network fails.
    pub fn predict(&mut self, sample: &Sample) -> Result<Sample, PipelineError> {
        let outputs = self.predict_uncast(sample)?;
        let mut cast = Sample::new();
        for (output, (name, tensor)) in self.outputs.iter().zip(outputs) {
            cast.insert(name, tensor.into_cast(output.data_type));
        }
        Ok(cast)
    }

    /// The same before outputs are cast to their declared type.
    pub(crate) fn predict_uncast(&mut self, sample: &Sample) -> Result<Sample, PipelineError> {
        let mut statistics = self.known.clone();
        let results = self.run_network(sample, &mut statistics)?;
        for (output, result) in self.outputs.iter().zip(&results) {
            self.measure(TensorRole::Output, &output.name, result, &mut statistics)?;
        }
        let mut outputs = Sample::new();
        for (output, result) in self.outputs.iter().zip(results) {
            outputs.insert(output.name.clone(), output.postprocess(result, &statistics)?);
        }
        Ok(outputs)
    }

    /// The inputs of a sample in the order of the model, in their declared types.
    pub(crate) fn raw_inputs<'s>(&self, sample: &'s Sample) -> Result<Vec<Cow<'s, Tensor>>, PipelineError> {
        let expected = || self.inputs.iter().map(|input| input.name.clone()).collect();
        let is_input = |name: &str| self.inputs.iter().any(|input| input.name == name);
        if let Some((name, _)) = sample.iter().find(|(name, _)| !is_input(name)) {
            return Err(PipelineErrorKind::UnknownInput {
                name: name.to_owned(),
                expected: expected(),
            }
            .into());
        }
        let raw = self.inputs.iter().map(|input| {
            let Some(tensor) = sample.get(&input.name) else {
                let kind = PipelineErrorKind::MissingInput {
                    name: input.name.clone(),
                    expected: expected(),
                };
                return Err(kind.into());
            };
            input.raw(tensor)
        });
        raw.collect()
    }

    /// Preprocesses a sample and runs the network; `statistics` gets those of the inputs.
    pub(crate) fn run_network(
        &mut self,
        sample: &Sample,
        statistics: &mut RawStatistics,
    ) -> Result<Vec<Tensor>, PipelineError> {
        let raw = self.raw_inputs(sample)?;
        for (input, tensor) in self.inputs.iter().zip(&raw) {
            self.measure(TensorRole::Input, &input.name, tensor, statistics)?;
        }
        let mut prepared = Vec::with_capacity(raw.len());
        let ports = &self.runner.signature().inputs;
        for ((input, port), tensor) in self.inputs.iter().zip(ports).zip(raw) {
            prepared.push(input.preprocess(tensor.into_owned(), statistics, port.data_type)?);
        }
        let views: Vec<TensorView<'_>> = prepared.iter().map(Tensor::view).collect();
        let results = self
            .runner
            .run(&views)
            .map_err(|error| PipelineError::caused_by(PipelineErrorKind::Run, error))?;
        for (output, result) in self.outputs.iter().zip(&results) {
            output.check(result)?;
        }
        Ok(results)
    }

    fn measure(
        &self,
        role: TensorRole,
        name: &str,
        raw: &Tensor,
        statistics: &mut RawStatistics,
    ) -> Result<(), PipelineError> {
        let measured = statistics.measure(&self.needs, name, &raw.view());
        measured.map_err(|error| {
            let kind = PipelineErrorKind::Statistics {
                role,
                name: name.to_owned(),
            };
            PipelineError::caused_by(kind, error)
        })
    }
}
