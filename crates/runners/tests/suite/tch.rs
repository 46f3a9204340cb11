//! What holds for libtorch only, or was decided for it.

use ndarray::{ArrayD, IxDyn, arr1};
use runners::{Backend, Device, LoadErrorKind, Tch, WeightsData, WeightsFormat};
use tensor_ops::{DataType, Tensor};

use crate::suite::{archive, chain, described, load, run, try_load};

#[test]
fn devices_that_are_not_there_are_refused() {
    for (device, name) in [
        (Device::Cuda { index: 0 }, "cuda"),
        (Device::Cuda { index: 99 }, "no number"),
        (Device::Mps, "mps"),
        (Device::CoreMl, "coreml"),
        (Device::DirectMl { index: 0 }, "directml"),
    ] {
        if Tch.devices().contains(&name) {
            continue;
        }
        let error = try_load(&Tch, "scripted.pt", &described(1, 1).with_device(device)).unwrap_err();
        assert!(
            matches!(error.kind(), LoadErrorKind::UnsupportedDevice { device: found, .. } if *found == device),
            "{error}"
        );
    }
}

#[test]
fn control_flow_over_elements_is_run() {
    let mut runner = load(&Tch, "branch_on_contents.pt", &described(1, 1));
    for values in [[1.0_f32, 2.0], [-1.0, -2.0]] {
        let outputs = run(&mut *runner, &[Tensor::Float32(arr1(&values).into_dyn())]);
        assert_eq!(
            outputs,
            [Tensor::Float32(arr1(&values).mapv(f32::abs).into_dyn())]
        );
    }
}

#[test]
fn operators_without_a_counterpart_in_onnx_are_run() {
    let mut runner = load(&Tch, "unsupported.pt", &described(1, 1));
    let outputs = run(&mut *runner, &[Tensor::Float32(ArrayD::ones(IxDyn(&[4, 4])))]);
    assert_eq!(outputs[0].shape(), [4]);
}

#[test]
fn integers_are_promoted_as_pytorch_does_it() {
    // It multiplies by a weight of float32.
    let mut runner = load(&Tch, "first_entry_of_30_bytes.pt", &described(1, 1));
    let input = Tensor::Float32(arr1(&[1.0, 0.0, 3.0]).into_dyn());
    let expected = run(&mut *runner, std::slice::from_ref(&input));
    for data_type in [
        DataType::Uint8,
        DataType::Int8,
        DataType::Int16,
        DataType::Int32,
        DataType::Int64,
    ] {
        assert_eq!(
            run(&mut *runner, &[input.cast(data_type)]),
            expected,
            "{data_type}"
        );
    }
    let double = run(&mut *runner, &[input.cast(DataType::Float64)]);
    assert_eq!(double[0].data_type(), DataType::Float64);
    let truth = Tensor::Bool(arr1(&[true, false]).into_dyn());
    let Tensor::Float32(values) = &run(&mut *runner, &[truth])[0] else {
        panic!("it is float32")
    };
    let Tensor::Float32(expected) = &expected[0] else {
        panic!("it is float32")
    };
    assert_eq!((values[0], values[1]), (expected[0], 0.0));
}

#[test]
fn exceptions_of_the_network_are_told_without_native_addresses() {
    let mut runner = load(&Tch, "scripted.pt", &described(1, 1));
    let error = runner
        .run(&[Tensor::Float32(ArrayD::ones(IxDyn(&[1, 1, 16]))).view()])
        .unwrap_err();
    let told = chain(&error).join(": ");
    assert!(told.contains("expected 4 axes, found 3"), "{told}");
    assert!(!told.contains("frame #"), "{told}");
}

#[test]
fn damaged_archives_are_errors_or_run() {
    let bytes = std::fs::read(archive("first_entry_of_30_bytes.pt")).unwrap();
    let input = Tensor::Float32(arr1(&[1.0, 2.0, 3.0, 4.0]).into_dyn());
    for index in (0..bytes.len()).step_by(23) {
        let mut damaged = bytes.clone();
        damaged[index] ^= 0x10;
        let data = WeightsData::Bytes(&damaged);
        if let Ok(mut runner) = Tch.load(WeightsFormat::Torchscript, data, &described(1, 1))
            && let Ok(outputs) = runner.run(&[input.view()])
        {
            assert_eq!(outputs.len(), 1);
        }
    }
}
