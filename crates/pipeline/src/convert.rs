//! Weights in another format: converted, and tried with the model's own test.

use std::io::Cursor;
use std::sync::Arc;

use rdf_spec::Package;
use runners::{Backends, LoadOptions, WeightsData, WeightsFormat};
use tensor_ops::Tolerance;
use weight_converters::ScalarType;
use weight_converters::torchscript::convert_torchscript;
use weight_converters::{InputSpec, Options};

use crate::bind::weights::described;
use crate::builder::{DatasetStatistics, MAX_WEIGHTS_BYTES, Pipeline};
use crate::demand::{DescriptionDemand, network};
use crate::error::{PipelineError, PipelineErrorKind};
use crate::self_test::{SelfTestStatus, WeightsReport, compared, test_tensors};

const FROM: WeightsFormat = WeightsFormat::Torchscript;

/// Choices for [`convert_to_onnx`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ConvertOptions {
    /// The shapes of the inputs, in the order of the description; those of the test inputs unless set. The ONNX model is
    /// for these shapes only.
    pub shapes: Option<Vec<Vec<usize>>>,
    /// What runs the result in the test; the backends of the build unless set.
    pub backends: Option<Arc<Backends>>,
    /// How much an output may differ in the test.
    pub tolerance: Tolerance,
    /// What the description has to be like.
    pub description: DescriptionDemand,
}

/// Weights that were converted to ONNX.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConvertedWeights {
    /// The ONNX model: a serialised `ModelProto`, whose inputs and outputs have the names of the description.
    pub model: Vec<u8>,
    /// The version of the ONNX operators that it uses.
    pub opset: i64,
    /// The shapes of its inputs.
    pub shapes: Vec<Vec<usize>>,
    /// What the converter noticed.
    pub notes: Vec<String>,
    /// How the result does in the model's own test; `None` if it is for other shapes than those of the test inputs.
    pub test: Option<WeightsReport>,
}

/// Converts the TorchScript weights of a package to ONNX, and runs the result with the model's own test tensors.
///
/// The network takes `float32`, as the format has it after preprocessing.
///
/// # Errors
/// If the model has no TorchScript weights in the package, its test tensors cannot be read, or the network cannot be
/// converted, which the source explains. A result that fails the test is no error: see [`ConvertedWeights::test`].
///
/// ```no_run
/// use pipeline::{ConvertOptions, Package, SelfTestStatus, convert_to_onnx};
///
/// let package = Package::open("model.zip")?;
/// let converted = convert_to_onnx(&package, &ConvertOptions::default())?;
/// assert_eq!(converted.test.map(|test| test.status), Some(SelfTestStatus::Passed));
/// std::fs::write("weights.onnx", converted.model)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn convert_to_onnx(
    package: &Package,
    options: &ConvertOptions,
) -> Result<ConvertedWeights, PipelineError> {
    let model = network(package, options.description)?;
    let Some(entry) = model.weights.get(described(FROM)) else {
        let available = crate::builder::formats(model);
        return Err(PipelineErrorKind::NoSuchWeights {
            format: FROM,
            available,
        }
        .into());
    };
    let Some(file) = package.files().name_of(&entry.source) else {
        let url = entry.source.as_str().to_owned();
        return Err(PipelineErrorKind::RemoteFile { url }.into());
    };
    let archive = package.files().read(file, MAX_WEIGHTS_BYTES).map_err(|error| {
        let file = file.to_owned();
        PipelineError::caused_by(PipelineErrorKind::File { file }, error)
    })?;
    let (inputs, expected) = test_tensors(package, model)?;
    let test_shapes: Vec<Vec<usize>> = inputs.iter().map(|(_, tensor)| tensor.shape().to_vec()).collect();
    let shapes = options.shapes.clone().unwrap_or_else(|| test_shapes.clone());
    if shapes.len() != model.inputs.len() {
        return Err(PipelineErrorKind::ShapeCount {
            described: model.inputs.len(),
            found: shapes.len(),
        }
        .into());
    }
    let specs: Vec<InputSpec> = model
        .inputs
        .iter()
        .zip(&shapes)
        .map(|(input, shape)| InputSpec::new(input.name.as_str(), ScalarType::Float32, shape.clone()))
        .collect();
    let names = Options::with_output_names(model.outputs.iter().map(|output| output.name.as_str()));
    let failed = |error| PipelineError::caused_by(PipelineErrorKind::Convert { format: FROM }, error);
    let converted = convert_torchscript(Cursor::new(archive), &specs, &names).map_err(failed)?;
    let test = if shapes == test_shapes {
        Some(test(package, &converted.model, options, &inputs, &expected)?)
    } else {
        None
    };
    Ok(ConvertedWeights {
        model: converted.model,
        opset: converted.opset,
        shapes,
        notes: converted.notes,
        test,
    })
}

/// Runs the test inputs with the converted network in place of the one of the package.
fn test(
    package: &Package,
    onnx: &[u8],
    options: &ConvertOptions,
    inputs: &crate::Sample,
    expected: &crate::Sample,
) -> Result<WeightsReport, PipelineError> {
    let backends = options
        .backends
        .clone()
        .unwrap_or_else(|| Arc::new(Backends::built_in()));
    let started = std::time::Instant::now();
    let mut pipeline = Pipeline::builder(package)
        .weights_format(FROM)
        .backends(Arc::clone(&backends))
        .description(options.description)
        .dataset_statistics(DatasetStatistics::FromSample)
        .build()?;
    let Some(backend) = backends.supporting(WeightsFormat::Onnx).next() else {
        let available = vec![WeightsFormat::Onnx];
        let advice = vec![backends.advice(WeightsFormat::Onnx)];
        return Err(PipelineErrorKind::NoRunnableWeights { available, advice }.into());
    };
    let loaded = backend.load(
        WeightsFormat::Onnx,
        WeightsData::Bytes(onnx),
        &LoadOptions::default(),
    );
    let outcome = loaded
        .map_err(|error| {
            let (format, backend) = (WeightsFormat::Onnx, backend.name());
            PipelineError::caused_by(PipelineErrorKind::Load { format, backend }, error)
        })
        .and_then(|runner| {
            pipeline.runner = runner;
            pipeline.predict_uncast(inputs)
        });
    let seconds = started.elapsed().as_secs_f64();
    let format = WeightsFormat::Onnx;
    Ok(match outcome {
        Ok(results) => {
            let types = pipeline.outputs.iter().map(|output| output.data_type);
            let outputs = results.into_iter().zip(types);
            let outputs = outputs.map(|((name, tensor), data_type)| (name, tensor, data_type));
            compared(
                format,
                backend.name(),
                seconds,
                outputs.collect(),
                expected,
                &options.tolerance,
            )
        }
        Err(error) => WeightsReport::failed(format, backend.name(), seconds, &error),
    })
}

impl ConvertedWeights {
    /// Whether the result did not fail the model's own test.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.test
            .as_ref()
            .is_none_or(|test| test.status == SelfTestStatus::Passed)
    }
}
