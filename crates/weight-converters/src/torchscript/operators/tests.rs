//! The tables as a whole, and what can be computed without an engine: lowerings of tensors that are known while
//! converting give numbers. `tests/cross_check.py` compares every operator with PyTorch.

use std::collections::HashSet;

use super::super::value::Tensor;
use super::*;
use crate::graph::TensorRef;
use crate::tensor::{ScalarType, TensorData, element_count};

fn context() -> Context {
    Context::new(crate::onnx::OPSET_VERSION, 10)
}

/// A known tensor of `float32`.
fn tensor(cx: &mut Context, shape: &[usize], values: &[f64]) -> Value {
    let data = TensorData::from_f64(ScalarType::Float32, shape, values).unwrap();
    Value::from(cx.graph.computed(data))
}

fn call(cx: &mut Context, name: &str, positional: Vec<Value>) -> Result<TensorRef, LoweringError> {
    let found = find(name).unwrap_or_else(|| panic!("no lowering of {name}"));
    match found.lower(
        cx,
        &Arguments {
            positional,
            keyword: Vec::new(),
        },
    )? {
        Value::Tensor(tensor) => cx.read(&tensor),
        other => panic!("{name} gives a {}", other.kind()),
    }
}

fn numbers(result: &TensorRef) -> Vec<f64> {
    result.constant.as_ref().expect("known").to_f64()
}

/// All operators with their families.
fn table() -> impl Iterator<Item = (&'static str, &'static Operator)> {
    let rows = |&(family, rows): &'static (&'static str, &'static [Operator])| {
        rows.iter().map(move |row| (family, row))
    };
    FAMILIES.iter().flat_map(rows)
}

#[test]
fn every_name_has_one_row_and_every_family_its_rows() {
    let mut names = HashSet::new();
    for (family, operator) in table() {
        assert!(names.insert(operator.name), "{} has two rows", operator.name);
        assert!(!family.is_empty() && operator.name.contains("::"));
    }
    assert!(names.len() > 400, "{}", names.len());
}

#[test]
fn what_is_refused_has_no_lowering() {
    for (_, operator) in table() {
        assert_eq!(refused(operator.name), None, "{}", operator.name);
    }
    for name in [
        "aten::nonzero",
        "aten::rand",
        "torchvision::nms",
        "quantized::conv2d",
        "aten::normal_",
    ] {
        assert!(refused(name).is_some() && find(name).is_none(), "{name}");
    }
}

#[test]
fn no_lowering_panics_on_missing_or_wrong_arguments() {
    let strange = || {
        vec![
            Value::None,
            Value::Int(i64::MIN),
            Value::Int(3),
            Value::Float(f64::NAN),
            Value::str("?"),
            Value::ints([-1, 0]),
        ]
    };
    for (_, operator) in table() {
        let mut cx = context();
        let x = tensor(&mut cx, &[2, 3, 4], &[0.5; 24]);
        let empty = tensor(&mut cx, &[0], &[]);
        let scalar = tensor(&mut cx, &[], &[2.0]);
        for first in [
            x.clone(),
            empty.clone(),
            scalar.clone(),
            Value::list(vec![x.clone(), empty]),
            Value::list(vec![]),
        ] {
            let arguments = Arguments {
                positional: vec![first.clone()],
                keyword: Vec::new(),
            };
            let _ = (operator.lowering)(&mut cx, &arguments);
            for second in strange().into_iter().chain([x.clone(), scalar.clone()]) {
                for third in strange().into_iter().chain([x.clone()]) {
                    let positional = vec![
                        first.clone(),
                        second.clone(),
                        third.clone(),
                        third.clone(),
                        third,
                        second.clone(),
                    ];
                    let _ = (operator.lowering)(
                        &mut cx,
                        &Arguments {
                            positional,
                            keyword: Vec::new(),
                        },
                    );
                }
            }
        }
    }
}

