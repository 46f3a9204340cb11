//! Small programs in the language of the archives.

mod refusals;

use std::collections::HashMap;

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
