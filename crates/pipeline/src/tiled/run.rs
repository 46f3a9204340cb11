//! Running a plan of tiles.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use runners::Runner;
use tensor_ops::{Tensor, TensorView};
use tiling::{InputPart, OutputPart, RunOptions, Tile, TilePlan, TileSink, TileSource};

use super::ends::{Delivered, Prepared};
use super::error::UndescribedShape;
use super::kept::{Kept, Store};
#[cfg(feature = "zarr")]
use super::resumption::{RawStore, Resumption};
use super::statistics::measure_input;
use super::{TiledError, TiledProgress, TiledReport, TiledRun};
use crate::bind::tensors::BoundOutput;
use crate::builder::Pipeline;
use crate::error::{PipelineError, PipelineErrorKind};
use crate::image::paste::part as image_part;
#[cfg(feature = "zarr")]
use crate::image::{ImageError, ImageErrorKind};

impl Pipeline {
    /// Runs the model on images of any size: reads them from `sources`, one for each input, and writes the results to `sinks`,
    /// one for each output, both in the axis order of the description. Sinks have the shapes of
    /// [`TilePlan::output_shapes`] and get the declared data types.
    ///
    /// Where preprocessing needs statistics, the images are read once more before (several times for percentiles of types
    /// with more than 16 bits). Then tiles are read and preprocessed, run, and postprocessed and written, these three at the same time. Where
    /// postprocessing needs statistics of the result, what the network delivers goes to a temporary file until all of it is
    /// there. The memory that is taken does not depend on the size of the images.
    ///
    /// The result is that of [`predict`](Self::predict) on the whole image, up to the rounding of sums, if the halo of the
    /// description is honest. An image whose size the network does not take is padded at its end, and the result cropped;
    /// statistics are those of the image without padding.
    ///
    /// # Errors
    /// [`TiledError`]. Sinks then have parts of the result.
    pub fn predict_tiled<S, K>(
        &mut self,
        plan: &TilePlan,
        sources: &mut [S],
        sinks: &mut [K],
        mut run: TiledRun<'_>,
    ) -> Result<TiledReport, TiledError>
    where
        S: TileSource<Tile = Tensor> + Send,
        K: TileSink<Tile = Tensor> + Send,
    {
        let Self {
            inputs,
            outputs,
            runner,
            needs,
            known,
            ..
        } = self;
        let mut report = TiledReport::default();

        let mut of_inputs = known.clone();
        for (input, source) in inputs.iter().zip(sources.iter_mut()) {
            report.input_passes += measure_input(needs, &mut of_inputs, input, source, &mut run)?;
        }
        let ports: Vec<_> = runner
            .signature()
            .inputs
            .iter()
            .map(|port| port.data_type)
            .collect();
        let mut prepared: Vec<Prepared<'_, S>> = Vec::with_capacity(inputs.len());
        for ((input, source), network) in inputs.iter().zip(sources.iter_mut()).zip(ports) {
            prepared.push(Prepared {
                source,
                input,
                statistics: &of_inputs,
                network,
            });
        }
        let mut delivered = Vec::with_capacity(outputs.len());
        for (number, (output, sink)) in outputs.iter().zip(sinks.iter_mut()).enumerate() {
            let keep = |output: &BoundOutput, shape: &[usize]| store(&run, plan, number, output, shape);
            delivered.push(Delivered::new(sink, output, needs, &of_inputs, keep)?);
        }
        #[cfg(feature = "zarr")]
        let mut earlier = BTreeSet::new();
        #[cfg(feature = "zarr")]
        if let Some(resumption) = &run.resumption {
            if is_complete(plan, &delivered, resumption) {
                for (_, kept) in kept_ends(delivered) {
                    kept.remove()?;
                }
                return Ok(report);
            }
            earlier = finished_tiles(&delivered, resumption);
        }
        #[cfg(feature = "zarr")]
        if !earlier.is_empty() {
            let (done, total) = (earlier.len(), plan.len());
            run.report(TiledProgress::Resumed { done, total })?;
        }

        let tiles = AtomicUsize::new(0);
        let compute = |runner: &mut dyn Runner, tile: &Tile, parts: Vec<Tensor>| {
            tiles.fetch_add(1, Ordering::Relaxed);
            let padded = tile
                .inputs
                .iter()
                .zip(parts)
                .map(|(part, read)| pad(part, read, plan));
            let padded = padded.collect::<Result<Vec<_>, _>>()?;
            let views: Vec<TensorView<'_>> = padded.iter().map(Tensor::view).collect();
            let failed = |error| PipelineError::caused_by(PipelineErrorKind::Run, error);
            let results = runner.run(&views).map_err(failed)?;
            let kept = tile.outputs.iter().zip(outputs.iter()).zip(results);
            kept.map(|((part, output), result)| crop(part, &output.name, result))
                .collect::<Result<Vec<Tensor>, PipelineError>>()
        };
        let mut options = RunOptions::default();
        if let Some(finished) = run.finished {
            options = options.with_finished(finished);
        }
        #[cfg(feature = "zarr")]
        let is_finished = |tile: usize| earlier.contains(&tile);
        #[cfg(feature = "zarr")]
        if run.resumption.is_some() {
            options = options.with_finished(&is_finished);
        }
        let mut written = |progress: tiling::Progress| match &mut run.progress {
            Some(callback) => callback(TiledProgress::Tile {
                done: progress.done,
                total: progress.total,
            }),
            None => ControlFlow::Continue(()),
        };
        options = options.with_progress(&mut written);
        let at_once = run.at_once.filter(|count| count.get() > 1 && plan.len() > 1);
        match at_once.and_then(|count| runner.side_by_side(count)) {
            Some(mut runners) => {
                let mut networks: Vec<_> = runners
                    .iter_mut()
                    .map(|runner| |tile: &Tile, parts: Vec<Tensor>| compute(&mut **runner, tile, parts))
                    .collect();
                plan.run_side_by_side(&mut prepared, &mut delivered, options, &mut networks)?;
            }
            None => plan.run(&mut prepared, &mut delivered, options, |tile, parts| {
                compute(&mut **runner, tile, parts)
            })?,
        }
        report.tiles = tiles.load(Ordering::Relaxed);
        drop(prepared);
        let mut statistics = of_inputs.clone();
        let mut kept = kept_ends(delivered);
        // All are measured before the first is written: an operation may refer to another output.
        for (_, kept) in &mut kept {
            report.output_passes += kept.measure(&mut statistics, &mut run)?;
        }
        for (number, kept) in &mut kept {
            #[cfg(feature = "zarr")]
            let done = run.resumption.as_ref().map(|all| all.done(*number).cloned());
            #[cfg(not(feature = "zarr"))]
            let (done, _): (Option<Option<BTreeSet<usize>>>, _) = (None, number);
            let is_done = |part: usize| match &done {
                None => false,
                // Nobody wants it.
                Some(None) => true,
                Some(Some(done)) => done.contains(&part),
            };
            report.output_passes += kept.finish(&statistics, &is_done, &mut run)?;
        }
        // Only when all are written: until then, another run measures them again.
        for (_, kept) in kept {
            kept.remove()?;
        }
        Ok(report)
    }
}

