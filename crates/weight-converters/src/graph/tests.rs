//! The graph as its users see it: shapes, folding, names, and the written model.

use std::collections::HashSet;

use prost::Message;

use super::*;
use crate::onnx::ModelProto;
use ScalarType::{Bool, Float32, Int64, UInt8};

fn graph() -> Graph {
    Graph::new(17)
}

/// What every written model keeps: names are unique, and values are made before they are used.
fn check(model: &ModelProto) {
    let graph = model.graph.as_ref().unwrap();
    let mut known: HashSet<String> = graph
        .input
        .iter()
        .map(|input| input.name.clone().unwrap())
        .collect();
    for tensor in &graph.initializer {
        assert!(
            known.insert(tensor.name.clone().unwrap()),
            "{:?} twice",
            tensor.name
        );
        let elements = usize::try_from(tensor.dims.iter().product::<i64>()).unwrap();
        assert!(
            tensor
                .raw_data
                .as_ref()
                .unwrap()
                .len()
                .is_multiple_of(elements.max(1))
        );
    }
    let mut names = HashSet::new();
    for node in &graph.node {
        assert!(names.insert(node.name.clone()), "{:?} twice", node.name);
        for input in node.input.iter().filter(|input| !input.is_empty()) {
            assert!(known.contains(input), "{input} is used before it is made");
        }
        for output in &node.output {
            assert!(known.insert(output.clone()), "{output} twice");
        }
    }
    for output in &graph.output {
        assert!(known.contains(output.name.as_ref().unwrap()));
    }
}

#[test]
fn only_what_outputs_need_is_written() {
    let mut graph = graph();
    let x = graph.input("x", Float32, &[1, 2]).unwrap();
    graph.set_scope("head");
    let weight = graph.constant(
        TensorData::from_f64(Float32, &[2], &[1.0, 2.0]).unwrap(),
        "head.scale",
    );
    let y = graph.mul(&x, &weight).unwrap();
    graph.unary(Unary::Exp, &y).unwrap();
    graph.constant(TensorData::from_f64(Float32, &[1], &[9.0]).unwrap(), "unused");
    graph.output("y", &y);
    let model = graph.into_model("net");
    check(&model);
    let written = model.graph.unwrap();
    let node = &written.node[..];
    assert_eq!(node.len(), 1);
    assert_eq!(
        (node[0].name.as_deref(), node[0].input[1].as_str()),
        (Some("head/Mul"), "head.scale")
    );
    assert_eq!(node[0].output, ["y"]);
    assert_eq!(written.initializer.len(), 1);
}

#[test]
fn inputs_constants_and_repeated_values_can_be_outputs() {
    let mut graph = graph();
    let x = graph.input("x", Float32, &[2]).unwrap();
    let one = graph.scalar(Float32, 1.0);
    let y = graph.add(&x, &one).unwrap();
    for (name, value) in [
        ("same", &x),
        ("number", &one),
        ("first", &y),
        ("second", &y),
        ("Add", &y),
    ] {
        graph.output(name, value);
    }
    let model = graph.into_model("net");
    check(&model);
    let names: Vec<_> = model
        .graph
        .unwrap()
        .output
        .into_iter()
        .map(|output| output.name.unwrap())
        .collect();
    assert_eq!(names, ["same", "number", "first", "second", "Add"]);
}

#[test]
fn an_inner_value_gives_way_to_an_output_of_its_name() {
    let mut graph = graph();
    let x = graph.input("x", Float32, &[2]).unwrap();
    let inner = graph.unary(Unary::Exp, &x).unwrap();
    let outer = graph.unary(Unary::Exp, &inner).unwrap();
    graph.output("Exp", &outer);
    check(&graph.into_model("net"));
}

