//! Complete packages from weights, test inputs and a few facts.
//!
//! ```no_run
//! use model_builder::{BuildOptions, Recipe, build};
//!
//! let recipe = Recipe::read("model.toml")?;
//! let built = build(&recipe, "package.zip".as_ref(), &BuildOptions::default(), &mut |_| ())?;
//! for note in &built.notes {
//!     println!("{note}");
//! }
//! assert!(built.written.is_some());
//! # Ok::<(), model_builder::BuildError>(())
//! ```
//!
//! - [`Recipe`] is what only the author knows (`model.toml`), [`build`] finds out the rest, by running the model.
//! - [`describe_weights`] adds weights to a description, [`add_weights`] to a package, with its test.
//! - [`write_package`] writes a package so that it appears whole or not at all.
//! - [`draw_cover`] draws the image of a model's card.

mod add_weights;
mod build;
mod cover;
mod deepimagej;
mod entry;
mod error;
mod halo;
mod opset;
mod output;
mod probe;
mod readme;
mod recipe;
mod sizes;
mod tree;
mod unpacked;

pub use add_weights::{AddWeightsOptions, AddedWeights, add_weights};
pub use build::{BuildOptions, BuildStep, Built, build};
pub use cover::draw_cover;
pub use entry::{NewWeights, describe_weights};
pub use error::{BuildError, BuildErrorKind};
pub use output::{Overwrite, write_package};
pub use recipe::{Recipe, TEMPLATE};
pub use unpacked::Unpacked;