/// The place for a result that has to be kept.
fn store(
    run: &TiledRun<'_>,
    plan: &TilePlan,
    number: usize,
    output: &BoundOutput,
    shape: &[usize],
) -> Result<Store, TiledError> {
    #[cfg(feature = "zarr")]
    if let Some(resumption) = &run.resumption {
        let opened = output.image_axes().map_err(ImageErrorKind::from);
        let opened = opened.map_err(|kind| ImageError::at(resumption.folder(), kind));
        let opened = opened.and_then(|axes| {
            RawStore::open(
                resumption.folder(),
                number,
                axes,
                shape,
                plan.chunk_lengths(number),
            )
        });
        let failed = |source| TiledError::Scratch {
            tensor: output.name.clone(),
            source,
        };
        return Ok(Store::Resumable(Box::new(opened.map_err(failed)?)));
    }
    let _ = (plan, number, shape);
    if run.finished.is_some() {
        return Err(TiledError::NotResumable {
            output: output.name.clone(),
        });
    }
    let folder = run.scratch.clone().unwrap_or_else(std::env::temp_dir);
    Ok(Store::Scratch(folder, None))
}

/// The results that wait for statistics, with their numbers.
fn kept_ends<K>(ends: Vec<Delivered<'_, K>>) -> Vec<(usize, Kept<'_, K>)> {
    let all = ends.into_iter().enumerate();
    all.filter_map(|(number, end)| match end {
        Delivered::Kept(kept) => Some((number, *kept)),
        Delivered::Direct { .. } => None,
    })
    .collect()
}

