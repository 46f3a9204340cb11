//! Reading, computing and writing at the same time.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use super::options::Counter;
use super::{AnyError, RunError, RunOptions, compute, read, write};
use crate::{Tile, TilePlan, TileSink, TileSource};

/// A tile with what belongs to it.
type With<T> = (Tile, Vec<T>);

impl TilePlan {
    /// Runs `network` on all tiles. While it computes one, the next one is read and the previous one is written, each on a
    /// thread of its own; `network` itself stays on the calling thread.
    ///
    /// `network` gets what was read of each input, of the shape of [`InputPart::source`](crate::InputPart::source), and
    /// returns what is to be written of each output, of the shape of [`OutputPart::region`](crate::OutputPart::region):
    /// padding with [`InputPart::pad`](crate::InputPart::pad) and cropping with [`OutputPart::crop`](crate::OutputPart::crop)
    /// is up to it, since tiles may be of any type. [`on_arrays`](crate::on_arrays) does it for arrays.
    ///
    /// Memory is bounded by construction: at most two tiles of every input and two of every output exist at a time, those
    /// in the hands of `network` included.
    ///
    /// ```
    /// # use tiling::{Dimension, Extent, Geometry, InputAxis, InputGeometry, OutputAxis, OutputGeometry, Scale, Sizes};
    /// use ndarray::{Array1, ArrayD};
    /// use tiling::{RegionError, RunOptions, TilePlan, TileRequest, on_arrays};
    ///
    /// # let geometry = Geometry::new(
    /// #     vec![Dimension { name: "x".into(), extent: Extent::Tiled }],
    /// #     vec![InputGeometry {
    /// #         name: "raw".into(),
    /// #         axes: vec![InputAxis { dimension: 0, sizes: Sizes::Stepped { min: 4, step: 1 } }],
    /// #     }],
    /// #     vec![OutputGeometry {
    /// #         name: "sum".into(),
    /// #         reference: 0,
    /// #         axes: vec![OutputAxis::Follows { axis: 0, scale: Scale::ONE, twice_offset: 0, halo: 1 }],
    /// #     }],
    /// # )?;
    /// // Each element becomes the sum of itself and its neighbours.
    /// let network = |image: &ArrayD<i32>| {
    ///     let at = |x: usize| image.get(x).copied().unwrap_or(0);
    ///     ArrayD::from_shape_fn(image.shape(), |x| at(x[0].wrapping_sub(1)) + at(x[0]) + at(x[0] + 1))
    /// };
    /// let mut image = Array1::from_iter(0..100);
    /// let plan = TilePlan::new(&geometry, &[vec![100]], &TileRequest::default().with_tile(0, 16))?;
    ///
    /// let mut result = ArrayD::zeros(vec![100]);
    /// let tiled = on_arrays(0, |inputs: Vec<ArrayD<i32>>| Ok::<_, RegionError>(vec![network(&inputs[0])]));
    /// plan.run(&mut [&mut image], &mut [&mut result], RunOptions::default(), tiled)?;
    /// assert_eq!(result, network(&image.into_dyn()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`RunError`]: if sources or sinks are not those of the plan, if reading, computing or writing a tile fails, or if the
    /// progress callback breaks off. Tiles that were computed before are written nevertheless.
    pub fn run<S, K, E>(
        &self,
        sources: &mut [S],
        sinks: &mut [K],
        options: RunOptions<'_>,
        mut network: impl FnMut(&Tile, Vec<S::Tile>) -> Result<Vec<K::Tile>, E>,
    ) -> Result<(), RunError>
    where
        S: TileSource<Tile: Send> + Send,
        K: TileSink<Tile: Send> + Send,
        E: Into<AnyError>,
    {
        self.check_ends(sources, sinks)?;
        let remaining = self.remaining(&options).count();
        let indices = self.remaining(&options);
        let mut counter = Counter::new(self.len(), remaining, options);
        thread::scope(|scope| {
            // Without room in the channels, who sends waits until the receiver takes it.
            let (inputs, read_tiles) = sync_channel(0);
            let (results, computed_tiles) = sync_channel(0);
            let (written, written_tiles) = channel();
            let reader = scope.spawn(move || self.read_all(indices, sources, &inputs));
            let writer = scope.spawn(move || write_all(&computed_tiles, sinks, &written));
            let computed = compute_all(&read_tiles, &results, &written_tiles, &mut counter, &mut network);
            // Lets both threads come to an end: the reader has nobody to send to, the writer nobody to wait for.
            drop(read_tiles);
            drop(results);
            let written = joined(writer);
            joined(reader);
            let mut cancelled = false;
            for tile in written_tiles {
                cancelled |= counter.written(tile).is_break();
            }
            // The writer is behind: if it failed, it failed first.
            written?;
            match computed? {
                Ending::Complete if !cancelled => Ok(()),
                _ => counter.cancelled(),
            }
        })
    }

    fn read_all<S: TileSource>(
        &self,
        indices: impl Iterator<Item = usize>,
        sources: &mut [S],
        inputs: &SyncSender<Result<With<S::Tile>, RunError>>,
    ) {
        for index in indices {
            let tile = self.tile_at(index);
            let read = read(&tile, sources).map(|parts| (tile, parts));
            let is_last = read.is_err();
            if inputs.send(read).is_err() || is_last {
                return;
            }
        }
    }
}

/// How the computing ended if it did not fail.
enum Ending {
    Complete,
    /// The progress callback asked for it, or the writer is gone.
    BrokenOff,
}

fn compute_all<T, U, E: Into<AnyError>>(
    inputs: &Receiver<Result<With<T>, RunError>>,
    results: &SyncSender<With<U>>,
    written: &Receiver<usize>,
    counter: &mut Counter<'_>,
    network: &mut impl FnMut(&Tile, Vec<T>) -> Result<Vec<U>, E>,
) -> Result<Ending, RunError> {
    for read in inputs {
        let (tile, parts) = read?;
        let computed = compute(&tile, parts, network)?;
        if results.send((tile, computed)).is_err() {
            return Ok(Ending::BrokenOff);
        }
        for tile in written.try_iter() {
            if counter.written(tile).is_break() {
                return Ok(Ending::BrokenOff);
            }
        }
    }
    Ok(Ending::Complete)
}

fn write_all<K: TileSink>(
    results: &Receiver<With<K::Tile>>,
    sinks: &mut [K],
    written: &Sender<usize>,
) -> Result<(), RunError> {
    for (tile, parts) in results {
        write(&tile, &parts, sinks)?;
        // Nobody listens any more if the computing failed; what it delivered is written nevertheless.
        let _ = written.send(tile.index);
    }
    Ok(())
}

/// What a thread returned. A panic goes on in this one.
pub(super) fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
