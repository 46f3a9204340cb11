//! From a recipe to a package.

mod draft;
mod files;
mod halos;
mod reading;
mod shapes;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use pipeline::image::write_npy;
use pipeline::{
    DatasetStatistics, Pipeline, Sample, SelfTestOptions, SelfTestReport, SelfTestStatus, self_test,
};
use rdf_spec::{Diagnostic, ModelRdf, PackReport, Package, Packer, WeightsFormat, Yaml};
use runners::Backends;
use tensor_ops::{Tensor, Tolerance};

use crate::cover::draw_cover;
use crate::deepimagej::{self, SampleTensor};
use crate::error::{BuildError, BuildErrorKind};
use crate::output::{Overwrite, write_package};
use crate::recipe::Recipe;
use crate::{readme, tree};
use draft::Draft;

/// Choices for [`build`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct BuildOptions {
    /// What runs the model; the backends of the build unless set.
    pub backends: Option<Arc<Backends>>,
    /// The weights that compute the test outputs; the first of the recipe that can be run unless set.
    pub compute_with: Option<WeightsFormat>,
    /// The time of creation, if the recipe does not state any; now unless set.
    pub timestamp: Option<SystemTime>,
    /// What is done where there is something already.
    pub overwrite: Overwrite,
    /// How much weights in other formats may differ in the test.
    pub tolerance: Tolerance,
    /// Write nothing that departs from the letter of the format, even if programs take it.
    pub strict: bool,
}

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildStep {
    /// The sizes that the network takes, and how far a pixel sees, are found out.
    Searching,
    /// The test outputs are computed.
    Computing,
    /// The package is written.
    Writing,
    /// The package that was written is tested.
    Testing,
}

/// A package that was built.
#[derive(Debug)]
#[non_exhaustive]
pub struct Built {
    /// The package as it was checked, for messages: its description, before it was written to its place.
    pub package: Package,
    /// What is to be said about description and files, judged by the letter of the format.
    pub findings: Vec<Diagnostic>,
    /// The test of the package that was written.
    pub test: SelfTestReport,
    /// What was written; `None` if the test failed, or the findings are not allowed: then there is nothing.
    pub written: Option<PackReport>,
    /// What the author should know or do.
    pub notes: Vec<String>,
}

/// Builds a package at a path: a zip file if it ends in `.zip`, else a folder.
///
/// What the recipe does not state is found out: test outputs are what the model computes, shapes are those of the test
/// tensors, or [searched](Recipe), the version of ONNX operators is read from the file, digests are computed. Without a
/// cover the first test input and output are drawn side by side; without documentation a README with the facts is
/// written that the authors have to complete. The package is validated and tested as it was written, and appears
/// only if it is valid and all weights that can be run give the test outputs.
///
/// # Errors
/// If the recipe is incomplete or wrong (all problems at once, at their lines), a file cannot be read, the model cannot be
/// run, the package would be invalid, or it cannot be written. A test that fails is no error: see [`Built::written`].
pub fn build(
    recipe: &Recipe,
    target: &Path,
    options: &BuildOptions,
    progress: &mut dyn FnMut(BuildStep),
) -> Result<Built, BuildError> {
    let backends = options
        .backends
        .clone()
        .unwrap_or_else(|| Arc::new(Backends::built_in()));
    let folder = tempfile::tempdir().map_err(|error| BuildError::file(std::env::temp_dir(), error))?;
    let mut draft = Draft::new(recipe, options.timestamp.unwrap_or_else(SystemTime::now))?;
    progress(BuildStep::Searching);
    shapes::complete(&mut draft, options.compute_with, &backends)?;
    progress(BuildStep::Computing);
    let outputs = compute(&draft, options.compute_with, &backends)?;
    add_outputs(&mut draft, &outputs, folder.path())?;
    add_card(&mut draft, &outputs, folder.path())?;
    let package = describe(recipe, &draft)?;

    progress(BuildStep::Writing);
    let mut draft_notes = draft.notes;
    let checked = write_package(
        Packer::new(&package).keep_urls(),
        target,
        options.overwrite,
        |path| {
            progress(BuildStep::Testing);
            check(path, options, &backends)
        },
    );
    let (written, findings, test) = match checked {
        Ok((report, (findings, test))) => (Some(report), findings, test),
        Err(Refused::Because(error)) => return Err(error),
        Err(Refused::Checked(findings, test)) => (None, findings, test),
    };
    if written.as_ref().is_some_and(|written| !written.remote.is_empty()) {
        draft_notes.push("files at a URL are not in the package".to_owned());
    }
    Ok(Built {
        package,
        findings,
        test,
        written,
        notes: draft_notes,
    })
}

