//! `modelhub dataset-statistics`

use std::io::Write;
use std::path::{Path, PathBuf};

use pipeline::image::ImageFormat;
use pipeline::{PipelineErrorKind, Sample, measure_dataset};
use rdf_spec::{Axes, Network};
use tensor_ops::SavedStatistics;

use super::images::read_input;
use super::predict::assignment::{assign, split_name};
use super::progress;
use crate::args::DatasetStatisticsOptions;
use crate::engines;
use crate::exit::{Exit, Failure};
use crate::render::{diagnostics, message};
use crate::source::Sources;

/// An input of the model and its image in each sample.
struct Series<'m> {
    name: &'m str,
    axes: &'m Axes,
    stated: Option<&'m str>,
    paths: Vec<PathBuf>,
}

pub(crate) fn run(options: &DatasetStatisticsOptions, sources: &Sources) -> Result<Exit, Failure> {
    let package = sources.open(&options.model)?;
    let Some(model) = package.parsed().network() else {
        return Err(Failure::usage(
            "the description cannot be run: see `modelhub validate`",
        ));
    };
    if options.output.exists() && !options.overwrite {
        return Err(Failure::usage(format!(
            "`{}` exists: use --overwrite to replace it",
            options.output.display()
        )));
    }
    let series = series(model, options)?;
    let samples = series.first().map_or(0, |series| series.paths.len());

    let builder = engines::pipeline_builder(&package, &options.engine)?;
    let bar = progress();
    let mut pass = 0;
    let measured = measure_dataset(builder, &mut || {
        pass += 1;
        let (bar, series) = (&bar, &series);
        Ok((0..samples).map(move |at| {
            bar.set_message(format!("pass {pass}, image {} of {samples}", at + 1));
            sample(series, at, pass == 1, bar)
        }))
    });
    bar.finish_and_clear();
    let statistics = match measured {
        Ok(statistics) => statistics,
        Err(Problem::Pipeline(error)) => {
            let PipelineErrorKind::InvalidDescription(found) = error.kind() else {
                return Err(Failure::of_pipeline(&error));
            };
            diagnostics::print_to_stderr(&package, found);
            return Err(Failure::findings("the description cannot be run"));
        }
        Err(Problem::Image(failure)) => return Err(failure),
    };
    if statistics.tensors.is_empty() {
        return Err(Failure::usage(
            "no operation of this model needs statistics of a dataset (mode per_dataset): nothing to measure",
        ));
    }
    write(&statistics, &options.output)?;
    let tensors: Vec<&str> = statistics.tensors.keys().map(String::as_str).collect();
    message::note(&format!(
        "{} of {samples} samples -> {}",
        tensors.join(", "),
        options.output.display()
    ));
    Ok(Exit::Fine)
}

/// Why a dataset could not be measured.
enum Problem {
    Pipeline(pipeline::PipelineError),
    Image(Failure),
}

impl From<pipeline::PipelineError> for Problem {
    fn from(error: pipeline::PipelineError) -> Self {
        Self::Pipeline(error)
    }
}

/// Reads one sample; how axes are taken is told in the first pass only.
fn sample(
    series: &[Series<'_>],
    at: usize,
    tell: bool,
    bar: &indicatif::ProgressBar,
) -> Result<Sample, Problem> {
    let mut sample = Sample::new();
    for input in series {
        let Some(path) = input.paths.get(at) else { continue };
        let (tensor, note) =
            read_input(input.name, path, input.axes, input.stated).map_err(Problem::Image)?;
        if tell {
            bar.suspend(|| message::note(&note));
        }
        sample.insert(input.name, tensor);
    }
    Ok(sample)
}

fn series<'m>(model: &'m Network, options: &'m DatasetStatisticsOptions) -> Result<Vec<Series<'m>>, Failure> {
    let names: Vec<&str> = model.inputs.iter().map(|tensor| tensor.name.as_str()).collect();
    let axes = assign("--axes", &options.axes, &names)?;
    let mut all: Vec<Series<'_>> = model
        .inputs
        .iter()
        .map(|tensor| Series {
            name: tensor.name.as_str(),
            axes: &tensor.axes,
            stated: axes
                .iter()
                .find(|given| given.name == tensor.name.as_str())
                .map(|given| given.value),
            paths: Vec::new(),
        })
        .collect();
    for text in &options.input {
        let (name, path) = match (split_name("--input", text, &names)?, names.as_slice()) {
            ((Some(name), path), _) => (name, path),
            ((None, path), [only]) => (*only, path),
            ((None, path), _) => {
                return Err(Failure::usage(format!(
                    "the model has several inputs: write --input NAME={path} with one of {}",
                    names.join(", ")
                )));
            }
        };
        if let Some(series) = all.iter_mut().find(|series| series.name == name) {
            series.paths.extend(images(Path::new(path))?);
        }
    }
    let samples = all.first().map_or(0, |series| series.paths.len());
    match all.iter().find(|series| series.paths.len() != samples) {
        Some(other) => Err(Failure::usage(format!(
            "every sample needs an image for each input, but there are {} for `{}` and {samples} for `{}`",
            other.paths.len(),
            other.name,
            all[0].name
        ))),
        None => Ok(all),
    }
}

/// The file itself, or the images in a folder in the order of their names.
fn images(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |error: std::io::Error| Failure::failed(format!("cannot read {}: {error}", path.display()));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if file.is_file() && ImageFormat::from_path(&file).is_ok() {
            found.push(file);
        }
    }
    if found.is_empty() {
        return Err(Failure::usage(format!(
            "there are no images (.npy, .png, .tif, .tiff) in `{}`",
            path.display()
        )));
    }
    found.sort();
    Ok(found)
}

fn write(statistics: &SavedStatistics, path: &Path) -> Result<(), Failure> {
    let text = statistics.to_json().map_err(|error| Failure::because(&error))?;
    pipeline::atomic_file::write_atomically(path, |file| file.write_all(text.as_bytes()))
        .map_err(|error| Failure::failed(format!("cannot write {}: {error}", path.display())))
}
