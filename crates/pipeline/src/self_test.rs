//! The test that a package carries: its test inputs must give its test outputs.

mod report;
mod tensors;

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdf_spec::{Network, Package, PackageError, PackageErrorKind};
use runners::{Backend, Backends, Device, WeightsFormat};
use tensor_ops::{Comparison, DataType, Tensor, TensorError, Tolerance, compare};

pub use report::{OutputReport, SelfTestReport, SelfTestStatus, WeightsReport};

use crate::builder::{DatasetStatistics, Pipeline, backend_for, formats};
use crate::demand::{DescriptionDemand, network};
use crate::error::{PipelineError, PipelineErrorKind, TensorRole};
use crate::sample::Sample;
use crate::warning::PipelineWarning;

/// Choices for [`self_test`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SelfTestOptions {
    /// Test this format only; unless set, every format that can be run.
    pub format: Option<WeightsFormat>,
    /// Choose among these backends; unless set, those that are [built in](Backends::built_in).
    pub backends: Option<Arc<Backends>>,
    /// Run with the backend of this name.
    pub backend: Option<String>,
    /// Run each format with every backend that runs it, not only with the preferred one.
    pub all_backends: bool,
    /// Compute on this device.
    pub device: Device,
    /// Break off loading, and each run, after this time, where the backend can.
    pub time_limit: Option<Duration>,
    /// Run on this many threads.
    pub threads: Option<NonZeroUsize>,
    /// What the description has to be like.
    pub description: DescriptionDemand,
    /// How much an output may differ; by default `1e-3` both absolute and relative, as in the reference.
    pub tolerance: Tolerance,
}

/// What [`self_test`] is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SelfTestProgress {
    /// The test tensors are read.
    ReadingTensors,
    /// The weights in a format are loaded and run.
    Running {
        /// The format.
        format: WeightsFormat,
        /// Its number, the first is 1.
        number: usize,
        /// The number of formats.
        of: usize,
    },
}

/// Runs the test inputs of a package in every weights format, or in one, and compares with its test outputs.
///
/// A format that cannot be run is reported as unsupported, and its file is not opened, as is one whose weights cannot be fetched; one that fails is
/// reported as failed with the reason, and the others are tested all the same. Operations with
/// `mode: per_dataset` take the test sample as the dataset. NaN must meet NaN.
///
/// An output is compared in its declared type. If the test output is stored in another type (writers of packages
/// often store `float32` whatever the description says), the result before the cast is accepted as well.
///
/// `progress` is told of every step and may break off.
///
/// # Errors
/// If the description cannot be run, the test tensors cannot be read or are not as many as the tensors, or the
/// format or backend asked for does not exist or cannot be run.
///
/// ```no_run
/// use std::ops::ControlFlow;
/// use pipeline::{Package, SelfTestOptions, SelfTestStatus, self_test};
///
/// let package = Package::open("model.zip")?;
/// let report = self_test(&package, &SelfTestOptions::default(), &mut |_| ControlFlow::Continue(()))?;
/// assert_eq!(report.status(), SelfTestStatus::Passed);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn self_test(
    package: &Package,
    options: &SelfTestOptions,
    progress: &mut dyn FnMut(SelfTestProgress) -> ControlFlow<()>,
) -> Result<SelfTestReport, PipelineError> {
    let model = network(package, options.description)?;
    let available = formats(model);
    let backends = options
        .backends
        .clone()
        .unwrap_or_else(|| Arc::new(Backends::built_in()));
    let tested = match options.format {
        Some(format) if !available.contains(&format) => {
            return Err(PipelineErrorKind::NoSuchWeights { format, available }.into());
        }
        Some(format) => {
            backend_for(&backends, format, options.backend.as_deref())?;
            vec![format]
        }
        None => available,
    };
    // A name that does not exist is a mistake, not a reason to call every format unsupported.
    if let (Some(name), Some(&format)) = (options.backend.as_deref(), tested.first())
        && let Err(error) = backend_for(&backends, format, Some(name))
        && matches!(error.kind(), PipelineErrorKind::UnknownBackend { .. })
    {
        return Err(error);
    }

    step(progress, SelfTestProgress::ReadingTensors)?;
    let (inputs, expected) = test_tensors(package, model)?;

    let mut report = SelfTestReport::default();
    let of = tested.len();
    for (at, format) in tested.into_iter().enumerate() {
        let preferred = match backend_for(&backends, format, options.backend.as_deref()) {
            Ok(backend) => backend,
            Err(error) => {
                report.weights.push(WeightsReport::unsupported(format, &error));
                continue;
            }
        };
        step(
            progress,
            SelfTestProgress::Running {
                format,
                number: at + 1,
                of,
            },
        )?;
        let all = options.all_backends && options.backend.is_none();
        let others = backends
            .supporting(format)
            .map(Backend::name)
            .filter(|&name| all && name != preferred.name());
        for backend in std::iter::once(preferred.name()).chain(others) {
            let started = Instant::now();
            let mut warnings = Vec::new();
            let outcome = run(
                package,
                format,
                backend,
                &backends,
                options,
                &inputs,
                &mut warnings,
            );
            let seconds = started.elapsed().as_secs_f64();
            let mut tested = match outcome {
                Ok(outputs) => compared(format, backend, seconds, outputs, &expected, &options.tolerance),
                // The model may be fine: its file is elsewhere and did not come, whatever the backend.
                Err(error) if is_elsewhere(&error) => {
                    report.weights.push(WeightsReport::unsupported(format, &error));
                    break;
                }
                Err(error) => WeightsReport::failed(format, backend, seconds, &error),
            };
            tested.warnings = warnings;
            report.weights.push(tested);
        }
    }
    Ok(report)
}

