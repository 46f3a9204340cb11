//! Small programs in the language of the archives.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::builtins::text::display;
use super::*;
use crate::tensor::ScalarType;
use crate::torchscript::program::Sources;

impl Sources for HashMap<String, String> {
    fn source(&mut self, name: &str) -> Result<Option<String>, ConvertError> {
        Ok(self.get(name).cloned())
    }
}

/// Runs `Net.forward(x)` with a tensor of shape 2 x 3; attributes of the network are `n = 5` and `inner`, another `Net`.
fn run_file(text: &str) -> Result<Value, ConvertError> {
    let mut sources = HashMap::from([("code/__torch__.py".to_owned(), text.to_owned())]);
    let mut context = Context::new(17, 3);
    let input = context.graph.input("x", ScalarType::Float32, &[2, 3]).unwrap();
    let network = Object::new("__torch__.Net".into(), Some("".into()));
    let inner = Object::new("__torch__.Net".into(), Some("inner".into()));
    network.set("inner".into(), Value::Object(inner));
    network.set("n".into(), Value::Int(5));
    Evaluator::new(Program::new(&mut sources), context, vec![Value::Float(0.5)], 0)
        .run(&network, vec![Value::from(input)])
}

fn run(body: &str) -> Result<Value, ConvertError> {
    run_file(&format!(
        "class Net(Module):\n  k : Final[int] = 7\n  def forward(self: __torch__.Net, x: Tensor):\n{body}"
    ))
}

/// Evaluation needs a large stack, as the driver gives it.
fn outcome(run: impl FnOnce() -> Result<Value, ConvertError> + Send) -> Result<String, String> {
    std::thread::scope(|scope| {
        let run = || {
            run()
                .map(|value| display(&value).unwrap())
                .map_err(|error| error.to_string())
        };
        let worker = std::thread::Builder::new()
            .stack_size(crate::torchscript::convert::STACK)
            .spawn_scoped(scope, run);
        worker.unwrap().join().unwrap()
    })
}

/// The text of what an expression is.
fn value(expression: &str) -> String {
    outcome(|| run(&format!("    return {expression}\n"))).unwrap_or_else(|error| error)
}

fn result(body: &str) -> String {
    outcome(|| run(body)).unwrap()
}

fn message(body: &str) -> String {
    outcome(|| run(body)).unwrap_err()
}

