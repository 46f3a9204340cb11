use proptest::prelude::*;

use super::*;

fn statement(text: &str) -> StatementKind {
    let module = parse(&format!("def f(x):\n  {text}\n")).unwrap();
    module.functions[0].body[0].kind.clone()
}

fn expression(text: &str) -> ExpressionKind {
    match statement(&format!("return {text}")) {
        StatementKind::Return(Some(expression)) => expression.kind,
        other => panic!("{other:?}"),
    }
}

fn error(text: &str) -> (u32, u32, String) {
    let error = parse(text).unwrap_err();
    (error.at.line, error.at.column, error.message)
}

#[test]
fn a_class_as_it_is_serialised() {
    let module = parse(
        r#"class Conv2d(Module):
  __parameters__ = ["weight", "bias", ]
  __buffers__ = []
  __annotations__ = []
  __annotations__["0"] = __torch__.torch.nn.modules.conv.Conv2d
  weight : Tensor
  padding : Final[Tuple[int, int]] = (1, 1)
  eps : Final[float] = 1.0000000000000001e-05
  def forward(self: __torch__.torch.nn.modules.conv.Conv2d,
    input: Tensor,
    size: Optional[List[int]]=None) -> Tensor:
    _0 = getattr(self, "0")
    return (_0).forward(input, )
def free(x: int) -> int:
  return x
"#,
    )
    .unwrap();
    let class = &module.classes[0];
    assert_eq!((&*class.name, class.base.as_deref()), ("Conv2d", Some("Module")));
    let names: Vec<_> = class
        .attributes
        .iter()
        .map(|attribute| &*attribute.name)
        .collect();
    assert_eq!(
        names,
        ["__parameters__", "__buffers__", "0", "weight", "padding", "eps"]
    );
    let kind = |name: &str| {
        class
            .attribute(name)
            .unwrap()
            .value
            .as_ref()
            .map(|value| value.kind.clone())
    };
    assert!(matches!(kind("padding"), Some(ExpressionKind::Tuple(items)) if items.len() == 2));
    assert_eq!(kind("eps"), Some(ExpressionKind::Float(1e-5)));
    assert_eq!(kind("weight"), None);
    let forward = class.method("forward").unwrap();
    assert_eq!(forward.parameters.len(), 3);
    assert!(forward.parameters[2].default.is_some());
    assert_eq!(
        (forward.body.len(), forward.at.line, forward.at.column),
        (2, 9, 3)
    );
    assert_eq!(&*module.functions[0].name, "free");
}