#[test]
fn the_same_calls_give_the_same_bytes() {
    let build = || {
        let mut graph = graph();
        let x = graph.input("x", Float32, &[1, 3, 4, 4]).unwrap();
        let mut y = x.clone();
        for number in 0..20 {
            y = graph
                .binary_number(Binary::Mul, &y, f64::from(number) + 0.5)
                .unwrap();
        }
        graph.output("y", &y);
        graph.into_model_bytes("net").unwrap()
    };
    assert_eq!(build(), build());
    let model = ModelProto::decode(&build()[..]).unwrap();
    assert_eq!(
        (model.ir_version, model.opset_import[0].version),
        (Some(8), Some(17))
    );
}

#[test]
fn models_from_two_gibibytes_on_are_refused() {
    let too_large = GraphError::ModelTooLarge { bytes: 1 << 31 };
    assert!(too_large.to_string().contains("2 GiB"), "{too_large}");
}

#[test]
fn operations_on_constants_are_computed() {
    let mut graph = graph();
    let a = graph.computed(TensorData::from_i64(Int64, &[2, 1], &[7, -7]).unwrap());
    let b = graph.computed(TensorData::from_i64(Int64, &[2], &[2, -2]).unwrap());
    let mut integers = |operation| {
        let result = graph.binary(operation, &a, &b).unwrap();
        result.constant.as_ref().unwrap().to_i64().unwrap()
    };
    // numpy: 7 % 2, 7 % -2, -7 % 2, -7 % -2, and C's division and rest
    assert_eq!(integers(Binary::Mod), [1, -1, 1, -1]);
    assert_eq!(integers(Binary::Div), [3, -3, -3, 3]);
    assert_eq!(integers(Binary::Fmod), [1, 1, -1, -1]);
    assert_eq!(integers(Binary::Max), [7, 7, 2, -2]);
}

#[test]
fn constants_are_rearranged() {
    let mut graph = graph();
    let values: Vec<i64> = (0..24).collect();
    let x = graph.computed(TensorData::from_i64(UInt8, &[2, 3, 4], &values).unwrap());
    let known = |value: &TensorRef| value.constant.as_ref().unwrap().to_i64().unwrap();
    let turned = graph.transpose(&x, &[2, 0, 1]).unwrap();
    assert_eq!(turned.shape, [4, 2, 3]);
    assert_eq!(known(&turned)[..6], [0, 4, 8, 12, 16, 20]);
    let back = SliceRange {
        axis: 2,
        start: 3,
        length: 2,
        step: -2,
    };
    let part = graph
        .slice(
            &x,
            &[
                SliceRange {
                    axis: 1,
                    start: 1,
                    length: 1,
                    step: 1,
                },
                back,
            ],
        )
        .unwrap();
    assert_eq!(known(&part), [7, 5, 19, 17]);
    let joined = graph.concat(&[part.clone(), part], 1).unwrap();
    assert_eq!(known(&joined), [7, 5, 7, 5, 19, 17, 19, 17]);
    let sum = graph.reduce(Reduction::Max, &x, &[0, 2], false).unwrap();
    assert_eq!(known(&sum), [15, 19, 23]);
    let tiled = graph.tile(&joined, &[1, 1, 2]).unwrap();
    assert_eq!(known(&tiled)[..4], [7, 5, 7, 5]);
    let indices = graph.integers(&[-1, 0]);
    let picked = graph.gather(&x, &indices, 1).unwrap();
    assert_eq!(known(&picked)[..8], [8, 9, 10, 11, 0, 1, 2, 3]);
}

#[test]
fn products_of_constant_matrices_are_computed() {
    let mut graph = graph();
    let a: Vec<f64> = (0..12).map(f64::from).collect();
    let a = graph.computed(TensorData::from_f64(Float32, &[2, 2, 3], &a).unwrap());
    let b = graph.computed(TensorData::from_f64(Float32, &[3, 1], &[1.0, 0.5, 2.0]).unwrap());
    let product = graph.matmul(&a, &b).unwrap();
    assert_eq!(product.shape, [2, 2, 1]);
    assert_eq!(
        product.constant.as_ref().unwrap().to_f64(),
        [4.5, 15.0, 25.5, 36.0]
    );
}