#[test]
fn arithmetic_is_that_of_torchscript() {
    for (expression, expected) in [
        ("torch.add(2, 3)", "5"),
        ("torch.add(2, 3.5)", "5.5"),
        ("torch.div(7, 2)", "3.5"),
        ("torch.floordiv(-7, 2)", "-4"),
        ("torch.floordiv(-7., 2)", "-4."),
        ("torch.remainder(-7, 2)", "1"),
        ("torch.remainder(7, -2)", "-1"),
        ("torch.pow(2, 3)", "8."),
        ("torch.neg(3)", "-3"),
        ("ops.prim.abs(-3)", "3"),
        ("torch.floor(2.7)", "2"),
        ("torch.ceil(2.2)", "3"),
        ("torch.round(2.5)", "2."),
        ("torch.sqrt(2.25)", "1.5"),
        ("int(-2.7)", "-2"),
        ("int(\"12\")", "12"),
        ("float(3)", "3."),
        ("bool(0)", "False"),
        ("torch.lt(2, 2.5)", "True"),
        ("torch.eq([1, 2], [1, 2])", "True"),
        ("torch.ne(\"a\", \"b\")", "True"),
        ("torch.__and__(True, False)", "False"),
        ("torch.__xor__(6, 3)", "5"),
        ("torch.__isnot__(None, 1)", "True"),
        ("torch.__not__(False)", "True"),
        ("ops.prim.min(3, 2)", "2"),
        ("ops.prim.max([3, 9, 2])", "9"),
        ("ops.prim.max(3, 2.5)", "3."),
        ("torch.sum([1, 2, 3])", "6"),
        ("torch.__range_length(0, 10, 3)", "4"),
        ("torch.__range_length(10, 0, -3)", "4"),
        ("torch.__range_length(5, 0, 1)", "0"),
        ("torch.__derive_index(2, 10, -3)", "4"),
        ("math.pi", "3.141592653589793"),
        ("CONSTANTS.c0", "0.5"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("inf", "inf"),
        ("2 + 3 * 4", "14"),
        ("1 if torch.gt(2, 1) else 2", "1"),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn lists_texts_and_dictionaries() {
    for (expression, expected) in [
        ("torch.add([1], [2, 3])", "[1, 2, 3]"),
        ("torch.mul([1, 2], 2)", "[1, 2, 1, 2]"),
        ("torch.slice([1, 2, 3, 4], 1)", "[2, 3, 4]"),
        ("torch.slice([1, 2, 3, 4], None, None, -1)", "[4, 3, 2, 1]"),
        ("torch.slice([1, 2, 3, 4], -2, 9, 1)", "[3, 4]"),
        ("[1, 2, 3][-1]", "3"),
        ("(1, \"a\")[1]", "a"),
        ("torch.len(\"abc\")", "3"),
        ("torch.format(\"{} of {}\", [1, 2.], \"x\")", "[1, 2.] of x"),
        ("torch.percentFormat(\"%d: %s\", (3, \"x\"))", "3: x"),
        ("torch.split(\"a_b\", \"_\")", "['a', 'b']"),
        ("torch.join(\", \", [\"a\", \"b\"])", "a, b"),
        ("torch.__contains__([1, 2], 2)", "True"),
        ("torch.__contains__({\"a\": 1}, \"b\")", "False"),
        ("torch.keys({\"a\": 1, \"b\": 2})", "['a', 'b']"),
        ("torch.items({\"a\": 1})", "[('a', 1)]"),
        ("{\"a\": 1}[\"a\"]", "1"),
        ("torch.get({\"a\": 1}, \"b\", 3)", "3"),
        ("sorted([3, 1, 2])", "[1, 2, 3]"),
        ("torch.index([5, 6], 6)", "1"),
        ("torch.list(\"ab\")", "['a', 'b']"),
        ("annotate(List[int], [])", "[]"),
        ("self.n", "5"),
        ("self.k", "7"),
        ("getattr(self, \"n\")", "5"),
        ("hasattr(self, \"z\")", "False"),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
    assert_eq!(
        result("    a = [1]\n    b = a\n    _0 = torch.append(a, 2)\n    return b\n"),
        "[1, 2]"
    );
    assert_eq!(
        result("    a = [1, 2, 3]\n    b = torch.pop(a)\n    torch.insert(a, 0, b)\n    return a\n"),
        "[3, 1, 2]"
    );
    assert_eq!(
        result(
            "    a = [3, 1]\n    torch.sort(a)\n    torch.reverse(a)\n    return torch._set_item(a, 1, 9)\n"
        ),
        "[3, 9]"
    );
    assert_eq!(
        result("    d = {\"a\": 1}\n    d[\"b\"] = 2\n    return torch.len(d)\n"),
        "2"
    );
    assert_eq!(
        result("    a, (b, c), = (1, [2, 3])\n    return torch.add(a, torch.add(b, c))\n"),
        "6"
    );
}

#[test]
fn control_flow_over_values() {
    assert_eq!(
        result(
            "    n = 0\n    for i in range(5):\n      if torch.eq(i, 3):\n        break\n      n = torch.add(n, i)\n    return n\n"
        ),
        "3"
    );
    assert_eq!(
        result("    n = 10\n    while torch.gt(n, 3):\n      n = torch.sub(n, 2)\n    return n\n"),
        "2"
    );
    assert_eq!(
        result("    n = []\n    for i in range(5, 0, -2):\n      torch.append(n, i)\n    return n\n"),
        "[5, 3, 1]"
    );
    assert_eq!(
        result("    n = \"\"\n    for c in \"abc\":\n      n = torch.add(c, n)\n    return n\n"),
        "cba"
    );
    assert_eq!(
        result(
            "    if False:\n      y = 1\n    elif torch.lt(self.n, 6):\n      return \"second\"\n    else:\n      y = 2\n    return y\n"
        ),
        "second"
    );
    assert_eq!(
        result(
            "    _0 = uninitialized(int)\n    if True:\n      y = 1\n    else:\n      y = _0\n    return y\n"
        ),
        "1"
    );
}

#[test]
fn functions_methods_and_classes() {
    let text = "class Pair(NamedTuple):\n  first : int\n  second : int\n\
                class Counter:\n  n : int\n  def __init__(self, n: int) -> NoneType:\n    self.n = n\n    return None\n  \
                def more(self, by: int=2) -> int:\n    self.n = torch.add(self.n, by)\n    return self.n\n\
                class Color(Enum):\n  RED = 1\n  BLUE = 2\n\
                def twice(n: int) -> int:\n  return torch.mul(n, 2)\n\
                class Net(Module):\n  def forward(self, x: Tensor):\n    c = __torch__.Counter.__new__(__torch__.Counter)\n    \
                _0 = (c).__init__(1, )\n    _1 = (c).more()\n    _2 = (c).more(by=5)\n    f = __torch__.twice\n    \
                p = __torch__.Pair(f(c.n), 3)\n    \
                return (p.first, p.second, isinstance(c, __torch__.Counter), ops.prim.EnumValue(__torch__.Color.BLUE), isinstance(1, (str, int)))\n";
    assert_eq!(outcome(|| run_file(text)).unwrap(), "(16, 3, True, 2, True)");
}

#[test]
fn what_is_known_of_tensors() {
    assert_eq!(value("torch.size(x)"), "[2, 3]");
    assert_eq!(value("torch.size(x, -1)"), "3");
    assert_eq!(value("torch.len(x)"), "2");
    assert_eq!(value("torch.dim(x)"), "2");
    assert_eq!(value("torch.numel(x)"), "6");
    assert_eq!(value("ops.prim.dtype(x)"), "6");
    assert_eq!(value("ops.prim.device(x)"), "cpu");
    assert_eq!(value("torch.is_floating_point(x)"), "True");
    assert_eq!(value("int(ops.prim.NumToTensor(torch.size(x, 1)))"), "3");
    assert_eq!(value("torch.__is__(x, None)"), "False");
    assert_eq!(value("(x, None)"), "(<Tensor>, None)");
}

#[test]
fn errors_say_where_and_what() {
    let place = |line, column| format!("code/__torch__.py:{line}:{column}");
    for (body, line, column, expected) in [
        ("    return y\n", 4, 12, "the variable `y` has no value"),
        ("    return torch.add(1, \"a\")\n", 4, 12, "`torch.add`"),
        (
            "    return torch.floordiv(1, 0)\n",
            4,
            12,
            "`torch.floordiv`: division by zero",
        ),
        (
            "    return torch.mul(9223372036854775807, 2)\n",
            4,
            12,
            "`torch.mul`: the result does not fit into 64 bits",
        ),
        (
            "    return [1][1]\n",
            4,
            15,
            "the index 1 is not inside of 1 elements",
        ),
        ("    return {\"a\": 1}[\"b\"]\n", 4, 20, "the dict has no key b"),
        ("    a, b, = [1]\n", 4, 5, "unpacks 1 values into 2 variables"),
        (
            "    return self.z\n",
            4,
            16,
            "`__torch__.Net` has no attribute `z`",
        ),
        (
            "    return (self.inner).other(x, )\n",
            4,
            24,
            "`__torch__.Net` has no method `other`",
        ),
        (
            "    return (self.inner).forward(x, x, )\n",
            4,
            24,
            "`forward` takes 2 arguments, found 3",
        ),
        (
            "    return (self.inner).forward()\n",
            4,
            24,
            "`forward` needs the argument `x`",
        ),
        (
            "    return CONSTANTS.c5\n",
            4,
            12,
            "`CONSTANTS.c5` is not among the 1 constants of the archive",
        ),
        (
            "    return __torch__.gone(x)\n",
            4,
            12,
            "`__torch__.gone` is not in the archive",
        ),
        (
            "    return foo(x)\n",
            4,
            12,
            "`foo` is not a function of the language",
        ),
        (
            "    return int(x)\n",
            4,
            12,
            "`torch.Int`: a number from a tensor of shape [2, 3]",
        ),
        (
            "    if x:\n      pass\n    return 1\n",
            4,
            8,
            "branches on elements of a tensor",
        ),
        ("    while \"a\":\n      pass\n", 4, 11, "a str as a condition"),
    ] {
        let message = message(body);
        assert!(
            message.contains(&place(line, column)) && message.contains(expected),
            "{body}: {message}"
        );
    }
}

#[test]
fn the_network_may_refuse_its_inputs() {
    let text = message(
        "    ops.prim.RaiseException(torch.format(\"expected {}D\", 4), \"builtins.ValueError\")\n    return x\n",
    );
    assert_eq!(
        text,
        "code/__torch__.py:4:5: the network raises an error for these inputs: expected 4D"
    );
    assert!(message("    raise ValueError(\"no\")\n").ends_with("inputs: no"));
    assert!(message("    assert torch.eq(1, 2), \"differ\"\n").ends_with("inputs: differ"));
}

#[test]
fn all_operators_without_a_lowering_are_listed() {
    let body = "    a = torch.no_such_a(x)\n    b = torch.add(a, 1)\n    if torch.eq(torch.dim(b), 2):\n      \
                return torch.no_such_b(b)\n    else:\n      c = ops.mine.no_such_c(x)\n    for i in range(torch.dim(a)):\n      \
                d = __torch__.f(x)\n    e = torch.no_such_a(b)\n    return torch.no_such_e(e)\n";
    let text = format!(
        "def f(x: Tensor) -> Tensor:\n  return torch.no_such_d(x)\nclass Net(Module):\n  def forward(self, x: Tensor):\n{body}"
    );
    let Err(ConvertError::UnsupportedOperators { operators }) = run_file(&text) else {
        panic!()
    };
    let found: Vec<_> = operators
        .iter()
        .map(|operator| (&*operator.name, operator.uses, operator.places[0].line))
        .collect();
    assert_eq!(
        found,
        [
            ("torch.no_such_a", 2, 5),
            ("torch.no_such_b", 1, 8),
            ("ops.mine.no_such_c", 1, 10),
            ("torch.no_such_d", 1, 2),
            ("torch.no_such_e", 1, 14)
        ]
    );
    let text = ConvertError::UnsupportedOperators { operators }.to_string();
    assert!(text.starts_with("5 operators of the network cannot be converted to ONNX:\n  `torch.no_such_a` at code/__torch__.py:5:9"));
}

#[test]
fn programs_that_never_end_are_broken_off() {
    for body in [
        "    for i in range(1000000000):\n      pass\n    return x\n",
        "    while True:\n      pass\n",
        "    return (self).forward(x, )\n",
        "    return (self.inner).forward((self).forward(x, ), )\n",
        "    a = [1]\n    while True:\n      torch.extend(a, a)\n",
        "    a = \"ab\"\n    while True:\n      a = torch.add(a, a)\n",
        "    return torch.mul([1], 4611686018427387904)\n",
        "    return torch.mul(\"ab\", 4611686018427387904)\n",
        "    a = []\n    while True:\n      a = [a, a]\n",
        "    a = []\n    while True:\n      torch.append(a, a)\n",
        "    a = [1]\n    for i in a:\n      torch.append(a, i)\n    return a\n",
        "    a = []\n    b = []\n    for i in range(60):\n      a = [a, a]\n      b = [b, b]\n    return torch.eq(a, b)\n",
        "    a = []\n    for i in range(60):\n      a = [a, a]\n    return str(a)\n",
        "    return ops.prim.rangelist(1000000000000)\n",
        "    a = {\"a\": 1}\n    i = 0\n    while True:\n      i = torch.add(i, 1)\n      a[i] = i\n",
    ] {
        let start = Instant::now();
        let message = message(body);
        assert!(message.len() < 1000, "{message}");
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{body} took {:?}",
            start.elapsed()
        );
    }
}

proptest! {
    #[test]
    fn no_program_panics(words in prop::collection::vec(prop::sample::select(vec![
        "torch.add(", "torch.slice(", "torch._set_item(", "torch.append(", "torch.pop(", "int(", "torch.size(", "torch.format(",
        "torch.mul(", "torch.__derive_index(", "torch.floordiv(", "torch.pow(", "ops.prim.min(", "torch.percentFormat(", "str(",
        "[", "]", "(", ")", "{", "}", ",", ", ", ":", "x", "self", "self.n", "1", "0", "-1", "9223372036854775807", "2.5", "\"a%d{}\"",
        "None", "True", " + ", " * ", " // ", " % ", " ** ", " << ", " if ", " else ", "\n    ", "y = ", "y", "return ",
    ]), 0..25)) {
        let _ = outcome(|| run(&format!("    y = [1]\n    {}\n", words.concat())));
        let _ = outcome(|| run(&format!("    return {}\n", words.concat())));
    }
}