/// The results of the whole model for the test inputs.
fn compute(
    draft: &Draft,
    format: Option<WeightsFormat>,
    backends: &Arc<Backends>,
) -> Result<Sample, BuildError> {
    let package = draft.package()?;
    let mut builder = Pipeline::builder(&package)
        .backends(Arc::clone(backends))
        .dataset_statistics(DatasetStatistics::FromSample);
    if let Some(format) = format {
        builder = builder.weights_format(runner_format(format));
    }
    let mut sample = Sample::new();
    for input in &draft.inputs {
        sample.insert(input.name.clone(), input.tensor.clone());
    }
    Ok(builder.build()?.predict(&sample)?)
}

/// The same format in the vocabulary of the backends.
pub(crate) fn runner_format(format: WeightsFormat) -> runners::WeightsFormat {
    match format {
        WeightsFormat::KerasHdf5 => runners::WeightsFormat::KerasHdf5,
        WeightsFormat::Onnx => runners::WeightsFormat::Onnx,
        WeightsFormat::PytorchStateDict => runners::WeightsFormat::PytorchStateDict,
        WeightsFormat::TensorflowJs => runners::WeightsFormat::TensorflowJs,
        WeightsFormat::TensorflowSavedModelBundle => runners::WeightsFormat::TensorflowSavedModelBundle,
        WeightsFormat::Torchscript => runners::WeightsFormat::Torchscript,
    }
}

/// Test outputs that were not given.
fn add_outputs(draft: &mut Draft, outputs: &Sample, folder: &Path) -> Result<(), BuildError> {
    let mut names = Vec::new();
    for at in 0..draft.outputs.len() {
        if let Some(given) = draft.outputs[at].test.clone() {
            names.push(tree::text(given));
            continue;
        }
        let name = draft.outputs[at].name.clone();
        let Some(tensor) = outputs.get(&name) else {
            continue;
        };
        let path = folder.join(format!("test_{name}.npy"));
        write_npy(&path, tensor).map_err(|error| BuildError::file(&path, error))?;
        names.push(tree::text(draft.files.add(&path)));
    }
    tree::set(&mut draft.tree, "test_outputs", Yaml::Sequence(names));
    Ok(())
}

