//! A run from files to files.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use pipeline::image::{ImageFormat, ImageSink, PixelSize, SinkOptions, ZarrOptions, ZarrSink, create_sink};
use pipeline::tiled::Resumption;
use pipeline::{Pipeline, TileChoice, TiledProgress, TiledRun};
use rdf_spec::{Network, OutputTensor};
use tiling::TileSink;

use super::super::assignment::Assigned;
use super::super::inputs::Input;
use super::super::{image_axes, png_scaling};
use super::end::{End, data_type, scaled_pixel_size};
use super::of_tiles;
use super::shown::{print, words};
use crate::args::PredictOptions;
use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::render::message;

/// A run with a plan.
pub(in crate::commands::predict) struct Job<'a> {
    pub(super) model: &'a Network,
    pub(super) choice: TileChoice,
    /// What unfinished results keep, so that another run can go on with them.
    pub(super) fingerprint: String,
    pub(super) outputs: &'a [Assigned<'a>],
    pub(super) options: &'a PredictOptions,
}

/// The sinks of a run, one for each output of the model.
struct Sinks {
    ends: Vec<End>,
    /// Where the first result is that can be gone on with, if all can.
    folder: Option<PathBuf>,
    /// What earlier runs have noted, for each output that is asked for.
    done: Vec<Option<BTreeSet<usize>>>,
}

impl Job<'_> {
    pub(in crate::commands::predict) fn run(
        self,
        pipeline: &mut Pipeline,
        sources: &mut [Input],
        bar: &indicatif::ProgressBar,
    ) -> Result<Exit, Failure> {
        let TileChoice { plan, at_once, .. } = &self.choice;
        if self.options.dry_run {
            bar.finish_and_clear();
            return print(plan);
        }
        let Sinks {
            mut ends,
            folder,
            done,
        } = self.open_sinks(sources)?;
        bar.suspend(|| {
            message::note(&plan.to_string());
            if at_once.get() > 1 {
                message::note(&format!("{at_once} tiles at the same time"));
            }
        });
        let held = interrupt::hold_off();
        let mut progress = |progress: TiledProgress| {
            if let TiledProgress::Resumed { done, total } = progress {
                bar.suspend(|| message::note(&format!("{done} of {total} tiles are done already")));
            }
            bar.set_message(words(&progress));
            if held.is_asked() {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        };
        let mut run = TiledRun::default()
            .with_progress(&mut progress)
            .with_tiles_at_once(*at_once)
            .with_scratch(self.scratch_folder());
        let can_go_on = folder.is_some();
        if let Some(folder) = folder {
            run = run.with_resumption(Resumption::new(folder, done));
        }
        let outcome = pipeline.predict_tiled(plan, sources, &mut ends, run);
        if let Err(error) = outcome {
            // Temporary files go with their sinks, while signals are still held off.
            drop(ends);
            if can_go_on {
                bar.suspend(|| message::note("what was done so far is kept: --resume goes on with it"));
            }
            return Err(of_tiles(&error));
        }
        for (end, output) in ends.into_iter().zip(&self.model.outputs) {
            let End::File(sink) = end else { continue };
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

    fn open_sinks(&self, sources: &[Input]) -> Result<Sinks, Failure> {
        let mut sinks = Sinks {
            ends: Vec::with_capacity(self.model.outputs.len()),
            folder: None,
            done: Vec::with_capacity(self.model.outputs.len()),
        };
        let mut begun: Vec<&str> = Vec::new();
        let mut can_go_on = true;
        for (number, output) in self.model.outputs.iter().enumerate() {
            let Some(asked) = self.asked(output) else {
                let shape = self.choice.plan.output_shapes().get(number);
                sinks.ends.push(End::Nowhere(shape.cloned().unwrap_or_default()));
                sinks.done.push(None);
                continue;
            };
            match self.open_sink(number, output, asked, sources) {
                Ok(Opened::Resumable(sink)) => {
                    begun.push(asked.value);
                    sinks.folder.get_or_insert_with(|| sink.folder().to_owned());
                    sinks.done.push(Some(sink.completed().clone()));
                    sinks.ends.push(End::File(sink));
                }
                Ok(Opened::AtOnce(sink)) => {
                    can_go_on = false;
                    sinks.done.push(None);
                    sinks.ends.push(End::File(sink));
                }
                Err(failure) => {
                    // Nothing was done yet, so there is nothing to go on with.
                    drop(sinks);
                    if !self.options.resume {
                        for path in begun {
                            let _ = ZarrSink::discard(path);
                        }
                    }
                    return Err(failure);
                }
            }
        }
        if !can_go_on {
            sinks.folder = None;
        }
        Ok(sinks)
    }

    fn open_sink(
        &self,
        number: usize,
        output: &OutputTensor,
        asked: &Assigned<'_>,
        sources: &[Input],
    ) -> Result<Opened, Failure> {
        let path = Path::new(asked.value);
        let failed = |error: pipeline::image::ImageError| Failure::because(&error);
        let format = ImageFormat::from_path(path).map_err(failed)?;
        if format == ImageFormat::Zarr && self.options.resume {
            let sink = ZarrSink::resume(path, &self.fingerprint).map_err(failed)?;
            return Ok(Opened::Resumable(Box::new(sink)));
        }
        let shape = self.choice.plan.output_shapes().get(number);
        let shape = shape.map_or(&[][..], Vec::as_slice);
        let (axes, data_type) = (image_axes(&output.axes)?, data_type(output)?);
        let pixel_size: PixelSize = scaled_pixel_size(self.model, output, sources);
        if format == ImageFormat::Zarr {
            let mut options = ZarrOptions::default();
            let lengths = self.choice.plan.chunk_lengths(number);
            for (letter, length) in axes.letters().zip(lengths) {
                if let Some(length) = length {
                    options = options.with_chunk(letter, length);
                }
            }
            let text = &self.fingerprint;
            let created = ZarrSink::create(path, shape, data_type, &axes, &pixel_size, &options, text);
            return Ok(Opened::Resumable(Box::new(created.map_err(failed)?)));
        }
        let options = SinkOptions::default().with_png_scaling(png_scaling(self.options.png_scaling));
        let created = create_sink(path, shape, data_type, &axes, &pixel_size, &options);
        Ok(Opened::AtOnce(created.map_err(failed)?))
    }
}

/// A sink that can be gone on with, or one that cannot.
enum Opened {
    Resumable(Box<ZarrSink>),
    AtOnce(Box<dyn ImageSink>),
}
