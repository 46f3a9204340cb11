//! Where a parser is in its text, and the steps it takes.

use std::rc::Rc;

use super::SyntaxError;
use super::lexer::{Lexer, Token};
use crate::torchscript::source::Position;

/// The deepest nesting of expressions and of blocks.
pub(super) const MAX_DEPTH: usize = 200;

/// A place in the tokens of a source.
pub(super) struct Parser<'a> {
    lexer: Lexer<'a>,
    /// The next token.
    pub(super) token: Token<'a>,
    /// Where it is.
    pub(super) at: Position,
    depth: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn new(source: &'a str) -> Result<Self, SyntaxError> {
        let mut lexer = Lexer::new(source);
        let (token, at) = lexer.next()?;
        Ok(Self {
            lexer,
            token,
            at,
            depth: 0,
        })
    }

    pub(super) fn error(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError {
            at: self.at,
            message: message.into(),
        }
    }

    pub(super) fn expected(&self, expected: &str) -> SyntaxError {
        self.error(format!("expected {expected}, found {}", self.token.describe()))
    }

    pub(super) fn advance(&mut self) -> Result<(), SyntaxError> {
        (self.token, self.at) = self.lexer.next()?;
        Ok(())
    }

    pub(super) fn enter(&mut self) -> Result<(), SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(format!("more than {MAX_DEPTH} nested expressions and blocks")));
        }
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        matches!(&self.token, Token::Symbol(found) if *found == symbol)
    }

    pub(super) fn is_name(&self, name: &str) -> bool {
        matches!(&self.token, Token::Name(found) if *found == name)
    }

    pub(super) fn take_symbol(&mut self, symbol: &str) -> Result<bool, SyntaxError> {
        let found = self.is_symbol(symbol);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    pub(super) fn expect_symbol(&mut self, symbol: &str) -> Result<(), SyntaxError> {
        if self.take_symbol(symbol)? {
            Ok(())
        } else {
            Err(self.expected(&format!("`{symbol}`")))
        }
    }

    pub(super) fn expect_name(&mut self, name: &str) -> Result<(), SyntaxError> {
        if self.is_name(name) {
            self.advance()
        } else {
            Err(self.expected(&format!("`{name}`")))
        }
    }

    pub(super) fn name(&mut self) -> Result<Rc<str>, SyntaxError> {
        match self.token {
            Token::Name(name) => {
                self.advance()?;
                Ok(Rc::from(name))
            }
            _ => Err(self.expected("a name")),
        }
    }

    pub(super) fn expect_newline(&mut self) -> Result<(), SyntaxError> {
        match self.token {
            Token::Newline => self.advance(),
            Token::End => Ok(()),
            _ => Err(self.expected("the end of the line")),
        }
    }

    pub(super) fn skip_line(&mut self) -> Result<(), SyntaxError> {
        while !matches!(self.token, Token::Newline | Token::End) {
            self.advance()?;
        }
        self.expect_newline()
    }

    /// `: NEWLINE INDENT item... DEDENT`
    pub(super) fn block<T>(
        &mut self,
        item: impl Fn(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<Vec<T>, SyntaxError> {
        self.expect_symbol(":")?;
        self.expect_newline()?;
        if self.token != Token::Indent {
            return Err(self.expected("an indented block"));
        }
        self.advance()?;
        self.enter()?;
        let mut items = Vec::new();
        while !matches!(self.token, Token::Dedent | Token::End) {
            items.push(item(self)?);
        }
        if self.token == Token::Dedent {
            self.advance()?;
        }
        self.leave();
        Ok(items)
    }
}
