//! Statements.

use std::rc::Rc;

use super::SyntaxError;
use super::ast::{Expression, ExpressionKind, Module, Statement, StatementKind};
use super::cursor::Parser;
use super::lexer::Token;

/// The classes and functions of a source file.
///
/// # Errors
///
/// Text that is not in the language.
pub(crate) fn parse(source: &str) -> Result<Module, SyntaxError> {
    let mut parser = Parser::new(source)?;
    let mut module = Module::default();
    loop {
        match &parser.token {
            Token::End => return Ok(module),
            Token::Newline => parser.advance()?,
            Token::Name("class") => module.classes.push(Rc::new(parser.class()?)),
            Token::Name("def") => module.functions.push(Rc::new(parser.function()?)),
            // older versions write `op_version_set = 1` and imports of what is in other files
            Token::Name("op_version_set" | "import" | "from") => parser.skip_line()?,
            _ => return Err(parser.expected("a class or function")),
        }
    }
}

impl<'a> Parser<'a> {
    pub(super) fn statement(&mut self) -> Result<Statement, SyntaxError> {
        let at = self.at;
        let keyword = match self.token {
            Token::Name(name) => name,
            _ => "",
        };
        let kind = match keyword {
            "if" => self.if_statement()?,
            "while" => {
                self.advance()?;
                StatementKind::While {
                    test: self.expression()?,
                    body: self.block(Self::statement)?,
                }
            }
            "for" => self.for_statement()?,
            "with" => self.with_statement()?,
            "return" => {
                self.advance()?;
                let at_end = matches!(self.token, Token::Newline | Token::End);
                let value = if at_end { None } else { Some(self.expressions()?) };
                self.end_of(StatementKind::Return(value))?
            }
            "raise" => {
                self.advance()?;
                let exception = self.expression()?;
                self.end_of(StatementKind::Raise(exception))?
            }
            "assert" => {
                self.advance()?;
                let test = self.expression()?;
                let message = if self.take_symbol(",")? {
                    Some(self.expression()?)
                } else {
                    None
                };
                self.end_of(StatementKind::Assert { test, message })?
            }
            "pass" => self.word(StatementKind::Pass)?,
            "break" => self.word(StatementKind::Break)?,
            "continue" => self.word(StatementKind::Continue)?,
            "def" | "class" | "try" | "del" | "import" | "global" | "yield" | "async" => {
                return Err(self.error(format!("`{keyword}` in a function is not supported")));
            }
            _ => self.assignment()?,
        };
        Ok(Statement { kind, at })
    }

    fn word(&mut self, kind: StatementKind) -> Result<StatementKind, SyntaxError> {
        self.advance()?;
        self.end_of(kind)
    }

    fn end_of(&mut self, kind: StatementKind) -> Result<StatementKind, SyntaxError> {
        self.expect_newline()?;
        Ok(kind)
    }

    fn assignment(&mut self) -> Result<StatementKind, SyntaxError> {
        let target = self.expressions()?;
        if self.take_symbol(":")? {
            self.expression()?; // the type of a local variable
        }
        if !self.take_symbol("=")? {
            return self.end_of(StatementKind::Expression(target));
        }
        self.check_target(&target)?;
        let value = self.expressions()?;
        self.end_of(StatementKind::Assign { target, value })
    }

    fn check_target(&self, target: &Expression) -> Result<(), SyntaxError> {
        match &target.kind {
            ExpressionKind::Name(_) | ExpressionKind::Attribute(..) | ExpressionKind::Subscript(..) => Ok(()),
            ExpressionKind::Tuple(items) if !items.is_empty() => {
                items.iter().try_for_each(|item| self.check_target(item))
            }
            _ => Err(SyntaxError {
                at: target.at,
                message: "expected a variable to assign to".into(),
            }),
        }
    }

    fn if_statement(&mut self) -> Result<StatementKind, SyntaxError> {
        self.advance()?;
        let test = self.expression()?;
        let then = self.block(Self::statement)?;
        let at = self.at;
        let otherwise = if self.is_name("elif") {
            self.enter()?;
            let kind = self.if_statement()?;
            self.leave();
            vec![Statement { kind, at }]
        } else if self.is_name("else") {
            self.advance()?;
            self.block(Self::statement)?
        } else {
            Vec::new()
        };
        Ok(StatementKind::If {
            test,
            then,
            otherwise,
        })
    }

    fn for_statement(&mut self) -> Result<StatementKind, SyntaxError> {
        self.advance()?;
        let at = self.at;
        let mut names = Vec::new();
        let mut is_tuple = false;
        while !self.is_name("in") {
            let at = self.at;
            names.push(Expression {
                kind: ExpressionKind::Name(self.name()?),
                at,
            });
            if !self.take_symbol(",")? {
                break;
            }
            is_tuple = true;
        }
        let target = match names.pop() {
            Some(only) if !is_tuple => only,
            Some(last) => {
                names.push(last);
                Expression {
                    kind: ExpressionKind::Tuple(names),
                    at,
                }
            }
            None => return Err(self.expected("a variable")),
        };
        self.expect_name("in")?;
        let values = self.expressions()?;
        Ok(StatementKind::For {
            target,
            values,
            body: self.block(Self::statement)?,
        })
    }

    fn with_statement(&mut self) -> Result<StatementKind, SyntaxError> {
        self.advance()?;
        let value = self.expression()?;
        let mut target = None;
        if self.is_name("as") {
            self.advance()?;
            let expression = self.expression()?;
            self.check_target(&expression)?;
            target = Some(expression);
        }
        Ok(StatementKind::With {
            value,
            target,
            body: self.block(Self::statement)?,
        })
    }
}
