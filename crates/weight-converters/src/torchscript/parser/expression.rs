//! Expressions: precedence climbing, as in Python.

use std::rc::Rc;

use super::SyntaxError;
use super::ast::{BinaryOperator, Call, Expression, ExpressionKind, UnaryOperator};
use super::cursor::Parser;
use super::lexer::Token;
use crate::torchscript::source::Position;

/// Names that begin a qualified name. `torch.jit.save` gives no variable one of them.
const ROOTS: [&str; 5] = ["torch", "ops", "__torch__", "CONSTANTS", "math"];

/// The longest chain of operators or attributes in one expression.
const MAX_CHAIN: usize = 64;

const CONDITIONAL: u8 = 0;
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARISON: u8 = 4;
const MINUS: u8 = 11;
const POWER: u8 = 12;

impl Parser<'_> {
    /// An expression; tuples without parentheses are not taken.
    pub(super) fn expression(&mut self) -> Result<Expression, SyntaxError> {
        self.binary(CONDITIONAL)
    }

    /// An expression, or several with commas between them.
    pub(super) fn expressions(&mut self) -> Result<Expression, SyntaxError> {
        let first = self.expression()?;
        if !self.is_symbol(",") {
            return Ok(first);
        }
        let at = first.at;
        let mut items = vec![first];
        while self.take_symbol(",")? {
            if self.at_end_of_tuple() {
                break;
            }
            items.push(self.expression()?);
        }
        Ok(Expression {
            kind: ExpressionKind::Tuple(items),
            at,
        })
    }

    fn at_end_of_tuple(&self) -> bool {
        matches!(
            self.token,
            Token::Newline | Token::End | Token::Symbol("=" | ")" | "]" | ":")
        )
    }

    fn binary(&mut self, minimum: u8) -> Result<Expression, SyntaxError> {
        self.enter()?;
        let mut left = self.unary()?;
        let mut count = 0;
        loop {
            let at = self.at;
            count += 1;
            self.check_chain(count)?;
            if minimum == CONDITIONAL && self.is_name("if") {
                self.advance()?;
                let test = self.binary(OR)?;
                self.expect_name("else")?;
                let otherwise = self.binary(CONDITIONAL)?;
                let kind = ExpressionKind::Conditional {
                    test: Box::new(test),
                    then: Box::new(left),
                    otherwise: Box::new(otherwise),
                };
                left = Expression { kind, at };
                continue;
            }
            if minimum <= OR && self.is_name("or") || minimum <= AND && self.is_name("and") {
                let is_or = self.is_name("or");
                self.advance()?;
                let right = Box::new(self.binary(if is_or { AND } else { NOT })?);
                let left_box = Box::new(left);
                let kind = if is_or {
                    ExpressionKind::Or(left_box, right)
                } else {
                    ExpressionKind::And(left_box, right)
                };
                left = Expression { kind, at };
                continue;
            }
            let Some((operator, precedence)) = self.binary_operator() else {
                break;
            };
            if precedence < minimum {
                break;
            }
            let operator = self.advance_operator(operator)?;
            let right = self.binary(if precedence == POWER {
                MINUS
            } else {
                precedence + 1
            })?;
            if precedence == COMPARISON && self.binary_operator().is_some_and(|(_, next)| next == COMPARISON)
            {
                return Err(self.error("chained comparisons do not occur in TorchScript"));
            }
            left = Expression {
                kind: ExpressionKind::Binary(operator, Box::new(left), Box::new(right)),
                at,
            };
        }
        self.leave();
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expression, SyntaxError> {
        let at = self.at;
        let (operator, operand) = match self.token {
            Token::Name("not") => (UnaryOperator::Not, NOT),
            Token::Symbol("-") => (UnaryOperator::Minus, MINUS),
            Token::Symbol("~") => (UnaryOperator::Invert, MINUS),
            Token::Symbol("+") => {
                self.advance()?;
                return self.binary(MINUS);
            }
            _ => return self.postfix(),
        };
        self.advance()?;
        if let (UnaryOperator::Minus, Token::Int(value)) = (operator, &self.token) {
            let negative = i64::try_from(-i128::from(*value))
                .map_err(|_| self.error("an integer of more than 64 bits"))?;
            self.advance()?;
            // `-2 ** 2` is `-(2 ** 2)`, which is never written
            if self.is_symbol("**") {
                return Err(self.error("a power of a negative literal"));
            }
            return self.trailers(Expression {
                kind: ExpressionKind::Int(negative),
                at,
            });
        }
        let operand = self.binary(operand)?;
        Ok(Expression {
            kind: ExpressionKind::Unary(operator, Box::new(operand)),
            at,
        })
    }

    fn binary_operator(&self) -> Option<(BinaryOperator, u8)> {
        use BinaryOperator as B;
        Some(match self.token {
            Token::Symbol("==") => (B::Equal, COMPARISON),
            Token::Symbol("!=") => (B::NotEqual, COMPARISON),
            Token::Symbol("<") => (B::Less, COMPARISON),
            Token::Symbol("<=") => (B::LessEqual, COMPARISON),
            Token::Symbol(">") => (B::Greater, COMPARISON),
            Token::Symbol(">=") => (B::GreaterEqual, COMPARISON),
            Token::Name("is") => (B::Is, COMPARISON),
            Token::Name("in") => (B::In, COMPARISON),
            Token::Name("not") => (B::NotIn, COMPARISON),
            Token::Symbol("|") => (B::BitOr, 5),
            Token::Symbol("^") => (B::BitXor, 6),
            Token::Symbol("&") => (B::BitAnd, 7),
            Token::Symbol("<<") => (B::ShiftLeft, 8),
            Token::Symbol(">>") => (B::ShiftRight, 8),
            Token::Symbol("+") => (B::Add, 9),
            Token::Symbol("-") => (B::Subtract, 9),
            Token::Symbol("*") => (B::Multiply, 10),
            Token::Symbol("/") => (B::Divide, 10),
            Token::Symbol("//") => (B::FloorDivide, 10),
            Token::Symbol("%") => (B::Remainder, 10),
            Token::Symbol("@") => (B::MatMul, 10),
            Token::Symbol("**") => (B::Power, POWER),
            _ => return None,
        })
    }

    /// Moves behind an operator; `is` and `is not` are told apart here.
    fn advance_operator(&mut self, operator: BinaryOperator) -> Result<BinaryOperator, SyntaxError> {
        self.advance()?;
        match operator {
            BinaryOperator::NotIn => self.expect_name("in")?,
            BinaryOperator::Is if self.is_name("not") => {
                self.advance()?;
                return Ok(BinaryOperator::IsNot);
            }
            _ => {}
        }
        Ok(operator)
    }

    fn postfix(&mut self) -> Result<Expression, SyntaxError> {
        let atom = self.atom()?;
        self.trailers(atom)
    }

    fn trailers(&mut self, mut expression: Expression) -> Result<Expression, SyntaxError> {
        let (begins, mut count) = (expression.at, 0);
        loop {
            let at = self.at;
            let kind = if self.take_symbol(".")? {
                let name = self.name()?;
                match expression.kind {
                    ExpressionKind::Qualified(path) => {
                        ExpressionKind::Qualified(Rc::from(format!("{path}.{name}")))
                    }
                    ExpressionKind::Name(root) if ROOTS.contains(&&*root) => {
                        ExpressionKind::Qualified(Rc::from(format!("{root}.{name}")))
                    }
                    kind => ExpressionKind::Attribute(
                        Box::new(Expression {
                            kind,
                            at: expression.at,
                        }),
                        name,
                    ),
                }
            } else if self.is_symbol("(") {
                let (positional, keyword) = self.arguments()?;
                let at = expression.at;
                expression = Expression {
                    kind: ExpressionKind::Call(Box::new(Call {
                        callee: expression,
                        positional,
                        keyword,
                    })),
                    at,
                };
                count += 1;
                self.check_chain(count)?;
                continue;
            } else if self.take_symbol("[")? {
                let index = self.subscript()?;
                self.expect_symbol("]")?;
                ExpressionKind::Subscript(Box::new(expression), Box::new(index))
            } else {
                return Ok(expression);
            };
            let at = if matches!(kind, ExpressionKind::Qualified(_)) {
                begins
            } else {
                at
            };
            expression = Expression { kind, at };
            count += 1;
            self.check_chain(count)?;
        }
    }

    /// `a.b.c` and `a + b + c` are nested trees as well.
    fn check_chain(&self, count: usize) -> Result<(), SyntaxError> {
        if count > MAX_CHAIN {
            return Err(self.error(format!(
                "a chain of more than {MAX_CHAIN} operators, attributes or calls"
            )));
        }
        Ok(())
    }

    fn subscript(&mut self) -> Result<Expression, SyntaxError> {
        let at = self.at;
        let mut parts = [None, None, None];
        let mut colons = 0;
        loop {
            if self.take_symbol(":")? {
                colons += 1;
                if colons > 2 {
                    return Err(self.error("a slice with more than three parts"));
                }
            } else if self.is_symbol("]") {
                break;
            } else if parts[colons].is_none() {
                parts[colons] = Some(Box::new(if colons == 0 {
                    self.expressions()?
                } else {
                    self.expression()?
                }));
            } else {
                return Err(self.expected("`]`"));
            }
        }
        let [lower, upper, step] = parts;
        match (colons, lower) {
            (0, Some(index)) => Ok(*index),
            (0, None) => Err(self.expected("an index")),
            (_, lower) => Ok(Expression {
                kind: ExpressionKind::Slice(lower, upper, step),
                at,
            }),
        }
    }

    #[allow(clippy::type_complexity)] // positional and keyword arguments
    fn arguments(&mut self) -> Result<(Vec<Expression>, Vec<(Rc<str>, Expression)>), SyntaxError> {
        self.expect_symbol("(")?;
        let (mut positional, mut keyword) = (Vec::new(), Vec::new());
        while !self.is_symbol(")") {
            let argument = self.expression()?;
            match argument.kind {
                ExpressionKind::Name(name) if self.is_symbol("=") => {
                    self.advance()?;
                    keyword.push((name, self.expression()?));
                }
                _ if !keyword.is_empty() => {
                    return Err(self.error("an argument without a name behind one with a name"));
                }
                kind => positional.push(Expression {
                    kind,
                    at: argument.at,
                }),
            }
            if !self.take_symbol(",")? {
                break;
            }
        }
        self.expect_symbol(")")?;
        Ok((positional, keyword))
    }

    fn atom(&mut self) -> Result<Expression, SyntaxError> {
        let at = self.at;
        let kind = match &self.token {
            Token::Name(name) => match *name {
                "None" => ExpressionKind::None,
                "True" => ExpressionKind::Bool(true),
                "False" => ExpressionKind::Bool(false),
                "inf" => ExpressionKind::Float(f64::INFINITY),
                "nan" => ExpressionKind::Float(f64::NAN),
                "if" | "else" | "for" | "while" | "lambda" | "and" | "or" | "is" | "in" | "def" | "class"
                | "return" => {
                    return Err(self.expected("an expression"));
                }
                name => ExpressionKind::Name(Rc::from(name)),
            },
            Token::Int(value) => ExpressionKind::Int(
                i64::try_from(*value).map_err(|_| self.error("an integer of more than 64 bits"))?,
            ),
            Token::Float(value) => ExpressionKind::Float(*value),
            Token::Str(text) => ExpressionKind::Str(Rc::from(text.as_str())),
            Token::Symbol("(") => return self.parenthesised(at),
            Token::Symbol("[") => {
                self.advance()?;
                let items = self.items("]")?;
                return Ok(Expression {
                    kind: ExpressionKind::List(items),
                    at,
                });
            }
            Token::Symbol("{") => return self.dict(at),
            _ => return Err(self.expected("an expression")),
        };
        self.advance()?;
        Ok(Expression { kind, at })
    }

    fn parenthesised(&mut self, at: Position) -> Result<Expression, SyntaxError> {
        self.advance()?;
        if self.take_symbol(")")? {
            return Ok(Expression {
                kind: ExpressionKind::Tuple(Vec::new()),
                at,
            });
        }
        let inner = self.expressions()?;
        self.expect_symbol(")")?;
        Ok(inner)
    }

    fn items(&mut self, end: &'static str) -> Result<Vec<Expression>, SyntaxError> {
        let mut items = Vec::new();
        while !self.is_symbol(end) {
            items.push(self.expression()?);
            if !self.take_symbol(",")? {
                break;
            }
        }
        self.expect_symbol(end)?;
        Ok(items)
    }

    fn dict(&mut self, at: Position) -> Result<Expression, SyntaxError> {
        self.advance()?;
        let mut entries = Vec::new();
        while !self.is_symbol("}") {
            let key = self.expression()?;
            self.expect_symbol(":")?;
            entries.push((key, self.expression()?));
            if !self.take_symbol(",")? {
                break;
            }
        }
        self.expect_symbol("}")?;
        Ok(Expression {
            kind: ExpressionKind::Dict(entries),
            at,
        })
    }
}
