//! Images tile by tile: from files to files.

use std::collections::BTreeSet;
use std::io::Write;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use pipeline::image::{
    ImageError, ImageFormat, ImageSink, ImageSource, PixelSize, SinkOptions, Spacing, ZarrOptions, ZarrSink,
    create_sink,
};
use pipeline::{Pipeline, TileChoice, TileOptions, TiledError, TiledProgress, TiledRun};
use rdf_spec::{Network, OutputShape, OutputTensor};
use serde_json::{Value, json};
use tensor_ops::{DataType, Tensor};
use tiling::{Padding, PlanError, Region, TilePlan, TileSink};

use super::assignment::Assigned;
use super::inputs::Input;
use super::{image_axes, png_scaling};
use crate::args::{PaddingMode, PredictOptions, TileArguments};
use crate::exit::{Exit, Failure};
use crate::render::message;

/// The most memory for decoded parts of images, and what part of the given memory they may take.
const MOST_CACHE: u64 = 256 << 20;
const CACHE_PART: u64 = 8;
/// The most tiles that a printed plan lists.
const MOST_LISTED: usize = 1000;

/// Memory for decoded parts of images.
pub(super) fn cache_bytes(options: &PredictOptions) -> usize {
    let bytes = options
        .tiles
        .memory
        .map_or(MOST_CACHE, |memory| (memory / CACHE_PART).min(MOST_CACHE));
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// The arguments in the words of the library.
pub(in crate::commands) fn tile_options(arguments: &TileArguments, reserved: u64) -> TileOptions {
    let mut options = TileOptions::default()
        .with_reserved(reserved)
        .with_padding(match arguments.padding {
            PaddingMode::Reflect => Padding::Reflect,
            PaddingMode::Symmetric => Padding::Symmetric,
            PaddingMode::Edge => Padding::Edge,
            PaddingMode::Zero => Padding::Constant(0.0),
        });
    options.tile.clone_from(&arguments.tile);
    options.stride.clone_from(&arguments.stride);
    options.halo.clone_from(&arguments.halo);
    options.any_size = arguments.any_size;
    options.memory = arguments.memory;
    options
}

/// The tiles for images of these shapes; nothing if one tile is the whole image as it is.
pub(super) fn plan(
    pipeline: &mut Pipeline,
    shapes: &[Vec<usize>],
    options: &PredictOptions,
) -> Result<Option<TileChoice>, Failure> {
    let tiles = tile_options(&options.tiles, cache_bytes(options) as u64);
    let choice = pipeline
        .choose_tiles(shapes, &tiles)
        .map_err(|error| of_tiles(&error))?;
    let plan = &choice.plan;
    let is_whole = plan.len() == 1 && !plan.is_padded() && !options.dry_run && !options.resume;
    Ok((!is_whole).then_some(choice))
}

/// Wrong usage where something was asked for that is not possible, a failure otherwise.
pub(in crate::commands) fn of_tiles(error: &TiledError) -> Failure {
    match error {
        TiledError::UnknownAxis { .. } => Failure::usage(error.to_string()),
        TiledError::Plan(
            PlanError::TileSize { .. } | PlanError::TileTooSmall { .. } | PlanError::NotTileable { .. },
        ) => Failure::usage(error.to_string()),
        TiledError::Plan(PlanError::Memory { .. }) => {
            Failure::usage(format!("{error}; give more with --memory"))
        }
        _ => Failure::because(error),
    }
}

/// A run from files to files.
pub(super) struct Job<'a> {
    pub(super) model: &'a Network,
    pub(super) plan: TilePlan,
    /// How many tiles are run at the same time.
    pub(super) at_once: NonZeroUsize,
    pub(super) inputs: &'a [Assigned<'a>],
    pub(super) outputs: &'a [Assigned<'a>],
    pub(super) options: &'a PredictOptions,
}