#[test]
fn neutral_operations_vanish() {
    let mut graph = graph();
    let x = graph.input("x", Float32, &[2, 3]).unwrap();
    for (operation, number) in [
        (Binary::Add, 0.0),
        (Binary::Mul, 1.0),
        (Binary::Div, 1.0),
        (Binary::Sub, 0.0),
    ] {
        assert!(graph.binary_number(operation, &x, number).unwrap().is(&x));
    }
    let turned = graph.transpose(&x, &[1, 0]).unwrap();
    assert!(graph.transpose(&turned, &[1, 0]).unwrap().is(&x));
    let flat = graph.reshape(&x, &[6]).unwrap();
    assert!(graph.reshape(&flat, &[2, 3]).unwrap().is(&x));
    assert!(graph.narrow(&x, 0, 0, 2).unwrap().is(&x));
    assert!(graph.cast(&x, Float32).unwrap().is(&x));
}

#[test]
fn shapes_follow_the_operators() {
    let mut graph = graph();
    let x = graph.input("x", Float32, &[1, 4, 9, 11]).unwrap();
    let weight = graph.input("w", Float32, &[6, 2, 3, 3]).unwrap();
    let window = Window {
        kernel: vec![3, 3],
        strides: vec![2, 1],
        before: vec![1, 0],
        after: vec![1, 2],
        dilations: vec![1, 2],
    };
    let y = graph.convolve(&x, &weight, None, &window, 2).unwrap();
    assert_eq!(y.shape, [1, 6, 5, 9]);
    let transposed = graph.input("t", Float32, &[4, 3, 3, 3]).unwrap();
    let y = graph
        .convolve_transposed(&x, &transposed, None, &window, &[1, 0], 2)
        .unwrap();
    assert_eq!(y.shape, [1, 6, 18, 13]);
    let y = graph.max_pool(&x, &window).unwrap();
    assert_eq!(y.shape, [1, 4, 5, 9]);
    let y = graph
        .pad(&x, &[(0, 0), (0, 0), (-1, 3), (2, 2)], PadMode::Reflect)
        .unwrap();
    assert_eq!(y.shape, [1, 4, 11, 15]);
    let y = graph
        .resize(
            &x,
            &ResizeTo::Lengths(vec![3, 30]),
            Interpolation::Linear,
            Coordinates::HalfPixel,
        )
        .unwrap();
    assert_eq!(y.shape, [1, 4, 3, 30]);
    let (values, indices) = graph.top(&x, 2, 3, true).unwrap();
    assert_eq!((values.shape[3], indices.dtype), (2, Int64));
    let truth = graph.compare(Comparison::Less, &x, &x).unwrap();
    assert_eq!((truth.dtype, &truth.shape[..]), (Bool, &[1, 4, 9, 11][..]));
}

#[test]
fn what_does_not_fit_is_an_error_that_shows_the_shapes() {
    let mut graph = graph();
    let a = graph.input("a", Float32, &[2, 3]).unwrap();
    let b = graph.input("b", Float32, &[2, 4]).unwrap();
    let c = graph.input("c", Int64, &[2, 3]).unwrap();
    let errors = [
        graph.add(&a, &b),
        graph.add(&a, &c),
        graph.matmul(&a, &b),
        graph.reshape(&a, &[5]),
        graph.transpose(&a, &[0, 0]),
        graph.narrow(&a, 1, 2, 2),
        graph.concat(&[a.clone(), b.clone()], 0),
        graph.expand(&a, &[2, 2]),
        graph.gather(&a, &b, 0),
        graph.reduce(Reduction::Sum, &a, &[2], false),
        graph.pad(&a, &[(0, 0), (3, 0)], PadMode::Reflect),
    ];
    for error in errors {
        let text = error.unwrap_err().to_string();
        assert!(text.contains(['[', ':']) && text.len() > 20, "{text}");
    }
    let huge = graph.scalar(Float32, 1.0);
    assert!(matches!(
        graph.expand(&huge, &[usize::MAX, 2]),
        Err(GraphError::TooLarge { .. })
    ));
    assert!(matches!(
        graph.input("huge", Float32, &[1 << 40]),
        Err(GraphError::TooLarge { .. })
    ));
}
