//! The bare network, run on inputs of different sizes to see what it does.

use std::path::PathBuf;
use std::sync::Arc;

use ndarray::{ArrayD, Axis, IxDyn};
use pipeline::{DatasetStatistics, Package, Pipeline, Sample};
use rdf_spec::Yaml;
use runners::{Backends, WeightsFormat};
use tensor_ops::Tensor;

use crate::error::BuildError;
use crate::tree;

/// An input of the network: its test data.
#[derive(Clone, Debug)]
pub(crate) struct ProbeInput {
    pub(crate) name: String,
    pub(crate) axes: String,
    pub(crate) data: ArrayD<f32>,
}

/// The network of a model without the processing around it.
pub(crate) struct Probe {
    pipeline: Pipeline,
    inputs: Vec<ProbeInput>,
}

impl Probe {
    /// Loads the network. `description` is complete but for shapes.
    pub(crate) fn new(
        description: &Yaml,
        files: Vec<(String, PathBuf)>,
        inputs: &[(String, String, Tensor)],
        format: Option<WeightsFormat>,
        backends: &Arc<Backends>,
    ) -> Result<Self, BuildError> {
        let mut bare = description.clone();
        for (input, (_, axes, tensor)) in tree::items_mut(&mut bare, "inputs").iter_mut().zip(inputs) {
            tree::take(input, "preprocessing");
            tree::take(input, "data_range");
            tree::set(input, "data_type", tree::text("float32"));
            // Any size of space and time; what the network takes is what is to be found out.
            let is_free = |letter: char| "tzyx".contains(letter);
            let axes: Vec<char> = axes.chars().collect();
            let of = |free: usize, fixed: &dyn Fn(usize) -> usize| -> Vec<usize> {
                let each = axes.iter().enumerate();
                each.map(|(at, &letter)| if is_free(letter) { free } else { fixed(at) })
                    .collect()
            };
            let shape = tensor.shape();
            let min = of(1, &|at| shape.get(at).copied().unwrap_or(1));
            let step = of(1, &|_| 0);
            tree::set(
                input,
                "shape",
                tree::mapping([("min", tree::lengths(&min)), ("step", tree::lengths(&step))]),
            );
        }
        for output in tree::items_mut(&mut bare, "outputs") {
            for key in ["postprocessing", "halo", "data_range"] {
                tree::take(output, key);
            }
            tree::set(output, "data_type", tree::text("float32"));
        }
        let package = Package::gathered("model.toml", tree::to_text(&bare), files)
            .map_err(|error| BuildError::file("model.toml", error))?;
        let mut builder = Pipeline::builder(&package)
            .backends(Arc::clone(backends))
            .dataset_statistics(DatasetStatistics::FromSample);
        if let Some(format) = format {
            builder = builder.weights_format(format);
        }
        let pipeline = builder.build()?;
        let inputs = inputs.iter().map(|(name, axes, tensor)| ProbeInput {
            name: name.clone(),
            axes: axes.clone(),
            data: standardised(tensor.to_f32()),
        });
        Ok(Self {
            pipeline,
            inputs: inputs.collect(),
        })
    }

    pub(crate) fn inputs(&self) -> &[ProbeInput] {
        &self.inputs
    }

    /// Data of some shapes, made of the test data.
    pub(crate) fn data(&self, shapes: &[Vec<usize>]) -> Vec<ArrayD<f32>> {
        let inputs = self.inputs.iter().zip(shapes);
        inputs
            .map(|(input, shape)| repeated(&input.data, shape))
            .collect()
    }

    /// Runs the network on data, one for each input. `None` if it does not take them.
    pub(crate) fn run(&mut self, data: Vec<ArrayD<f32>>) -> Option<Vec<ArrayD<f32>>> {
        let mut sample = Sample::new();
        for (input, data) in self.inputs.iter().zip(data) {
            sample.insert(input.name.clone(), data);
        }
        let outputs = self.pipeline.predict(&sample).ok()?;
        Some(outputs.iter().map(|(_, tensor)| tensor.to_f32()).collect())
    }

    /// The shapes of the outputs for shapes of the inputs.
    pub(crate) fn shapes(&mut self, shapes: &[Vec<usize>]) -> Option<Vec<Vec<usize>>> {
        let outputs = self.run(self.data(shapes))?;
        Some(outputs.iter().map(|output| output.shape().to_vec()).collect())
    }
}

/// Data around 0, since networks are made for what preprocessing leaves.
fn standardised(mut data: ArrayD<f32>) -> ArrayD<f32> {
    let count = data.len().max(1) as f64;
    let mean = data.iter().map(|&value| f64::from(value)).sum::<f64>() / count;
    let variance = data
        .iter()
        .map(|&value| (f64::from(value) - mean).powi(2))
        .sum::<f64>()
        / count;
    let factor = 1.0 / variance.sqrt().max(1e-6);
    data.mapv_inplace(|value| ((f64::from(value) - mean) * factor) as f32);
    data
}

/// The data cut or repeated to a shape, axis by axis.
fn repeated(data: &ArrayD<f32>, shape: &[usize]) -> ArrayD<f32> {
    let mut result = data.clone();
    for (at, &length) in shape.iter().enumerate() {
        let own = result.len_of(Axis(at));
        if own == length || own == 0 {
            continue;
        }
        let indices: Vec<usize> = (0..length).map(|index| index % own).collect();
        result = result.select(Axis(at), &indices);
    }
    debug_assert_eq!(result.raw_dim(), IxDyn(shape));
    result
}
