//! The trait of prepared weights.

use std::fmt::Debug;
use std::num::NonZeroUsize;

use tensor_ops::{Tensor, TensorView};

use crate::{RunError, Signature};

/// Prepared weights of one network.
///
/// Made by [`Backend::load`](crate::Backend::load). A runner keeps what it prepared for an input shape, so the first
/// call with a shape takes longer than the next ones.
pub trait Runner: Debug + Send {
    /// What the weights declare about their inputs and outputs.
    fn signature(&self) -> &Signature;

    /// Runs the network once. Inputs and outputs go by position: inputs in the order of
    /// [`Signature::inputs`], all outputs in the order of [`Signature::outputs`].
    ///
    /// The lengths of the axes may differ from call to call and from the declared ones, as far as the network can be
    /// computed for them.
    ///
    /// Infinities are passed on. What becomes of NaN is up to the backend: `Tract` refuses inputs that hold it, as its
    /// operators lose it; others carry it through to the outputs that depend on it.
    ///
    /// # Errors
    /// [`RunError`] if the inputs do not fit the signature (nothing is cast, broadcast or reshaped), if they hold NaN
    /// and the backend refuses it, if the network cannot be computed for their shapes, or if the engine fails. The runner stays usable.
    fn run(&mut self, inputs: &[TensorView<'_>]) -> Result<Vec<Tensor>, RunError>;

    /// As many runners of the same network, to be run at the same time, each on its part of the threads; `None` where the
    /// engine gains nothing by it, or cannot do it.
    ///
    /// An engine that computes some operators on one thread leaves the others idle meanwhile: several tiles of an image, each
    /// on fewer threads, are then done sooner than one after the other on all threads. Weights are shared; each runner takes
    /// memory for its own inputs, outputs and what is between them. The same inputs give the same results as
    /// [`run`](Self::run).
    ///
    /// The default is `None`.
    fn side_by_side(&self, count: NonZeroUsize) -> Option<Vec<Box<dyn Runner>>> {
        let _ = count;
        None
    }
}
