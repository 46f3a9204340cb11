//! One step after the other.

use super::options::Counter;
use super::{AnyError, RunError, RunOptions, compute, read, write};
use crate::{Tile, TilePlan, TileSink, TileSource};

impl TilePlan {
    /// The same as [`run`](Self::run) on one thread, for sources and sinks that cannot be sent to another one. One tile is
    /// in memory at a time.
    ///
    /// # Errors
    ///
    /// Those of [`run`](Self::run).
    pub fn run_sequentially<S: TileSource, K: TileSink, E: Into<AnyError>>(
        &self,
        sources: &mut [S],
        sinks: &mut [K],
        options: RunOptions<'_>,
        mut network: impl FnMut(&Tile, Vec<S::Tile>) -> Result<Vec<K::Tile>, E>,
    ) -> Result<(), RunError> {
        self.check_ends(sources, sinks)?;
        let remaining = self.remaining(&options).count();
        let indices = self.remaining(&options);
        let mut counter = Counter::new(self.len(), remaining, options);
        for index in indices {
            let tile = self.tile_at(index);
            let parts = read(&tile, sources)?;
            let results = compute(&tile, parts, &mut network)?;
            write(&tile, &results, sinks)?;
            if counter.written(index).is_break() {
                return counter.cancelled();
            }
        }
        Ok(())
    }
}
