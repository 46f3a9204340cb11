//! What is told while something is fetched.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use crate::error::{HubError, HubErrorKind};

/// What is going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress<'p> {
    /// A file is being fetched.
    Fetching {
        /// The address, without secrets.
        url: &'p str,
        /// How many bytes are there.
        done: u64,
        /// How many there will be, if the server tells.
        total: Option<u64>,
    },
    /// A file is there.
    Done {
        /// The address, without secrets.
        url: &'p str,
    },
    /// Something failed, and is tried again.
    Waiting {
        /// The address, without secrets.
        url: &'p str,
        /// How long until then.
        left: Duration,
        /// What failed.
        reason: &'p str,
    },
    /// Another process fetches the same, or nothing has come for a moment.
    Idle,
}

/// A function that is told of progress; what it returns decides whether to go on. It is called from several threads.
#[derive(Clone, Default)]
pub struct OnProgress(Option<Arc<Told>>);

type Told = dyn Fn(Progress<'_>) -> ControlFlow<()> + Send + Sync;

impl OnProgress {
    /// Tells a function.
    pub fn new(function: impl Fn(Progress<'_>) -> ControlFlow<()> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(function)))
    }

    pub(crate) fn tell(&self, progress: Progress<'_>) -> Result<(), HubError> {
        match self.0.as_ref().map(|function| function(progress)) {
            Some(ControlFlow::Break(())) => Err(HubErrorKind::Cancelled.into()),
            _ => Ok(()),
        }
    }

    pub(crate) fn go_on(&self) -> Result<(), HubError> {
        self.tell(Progress::Idle)
    }
}

impl fmt::Debug for OnProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "OnProgress(function)"
        } else {
            "OnProgress"
        })
    }
}
