//! What networks compute.

use std::num::NonZeroUsize;

use ndarray::{ArrayD, Axis, IxDyn};
use runners::{Backend, RunErrorKind, WeightsData, WeightsFormat};
use tensor_ops::{Tensor, TensorView};

use super::{archive, assert_close, chain, described, image, load, run};

/// The archives with the number of their inputs and outputs. What the last one computes of float16 has no place in
/// tensors here.
const ARCHIVES: [(&str, usize, usize); 5] = [
    ("scripted", 1, 1),
    ("traced", 1, 1),
    ("views", 1, 2),
    ("structured", 2, 4),
    ("first_entry_of_30_bytes", 1, 1),
];

/// An array that numpy wrote, in the byte order of the archives.
fn npy(name: &str) -> Tensor {
    let bytes = std::fs::read(archive(name)).unwrap();
    let start = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = String::from_utf8_lossy(&bytes[10..start]).into_owned();
    let between = |from: &str, to: char| {
        let (_, rest) = header.split_once(from).unwrap();
        rest.split(to).next().unwrap().to_owned()
    };
    let shape: Vec<usize> = between("'shape': (", ')')
        .split(',')
        .filter_map(|length| length.trim().parse().ok())
        .collect();
    let content = &bytes[start..];
    macro_rules! array {
        ($element:ty, $variant:ident) => {{
            let (chunks, _) = content.as_chunks();
            let values = chunks
                .iter()
                .map(|&chunk| <$element>::from_le_bytes(chunk))
                .collect();
            Tensor::$variant(ArrayD::from_shape_vec(IxDyn(&shape), values).unwrap())
        }};
    }
    match between("'descr': '", '\'').as_str() {
        "<f4" => array!(f32, Float32),
        "<f8" => array!(f64, Float64),
        "<i8" => array!(i64, Int64),
        "|u1" => array!(u8, Uint8),
        other => panic!("{name}: {other}"),
    }
}

pub(crate) fn every_archive_gives_the_outputs_of_pytorch(backend: &dyn Backend) {
    for (name, inputs, outputs) in ARCHIVES {
        let mut runner = load(backend, &format!("{name}.pt"), &described(inputs, outputs));
        let given: Vec<Tensor> = (0..inputs)
            .map(|at| npy(&format!("{name}.input_{at}.npy")))
            .collect();
        for (at, found) in run(&mut *runner, &given).iter().enumerate() {
            let expected = npy(&format!("{name}.output_{at}.npy"));
            assert_eq!(found.data_type(), expected.data_type(), "{name} {at}");
            assert_close(found, &expected, &format!("{name} {at}"));
        }
    }
    // A type that tensors cannot hold is an error that names it, and no defect of the runner.
    let mut runner = load(backend, "data_types.pt", &described(1, 3));
    let input = npy("data_types.input_0.npy");
    let error = runner.run(&[input.view()]).unwrap_err();
    let told = chain(&error).join(": ").to_lowercase();
    assert!(told.contains("float16") || told.contains("half"), "{told}");
}

pub(crate) fn shapes_may_vary_from_call_to_call(backend: &dyn Backend) {
    let mut runner = load(backend, "scripted.pt", &described(1, 1));
    for (batch, height, width) in [(1, 16, 16), (2, 8, 24), (1, 20, 12), (1, 16, 16)] {
        let outputs = run(&mut *runner, &[image(&[batch, 1, height, width])]);
        assert_eq!(outputs[0].shape(), [batch, 2, height, width]);
    }
}

pub(crate) fn repeated_runs_agree(backend: &dyn Backend) {
    let mut runner = load(backend, "scripted.pt", &described(1, 1));
    let input = [image(&[1, 1, 32, 16])];
    let first = run(&mut *runner, &input);
    for _ in 0..4 {
        assert_close(&run(&mut *runner, &input)[0], &first[0], "a later run");
    }
    // Inputs are not changed, also by operators that work in place.
    assert_eq!(input[0], image(&[1, 1, 32, 16]));
}

pub(crate) fn threads_do_not_change_the_result(backend: &dyn Backend) {
    let input = [image(&[1, 1, 64, 64])];
    let with = |threads| {
        let options = described(1, 1).with_threads(NonZeroUsize::new(threads).unwrap());
        run(&mut *load(backend, "scripted.pt", &options), &input).remove(0)
    };
    let one = with(1);
    for threads in [2, 5] {
        assert_close(&with(threads), &one, "more threads");
    }
    // Several at a time, each moved to a thread.
    std::thread::scope(|scope| {
        for _ in 0..3 {
            let mut runner = load(backend, "scripted.pt", &described(1, 1));
            let (one, input) = (&one, &input);
            scope.spawn(move || assert_close(&run(&mut *runner, input)[0], one, "another thread"));
        }
    });
}

pub(crate) fn a_strided_view_is_read_by_its_axes(backend: &dyn Backend) {
    let mut runner = load(backend, "scripted.pt", &described(1, 1));
    let Tensor::Float32(mut array) = image(&[1, 1, 16, 8]) else {
        panic!("it is float32")
    };
    array.swap_axes(2, 3);
    array.invert_axis(Axis(3));
    let ordered = Tensor::Float32(array.as_standard_layout().into_owned());
    let view = TensorView::Float32(array.view());
    let found = runner.run(&[view]).unwrap();
    assert_close(&found[0], &run(&mut *runner, &[ordered])[0], "a strided view");
}

pub(crate) fn nan_is_not_lost_silently(backend: &dyn Backend) {
    let mut runner = load(backend, "scripted.pt", &described(1, 1));
    let Tensor::Float32(mut array) = image(&[1, 1, 16, 16]) else {
        panic!("it is float32")
    };
    array[[0, 0, 8, 8]] = f32::NAN;
    match runner.run(&[Tensor::Float32(array).view()]) {
        Ok(outputs) => {
            let Tensor::Float32(values) = &outputs[0] else {
                panic!("{outputs:?}")
            };
            assert!(values[[0, 0, 8, 8]].is_nan());
        }
        Err(error) => assert!(
            matches!(error.kind(), RunErrorKind::NotANumber { .. }),
            "{:?}",
            chain(&error)
        ),
    }
}

pub(crate) fn files_and_bytes_load_alike(backend: &dyn Backend) {
    let bytes = std::fs::read(archive("scripted.pt")).unwrap();
    let mut from_bytes = backend
        .load(
            WeightsFormat::Torchscript,
            WeightsData::Bytes(&bytes),
            &described(1, 1),
        )
        .unwrap();
    let mut from_file = load(backend, "scripted.pt", &described(1, 1));
    assert_eq!(from_bytes.signature(), from_file.signature());
    let input = [image(&[1, 1, 16, 16])];
    assert_eq!(run(&mut *from_bytes, &input), run(&mut *from_file, &input));
}
