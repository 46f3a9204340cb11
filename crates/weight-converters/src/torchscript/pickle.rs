//! Reading pickles without executing anything.
//!
//! A pickle is a program for a small stack machine. [`read_pickle`] runs it with data only: a callable that it names is
//! looked up in a fixed table ([`globals`]) of constructors of plain data, everything else is refused by its name.
//! The result is an arena of [`Item`]s: references between items are numbers, so that shared and cyclic structures
//! take no more room than their text.
//!
//! The opcodes are those of protocols 0 to 4 (Python's `pickletools` documents each). The ones that make sets, instances
//! of the old style, byte arrays outside the file and extension registry entries are refused: `torch.jit.save` does not
//! write them.

mod globals;
mod item;
mod machine;
mod read;

#[cfg(test)]
mod tests;

pub(crate) use item::{Item, ItemId, Pickle, StorageId, StridedTensor};
pub(crate) use machine::read_pickle;

/// Why a pickle could not be read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PickleError {
    /// The byte where the opcode is that could not be carried out.
    pub(crate) offset: usize,
    /// What was found and what was expected.
    pub(crate) message: String,
}
