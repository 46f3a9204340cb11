//! What the test of a package found.

use runners::WeightsFormat;
use tensor_ops::{Comparison, DataType};

use crate::error::PipelineError;
use crate::warning::PipelineWarning;

/// The outcome of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SelfTestStatus {
    /// The outputs are as expected.
    Passed,
    /// They are not, or there are none.
    Failed,
    /// Nothing here runs the weights.
    Unsupported,
}

impl SelfTestStatus {
    /// `passed`, `failed` or `unsupported`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Unsupported => "unsupported",
        }
    }
}

/// The test of a package.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SelfTestReport {
    /// One entry for each weights format, in the order of the description; several where several backends were tested.
    pub weights: Vec<WeightsReport>,
}

impl SelfTestReport {
    /// Passed if at least one format was tested and all tested ones passed; unsupported if none was tested.
    #[must_use]
    pub fn status(&self) -> SelfTestStatus {
        let mut status = SelfTestStatus::Unsupported;
        for weights in &self.weights {
            match weights.status {
                SelfTestStatus::Failed => return SelfTestStatus::Failed,
                SelfTestStatus::Passed => status = SelfTestStatus::Passed,
                SelfTestStatus::Unsupported => {}
            }
        }
        status
    }
}

/// The test of the weights in one format.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WeightsReport {
    /// The format.
    pub format: WeightsFormat,
    /// The backend that ran it; `None` if nothing does.
    pub backend: Option<&'static str>,
    /// The outcome.
    pub status: SelfTestStatus,
    /// Why it failed, or what would run it.
    pub reason: Option<String>,
    /// What was noticed about the weights although they could be run.
    pub warnings: Vec<PipelineWarning>,
    /// How long loading and running took, in seconds.
    pub seconds: Option<f64>,
    /// The outputs, if there are any.
    pub outputs: Vec<OutputReport>,
}

impl WeightsReport {
    pub(super) fn unsupported(format: WeightsFormat, error: &PipelineError) -> Self {
        Self {
            format,
            backend: None,
            status: SelfTestStatus::Unsupported,
            reason: Some(chain(error)),
            warnings: Vec::new(),
            seconds: None,
            outputs: Vec::new(),
        }
    }

    pub(crate) fn failed(
        format: WeightsFormat,
        backend: &'static str,
        seconds: f64,
        error: &PipelineError,
    ) -> Self {
        Self {
            format,
            backend: Some(backend),
            status: SelfTestStatus::Failed,
            reason: Some(chain(error)),
            warnings: Vec::new(),
            seconds: Some(seconds),
            outputs: Vec::new(),
        }
    }
}

/// One output tensor of the network.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputReport {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// The type that was compared: the declared one, or that before the cast if only this matches.
    pub data_type: DataType,
    /// How far it is from the test output; `None` if the two cannot be compared.
    pub comparison: Option<Comparison>,
}

/// What is wrong with an output, in words; `None` if it matches.
pub(super) fn mismatch(name: &str, comparison: &Comparison) -> Option<String> {
    if comparison.is_match() {
        return None;
    }
    let mut text = format!(
        "output `{name}`: {} of {} values differ",
        comparison.mismatched, comparison.elements
    );
    if let (Some(index), Some((found, expected))) = (&comparison.worst_index, comparison.worst) {
        text.push_str(&format!(", most at {index:?}: {found} instead of {expected}"));
    }
    Some(text)
}

/// An error with all its sources in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
