//! Programs that are wrong, that cannot be converted, or that never end.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

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
