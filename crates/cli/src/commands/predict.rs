//! `modelhub predict`

pub(super) mod assignment;
mod folders;
pub(super) mod inputs;
pub(super) mod tiles;

use std::path::{Path, PathBuf};

use pipeline::axes::map_from_tensor;
use pipeline::image::{ImageFormat, PngScaling, WriteOptions, write_image};
use pipeline::{DatasetStatistics, Pipeline, PipelineErrorKind, Sample};
use rdf_spec::{Axes, DataType, Network, OutputTensor};
use tensor_ops::SavedStatistics;
use tiling::{Region, TileSource};

use self::assignment::{Assigned, assign};
use self::inputs::open_inputs;
use super::images::image_axes;
use super::progress;
use crate::args::{PredictOptions, Scaling};
use crate::engines;
use crate::exit::{Exit, Failure, chain};
use crate::interrupt;
use crate::render::{diagnostics, message};
use crate::source::Sources;

pub(crate) fn run(options: &PredictOptions, sources: &Sources) -> Result<Exit, Failure> {
    let package = sources.open(&options.model)?;
    let mut builder = engines::pipeline_builder(&package, &options.engine)?;
    let bar = progress();
    bar.set_message("loading the model");
    if options.sample_as_dataset {
        builder = builder.dataset_statistics(DatasetStatistics::FromSample);
    }
    if let Some(path) = &options.dataset_statistics {
        builder = builder.dataset_statistics(DatasetStatistics::Measured(read_statistics(path)?));
    }
    let mut pipeline = match builder.build() {
        Ok(pipeline) => pipeline,
        Err(error) => {
            bar.finish_and_clear();
            return match error.kind() {
                PipelineErrorKind::InvalidDescription(found) => {
                    diagnostics::print_to_stderr(&package, found);
                    message::error(&format!(
                        "{} is not run: its description cannot be run",
                        options.model.display()
                    ));
                    Ok(Exit::Findings)
                }
                PipelineErrorKind::DatasetStatisticsMissing { .. } => Err(Failure::usage(format!(
                    "{error}: use `modelhub dataset-statistics` and --dataset-statistics FILE, or --sample-as-dataset"
                ))),
                _ => Err(Failure::of_pipeline(&error)),
            };
        }
    };
    let Some(model) = package.parsed().network() else {
        return Err(Failure::usage("the model has no description"));
    };
    bar.suspend(|| {
        message::errors_of_description(&package);
        let warnings = pipeline.warnings().iter();
        warnings.for_each(|warning| message::warning(&warning.to_string()));
    });
    let names: Vec<&str> = model.inputs.iter().map(|tensor| tensor.name.as_str()).collect();
    let result = match folders::has_folders(options, &names) {
        Ok(true) => folders::run(model, &mut pipeline, options, &bar),
        Ok(false) => predict(model, &mut pipeline, options, &bar),
        Err(failure) => Err(failure),
    };
    bar.finish_and_clear();
    result
}

fn predict(
    model: &Network,
    pipeline: &mut Pipeline,
    options: &PredictOptions,
    bar: &indicatif::ProgressBar,
) -> Result<Exit, Failure> {
    let input_names: Vec<&str> = model.inputs.iter().map(|tensor| tensor.name.as_str()).collect();
    let output_names: Vec<&str> = model.outputs.iter().map(|tensor| tensor.name.as_str()).collect();
    let inputs = assign("--input", &options.input, &input_names)?;
    let axes = assign("--axes", &options.axes, &input_names)?;
    let outputs = assign("--output", &options.output, &output_names)?;
    check_distinct(&inputs, &outputs)?;
    for output in &outputs {
        let described = model
            .outputs
            .iter()
            .find(|tensor| tensor.name.as_str() == output.name);
        check_output(output, described, options)?;
    }

    bar.set_message("opening the images");
    let cache = tiles::cache_bytes(options);
    let mut sources = bar.suspend(|| open_inputs(model, &inputs, &axes, cache))?;
    // Only tiles may have other sizes than the description states, be it a single one.
    if !options.no_tiling || options.tiles.any_size.is_some() {
        bar.set_message("choosing tiles");
        if let Some(job) = tiles::job(pipeline, model, &sources, &inputs, &outputs, options)? {
            return job.run(pipeline, &mut sources, bar);
        }
    }
    let mut sample = Sample::new();
    for (input, source) in model.inputs.iter().zip(&mut sources) {
        bar.set_message(format!("reading `{}`", input.name.as_str()));
        let whole = Region::whole(source.shape());
        let tensor = source.read(&whole).map_err(|error| Failure::because(&error))?;
        sample.insert(input.name.as_str(), tensor);
    }
    bar.set_message(format!(
        "running {} with {}",
        pipeline.weights_format(),
        pipeline.backend()
    ));
    let results = pipeline
        .predict(&sample)
        .map_err(|error| Failure::because(&error))?;
    let _held = interrupt::hold_off();
    for output in &outputs {
        interrupt::check()?;
        bar.set_message(format!("writing {}", output.value));
        let described = model
            .outputs
            .iter()
            .find(|tensor| tensor.name.as_str() == output.name);
        let (Some(tensor), Some(described)) = (results.get(output.name), described) else {
            continue;
        };
        let written = write_output(output, tensor.clone(), &described.axes, options.png_scaling)?;
        bar.suspend(|| message::note(&format!("{} -> {} ({written})", output.name, output.value)));
    }
    Ok(Exit::Fine)
}

