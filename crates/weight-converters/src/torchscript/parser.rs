//! The language of the sources in an archive.
//!
//! `torch.jit.save` writes programs in a subset of Python: classes with typed attributes, functions, assignments, `if`,
//! `for` and `while`, calls, literals. [`parse`] reads it into a tree in which every node knows its place. What Python has
//! and the subset has not (comprehensions, lambdas, decorators, exceptions handling) is an error.

mod ast;
mod cursor;
mod definition;
mod expression;
mod lexer;
mod statement;
mod text;

#[cfg(test)]
mod tests;

pub(crate) use ast::*;
pub(crate) use statement::parse;

use super::source::Position;

/// Why a source is not in the language.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SyntaxError {
    /// Where.
    pub(crate) at: Position,
    /// What was found and what was expected.
    pub(crate) message: String,
}