/// True if a file of the package is at a URL, or on the web with all of it, and could not be fetched.
fn is_elsewhere(error: &PipelineError) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<PackageError>());
    let is_lost = cause.is_some_and(|cause| matches!(cause.kind(), PackageErrorKind::NotFetched { .. }));
    is_lost || matches!(error.kind(), PipelineErrorKind::RemoteFile { .. })
}

/// The test inputs and outputs of a package.
pub(crate) fn test_tensors(package: &Package, model: &Network) -> Result<(Sample, Sample), PipelineError> {
    let names: Vec<&str> = model.inputs.iter().map(|tensor| tensor.name.as_str()).collect();
    let inputs = tensors::read_all(package, TensorRole::Input, &model.test_inputs, &names)?;
    let names: Vec<&str> = model.outputs.iter().map(|tensor| tensor.name.as_str()).collect();
    let outputs = tensors::read_all(package, TensorRole::Output, &model.test_outputs, &names)?;
    Ok((inputs, outputs))
}

fn step(
    progress: &mut dyn FnMut(SelfTestProgress) -> ControlFlow<()>,
    next: SelfTestProgress,
) -> Result<(), PipelineError> {
    match progress(next) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(PipelineErrorKind::Cancelled.into()),
    }
}

fn run(
    package: &Package,
    format: WeightsFormat,
    backend: &str,
    backends: &Arc<Backends>,
    options: &SelfTestOptions,
    inputs: &Sample,
    warnings: &mut Vec<PipelineWarning>,
) -> Result<Vec<(String, Tensor, DataType)>, PipelineError> {
    let mut builder = Pipeline::builder(package)
        .weights_format(format)
        .backends(Arc::clone(backends))
        .backend(backend)
        .device(options.device)
        .description(options.description)
        .dataset_statistics(DatasetStatistics::FromSample);
    if let Some(limit) = options.time_limit {
        builder = builder.time_limit(limit);
    }
    if let Some(threads) = options.threads {
        builder = builder.threads(threads);
    }
    let mut pipeline = builder.build()?;
    warnings.extend_from_slice(pipeline.warnings());
    let results = pipeline.predict_uncast(inputs)?;
    Ok(results
        .into_iter()
        .zip(&pipeline.outputs)
        .map(|((name, tensor), bound)| (name, tensor, bound.data_type))
        .collect())
}

/// The result that is compared: in the declared type, or as the network gave it if only that matches a test output
/// of another type.
fn compare_either(
    uncast: Tensor,
    declared: DataType,
    expected: &Tensor,
    tolerance: &Tolerance,
) -> (Tensor, Result<Comparison, TensorError>) {
    let cast = uncast.cast(declared);
    let comparison = compare(&cast, expected, tolerance);
    if expected.data_type() != declared
        && let Ok(found) = &comparison
        && !found.is_match()
        && let Ok(before) = compare(&uncast, expected, tolerance)
        && before.is_match()
    {
        return (uncast, Ok(before));
    }
    (cast, comparison)
}

pub(crate) fn compared(
    format: WeightsFormat,
    backend: &'static str,
    seconds: f64,
    outputs: Vec<(String, Tensor, DataType)>,
    expected: &Sample,
    tolerance: &Tolerance,
) -> WeightsReport {
    let mut report = WeightsReport {
        format,
        backend: Some(backend),
        status: SelfTestStatus::Passed,
        reason: None,
        warnings: Vec::new(),
        seconds: Some(seconds),
        outputs: Vec::new(),
    };
    let mut reasons = Vec::new();
    for (name, uncast, declared) in outputs {
        let (tensor, comparison) = match expected.get(&name) {
            Some(expected) => {
                let (tensor, comparison) = compare_either(uncast, declared, expected, tolerance);
                (tensor, Some(comparison))
            }
            None => (uncast.into_cast(declared), None),
        };
        let comparison = match comparison {
            Some(Ok(comparison)) => {
                reasons.extend(report::mismatch(&name, &comparison));
                Some(comparison)
            }
            Some(Err(error)) => {
                reasons.push(format!("output `{name}`: {error}"));
                None
            }
            None => {
                reasons.push(format!("there is no test output for `{name}`"));
                None
            }
        };
        report.outputs.push(OutputReport {
            name,
            shape: tensor.shape().to_vec(),
            data_type: tensor.data_type(),
            comparison,
        });
    }
    if !reasons.is_empty() {
        report.status = SelfTestStatus::Failed;
        report.reason = Some(reasons.join("; "));
    }
    report
}
