//! `modelhub tiling-error`

use std::path::Path;

use ndarray::{Array2, ArrayD, Axis, Dimension as _, IxDyn};
use pipeline::image::{ImageFormat, WriteOptions, write_image};
use pipeline::tiled::MemoryImage;
use pipeline::{DatasetStatistics, Pipeline, PipelineErrorKind, TileOptions, TiledRun};
use rdf_spec::Network;
use tensor_ops::{DataType, Tensor};
use tiling::{Region, TilePlan, TileSource};

use super::predict::assignment::assign;
use super::predict::inputs::open_inputs;
use super::predict::tiles::{of_tiles, tile_options};
use super::progress;
use crate::args::TilingErrorOptions;
use crate::engines;
use crate::exit::{Exit, Failure};
use crate::render::{diagnostics, message};
use crate::source::Sources;

/// What part of the largest value of an output may be rounding.
const ROUNDING: f64 = 1e-5;
/// How many powers of ten the map of differences spans below the largest one.
const DECADES: f64 = 7.0;
/// Memory for decoded parts of images.
const CACHE: usize = 64 << 20;

pub(crate) fn run(options: &TilingErrorOptions, sources: &Sources) -> Result<Exit, Failure> {
    if let Some(path) = &options.output {
        check_output(path, options.overwrite)?;
    }
    let package = sources.open(&options.model)?;
    let bar = progress();
    bar.set_message("loading the model");
    let mut builder = engines::pipeline_builder(&package, &options.engine)?;
    if options.sample_as_dataset {
        builder = builder.dataset_statistics(DatasetStatistics::FromSample);
    }
    let mut pipeline = match builder.build() {
        Ok(pipeline) => pipeline,
        Err(error) => {
            bar.finish_and_clear();
            return Err(match error.kind() {
                PipelineErrorKind::InvalidDescription(found) => {
                    diagnostics::print_to_stderr(&package, found);
                    Failure::findings("the description cannot be run")
                }
                PipelineErrorKind::DatasetStatisticsMissing { .. } => {
                    Failure::usage(format!("{error}: use --sample-as-dataset"))
                }
                _ => Failure::of_pipeline(&error),
            });
        }
    };
    let Some(model) = package.parsed().network() else {
        return Err(Failure::usage("the model has no description"));
    };
    let found = compare(model, &mut pipeline, options, &bar);
    bar.finish_and_clear();
    let (plan, differences) = found?;
    message::note(&plan.to_string());
    let mut exit = Exit::Fine;
    for difference in &differences {
        println(&difference.words());
        if difference.largest > ROUNDING * difference.scale {
            exit = Exit::Findings;
        }
    }
    if let (Some(path), Some(first)) = (&options.output, differences.first()) {
        write_image(
            path,
            &first.map(),
            &"yx"
                .parse()
                .map_err(|error: pipeline::axes::AxesError| Failure::because(&error))?,
            &WriteOptions::default(),
        )
        .map_err(|error| Failure::because(&error))?;
    }
    Ok(exit)
}

fn check_output(path: &Path, overwrite: bool) -> Result<(), Failure> {
    if ImageFormat::from_path(path).map_err(|error| Failure::usage(error.to_string()))? != ImageFormat::Png {
        return Err(Failure::usage(format!(
            "the map of differences is a PNG file, `{}` is none",
            path.display()
        )));
    }
    if path.exists() && !overwrite {
        return Err(Failure::usage(format!(
            "`{}` exists: use --overwrite to replace it",
            path.display()
        )));
    }
    Ok(())
}

fn compare(
    model: &Network,
    pipeline: &mut Pipeline,
    options: &TilingErrorOptions,
    bar: &indicatif::ProgressBar,
) -> Result<(TilePlan, Vec<Difference>), Failure> {
    let names: Vec<&str> = model.inputs.iter().map(|tensor| tensor.name.as_str()).collect();
    let inputs = assign("IMAGE", &options.input, &names)?;
    let axes = assign("--axes", &options.axes, &names)?;
    let mut files = bar.suspend(|| open_inputs(model, &inputs, &axes, CACHE))?;
    let mut sources = Vec::with_capacity(files.len());
    for file in &mut files {
        bar.set_message("reading the image");
        let whole = Region::whole(file.shape());
        sources.push(MemoryImage::new(
            file.read(&whole).map_err(|error| Failure::because(&error))?,
        ));
    }
    let shapes: Vec<Vec<usize>> = sources.iter().map(|source| source.shape().to_vec()).collect();
    let tiled = tile_options(&options.tiles, 0);
    let mut whole = TileOptions::whole().with_padding(tiled.padding);
    whole.any_size = tiled.any_size;
    let plan = |pipeline: &mut Pipeline, options| {
        pipeline
            .plan_tiles(&shapes, options)
            .map_err(|error| of_tiles(&error))
    };
    let (whole, tiled) = (plan(pipeline, &whole)?, plan(pipeline, &tiled)?);
    if whole.len() > 1 {
        return Err(Failure::usage(
            "the model takes images of one size only, so there is no result of the whole image to compare with; if the network takes others, say so with --any-size",
        ));
    }
    if tiled.len() == 1 {
        return Err(Failure::usage(
            "the image fits into one tile: give the sizes of tiles, for example --tile y=256,x=256",
        ));
    }
    bar.set_message("running the whole image");
    let expected = results(model, pipeline, &whole, &mut sources)?;
    bar.set_message("running the tiles");
    let found = results(model, pipeline, &tiled, &mut sources)?;
    let outputs = model.outputs.iter().zip(expected).zip(found);
    let differences = outputs.map(|((output, expected), found)| {
        Difference::between(output.name.as_str(), output.axes.as_str(), &expected, &found)
    });
    Ok((tiled, differences.collect()))
}

