//! What a run is told.

use std::fmt;
use std::ops::ControlFlow;

use super::RunError;

/// How far a run is, after a tile was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The number of the tile that was written last.
    pub tile: usize,
    /// How many tiles are written, including those that were before the run.
    pub done: usize,
    /// How many tiles the plan has.
    pub total: usize,
}

/// Choices for a run. The default does all tiles and reports nothing.
#[derive(Default)]
pub struct RunOptions<'a> {
    pub(super) finished: Option<&'a (dyn Fn(usize) -> bool + Sync)>,
    pub(super) progress: Option<&'a mut dyn FnMut(Progress) -> ControlFlow<()>>,
}

impl<'a> RunOptions<'a> {
    /// Leaves out the tiles for whose number this is true: an earlier run has written them.
    #[must_use]
    pub fn with_finished(mut self, finished: &'a (dyn Fn(usize) -> bool + Sync)) -> Self {
        self.finished = Some(finished);
        self
    }

    /// Calls this after each tile that was written, on the thread that runs the plan. If it breaks, no further tile is
    /// computed, and the run ends with [`RunError::Cancelled`].
    #[must_use]
    pub fn with_progress(mut self, progress: &'a mut dyn FnMut(Progress) -> ControlFlow<()>) -> Self {
        self.progress = Some(progress);
        self
    }
}

impl fmt::Debug for RunOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunOptions")
            .field("finished", &self.finished.is_some())
            .field("progress", &self.progress.is_some())
            .finish()
    }
}

/// Counts the tiles that are written, and passes it on.
pub(super) struct Counter<'a> {
    done: usize,
    total: usize,
    progress: Option<&'a mut dyn FnMut(Progress) -> ControlFlow<()>>,
}

impl<'a> Counter<'a> {
    pub(super) fn new(total: usize, remaining: usize, options: RunOptions<'a>) -> Self {
        Self {
            done: total - remaining,
            total,
            progress: options.progress,
        }
    }

    /// Counts one more tile.
    pub(super) fn written(&mut self, tile: usize) -> ControlFlow<()> {
        self.done += 1;
        match &mut self.progress {
            Some(progress) => progress(Progress {
                tile,
                done: self.done,
                total: self.total,
            }),
            None => ControlFlow::Continue(()),
        }
    }

    /// The error of a run that was broken off; nothing if it was complete by then.
    pub(super) fn cancelled(&self) -> Result<(), RunError> {
        if self.done == self.total {
            return Ok(());
        }
        Err(RunError::Cancelled {
            done: self.done,
            total: self.total,
        })
    }
}