#[test]
fn an_operator_in_place_keeps_type_and_identity() {
    let mut cx = context();
    let x = TensorData::from_i64(ScalarType::Int64, &[2], &[3, 8]).unwrap();
    let x = Tensor::new(cx.graph.computed(x));
    let result = call(
        &mut cx,
        "aten::mul_",
        vec![Value::Tensor(x.clone()), Value::Float(0.5)],
    )
    .unwrap();
    assert_eq!(
        (result.dtype, numbers(&result)),
        (ScalarType::Int64, vec![1.0, 4.0])
    );
    assert_eq!(numbers(&cx.read(&x).unwrap()), [1.0, 4.0]);
}

#[test]
fn writes_into_views_reach_the_base() {
    let mut cx = context();
    let values: Vec<f64> = (0..12).map(f64::from).collect();
    let base = tensor(&mut cx, &[3, 4], &values);
    let every_second = find("aten::slice").unwrap().lower(
        &mut cx,
        &Arguments {
            positional: vec![
                base.clone(),
                Value::Int(1),
                Value::Int(1),
                Value::None,
                Value::Int(2),
            ],
            keyword: Vec::new(),
        },
    );
    call(
        &mut cx,
        "aten::fill_",
        vec![every_second.unwrap(), Value::Int(-1)],
    )
    .unwrap();
    let row = find("aten::select").unwrap().lower(
        &mut cx,
        &Arguments {
            positional: vec![base.clone(), Value::Int(0), Value::Int(-1)],
            keyword: vec![],
        },
    );
    call(&mut cx, "aten::zero_", vec![row.unwrap()]).unwrap();
    let whole = call(&mut cx, "aten::clone", vec![base]).unwrap();
    assert_eq!(
        numbers(&whole),
        [0.0, -1.0, 2.0, -1.0, 4.0, -1.0, 6.0, -1.0, 0.0, 0.0, 0.0, 0.0]
    );
}

#[test]
fn numbers_follow_the_documentation() {
    let cases: [(&str, Vec<f64>, Value, Vec<f64>); 8] = [
        (
            "aten::floor_divide",
            vec![7.0, -7.0],
            Value::Int(2),
            vec![3.0, -4.0],
        ),
        ("aten::remainder", vec![5.5, -5.5], Value::Int(2), vec![1.5, 0.5]),
        ("aten::fmod", vec![5.5, -5.5], Value::Int(2), vec![1.5, -1.5]),
        ("aten::rsub", vec![1.0, 2.0], Value::Int(10), vec![9.0, 8.0]),
        ("aten::pow", vec![3.0, 4.0], Value::Float(2.0), vec![9.0, 16.0]),
        (
            "aten::clamp_min",
            vec![-1.0, 1.0],
            Value::Float(0.25),
            vec![0.25, 1.0],
        ),
        ("aten::eq", vec![1.0, 2.0], Value::Int(2), vec![0.0, 1.0]),
        ("aten::roll", vec![1.0, 2.0], Value::ints([1]), vec![2.0, 1.0]),
    ];
    for (name, values, argument, expected) in cases {
        let mut cx = context();
        let x = tensor(&mut cx, &[2], &values);
        let result = call(&mut cx, name, vec![x, argument]).unwrap();
        assert_eq!(numbers(&result), expected, "{name}");
    }
}

#[test]
fn random_and_training_forms_are_refused_with_advice() {
    let mut cx = context();
    let x = tensor(&mut cx, &[2], &[1.0, 2.0]);
    let error = call(
        &mut cx,
        "aten::dropout",
        vec![x.clone(), Value::Float(0.5), Value::Bool(true)],
    )
    .unwrap_err();
    assert!(error.message.contains("model.eval()"), "{error}");
    let same = call(
        &mut cx,
        "aten::dropout",
        vec![x, Value::Float(0.5), Value::Bool(false)],
    )
    .unwrap();
    assert_eq!(element_count(&same.shape), Some(2));
}