fn results(
    model: &Network,
    pipeline: &mut Pipeline,
    plan: &TilePlan,
    sources: &mut [MemoryImage],
) -> Result<Vec<Tensor>, Failure> {
    let mut sinks = Vec::with_capacity(model.outputs.len());
    for (output, shape) in model.outputs.iter().zip(plan.output_shapes()) {
        let name = output.data_type.to_string();
        let data_type = name
            .parse()
            .map_err(|_| Failure::failed(format!("`{name}` is no data type")))?;
        sinks.push(MemoryImage::zeros(data_type, shape).map_err(|error| Failure::because(&error))?);
    }
    pipeline
        .predict_tiled(plan, sources, &mut sinks, TiledRun::default())
        .map_err(|error| of_tiles(&error))?;
    Ok(sinks.into_iter().map(MemoryImage::into_tensor).collect())
}

/// How far the tiled result of an output is from that of the whole image.
struct Difference {
    name: String,
    axes: String,
    /// The absolute differences.
    values: ArrayD<f64>,
    largest: f64,
    place: Vec<usize>,
    /// The largest absolute value of the whole result.
    scale: f64,
}

impl Difference {
    fn between(name: &str, axes: &str, expected: &Tensor, found: &Tensor) -> Self {
        let numbers = |tensor: &Tensor| match tensor.cast(DataType::Float64) {
            Tensor::Float64(values) => values,
            // A cast gives the type that was asked for.
            _ => ArrayD::zeros(IxDyn(&[0])),
        };
        let (expected, found) = (numbers(expected), numbers(found));
        let scale = expected
            .iter()
            .fold(0.0, |scale: f64, value| scale.max(value.abs()));
        let values = (found - &expected).mapv(f64::abs);
        let mut largest = 0.0;
        let mut place = vec![0; values.ndim()];
        for (at, &value) in values.indexed_iter() {
            // NaN in both is no difference, NaN in one of them is one that no number exceeds.
            if value > largest {
                largest = value;
                place = at.as_array_view().to_vec();
            }
        }
        Self {
            name: name.to_owned(),
            axes: axes.to_owned(),
            values,
            largest,
            place,
            scale,
        }
    }

    fn words(&self) -> String {
        let mean = self.values.mean().unwrap_or(0.0);
        let place: Vec<String> = self
            .axes
            .chars()
            .zip(&self.place)
            .map(|(axis, at)| format!("{axis}={at}"))
            .collect();
        format!(
            "{}: largest difference {:.3e} at {}, mean {mean:.3e}; the largest value is {:.3e}",
            self.name,
            self.largest,
            place.join(" "),
            self.scale
        )
    }

    /// The largest differences along all axes but y and x, as grey values on a logarithmic scale.
    fn map(&self) -> Tensor {
        let mut values = self.values.clone();
        for (axis, letter) in self
            .axes
            .chars()
            .enumerate()
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
        {
            if !matches!(letter, 'y' | 'x') {
                values = values.fold_axis(Axis(axis), 0.0, |most: &f64, value| most.max(*value));
            }
        }
        let is_turned = self.axes.find('x') < self.axes.find('y');
        let plane = match values.into_dimensionality::<ndarray::Ix2>() {
            Ok(plane) if is_turned => plane.reversed_axes(),
            Ok(plane) => plane,
            // Without y or x there is no picture.
            Err(_) => Array2::zeros((1, 1)),
        };
        // What is rounding is not drawn as if it were an error.
        let largest = self.largest.max(ROUNDING * self.scale);
        let grey = plane.mapv(|value| {
            let below = if value > 0.0 && largest > 0.0 {
                (value / largest).log10()
            } else {
                -DECADES
            };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
            let grey = (255.0 * (1.0 + below / DECADES).clamp(0.0, 1.0)).round() as u8;
            grey
        });
        Tensor::from(grey.into_dyn())
    }
}

fn println(text: &str) {
    use std::io::Write as _;
    // A closed standard output is no reason to fail: there is nobody to tell.
    let _ = writeln!(anstream::stdout(), "{text}");
}
