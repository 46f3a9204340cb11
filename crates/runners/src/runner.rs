//! The trait of prepared weights.

use std::fmt::Debug;

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
}