/// Cover, documentation and sample images.
fn add_card(draft: &mut Draft, outputs: &Sample, folder: &Path) -> Result<(), BuildError> {
    let write = |path: &Path, content: &[u8]| {
        std::fs::write(path, content).map_err(|error| BuildError::file(path, error))
    };
    let results: Vec<Option<&Tensor>> = draft
        .outputs
        .iter()
        .map(|output| outputs.get(&output.name))
        .collect();
    if draft.tree.get("covers").is_none() {
        let is_image = |axes: &str| axes.contains('y') && axes.contains('x');
        let input = draft.inputs.iter().find(|input| is_image(&input.axes));
        let mut pairs = draft.outputs.iter().zip(&results);
        let output =
            pairs.find_map(|(output, tensor)| is_image(&output.axes).then_some((output, (*tensor)?)));
        let shown = input.map(|input| (&input.tensor, input.axes.as_str()));
        let right = output.map(|(output, tensor)| (tensor, output.axes.as_str()));
        match (shown, right) {
            (Some(left), right) => {
                let path = folder.join("cover.png");
                write(&path, &draw_cover(left, right.unwrap_or(left))?)?;
                let cover = tree::text(draft.files.add(&path));
                tree::set(&mut draft.tree, "covers", Yaml::Sequence(vec![cover]));
            }
            _ => draft
                .notes
                .push("no input is an image: there is no cover".to_owned()),
        }
    }
    if draft.deepimagej {
        let inputs: Vec<SampleTensor<'_>> = draft
            .inputs
            .iter()
            .map(|input| SampleTensor {
                axes: &input.axes,
                tensor: &input.tensor,
            })
            .collect();
        let outputs: Vec<SampleTensor<'_>> = draft
            .outputs
            .iter()
            .zip(&results)
            .filter_map(|(output, tensor)| {
                Some(SampleTensor {
                    axes: &output.axes,
                    tensor: (*tensor)?,
                })
            })
            .collect();
        let allow_tiling = tree::items(&draft.tree, "inputs").iter().any(|input| {
            input
                .get("shape")
                .is_some_and(|shape| shape.get("step").is_some())
        });
        let samples = deepimagej::write(folder, &inputs, &outputs, allow_tiling)?;
        for (key, files) in [
            ("sample_inputs", samples.inputs),
            ("sample_outputs", samples.outputs),
        ] {
            let names: Vec<Yaml> = files
                .iter()
                .map(|(_, path)| tree::text(draft.files.add(path)))
                .collect();
            tree::set_default(&mut draft.tree, key, Yaml::Sequence(names));
        }
        tree::set_default(&mut draft.tree, "config", tree::mapping([]));
        if let Yaml::Mapping(fields) = &mut draft.tree
            && let Some(config) = fields.get_mut("config")
        {
            tree::set_default(config, "deepimagej", samples.config);
        }
    }
    if draft.tree.get("documentation").is_none() {
        let path = folder.join("README.md");
        write(&path, readme::draft(&draft.tree).as_bytes())?;
        let name = tree::text(draft.files.add(&path));
        tree::set(&mut draft.tree, "documentation", name);
        draft.notes.push(
            "README.md has to be completed: training and validation are for you to describe".to_owned(),
        );
    }
    Ok(())
}

/// The description as text, in the order of the specification.
fn describe(recipe: &Recipe, draft: &Draft) -> Result<Package, BuildError> {
    let parsed = ModelRdf::from_yaml(&tree::to_text(&draft.tree));
    let errors: Vec<Diagnostic> = parsed
        .diagnostics()
        .iter()
        .filter(|found| found.is_error())
        .map(|found| recipe.place(found.clone()))
        .collect();
    let model = match parsed.value() {
        Some(model) if errors.is_empty() => model,
        _ => return Err(BuildErrorKind::Recipe(errors).into()),
    };
    let text = model
        .to_yaml()
        .map_err(|finding| BuildErrorKind::Invalid(vec![finding]))?;
    draft.package_with(&text)
}

/// Why a package was not put into its place.
enum Refused {
    Because(BuildError),
    /// What was found does not allow it.
    Checked(Vec<Diagnostic>, SelfTestReport),
}

impl From<rdf_spec::PackError> for Refused {
    fn from(error: rdf_spec::PackError) -> Self {
        Self::Because(error.into())
    }
}

/// Validates and tests a package that was written.
fn check(
    path: &Path,
    options: &BuildOptions,
    backends: &Arc<Backends>,
) -> Result<(Vec<Diagnostic>, SelfTestReport), Refused> {
    let failed = |error| Refused::Because(BuildError::file(path, error));
    let package = Package::open(path).map_err(failed)?;
    let mut findings = package.parsed().diagnostics().to_vec();
    findings.extend(package.check_files());
    let is_invalid = findings.iter().any(Diagnostic::is_error);
    let findings: Vec<Diagnostic> = findings.into_iter().map(Diagnostic::strict).collect();
    if is_invalid {
        let errors = findings.into_iter().filter(Diagnostic::is_error).collect();
        return Err(Refused::Because(BuildErrorKind::Invalid(errors).into()));
    }
    let mut test = SelfTestOptions::default();
    test.backends = Some(Arc::clone(backends));
    test.tolerance = options.tolerance;
    let report = self_test(&package, &test, &mut |_| ControlFlow::Continue(()))
        .map_err(|error| Refused::Because(error.into()))?;
    let departs = options.strict && findings.iter().any(Diagnostic::is_error);
    if departs || report.status() != SelfTestStatus::Passed {
        return Err(Refused::Checked(findings, report));
    }
    Ok((findings, report))
}