fn read_statistics(path: &Path) -> Result<SavedStatistics, Failure> {
    let failed = |error: &dyn std::error::Error| {
        Failure::failed(format!(
            "cannot read {}\n  because: {}",
            path.display(),
            chain(error)
        ))
    };
    let file = std::fs::File::open(path).map_err(|error| failed(&error))?;
    SavedStatistics::from_reader(file).map_err(|error| failed(&error))
}

/// What is wrong with an output file and can be known before the network runs for minutes.
fn check_output(
    output: &Assigned<'_>,
    described: Option<&OutputTensor>,
    options: &PredictOptions,
) -> Result<(), Failure> {
    let path = Path::new(output.value);
    let format = ImageFormat::from_path(path).map_err(|error| Failure::usage(error.to_string()))?;
    let needs_scaling =
        described.is_some_and(|tensor| !matches!(tensor.data_type, DataType::Uint8 | DataType::Uint16));
    if format == ImageFormat::Png && needs_scaling && options.png_scaling == Scaling::None {
        return Err(Failure::usage(format!(
            "a PNG file cannot hold the values of `{}` as they are: use --png-scaling unit (0..1) or min-max, or write .npy or .tif",
            output.name
        )));
    }
    if path.is_dir() && format != ImageFormat::Zarr {
        return Err(Failure::usage(format!("`{}` is a folder", output.value)));
    }
    if options.dry_run {
        return Ok(());
    }
    if path.exists() && !options.overwrite {
        return Err(Failure::usage(format!(
            "`{}` exists: use --overwrite to replace it",
            output.value
        )));
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    match parent {
        Some(parent) if !parent.is_dir() => Err(Failure::usage(format!(
            "there is no folder `{}` for the output",
            parent.display()
        ))),
        _ => Ok(()),
    }
}

/// No output may be an input or another output, however the paths are written.
fn check_distinct(inputs: &[Assigned<'_>], outputs: &[Assigned<'_>]) -> Result<(), Failure> {
    let inputs: Vec<PathBuf> = inputs.iter().map(|input| real_path(input.value)).collect();
    let mut written: Vec<PathBuf> = Vec::new();
    for output in outputs {
        let path = real_path(output.value);
        if inputs.contains(&path) {
            return Err(Failure::usage(format!(
                "`{}` is both input and output",
                output.value
            )));
        }
        if written.contains(&path) {
            return Err(Failure::usage(format!(
                "`{}` is given for two outputs",
                output.value
            )));
        }
        written.push(path);
    }
    Ok(())
}

/// The path without links and dots, as far as it exists.
fn real_path(text: &str) -> PathBuf {
    let path = Path::new(text);
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    match (parent.canonicalize(), path.file_name()) {
        (Ok(parent), Some(name)) => parent.join(name),
        _ => path.to_owned(),
    }
}

fn write_output(
    output: &Assigned<'_>,
    tensor: tensor_ops::Tensor,
    axes: &Axes,
    scaling: Scaling,
) -> Result<String, Failure> {
    let path = Path::new(output.value);
    let format = ImageFormat::from_path(path).map_err(|error| Failure::because(&error))?;
    let (tensor, axes) = map_from_tensor(tensor, &image_axes(axes)?, format)
        .map_err(|error| Failure::usage(format!("{}: {error}", output.value)))?;
    let options = WriteOptions::default().with_png_scaling(png_scaling(scaling));
    write_image(path, &tensor, &axes, &options).map_err(|error| Failure::because(&error))?;
    Ok(format!(
        "axes {axes}, {} {:?}",
        tensor.data_type(),
        tensor.shape()
    ))
}

pub(super) fn png_scaling(scaling: Scaling) -> PngScaling {
    match scaling {
        Scaling::None => PngScaling::None,
        Scaling::Unit => PngScaling::UnitInterval,
        Scaling::MinMax => PngScaling::MinMax,
    }
}
