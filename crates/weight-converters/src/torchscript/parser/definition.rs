//! Classes and functions.

use std::rc::Rc;

use super::SyntaxError;
use super::ast::{Class, ClassAttribute, ExpressionKind, Function, Parameter};
use super::cursor::Parser;
use super::lexer::Token;

impl Parser<'_> {
    pub(super) fn class(&mut self) -> Result<Class, SyntaxError> {
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

    pub(super) fn function(&mut self) -> Result<Function, SyntaxError> {
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
}
