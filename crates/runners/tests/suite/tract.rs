//! What holds for tract only, or was decided for it.

use std::num::NonZeroUsize;

use ndarray::{ArrayD, Axis, IxDyn, Slice};
use runners::{
    Backend, Device, LoadErrorKind, LoadOptions, RunErrorKind, Runner, Tract, WeightsData, WeightsFormat,
};
use tensor_ops::{DataType, Tensor, TensorView};

use crate::suite::network;

fn load(name: &str) -> Box<dyn Runner> {
    let path = network(name);
    Tract
        .load(
            WeightsFormat::Onnx,
            WeightsData::File(&path),
            &LoadOptions::default(),
        )
        .unwrap()
}

#[test]
fn nan_is_refused_wherever_it_is() {
    let mut runner = load("unet.onnx");
    let mut image = ArrayD::<f32>::zeros(IxDyn(&[1, 1, 8, 10]));
    for place in [[0, 0, 0, 0], [0, 0, 3, 5], [0, 0, 7, 9]] {
        image[IxDyn(&place)] = f32::NAN;
        let error = runner.run(&[TensorView::Float32(image.view())]).unwrap_err();
        assert!(
            matches!(error.kind(), RunErrorKind::NotANumber { backend: "tract", port } if port.name == "image")
        );
        assert_eq!(
            error.to_string(),
            "the input `image: float32 [?, 1, ?, ?]` holds NaN, which tract does not carry through a network: replace \
             it before running, for example by 0"
        );
        image[IxDyn(&place)] = 0.0;
    }
    assert!(runner.run(&[TensorView::Float32(image.view())]).is_ok());

    // Only what the view shows counts.
    image[IxDyn(&[0, 0, 2, 1])] = f32::NAN;
    let mut columns = image.view();
    columns.slice_axis_inplace(Axis(3), Slice::new(0, Some(8), 2));
    assert!(runner.run(&[TensorView::Float32(columns)]).is_ok());
    let mut columns = image.view();
    columns.slice_axis_inplace(Axis(3), Slice::new(1, Some(8), 2));
    assert!(runner.run(&[TensorView::Float32(columns)]).is_err());
}

#[test]
fn nan_of_either_float_type_is_refused_and_infinity_is_not() {
    let mut runner = load("element_types.onnx");
    let ones = Tensor::Float32(ArrayD::ones(IxDyn(&[3])));
    let mut inputs: Vec<Tensor> = runner
        .signature()
        .inputs
        .iter()
        .map(|port| ones.cast(port.data_type.unwrap()))
        .collect();
    let double = inputs
        .iter()
        .position(|input| input.data_type() == DataType::Float64)
        .unwrap();
    for (value, accepted) in [
        (f64::NAN, false),
        (f64::INFINITY, true),
        (f64::NEG_INFINITY, true),
    ] {
        inputs[double] = Tensor::Float64(ArrayD::from_elem(IxDyn(&[3]), value));
        let views: Vec<_> = inputs.iter().map(Tensor::view).collect();
        match runner.run(&views) {
            Ok(outputs) => assert!(accepted && outputs == inputs, "{value}"),
            Err(error) => assert!(
                !accepted
                    && matches!(error.kind(), RunErrorKind::NotANumber { port, .. } if port.name == "x_double"),
                "{error}"
            ),
        }
    }
}

#[test]
fn the_number_of_threads_is_bounded() {
    let path = network("identity.onnx");
    let load = |threads: usize| {
        let options = LoadOptions::default().with_threads(NonZeroUsize::new(threads).unwrap());
        Tract.load(WeightsFormat::Onnx, WeightsData::File(&path), &options)
    };
    assert!(load(3).is_ok());
    for threads in [LoadOptions::MAX_THREADS + 1, usize::MAX] {
        let error = load(threads).unwrap_err();
        assert!(
            matches!(error.kind(), LoadErrorKind::TooManyThreads { found, limit: 256 } if *found == threads),
            "{error}"
        );
    }
}

