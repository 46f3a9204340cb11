//! What networks compute.

use std::num::NonZeroUsize;

use ndarray::{ArrayD, IxDyn, arr0, arr1, arr2};
use runners::{Backend, LoadOptions, Port, WeightsData, WeightsFormat};
use tensor_ops::Tensor;

use super::{image, largest_difference, load, network, run_one};

pub(crate) fn element_types_are_kept(backend: &dyn Backend) {
    let mut runner = load(backend, "element_types.onnx");
    let inputs = [
        Tensor::Bool(arr1(&[true, false]).into_dyn()),
        Tensor::Uint8(arr1(&[0, u8::MAX]).into_dyn()),
        Tensor::Int8(arr1(&[i8::MIN, i8::MAX]).into_dyn()),
        Tensor::Uint16(arr1(&[0, u16::MAX]).into_dyn()),
        Tensor::Int16(arr1(&[i16::MIN, i16::MAX]).into_dyn()),
        Tensor::Uint32(arr1(&[0, u32::MAX]).into_dyn()),
        Tensor::Int32(arr1(&[i32::MIN, i32::MAX]).into_dyn()),
        Tensor::Uint64(arr1(&[0, u64::MAX]).into_dyn()),
        Tensor::Int64(arr1(&[i64::MIN, i64::MAX]).into_dyn()),
        Tensor::Float32(arr1(&[f32::NEG_INFINITY, 1.5]).into_dyn()),
        Tensor::Float64(arr1(&[f64::INFINITY, 1e300]).into_dyn()),
    ];
    let declared: Vec<_> = runner
        .signature()
        .inputs
        .iter()
        .map(|port| port.data_type)
        .collect();
    assert_eq!(
        declared,
        inputs
            .iter()
            .map(|input| Some(input.data_type()))
            .collect::<Vec<_>>()
    );
    let views: Vec<_> = inputs.iter().map(Tensor::view).collect();
    assert_eq!(runner.run(&views).unwrap(), inputs);
}

pub(crate) fn inputs_and_outputs_go_by_position(backend: &dyn Backend) {
    let mut runner = load(backend, "two_inputs_two_outputs.onnx");
    let names = |ports: &[Port]| ports.iter().map(|port| port.name.clone()).collect::<Vec<_>>();
    assert_eq!(
        names(&runner.signature().inputs),
        ["a", "b"],
        "an input with an initializer is none"
    );
    assert_eq!(names(&runner.signature().outputs), ["sum", "difference"]);
    let a = Tensor::Float32(arr2(&[[5.0, 7.0, 9.0]]).into_dyn());
    let b = Tensor::Float32(arr2(&[[1.0, 2.0, 4.0]]).into_dyn());
    let outputs = runner.run(&[a.view(), b.view()]).unwrap();
    assert_eq!(outputs[0], Tensor::Float32(arr2(&[[6.0, 9.0, 13.0]]).into_dyn()));
    assert_eq!(outputs[1], Tensor::Float32(arr2(&[[8.0, 10.0, 10.0]]).into_dyn()));
    assert_eq!(outputs.len(), 2);
}

pub(crate) fn a_graph_may_pass_its_input_through(backend: &dyn Backend) {
    let input = image(&[5]);
    assert_eq!(run_one(&mut *load(backend, "passthrough.onnx"), &input), input);
    assert_eq!(run_one(&mut *load(backend, "identity.onnx"), &input), input);
}

pub(crate) fn integers_go_in_and_out(backend: &dyn Backend) {
    let mut runner = load(backend, "uint8_cast.onnx");
    let input = Tensor::Uint8(arr2(&[[0, 51], [102, 255], [255, 0]]).into_dyn());
    let outputs = runner.run(&[input.view()]).unwrap();
    let expected = arr2(&[[0.0, 51.0 / 255.0], [102.0 / 255.0, 1.0], [1.0, 0.0]]).into_dyn();
    assert!(largest_difference(&outputs[0], &Tensor::Float32(expected)) < 1e-6);
    assert_eq!(outputs[1], Tensor::Int64(arr0(6).into_dyn()));
}