impl Job<'_> {
    pub(super) fn run(
        mut self,
        pipeline: &mut Pipeline,
        sources: &mut [Input],
        bar: &indicatif::ProgressBar,
    ) -> Result<Exit, Failure> {
        if self.options.dry_run {
            bar.finish_and_clear();
            return print(&self.plan);
        }
        let identity = self.identity(pipeline)?;
        let (mut sinks, finished) = self.open_sinks(sources, &identity)?;
        bar.suspend(|| {
            message::note(&format!("{}", self.plan));
            if self.at_once.get() > 1 {
                message::note(&format!("{} tiles at the same time", self.at_once));
            }
            if !finished.is_empty() {
                message::note(&format!(
                    "{} of {} tiles are done already",
                    finished.len(),
                    self.plan.len()
                ));
            }
        });
        let is_finished = |tile: usize| finished.contains(&tile);
        let mut progress = |progress: TiledProgress| {
            bar.set_message(words(&progress));
            ControlFlow::Continue(())
        };
        let mut run = TiledRun::default()
            .with_progress(&mut progress)
            .with_tiles_at_once(self.at_once)
            .with_scratch(self.scratch_folder());
        if self.options.resume {
            run = run.with_finished(&is_finished);
        }
        pipeline
            .predict_tiled(&self.plan, sources, &mut sinks, run)
            .map_err(|error| of_tiles(&error))?;
        for (sink, output) in sinks.into_iter().zip(&self.model.outputs) {
            let End::File(sink) = sink else { continue };
            let Some(asked) = self.asked(output) else { continue };
            bar.set_message(format!("finishing {}", asked.value));
            let described = format!("{} {:?}", sink.data_type(), sink.shape());
            sink.finish().map_err(|error| Failure::because(&error))?;
            bar.suspend(|| message::note(&format!("{} -> {} ({described})", asked.name, asked.value)));
        }
        Ok(Exit::Fine)
    }

    fn asked(&self, output: &OutputTensor) -> Option<&Assigned<'_>> {
        self.outputs
            .iter()
            .find(|asked| asked.name == output.name.as_str())
    }

    /// Beside the results, where there is room for them.
    fn scratch_folder(&self) -> PathBuf {
        let parent = self
            .outputs
            .first()
            .and_then(|output| Path::new(output.value).parent());
        parent
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."))
            .to_owned()
    }

    /// Sinks for all outputs, and the tiles that an earlier run has written to all of them. The plan becomes that of the
    /// earlier run.
    fn open_sinks(
        &mut self,
        sources: &[Input],
        identity: &Value,
    ) -> Result<(Vec<End>, BTreeSet<usize>), Failure> {
        if self.options.resume {
            self.take_up_plan(identity)?;
        }
        let fingerprint = json!({ "run": identity, "plan": self.plan, "at_once": self.at_once }).to_string();
        let mut sinks = Vec::with_capacity(self.model.outputs.len());
        let mut finished: Option<BTreeSet<usize>> = None;
        for (output, shape) in self.model.outputs.iter().zip(self.plan.output_shapes()) {
            let Some(asked) = self.asked(output) else {
                sinks.push(End::Nowhere(shape.clone()));
                continue;
            };
            let path = Path::new(asked.value);
            let format = ImageFormat::from_path(path).map_err(|error| Failure::because(&error))?;
            if format != ImageFormat::Zarr {
                let sink = self.create(
                    path,
                    output,
                    shape,
                    &scaled_pixel_size(self.model, output, sources),
                )?;
                sinks.push(End::File(sink));
                continue;
            }
            let sink = if self.options.resume {
                ZarrSink::resume(path, &fingerprint)
            } else {
                let axes = image_axes(&output.axes)?;
                let (data_type, size) = (data_type(output)?, scaled_pixel_size(self.model, output, sources));
                let options = ZarrOptions::default();
                ZarrSink::create(path, shape, data_type, &axes, &size, &options, &fingerprint)
            };
            let sink = sink.map_err(|error| Failure::because(&error))?;
            finished = Some(match finished {
                Some(all) => &all & sink.completed(),
                None => sink.completed().clone(),
            });
            sinks.push(End::File(Box::new(sink)));
        }
        Ok((sinks, finished.unwrap_or_default()))
    }

    /// The plan of the earlier run: what memory was free then decides about the tiles, not what is free now.
    fn take_up_plan(&mut self, identity: &Value) -> Result<(), Failure> {
        for asked in self.outputs {
            let path = Path::new(asked.value);
            let format = ImageFormat::from_path(path).map_err(|error| Failure::because(&error))?;
            if format != ImageFormat::Zarr {
                return Err(Failure::usage(format!(
                    "`{}` cannot be gone on with: --resume is for .zarr outputs only",
                    asked.value
                )));
            }
            let known = ZarrSink::unfinished_fingerprint(path).map_err(|error| Failure::because(&error))?;
            let known: Value = serde_json::from_str(&known)
                .map_err(|_| Failure::failed(format!("`{}` was begun by another program", asked.value)))?;
            if known["run"] != *identity {
                return Err(Failure::usage(format!(
                    "`{}` was begun with another model, image, backend or other statistics: leave out --resume and remove it to begin anew",
                    asked.value
                )));
            }
            self.plan = serde_json::from_value(known["plan"].clone()).map_err(|error| {
                Failure::failed(format!("`{}` has no plan that can be read: {error}", asked.value))
            })?;
            let at_once = known["at_once"]
                .as_u64()
                .and_then(|count| usize::try_from(count).ok());
            self.at_once = at_once.and_then(NonZeroUsize::new).unwrap_or(NonZeroUsize::MIN);
        }
        Ok(())
    }

    /// What has to be the same for a run to be gone on with: the weights and what runs them, the images, and where
    /// statistics come from.
    fn identity(&self, pipeline: &Pipeline) -> Result<Value, Failure> {
        let mut images = Vec::new();
        for input in self.inputs {
            let path = Path::new(input.value);
            let state = path
                .metadata()
                .map_err(|error| Failure::failed(format!("{}: {error}", input.value)))?;
            let changed = state
                .modified()
                .ok()
                .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
            images.push(json!([
                input.name,
                state.len(),
                changed.map(|time| time.as_nanos().to_string())
            ]));
        }
        let digests = self.model.weights.formats().map(|format| {
            let entry = self.model.weights.get(format);
            json!([
                format.name(),
                entry
                    .and_then(|entry| entry.sha256.as_ref())
                    .map(ToString::to_string)
            ])
        });
        let statistics = match &self.options.dataset_statistics {
            Some(path) => {
                let read =
                    std::fs::read(path).and_then(|content| rdf_spec::Sha256::of(&mut content.as_slice()));
                let digest = read.map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
                json!(digest.to_string())
            }
            None => json!(self.options.sample_as_dataset),
        };
        Ok(json!({
            "weights": digests.collect::<Vec<_>>(),
            "engine": [pipeline.weights_format().name(), pipeline.backend()],
            "statistics": statistics,
            "images": images,
        }))
    }

    fn create(
        &self,
        path: &Path,
        output: &OutputTensor,
        shape: &[usize],
        pixel_size: &PixelSize,
    ) -> Result<Box<dyn ImageSink>, Failure> {
        let options = SinkOptions::default().with_png_scaling(png_scaling(self.options.png_scaling));
        create_sink(
            path,
            shape,
            data_type(output)?,
            &image_axes(&output.axes)?,
            pixel_size,
            &options,
        )
        .map_err(|error| Failure::because(&error))
    }
}

