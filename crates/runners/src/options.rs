//! How weights are prepared.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::{Architecture, Device, Signature};

/// How weights are prepared for running.
///
/// ```
/// use std::num::NonZeroUsize;
/// use runners::LoadOptions;
/// let options = LoadOptions::default().with_threads(NonZeroUsize::MIN);
/// assert_eq!(options.threads, Some(NonZeroUsize::MIN));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LoadOptions {
    /// Threads of one call of [`Runner::run`](crate::Runner::run), at most [`MAX_THREADS`](Self::MAX_THREADS); `None` is
    /// as many as the machine offers the process, up to that number.
    ///
    /// The result does not depend on it but for rounding noise.
    pub threads: Option<NonZeroUsize>,
    /// How many prepared plans a runner keeps, for backends that prepare one for each combination of input shapes;
    /// 8 unless set. A plan may hold a copy of the weights in the layout of its kernels.
    pub cached_plans: NonZeroUsize,
    /// The largest tensor that a network may make on its way, in bytes; 16 GiB unless set. It is checked before a plan
    /// runs, for all tensors whose shapes follow from those of the inputs; constants that the engine folds while it
    /// derives the shapes, and tensors whose shapes depend on values, are not covered.
    ///
    /// `Tract` checks all of these tensors; backends that do not know them before they compute check the inputs only.
    pub max_tensor_bytes: u64,
    /// Where the network is computed; the processor unless set.
    pub device: Device,
    /// How long loading, and each run, may take; no limit unless set. Only backends that run a process of its own can
    /// break off, like `Python`; the others do not look at it.
    pub time_limit: Option<Duration>,
    /// What the model description says about inputs and outputs, for formats that do not say it themselves.
    pub described: Option<Signature>,
    /// The Python source of the network, for formats that need one.
    pub architecture: Option<Architecture>,
    /// Which graph and which signature of a `SavedModel` bundle are meant.
    pub saved_model: SavedModelChoice,
}

/// Which graph and which signature of a `SavedModel` bundle are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SavedModelChoice {
    /// The tag of the graph; `serve` unless set.
    pub tag: Option<String>,
    /// The key of the signature; `serving_default` unless set.
    pub signature: Option<String>,
}

impl Default for LoadOptions {
    fn default() -> Self {
        LoadOptions {
            threads: None,
            cached_plans: NonZeroUsize::MIN.saturating_add(7),
            max_tensor_bytes: 16 << 30,
            device: Device::Cpu,
            time_limit: None,
            described: None,
            architecture: None,
            saved_model: SavedModelChoice::default(),
        }
    }
}

impl LoadOptions {
    /// The most threads that a runner may be asked for: 256. Each of them takes about 10 ms to start and memory for its
    /// stack, and no network of this field keeps that many busy.
    pub const MAX_THREADS: usize = 256;

    /// Runs on `threads` threads. More than [`MAX_THREADS`](Self::MAX_THREADS) are refused when weights are loaded, by
    /// [`LoadErrorKind::TooManyThreads`](crate::LoadErrorKind::TooManyThreads).
    #[must_use]
    pub fn with_threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Keeps at most `plans` prepared plans.
    #[must_use]
    pub fn with_cached_plans(mut self, plans: NonZeroUsize) -> Self {
        self.cached_plans = plans;
        self
    }

    /// Refuses to run where a tensor would be larger than `bytes`.
    #[must_use]
    pub fn with_max_tensor_bytes(mut self, bytes: u64) -> Self {
        self.max_tensor_bytes = bytes;
        self
    }

    /// Computes on `device`. A backend that does not have it refuses the weights, by
    /// [`LoadErrorKind::UnsupportedDevice`](crate::LoadErrorKind::UnsupportedDevice).
    #[must_use]
    pub fn with_device(mut self, device: Device) -> Self {
        self.device = device;
        self
    }

    /// Breaks off what takes longer than `limit`, where the backend can.
    #[must_use]
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// Tells what the model description says about inputs and outputs.
    #[must_use]
    pub fn with_described(mut self, signature: Signature) -> Self {
        self.described = Some(signature);
        self
    }

    /// Tells the Python source of the network.
    #[must_use]
    pub fn with_architecture(mut self, architecture: Architecture) -> Self {
        self.architecture = Some(architecture);
        self
    }

    /// Tells which graph and which signature of a `SavedModel` bundle are meant.
    #[must_use]
    pub fn with_saved_model(mut self, choice: SavedModelChoice) -> Self {
        self.saved_model = choice;
        self
    }

    /// Refuses a number of threads that is too large.
    #[cfg(any(feature = "ort", feature = "python", feature = "tch", feature = "tract"))]
    pub(crate) fn check_threads(&self) -> Result<(), crate::LoadError> {
        match self.threads {
            Some(threads) if threads.get() > Self::MAX_THREADS => Err(crate::LoadErrorKind::TooManyThreads {
                found: threads.get(),
                limit: Self::MAX_THREADS,
            }
            .into()),
            _ => Ok(()),
        }
    }

    /// The number of threads to start.
    #[cfg(any(feature = "ort", feature = "tch", feature = "tract"))]
    pub(crate) fn thread_count(&self) -> usize {
        self.threads
            .or_else(|| std::thread::available_parallelism().ok())
            .map_or(1, NonZeroUsize::get)
            .min(Self::MAX_THREADS)
    }
}