#[test]
fn literals() {
    assert_eq!(expression("-9223372036854775808"), ExpressionKind::Int(i64::MIN));
    assert_eq!(expression("9223372036854775807"), ExpressionKind::Int(i64::MAX));
    assert_eq!(expression("1."), ExpressionKind::Float(1.0));
    assert_eq!(expression("1e-07"), ExpressionKind::Float(1e-7));
    assert_eq!(expression("inf"), ExpressionKind::Float(f64::INFINITY));
    assert_eq!(
        expression(r#""can\'t \"x\" \\ \n \303\251""#),
        ExpressionKind::Str("can't \"x\" \\ \n \u{e9}".into())
    );
    assert_eq!(expression("()"), ExpressionKind::Tuple(vec![]));
    assert!(matches!(expression("(x,)"), ExpressionKind::Tuple(items) if items.len() == 1));
    assert!(matches!(expression("[x, 1, ]"), ExpressionKind::List(items) if items.len() == 2));
    assert!(matches!(expression(r#"{"a": 1, "b": x}"#), ExpressionKind::Dict(entries) if entries.len() == 2));
}

#[test]
fn names_with_dots() {
    assert_eq!(
        expression("CONSTANTS.c12"),
        ExpressionKind::Qualified("CONSTANTS.c12".into())
    );
    assert_eq!(
        expression("ops.prim.min"),
        ExpressionKind::Qualified("ops.prim.min".into())
    );
    assert!(matches!(expression("x.weight"), ExpressionKind::Attribute(..)));
    let ExpressionKind::Call(call) = expression("torch.add(x, 1, alpha=2)") else {
        panic!()
    };
    assert_eq!(call.callee.kind, ExpressionKind::Qualified("torch.add".into()));
    assert_eq!((call.positional.len(), &*call.keyword[0].0), (2, "alpha"));
}

#[test]
fn precedence_is_that_of_python() {
    use BinaryOperator as B;
    let shape = |text: &str| match expression(text) {
        ExpressionKind::Binary(operator, left, right) => (operator, left.kind, right.kind),
        other => panic!("{other:?}"),
    };
    assert!(matches!(
        shape("x + 2 * x"),
        (B::Add, _, ExpressionKind::Binary(B::Multiply, ..))
    ));
    assert!(matches!(
        shape("x - 2 - x"),
        (B::Subtract, ExpressionKind::Binary(B::Subtract, ..), _)
    ));
    assert!(matches!(
        shape("x ** 2 ** x"),
        (B::Power, _, ExpressionKind::Binary(B::Power, ..))
    ));
    assert!(matches!(
        shape("x is not None"),
        (B::IsNot, _, ExpressionKind::None)
    ));
    assert!(matches!(shape("x not in [1]"), (B::NotIn, ..)));
    assert!(matches!(
        shape("x + 1 < 2"),
        (B::Less, ExpressionKind::Binary(B::Add, ..), _)
    ));
    assert!(matches!(
        expression("not x == 1"),
        ExpressionKind::Unary(UnaryOperator::Not, _)
    ));
    assert!(matches!(expression("x or x and x"), ExpressionKind::Or(..)));
    assert!(matches!(
        expression("-x ** 2"),
        ExpressionKind::Unary(UnaryOperator::Minus, _)
    ));
    assert!(matches!(
        expression("1 if x else 2 if x else 3"),
        ExpressionKind::Conditional { .. }
    ));
}

#[test]
fn statements() {
    assert!(matches!(
        statement("a, b, = x"),
        StatementKind::Assign { target: Expression { kind: ExpressionKind::Tuple(items), .. }, .. } if items.len() == 2
    ));
    assert!(matches!(
        statement("q, k = x, x"),
        StatementKind::Assign { value: Expression { kind: ExpressionKind::Tuple(items), .. }, .. } if items.len() == 2
    ));
    assert!(matches!(statement("a : int = 1"), StatementKind::Assign { .. }));
    assert!(matches!(statement("self.a = x"), StatementKind::Assign { .. }));
    assert!(matches!(
        statement("ops.prim.RaiseException(\"no\")"),
        StatementKind::Expression(_)
    ));
    assert!(matches!(
        statement("for i in range(3):\n    pass"),
        StatementKind::For { .. }
    ));
    assert!(matches!(
        statement("for i, j in x:\n    pass"),
        StatementKind::For { .. }
    ));
    assert!(matches!(
        statement("while x:\n    break"),
        StatementKind::While { .. }
    ));
    assert!(matches!(
        statement("with x as y:\n    pass"),
        StatementKind::With { target: Some(_), .. }
    ));
    let StatementKind::If { otherwise, .. } =
        statement("if x:\n    pass\n  elif x:\n    pass\n  else:\n    return 1")
    else {
        panic!()
    };
    assert!(matches!(&otherwise[0].kind, StatementKind::If { otherwise, .. } if otherwise.len() == 1));
    assert!(
        matches!(expression("x[1:]"), ExpressionKind::Subscript(_, index) if matches!(index.kind, ExpressionKind::Slice(..)))
    );
}

#[test]
fn what_is_not_in_the_language_is_named_with_its_place() {
    assert_eq!(
        error("x = 1\n"),
        (1, 1, "expected a class or function, found `x`".into())
    );
    assert_eq!(error("def f(x):\n  return [i for i in x]\n").1, 13);
    assert_eq!(
        error("def f(x):\n  y = lambda: 1\n"),
        (2, 7, "expected an expression, found `lambda`".into())
    );
    assert_eq!(
        error("def f(x):\n  try:\n    pass\n"),
        (2, 3, "`try` in a function is not supported".into())
    );
    assert_eq!(
        error("def f(x):\n  return (x\n").2,
        "expected `)`, found the end of the source"
    );
    assert_eq!(
        error("def f(x):\n  return \"a\n"),
        (2, 10, "a text without an end".into())
    );
    assert_eq!(error("def f(x):\n  return 2j\n").0, 2);
    assert_eq!(
        error("def f(x):\n    y = 1\n  z = 2\n"),
        (3, 3, "an indentation that fits no block".into())
    );
    assert_eq!(
        error("def f(x):\nreturn x\n"),
        (2, 1, "expected an indented block, found `return`".into())
    );
    assert_eq!(
        error("def f(x):\n  return 1 < x < 3\n").2,
        "chained comparisons do not occur in TorchScript"
    );
    assert_eq!(
        error("def f(x):\n  f(x) = 1\n"),
        (2, 3, "expected a variable to assign to".into())
    );
    assert_eq!(
        error("def f(x):\n  return 99999999999999999999\n").2,
        "a number that does not fit into 64 bits"
    );
    assert_eq!(
        error("def f(x):\n  x = $\n").2,
        "the character '$' has no meaning here"
    );
}

#[test]
fn nesting_is_bounded() {
    for text in [
        format!(
            "def f(x):\n  return {}x{}\n",
            "(".repeat(100_000),
            ")".repeat(100_000)
        ),
        format!("def f(x):\n  return {}x\n", "not ".repeat(100_000)),
        format!("def f(x):\n  return {}x\n", "-".repeat(100_000)),
        format!("def f(x):\n  return {}x\n", "+".repeat(100_000)),
        format!("def f(x):\n  return x{}\n", " + x".repeat(100_000)),
        format!("def f(x):\n  return x{}\n", ".y".repeat(100_000)),
        format!("def f(x):\n  return x{}\n", " if x else x".repeat(100_000)),
        (0..300).fold("def f(x):\n".to_owned(), |text, level| {
            format!("{text}{}if x:\n", " ".repeat(level + 1))
        }),
        format!(
            "def f(x):\n  if x:\n    pass\n{}",
            "  elif x:\n    pass\n".repeat(100_000)
        ),
    ] {
        let message = parse(&text).unwrap_err().message;
        assert!(message.contains("more than"), "{message}");
    }
}

proptest! {
    #[test]
    fn no_source_panics(words in prop::collection::vec(prop::sample::select(vec![
        "def ", "class ", "f", "(", ")", ":", "\n", "\n  ", "\n    ", "x", " = ", ",", "[", "]", "{", "}", "\"a\\", "\"", "'",
        "1", "1.", "1e", "-", "not ", " is ", " in ", " if ", " else ", "for ", "while ", "return ", ".", "**", "#", "\\\n", "\u{e9}",
    ]), 0..60)) {
        let _ = parse(&words.concat());
        let _ = parse(&format!("def f(x):\n  {}\n", words.concat()));
    }
}