pub(crate) fn the_unet_gives_the_expected_classes(backend: &dyn Backend) {
    let bytes = std::fs::read(network("unet_output.f32le")).unwrap();
    let values = bytes
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()))
        .collect();
    let expected = Tensor::Float32(ArrayD::from_shape_vec(IxDyn(&[1, 2, 16, 12]), values).unwrap());
    let output = run_one(&mut *load(backend, "unet.onnx"), &image(&[1, 1, 16, 12]));
    assert!(largest_difference(&output, &expected) < 1e-5);
}

pub(crate) fn repeated_runs_agree(backend: &dyn Backend) {
    let mut runner = load(backend, "unet.onnx");
    let (small, large) = (image(&[1, 1, 8, 8]), image(&[1, 1, 32, 32]));
    let first = (run_one(&mut *runner, &small), run_one(&mut *runner, &large));
    for _ in 0..3 {
        assert_eq!(
            (run_one(&mut *runner, &small), run_one(&mut *runner, &large)),
            first
        );
    }
}

pub(crate) fn threads_do_not_change_the_result(backend: &dyn Backend) {
    let input = image(&[2, 1, 128, 96]);
    let with = |threads| {
        let options = LoadOptions::default().with_threads(NonZeroUsize::new(threads).unwrap());
        let path = network("unet.onnx");
        let mut runner = backend
            .load(WeightsFormat::Onnx, WeightsData::File(&path), &options)
            .unwrap();
        run_one(&mut *runner, &input)
    };
    let one = with(1);
    for threads in [2, 3, 8] {
        assert!(
            largest_difference(&one, &with(threads)) < 1e-5,
            "{threads} threads"
        );
    }
    // A runner may move to another thread.
    let mut runner = load(backend, "unet.onnx");
    let there = std::thread::scope(|scope| scope.spawn(|| run_one(&mut *runner, &input)).join().unwrap());
    assert!(largest_difference(&one, &there) < 1e-5);
}

pub(crate) fn side_by_side_gives_the_same(backend: &dyn Backend) {
    let path = network("unet.onnx");
    let options = LoadOptions::default().with_threads(NonZeroUsize::new(3).unwrap());
    let load = || backend.load(WeightsFormat::Onnx, WeightsData::File(&path), &options);
    let mut alone = load().unwrap();
    let images = [image(&[1, 1, 64, 48]), image(&[1, 1, 32, 32])];
    let expected: Vec<Tensor> = images.iter().map(|image| run_one(&mut *alone, image)).collect();
    // Backends that gain nothing by it have no such runners.
    let Some(runners) = alone.side_by_side(NonZeroUsize::new(2).unwrap()) else {
        return;
    };
    assert_eq!(runners.len(), 2);
    // They outlive the runner that they come from.
    drop(alone);
    std::thread::scope(|scope| {
        for mut runner in runners {
            let (images, expected) = (&images, &expected);
            scope.spawn(move || {
                for _ in 0..3 {
                    for (image, expected) in images.iter().zip(expected) {
                        assert_eq!(run_one(&mut *runner, image), *expected);
                    }
                }
            });
        }
    });
}

pub(crate) fn files_and_bytes_load_alike(backend: &dyn Backend) {
    let bytes = std::fs::read(network("unet.onnx")).unwrap();
    let mut from_bytes = backend
        .load(
            WeightsFormat::Onnx,
            WeightsData::Bytes(&bytes),
            &LoadOptions::default(),
        )
        .unwrap();
    let mut from_file = load(backend, "unet.onnx");
    assert_eq!(from_bytes.signature(), from_file.signature());
    let input = image(&[1, 1, 8, 8]);
    assert_eq!(
        run_one(&mut *from_bytes, &input),
        run_one(&mut *from_file, &input)
    );
}
