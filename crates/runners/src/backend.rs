//! The trait of an engine.

use std::fmt::Debug;

use crate::{LoadError, LoadOptions, Runner, WeightsData, WeightsFormat};

/// An engine that runs one or more weights formats.
///
/// Programs may implement it for engines of their own and put them into [`Backends`](crate::Backends).
pub trait Backend: Debug + Send + Sync {
    /// The name of the engine, by which [`Backends::find`](crate::Backends::find) finds it.
    fn name(&self) -> &'static str;

    /// Whether this engine runs weights of `format`.
    fn supports(&self, format: WeightsFormat) -> bool;

    /// Whether runners of this engine are faster [side by side](Runner::side_by_side); `false` unless an engine says so.
    fn runs_side_by_side(&self) -> bool {
        false
    }

    /// Reads and prepares weights. The shapes of later inputs need not be known.
    ///
    /// # Errors
    /// [`LoadError`], with [`UnsupportedFormat`](crate::LoadErrorKind::UnsupportedFormat) for a format that the engine
    /// does not [support](Backend::supports), and whatever is wrong with the weights otherwise.
    fn load(
        &self,
        format: WeightsFormat,
        data: WeightsData<'_>,
        options: &LoadOptions,
    ) -> Result<Box<dyn Runner>, LoadError>;
}