#[test]
fn a_huge_tensor_is_refused_before_it_is_made() {
    let mut runner = load("huge_tensor.onnx");
    let ones = |shape: &[usize]| Tensor::Float32(ArrayD::ones(IxDyn(shape)));
    let error = runner.run(&[ones(&[1, 1]).view()]).unwrap_err();
    assert!(matches!(error.kind(), RunErrorKind::TooLarge { .. }), "{error}");

    // As large as the concatenation inside, which has more channels than the input.
    let options = LoadOptions::default().with_max_tensor_bytes(4 * 8 * 8 * 12);
    let path = network("unet.onnx");
    let mut runner = Tract
        .load(WeightsFormat::Onnx, WeightsData::File(&path), &options)
        .unwrap();
    assert!(runner.run(&[ones(&[1, 1, 8, 8]).view()]).is_ok());
    let error = runner.run(&[ones(&[1, 1, 8, 16]).view()]).unwrap_err();
    assert!(matches!(error.kind(), RunErrorKind::TooLarge { .. }), "{error}");
}

#[test]
fn other_devices_are_refused() {
    let path = network("identity.onnx");
    let options = LoadOptions::default().with_device(Device::Cuda { index: 0 });
    let error = Tract
        .load(WeightsFormat::Onnx, WeightsData::File(&path), &options)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "tract does not compute on the device cuda:0: it computes on the processor only; the backend ort has other devices"
    );
}

/// A protobuf field that holds bytes.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![number << 3 | 2];
    let mut length = content.len();
    while length >= 0x80 {
        bytes.push(length as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend(content);
    bytes
}

/// `Relu` nodes in a row; those behind `nested_from` are in a graph inside the last node before.
fn chain(length: usize, nested_from: usize) -> Vec<u8> {
    let name = |index: usize| format!("t{index}");
    let relu = |index: usize| {
        let mut node = field(1, name(index).as_bytes());
        node.extend(field(2, name(index + 1).as_bytes()));
        node.extend(field(4, b"Relu"));
        node
    };
    let port = |index: usize| {
        // float32 of one axis of any length
        let tensor_type = [&[0x08, 1][..], &field(2, &field(1, b""))].concat();
        let mut port = field(1, name(index).as_bytes());
        port.extend(field(2, &field(1, &tensor_type)));
        port
    };
    let mut nodes: Vec<Vec<u8>> = (0..length.min(nested_from)).map(relu).collect();
    if nested_from < length {
        let inner: Vec<u8> = (nested_from..length)
            .flat_map(|index| field(1, &relu(index)))
            .collect();
        nodes.last_mut().unwrap().extend(field(5, &field(6, &inner)));
    }
    let mut graph: Vec<u8> = nodes.iter().flat_map(|node| field(1, node)).collect();
    graph.extend(field(11, &port(0)));
    graph.extend(field(12, &port(nodes.len())));
    // version 8 of the format, version 17 of the operator set
    let mut model = vec![0x08, 8];
    model.extend(field(8, &[0x10, 17]));
    model.extend(field(7, &graph));
    model
}

#[test]
fn the_number_of_nodes_is_bounded() {
    let load = |bytes: &[u8]| {
        Tract.load(
            WeightsFormat::Onnx,
            WeightsData::Bytes(bytes),
            &LoadOptions::default(),
        )
    };
    assert!(load(&chain(6000, 6000)).is_ok());
    let mut runner = load(&chain(500, 500)).unwrap();
    let input = Tensor::Float32(ArrayD::ones(IxDyn(&[2])));
    assert_eq!(runner.run(&[input.view()]).unwrap(), [input]);
    for nested_from in [6001, 10] {
        let error = load(&chain(6001, nested_from)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the onnx weights have 6001 nodes, more than the 6000 that are allowed"
        );
        assert!(matches!(
            error.kind(),
            LoadErrorKind::TooLarge {
                found: 6001,
                limit: 6000,
                unit: "nodes",
                ..
            }
        ));
    }
}
