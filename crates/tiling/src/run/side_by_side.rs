//! Several tiles computed at the same time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use super::options::Counter;
use super::pipelined::joined;
use super::{AnyError, RunError, RunOptions, compute, read, write};
use crate::{Tile, TilePlan, TileSink, TileSource};

/// A tile with what belongs to it.
type With<T> = (Tile, Vec<T>);
/// What the reader sends: tiles, or what kept it from reading one.
type Read<T> = Result<With<T>, RunError>;

impl TilePlan {
    /// The same as [`run`](Self::run) with several networks, each on a thread of its own: the first one computes the first
    /// tile, the second one the second, and so on in turn. Results are written in the order of the tiles, whichever is
    /// computed first, so the result does not depend on how fast the networks are.
    ///
    /// Memory is bounded by construction: with `n` networks, at most `2 n + 1` tiles of every input and of every output exist
    /// at a time. For each network one waits and one is computed, so that no network waits for another, and one more is read and
    /// one written.
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
    /// #         name: "double".into(),
    /// #         reference: 0,
    /// #         axes: vec![OutputAxis::Follows { axis: 0, scale: Scale::ONE, twice_offset: 0, halo: 0 }],
    /// #     }],
    /// # )?;
    /// let mut image = Array1::from_iter(0..100);
    /// let plan = TilePlan::new(&geometry, &[vec![100]], &TileRequest::default().with_tile(0, 16))?;
    ///
    /// let network = || on_arrays(0, |inputs: Vec<ArrayD<i32>>| Ok::<_, RegionError>(vec![&inputs[0] * 2]));
    /// let mut networks = [network(), network()];
    /// let mut result = ArrayD::zeros(vec![100]);
    /// plan.run_side_by_side(&mut [&mut image], &mut [&mut result], RunOptions::default(), &mut networks)?;
    /// assert_eq!(result, (&image * 2).into_dyn());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`run`](Self::run); [`RunError::NoNetwork`] without a network.
    pub fn run_side_by_side<S, K, E, F>(
        &self,
        sources: &mut [S],
        sinks: &mut [K],
        options: RunOptions<'_>,
        networks: &mut [F],
    ) -> Result<(), RunError>
    where
        S: TileSource<Tile: Send> + Send,
        K: TileSink<Tile: Send> + Send,
        E: Into<AnyError>,
        F: FnMut(&Tile, Vec<S::Tile>) -> Result<Vec<K::Tile>, E> + Send,
    {
        self.check_ends(sources, sinks)?;
        if networks.is_empty() {
            return Err(RunError::NoNetwork);
        }
        let remaining = self.remaining(&options).count();
        let indices = self.remaining(&options);
        let mut counter = Counter::new(self.len(), remaining, options);
        let broken_off = AtomicBool::new(false);
        let broken_off = &broken_off;
        thread::scope(|scope| {
            let mut inputs = Vec::with_capacity(networks.len());
            let mut results = Vec::with_capacity(networks.len());
            let mut computing = Vec::with_capacity(networks.len());
            for network in networks {
                // With more in a channel than this, who sends waits until the receiver takes one.
                let (to_network, read_tiles) = sync_channel(1);
                let (from_network, computed_tiles) = sync_channel(1);
                inputs.push(to_network);
                results.push(computed_tiles);
                computing
                    .push(scope.spawn(move || compute_all(&read_tiles, &from_network, broken_off, network)));
            }
            let (written, written_tiles) = channel();
            let reader = scope.spawn(move || self.read_in_turn(indices, sources, &inputs, broken_off));
            let writer = scope.spawn(move || write_in_turn(&results, sinks, &written));
            let mut cancelled = false;
            for tile in written_tiles {
                if counter.written(tile).is_break() {
                    cancelled = true;
                    broken_off.store(true, Ordering::Relaxed);
                }
            }
            let written = joined(writer);
            let computed: Vec<Result<(), RunError>> = computing.into_iter().map(joined).collect();
            joined(reader);
            // The writer is behind: if it failed, it failed first.
            written?;
            // Several may have failed: what belongs to the first tile is told.
            let failed = computed.into_iter().filter_map(Result::err);
            if let Some(error) = failed.min_by_key(tile_of) {
                return Err(error);
            }
            if cancelled { counter.cancelled() } else { Ok(()) }
        })
    }

    fn read_in_turn<S: TileSource>(
        &self,
        indices: impl Iterator<Item = usize>,
        sources: &mut [S],
        inputs: &[SyncSender<Read<S::Tile>>],
        broken_off: &AtomicBool,
    ) {
        for (index, network) in indices.zip(inputs.iter().cycle()) {
            if broken_off.load(Ordering::Relaxed) {
                return;
            }
            let tile = self.tile_at(index);
            let read = read(&tile, sources).map(|parts| (tile, parts));
            let is_last = read.is_err();
            if network.send(read).is_err() || is_last {
                return;
            }
        }
    }
}

/// The tile that an error is about.
fn tile_of(error: &RunError) -> usize {
    match error {
        RunError::Tile { tile, .. } | RunError::OutputCount { tile, .. } => *tile,
        _ => 0,
    }
}

fn compute_all<T, U, E: Into<AnyError>>(
    inputs: &Receiver<Read<T>>,
    results: &SyncSender<With<U>>,
    broken_off: &AtomicBool,
    network: &mut impl FnMut(&Tile, Vec<T>) -> Result<Vec<U>, E>,
) -> Result<(), RunError> {
    for read in inputs {
        let (tile, parts) = read?;
        if broken_off.load(Ordering::Relaxed) {
            return Ok(());
        }
        let computed = compute(&tile, parts, network)?;
        if results.send((tile, computed)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn write_in_turn<K: TileSink>(
    results: &[Receiver<With<K::Tile>>],
    sinks: &mut [K],
    written: &Sender<usize>,
) -> Result<(), RunError> {
    for network in results.iter().cycle() {
        // The first network that delivers no more is the one whose turn it would have been: nothing follows.
        let Ok((tile, parts)) = network.recv() else {
            return Ok(());
        };
        write(&tile, &parts, sinks)?;
        // Always there: it ends after this thread.
        let _ = written.send(tile.index);
    }
    Ok(())
}