/// Whether earlier runs have written all that is wanted.
#[cfg(feature = "zarr")]
fn is_complete<K: TileSink<Tile = Tensor>>(
    plan: &TilePlan,
    ends: &[Delivered<'_, K>],
    resumption: &Resumption,
) -> bool {
    ends.iter().enumerate().all(|(number, end)| {
        let parts = match end {
            Delivered::Direct { .. } => plan.len(),
            Delivered::Kept(kept) => kept.blocks().len(),
        };
        resumption.done(number).is_none_or(|done| done.len() >= parts)
    })
}

/// The tiles that nothing is missing of.
#[cfg(feature = "zarr")]
fn finished_tiles<K>(ends: &[Delivered<'_, K>], resumption: &Resumption) -> BTreeSet<usize> {
    let each = ends.iter().enumerate().filter_map(|(number, end)| match end {
        Delivered::Direct { .. } => resumption.done(number).cloned(),
        Delivered::Kept(kept) => kept.store.tiles(),
    });
    each.reduce(|all, tiles| &all & &tiles).unwrap_or_default()
}

/// What the network gets: the part that was read, and what stands beyond the end of the image.
fn pad(part: &InputPart, read: Tensor, plan: &TilePlan) -> Result<Tensor, PipelineError> {
    if !part.is_padded() {
        return Ok(read);
    }
    let constant = match plan.padding() {
        tiling::Padding::Constant(value) => value,
        _ => 0.0,
    };
    let failed = |error| PipelineError::caused_by(PipelineErrorKind::Run, error);
    Ok(match read {
        Tensor::Float32(values) => {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the nearest number of the network's type"
            )]
            let constant = constant as f32;
            part.pad(&values, constant).map_err(failed)?.into()
        }
        other => {
            // Networks that take another type get it through a type that holds every value of it but large integers,
            // which no image has.
            let data_type = other.data_type();
            let Tensor::Float64(values) = other.into_cast(tensor_ops::DataType::Float64) else {
                return Err(PipelineErrorKind::Run.into());
            };
            Tensor::from(part.pad(&values, constant).map_err(failed)?).into_cast(data_type)
        }
    })
}

/// What is kept of what the network delivered.
fn crop(part: &OutputPart, output: &str, delivered: Tensor) -> Result<Tensor, PipelineError> {
    if delivered.shape() != part.network_shape() {
        let error = UndescribedShape {
            output: output.to_owned(),
            found: delivered.shape().to_vec(),
            expected: part.network_shape().to_vec(),
        };
        return Err(PipelineError::caused_by(PipelineErrorKind::Run, error));
    }
    if part.cropped().shape() == delivered.shape() {
        return Ok(delivered);
    }
    let failed = |error| PipelineError::caused_by(PipelineErrorKind::Run, error);
    image_part(&delivered, part.cropped()).map_err(failed)
}
