//! Weights in another format: converted, and tried with the model's own test.

use std::io::Cursor;
use std::sync::Arc;

use rdf_spec::Package;
use runners::{Backends, LoadOptions, WeightsData, WeightsFormat};
use tensor_ops::Tolerance;
use weight_converters::{Converted, InputSpec, ScalarType};

use crate::bind::weights::{described, described_ports};
use crate::builder::{DatasetStatistics, MAX_WEIGHTS_BYTES, Pipeline};
use crate::demand::{DescriptionDemand, network};
use crate::error::{PipelineError, PipelineErrorKind};
use crate::self_test::{SelfTestStatus, WeightsReport, compared, test_tensors};

/// The formats that this build converts, the preferred ones first.
const FROM: &[WeightsFormat] = &[
    #[cfg(feature = "torchscript")]
    WeightsFormat::Torchscript,
    #[cfg(feature = "tensorflow")]
    WeightsFormat::TensorflowSavedModelBundle,
    #[cfg(feature = "keras")]
    WeightsFormat::KerasHdf5,
    #[cfg(feature = "tfjs")]
    WeightsFormat::TensorflowJs,
];

/// Choices for [`convert_to_onnx`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ConvertOptions {
    /// The format of the weights that are converted; unless set, the first one that the model has of TorchScript, TensorFlow,
    /// Keras and TensorFlow.js.
    pub from: Option<WeightsFormat>,
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
    /// The format of the weights that were converted.
    pub from: WeightsFormat,
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

/// Converts weights of a package to ONNX, and runs the result with the model's own test tensors.
///
/// The network takes `float32`, as the format has it after preprocessing.
///
/// # Errors
/// If the model has no weights in the package that this build converts, its test tensors cannot be read, or the network cannot be
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
    let has = |format: &WeightsFormat| model.weights.get(described(*format)).is_some();
    let from = options
        .from
        .or_else(|| FROM.iter().copied().find(has))
        .or_else(|| FROM.first().copied())
        .unwrap_or(WeightsFormat::Torchscript);
    let Some(entry) = model.weights.get(described(from)) else {
        let available = crate::builder::formats(model);
        return Err(PipelineErrorKind::NoSuchWeights {
            format: from,
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
    let converted = convert(package, model, from, &archive, &specs).map_err(|cause| match cause {
        Some(cause) => PipelineError::caused_by(PipelineErrorKind::Convert { format: from }, cause),
        None => PipelineErrorKind::Convert { format: from }.into(),
    })?;
    let test = if shapes == test_shapes {
        Some(test(
            package,
            from,
            &converted.model,
            options,
            &inputs,
            &expected,
        )?)
    } else {
        None
    };
    Ok(ConvertedWeights {
        from,
        model: converted.model,
        opset: converted.opset,
        shapes,
        notes: converted.notes,
        test,
    })
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Converts weights of any format; outputs have the names and the order of the description.
///
/// # Errors
/// Those of the converter, and nothing more to say where this build has none.
fn convert(
    #[cfg_attr(
        not(feature = "tensorflow"),
        expect(unused_variables, reason = "only bundles of TensorFlow offer a choice")
    )]
    package: &Package,
    model: &rdf_spec::Network,
    from: WeightsFormat,
    weights: &[u8],
    inputs: &[InputSpec],
) -> Result<Converted, Option<Cause>> {
    let outputs = described_ports(model).outputs;
    #[cfg(any(feature = "tensorflow", feature = "tfjs"))]
    let (files, graph) = (
        || weight_converters::ModelFiles::from_bytes(weights).map_err(cause),
        weight_converters::tensorflow::GraphOptions::default().with_outputs(outputs.iter().map(|port| {
            weight_converters::tensorflow::OutputSpec::new(port.name.clone(), port.shape.clone())
        })),
    );
    match from {
        #[cfg(feature = "torchscript")]
        WeightsFormat::Torchscript => {
            let names = outputs.iter().map(|port| port.name.as_str());
            let options = weight_converters::Options::with_output_names(names);
            weight_converters::torchscript::convert_torchscript(Cursor::new(weights), inputs, &options)
                .map_err(cause)
        }
        #[cfg(feature = "tensorflow")]
        WeightsFormat::TensorflowSavedModelBundle => {
            let choice = crate::bind::weights::saved_model_choice(package);
            let mut options = graph;
            options.tag = choice.tag;
            options.signature = choice.signature;
            weight_converters::tensorflow::convert_saved_model(&mut files()?, inputs, &options).map_err(cause)
        }
        #[cfg(feature = "keras")]
        WeightsFormat::KerasHdf5 => {
            let names = outputs.iter().map(|port| port.name.as_str());
            let options = weight_converters::Options::with_output_names(names);
            weight_converters::keras::convert_keras(Cursor::new(weights), inputs, &options).map_err(cause)
        }
        #[cfg(feature = "tfjs")]
        WeightsFormat::TensorflowJs => {
            weight_converters::tfjs::convert_tfjs(&mut files()?, inputs, &graph).map_err(cause)
        }
        _ => Err(None),
    }
}

fn cause(error: impl std::error::Error + Send + Sync + 'static) -> Option<Cause> {
    Some(Box::new(error))
}

/// Runs the test inputs with the converted network in place of the one of the package.
fn test(
    package: &Package,
    from: WeightsFormat,
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
        .weights_format(from)
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
