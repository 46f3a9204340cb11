//! Running a plan of tiles.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use runners::Runner;
use tensor_ops::{Tensor, TensorView};
use tiling::{InputPart, OutputPart, RunOptions, Tile, TilePlan, TileSink, TileSource};

use super::blocks::Blocks;
use super::ends::{Delivered, Kept, Prepared, scratch_error, write_result};
use super::error::UndescribedShape;
use super::statistics::measure_input;
use super::{TiledError, TiledProgress, TiledReport, TiledRun};
use crate::bind::statistics::RawStatistics;
use crate::builder::Pipeline;
use crate::error::{PipelineError, PipelineErrorKind};
use crate::image::paste::part as image_part;

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
        let resumed = run.finished.is_some();
        let scratch = run.scratch.clone().unwrap_or_else(std::env::temp_dir);

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
        for (output, sink) in outputs.iter().zip(sinks.iter_mut()) {
            let end = Delivered::new(sink, output, needs, &of_inputs, &scratch)?;
            if resumed && matches!(end, Delivered::Kept(_)) {
                return Err(TiledError::NotResumable {
                    output: output.name.clone(),
                });
            }
            delivered.push(end);
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
        let mut kept: Vec<_> = delivered
            .into_iter()
            .filter_map(|end| match end {
                Delivered::Kept(kept) => Some(*kept),
                Delivered::Direct { .. } => None,
            })
            .collect();
        drop(prepared);
        let mut statistics = of_inputs.clone();
        // All are measured before the first is written: an operation may refer to another output.
        for output in &mut kept {
            report.output_passes += measure_output(output, &mut statistics, &mut run)?;
        }
        for output in kept {
            report.output_passes += finish(output, &statistics, &mut run)?;
        }
        Ok(report)
    }
}

/// Measures what is still to be measured of a kept result; returns how often it was read.
fn measure_output<K: TileSink<Tile = Tensor>>(
    kept: &mut Kept<'_, K>,
    statistics: &mut RawStatistics,
    run: &mut TiledRun<'_>,
) -> Result<u32, TiledError> {
    let name = &kept.output.name;
    let Some(scratch) = &mut kept.scratch else {
        return Ok(0);
    };
    let mut passes = 0;
    let blocks = Blocks::new(kept.sink.shape(), kept.sink.chunk_shape());
    // The first pass was that of the tiles.
    kept.scans.finish_pass()?;
    while kept.scans.needs_another_pass() {
        passes += 1;
        for (done, region) in blocks.iter().enumerate() {
            let (tensor, total) = (name.clone(), blocks.len());
            run.report(TiledProgress::Statistics {
                tensor,
                pass: passes + 1,
                done,
                total,
            })?;
            let part = scratch
                .read(&region)
                .map_err(|error| scratch_error(name, error))?;
            kept.scans.add(&part.view(), region.start())?;
        }
        kept.scans.finish_pass()?;
    }
    std::mem::take(&mut kept.scans).finish(statistics)?;
    Ok(passes)
}

/// Postprocesses and writes a kept result; returns how often it was read.
fn finish<K: TileSink<Tile = Tensor>>(
    kept: Kept<'_, K>,
    statistics: &RawStatistics,
    run: &mut TiledRun<'_>,
) -> Result<u32, TiledError> {
    let name = &kept.output.name;
    let Some(mut scratch) = kept.scratch else {
        return Ok(0);
    };
    let blocks = Blocks::new(kept.sink.shape(), kept.sink.chunk_shape());
    for (done, region) in blocks.iter().enumerate() {
        run.report(TiledProgress::Postprocessing {
            tensor: name.clone(),
            done,
            total: blocks.len(),
        })?;
        let part = scratch
            .read(&region)
            .map_err(|error| scratch_error(name, error))?;
        write_result(kept.sink, kept.output, statistics, &region, part)?;
    }
    Ok(1)
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
