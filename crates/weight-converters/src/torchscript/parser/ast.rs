//! The tree of a source.

use std::rc::Rc;

use crate::torchscript::source::Position;

/// A source file.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Module {
    /// Its classes.
    pub(crate) classes: Vec<Rc<Class>>,
    /// Its functions.
    pub(crate) functions: Vec<Rc<Function>>,
}

/// A class.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Class {
    /// The name, without the module.
    pub(crate) name: Rc<str>,
    /// `Module`, `NamedTuple`, `Enum`, `Interface`, or nothing.
    pub(crate) base: Option<Rc<str>>,
    /// Attributes with their types, in order.
    pub(crate) attributes: Vec<ClassAttribute>,
    /// Methods.
    pub(crate) methods: Vec<Rc<Function>>,
}

impl Class {
    /// A method.
    pub(crate) fn method(&self, name: &str) -> Option<&Rc<Function>> {
        self.methods.iter().find(|method| &*method.name == name)
    }

    /// An attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&ClassAttribute> {
        self.attributes.iter().find(|attribute| &*attribute.name == name)
    }
}

/// An attribute of a class.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ClassAttribute {
    /// The name.
    pub(crate) name: Rc<str>,
    /// The type, as an expression.
    pub(crate) annotation: Option<Expression>,
    /// The value of a constant (`Final[int] = 3`) or the default of a field.
    pub(crate) value: Option<Expression>,
}

/// A function or method.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Function {
    /// The name.
    pub(crate) name: Rc<str>,
    /// Parameters, `self` included.
    pub(crate) parameters: Vec<Parameter>,
    /// What it does.
    pub(crate) body: Vec<Statement>,
    /// Where it begins.
    pub(crate) at: Position,
}

/// A parameter of a function.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parameter {
    /// The name.
    pub(crate) name: Rc<str>,
    /// The type, as an expression.
    pub(crate) annotation: Option<Expression>,
    /// The default.
    pub(crate) default: Option<Expression>,
}

/// A statement and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Statement {
    pub(crate) kind: StatementKind,
    pub(crate) at: Position,
}

/// What a statement does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum StatementKind {
    /// An expression for its effect.
    Expression(Expression),
    /// `target = value`; a tuple as target unpacks.
    Assign { target: Expression, value: Expression },
    /// `if`, with `elif` as an `if` in the `else`.
    If {
        test: Expression,
        then: Vec<Statement>,
        otherwise: Vec<Statement>,
    },
    /// `while`
    While { test: Expression, body: Vec<Statement> },
    /// `for target in values`
    For {
        target: Expression,
        values: Expression,
        body: Vec<Statement>,
    },
    /// `with value:`; the name after `as`.
    With {
        value: Expression,
        target: Option<Expression>,
        body: Vec<Statement>,
    },
    /// `return`; nothing is `None`.
    Return(Option<Expression>),
    /// `raise` with the exception.
    Raise(Expression),
    /// `assert`
    Assert {
        test: Expression,
        message: Option<Expression>,
    },
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `pass`
    Pass,
}

/// An expression and where it begins (for operators: where the operator is).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expression {
    pub(crate) kind: ExpressionKind,
    pub(crate) at: Position,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ExpressionKind {
    /// `None`
    None,
    /// `True`, `False`
    Bool(bool),
    /// An integer that is not negative, or a negative one with its sign.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// A text.
    Str(Rc<str>),
    /// A local variable, or a function without a module (`int`, `annotate`).
    Name(Rc<str>),
    /// A name with dots that begins with a module: `torch.conv2d`, `__torch__.a.B`, `CONSTANTS.c0`.
    Qualified(Rc<str>),
    /// `value.name`
    Attribute(Box<Expression>, Rc<str>),
    /// `value[index]`
    Subscript(Box<Expression>, Box<Expression>),
    /// `lower:upper:step` in a subscript.
    Slice(
        Option<Box<Expression>>,
        Option<Box<Expression>>,
        Option<Box<Expression>>,
    ),
    /// `callee(arguments)`
    Call(Box<Call>),
    /// `[...]`
    List(Vec<Expression>),
    /// `(..., )`
    Tuple(Vec<Expression>),
    /// `{key: value}`
    Dict(Vec<(Expression, Expression)>),
    /// `not x`, `-x`
    Unary(UnaryOperator, Box<Expression>),
    /// `a + b`, `a is not b`; not `and`, `or`
    Binary(BinaryOperator, Box<Expression>, Box<Expression>),
    /// `a and b`
    And(Box<Expression>, Box<Expression>),
    /// `a or b`
    Or(Box<Expression>, Box<Expression>),
    /// `then if test else otherwise`
    Conditional {
        test: Box<Expression>,
        then: Box<Expression>,
        otherwise: Box<Expression>,
    },
}

/// A call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) callee: Expression,
    pub(crate) positional: Vec<Expression>,
    pub(crate) keyword: Vec<(Rc<str>, Expression)>,
}

/// An operator with one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnaryOperator {
    Not,
    Minus,
    Invert,
}

/// An operator with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Remainder,
    Power,
    MatMul,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Is,
    IsNot,
    In,
    NotIn,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
}