fn data_type(output: &OutputTensor) -> Result<DataType, Failure> {
    let name = output.data_type.to_string();
    name.parse()
        .map_err(|_| Failure::failed(format!("`{name}` is no data type")))
}

/// The pixel size of an output: that of the image that its shape refers to, divided by the scale.
fn scaled_pixel_size(model: &Network, output: &OutputTensor, sources: &[Input]) -> PixelSize {
    let (reference, scales) = match &output.shape {
        OutputShape::Implicit {
            reference_tensor,
            scale,
            ..
        } => (Some(reference_tensor), Some(scale)),
        OutputShape::Explicit(_) => (None, None),
    };
    let reference = reference
        .and_then(|name| model.inputs.iter().position(|input| input.name == *name))
        .unwrap_or(0);
    let mut size = PixelSize::default();
    let Some(source) = sources.get(reference) else {
        return size;
    };
    for (letter, spacing) in source.pixel_size().iter() {
        let Some(place) = output.axes.iter().position(|axis| axis.letter() == letter) else {
            continue;
        };
        let scale = scales.map_or(Some(1.0), |scales| scales.get(place).copied().flatten());
        let scaled = scale.and_then(|scale| Spacing::new(spacing.value() / scale, spacing.unit()));
        size.set(letter, scaled);
    }
    size
}

/// Where a result goes.
enum End {
    File(Box<dyn ImageSink>),
    /// Nobody asked for it.
    Nowhere(Vec<usize>),
}

impl TileSink for End {
    type Tile = Tensor;
    type Error = ImageError;

    fn shape(&self) -> &[usize] {
        match self {
            Self::File(sink) => sink.shape(),
            Self::Nowhere(shape) => shape,
        }
    }

    fn write(&mut self, region: &Region, tile: &Tensor) -> Result<(), ImageError> {
        match self {
            Self::File(sink) => sink.write(region, tile),
            Self::Nowhere(_) => Ok(()),
        }
    }

    fn tile_done(&mut self, tile: usize) -> Result<(), ImageError> {
        match self {
            Self::File(sink) => sink.tile_done(tile),
            Self::Nowhere(_) => Ok(()),
        }
    }

    fn chunk_shape(&self) -> Option<&[usize]> {
        match self {
            Self::File(sink) => sink.chunk_shape(),
            Self::Nowhere(_) => None,
        }
    }
}

/// The plan on standard output: a summary, then a line for each tile.
fn print(plan: &TilePlan) -> Result<Exit, Failure> {
    let mut out = anstream::stdout().lock();
    let mut write = || -> std::io::Result<()> {
        writeln!(out, "{plan}")?;
        for tile in plan.iter().take(MOST_LISTED) {
            writeln!(out, "{tile}")?;
        }
        if plan.len() > MOST_LISTED {
            writeln!(out, "... and {} more", plan.len() - MOST_LISTED)?;
        }
        Ok(())
    };
    match write() {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::because(&error)),
        _ => Ok(Exit::Fine),
    }
}

pub(in crate::commands) fn words(progress: &TiledProgress) -> String {
    match progress {
        TiledProgress::Statistics {
            tensor,
            pass,
            done,
            total,
        } => {
            format!("measuring `{tensor}`, pass {pass}: {done} of {total} parts")
        }
        TiledProgress::Tile { done, total } => format!("{done} of {total} tiles"),
        TiledProgress::Postprocessing { tensor, done, total } => {
            format!("postprocessing `{tensor}`: {done} of {total} parts")
        }
        _ => "running".to_owned(),
    }
}
