//! What goes from node to node.

use std::rc::Rc;

use super::context::Tensor;

/// What an output of a node is while converting.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// A tensor of the network.
    Tensor(Tensor),
    /// A variable, by the node that holds it.
    Variable(Rc<str>),
    /// A list of tensors; places that were not written yet are empty.
    List(Rc<[Option<Tensor>]>),
    /// Text, and other things that have nothing to do with the result.
    Opaque,
    /// The output of a branch that is not taken.
    Dead,
    /// Depends on an operator that has no lowering.
    Unknown,
}

impl Value {
    /// What it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Tensor(_) => "a tensor",
            Self::Variable(_) => "a variable",
            Self::List(_) => "a list of tensors",
            Self::Opaque => "text or a handle",
            Self::Dead => "the output of a branch that is not taken",
            Self::Unknown => "unknown",
        }
    }
}
