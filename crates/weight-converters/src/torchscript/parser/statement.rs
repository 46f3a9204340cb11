//! Statements, functions and classes.

use std::rc::Rc;

use super::SyntaxError;
use super::ast::{
    Class, ClassAttribute, Expression, ExpressionKind, Function, Module, Parameter, Statement, StatementKind,
};
use super::lexer::{Lexer, Token};
use crate::torchscript::source::Position;

/// The deepest nesting of expressions and of blocks.
pub(super) const MAX_DEPTH: usize = 200;

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

    fn expect_newline(&mut self) -> Result<(), SyntaxError> {
        match self.token {
            Token::Newline => self.advance(),
            Token::End => Ok(()),
            _ => Err(self.expected("the end of the line")),
        }
    }

    fn skip_line(&mut self) -> Result<(), SyntaxError> {
        while !matches!(self.token, Token::Newline | Token::End) {
            self.advance()?;
        }
        self.expect_newline()
    }

    /// `: NEWLINE INDENT item... DEDENT`
    fn block<T>(
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

    fn class(&mut self) -> Result<Class, SyntaxError> {
        enum Member {
            Attribute(ClassAttribute),
            Method(Rc<Function>),
            Other,
        }
        self.expect_name("class")?;
        let name = self.name()?;
        let mut base = None;
        if self.take_symbol("(")? {
            if !self.is_symbol(")") {
                base = Some(self.name()?);
            }
            self.expect_symbol(")")?;
        }
        let members = self.block(|parser| match parser.token {
            Token::Name("def") => Ok(Member::Method(Rc::new(parser.function()?))),
            Token::Name("pass") | Token::Str(_) => parser.skip_line().map(|()| Member::Other),
            _ => Ok(parser.class_attribute()?.map_or(Member::Other, Member::Attribute)),
        })?;
        let (mut attributes, mut methods) = (Vec::new(), Vec::new());
        for member in members {
            match member {
                Member::Attribute(attribute) => attributes.push(attribute),
                Member::Method(method) => methods.push(method),
                Member::Other => {}
            }
        }
        Ok(Class {
            name,
            base,
            attributes,
            methods,
        })
    }

    /// `name : type`, `name : type = value`, `name = value`, `__annotations__["0"] = type`.
    fn class_attribute(&mut self) -> Result<Option<ClassAttribute>, SyntaxError> {
        let target = self.expression()?;
        let annotation = if self.take_symbol(":")? {
            Some(self.expression()?)
        } else {
            None
        };
        let value = if self.take_symbol("=")? {
            Some(self.expressions()?)
        } else {
            None
        };
        self.expect_newline()?;
        match target.kind {
            ExpressionKind::Name(name) if &*name == "__annotations__" => Ok(None), // `__annotations__ = []`
            ExpressionKind::Name(name) => Ok(Some(ClassAttribute {
                name,
                annotation,
                value,
            })),
            ExpressionKind::Subscript(dict, key) => match (dict.kind, key.kind) {
                (ExpressionKind::Name(dict), ExpressionKind::Str(name)) if &*dict == "__annotations__" => {
                    Ok(Some(ClassAttribute {
                        name,
                        annotation: value.or(annotation),
                        value: None,
                    }))
                }
                _ => Err(SyntaxError {
                    at: target.at,
                    message: "expected an attribute of a class".into(),
                }),
            },
            _ => Err(SyntaxError {
                at: target.at,
                message: "expected an attribute of a class".into(),
            }),
        }
    }

    fn function(&mut self) -> Result<Function, SyntaxError> {
        let at = self.at;
        self.expect_name("def")?;
        let name = self.name()?;
        self.expect_symbol("(")?;
        let mut parameters = Vec::new();
        while !self.is_symbol(")") {
            if self.take_symbol("*")? {
                self.expect_symbol(",")?; // what follows is keyword-only, which makes no difference for serialised calls
                continue;
            }
            let name = self.name()?;
            let annotation = if self.take_symbol(":")? {
                Some(self.expression()?)
            } else {
                None
            };
            let default = if self.take_symbol("=")? {
                Some(self.expression()?)
            } else {
                None
            };
            parameters.push(Parameter {
                name,
                annotation,
                default,
            });
            if !self.take_symbol(",")? {
                break;
            }
        }
        self.expect_symbol(")")?;
        if self.take_symbol("->")? {
            self.expression()?;
        }
        let body = self.block(Self::statement)?;
        Ok(Function {
            name,
            parameters,
            body,
            at,
        })
    }

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
