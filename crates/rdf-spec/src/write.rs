//! Writing: from a typed description to the tree of its document, and from the tree to text.
//!
//! The tree is the one statement of what a description looks like: text, `serde`, and the checks of a
//! description that was built in code all begin with it.

mod collection;
mod generic;
mod keys;
mod metadata;
mod model;
mod node;
mod processing;
#[cfg(feature = "serde")]
mod resource_text;
#[cfg(feature = "serde")]
mod serialize;
mod tensor;
#[cfg(feature = "serde")]
mod text;
mod value;
mod weights;

pub(crate) use node::to_node;

use crate::value::Yaml;

/// What stands for a value in a document.
pub(crate) trait ToTree {
    fn to_tree(&self) -> Yaml;
}
