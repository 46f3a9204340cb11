//! Weights in one more format for a package that is there.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pipeline::{SelfTestOptions, SelfTestReport, SelfTestStatus, self_test};
use rdf_spec::{Architecture, Package, Rewritten, Sha256, WeightsFormat, Yaml};
use runners::Backends;
use tensor_ops::Tolerance;

use crate::build::runner_format;
use crate::entry::{NewWeights, describe_weights};
use crate::error::{BuildError, BuildErrorKind};
use crate::{opset, tree};

/// Choices for [`add_weights`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct AddWeightsOptions {
    /// What runs the weights in the test; the backends of the build unless set.
    pub backends: Option<Arc<Backends>>,
    /// How much an output may differ in the test.
    pub tolerance: Tolerance,
}

/// A package with more weights, of which nothing is written yet.
#[derive(Debug)]
#[non_exhaustive]
pub struct AddedWeights {
    /// The package: all its files, and the new one, where they are.
    pub package: Package,
    /// The text of the description.
    pub description: Rewritten,
    /// The test of the new weights.
    pub test: SelfTestReport,
}

impl AddedWeights {
    /// Whether the new weights give the test outputs of the model.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.test.status() == SelfTestStatus::Passed
    }
}

/// Describes weights from a file in a package, and runs the test of the package with them.
///
/// The digest of the file is computed, as is that of the file of `architecture`, which has to be in the package already;
/// the version of ONNX operators is read from the file.
///
/// # Errors
/// If the package is a zip file, has weights in this format or another file of this name, the description would be
/// invalid, or a file cannot be read. A test that fails, or that nothing runs, is no error: see [`AddedWeights::test`].
pub fn add_weights(
    package: &Package,
    file: &Path,
    weights: NewWeights,
    options: &AddWeightsOptions,
) -> Result<AddedWeights, BuildError> {
    let refuse = |reason: String| BuildError::from(BuildErrorKind::Package { reason });
    let weights = completed(package, file, weights)?;
    let description = describe_weights(package, &weights)?;
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    for name in package.local_files() {
        let path = package
            .files()
            .file_path(&name)
            .map_err(|error| BuildError::file(&name, error))?;
        let Some(path) = path else {
            let reason = "weights are added to the files of a folder, this package is a zip file";
            return Err(refuse(reason.to_owned()));
        };
        if name == weights.source && !is_same(&path, file) {
            return Err(refuse(format!(
                "the package has another file `{name}`: rename the new one"
            )));
        }
        files.push((name, path));
    }
    if !files.iter().any(|(name, _)| *name == weights.source) {
        files.push((weights.source.clone(), file.to_owned()));
    }
    let described = Package::gathered(package.files().location(), description.text.clone(), files)
        .map_err(|error| BuildError::file(package.files().location(), error))?;
    let mut test = SelfTestOptions::default();
    let backends = options
        .backends
        .clone()
        .unwrap_or_else(|| Arc::new(Backends::built_in()));
    // A format that nothing here runs is reported, not refused.
    let format = runner_format(weights.format);
    test.format = backends.supporting(format).next().map(|_| format);
    test.backends = Some(backends);
    test.tolerance = options.tolerance;
    let mut test = self_test(&described, &test, &mut |_| ControlFlow::Continue(()))?;
    test.weights.retain(|report| report.format == format);
    Ok(AddedWeights {
        package: described,
        description,
        test,
    })
}

/// The entry with what can be computed.
fn completed(package: &Package, file: &Path, mut weights: NewWeights) -> Result<NewWeights, BuildError> {
    let failed = |error: std::io::Error| BuildError::file(file, error);
    let has = |weights: &NewWeights, key: &str| weights.fields.iter().any(|(own, _)| own == key);
    let digest = Sha256::of(&mut std::fs::File::open(file).map_err(failed)?).map_err(failed)?;
    weights.fields.retain(|(key, _)| key != "sha256");
    weights
        .fields
        .insert(0, ("sha256".to_owned(), tree::text(digest.to_string())));
    if weights.format == WeightsFormat::Onnx
        && !has(&weights, "opset_version")
        && let Some(version) = opset::of_file(file).map_err(failed)?
    {
        weights
            .fields
            .push(("opset_version".to_owned(), Yaml::Int(version)));
    }
    let architecture = weights.fields.iter().find(|(key, _)| key == "architecture");
    let architecture = architecture.and_then(|(_, value)| Architecture::parse(value.as_str()?).ok());
    if let Some(Architecture::File { source, .. }) = architecture
        && let Some(source) = source.relative_path()
        && !has(&weights, "architecture_sha256")
    {
        let digest = package
            .files()
            .sha256(source)
            .map_err(|error| BuildError::file(source, error))?;
        weights
            .fields
            .push(("architecture_sha256".to_owned(), tree::text(digest.to_string())));
    }
    Ok(weights)
}

/// Whether two paths lead to the same file.
fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
