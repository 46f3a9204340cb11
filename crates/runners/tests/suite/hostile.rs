//! Files that are damaged or made to do harm.

use std::num::NonZeroUsize;

use runners::{Backend, LoadErrorKind, LoadOptions, Port, RunErrorKind, WeightsData, WeightsFormat};
use tensor_ops::{DataType, Tensor};

use super::{chain, image, load, network, try_load};

pub(crate) fn broken_weights_are_malformed(backend: &dyn Backend) {
    for (name, expected) in [
        (
            "wrong_size.onnx",
            "the tensor `weight` of shape [3] holds 8 bytes where 12 are expected",
        ),
        ("overflowing_size.onnx", "the tensor `weight` has the shape"),
        ("negative_size.onnx", "the tensor `weight` has the shape [-1]"),
        ("missing_tensor.onnx", "`nowhere` is used by Add"),
        ("missing_output.onnx", "`y` is used by the outputs of the graph"),
    ] {
        let error = try_load(backend, name).unwrap_err();
        assert!(
            matches!(error.kind(), LoadErrorKind::Malformed { .. }),
            "{name}: {error}"
        );
        assert!(error.to_string().contains(expected), "{name}: {error}");
    }
    let run = try_load(backend, "cycle.onnx").map(|mut runner| runner.run(&[image(&[2]).view()]));
    assert!(
        !matches!(run, Ok(Ok(_))),
        "a graph that needs its own result cannot run"
    );
}

pub(crate) fn a_huge_tensor_is_an_error(backend: &dyn Backend) {
    // 2^48 numbers, by a constant in the file.
    let mut runner = load(backend, "huge_tensor.onnx");
    assert!(runner.run(&[image(&[1, 1]).view()]).is_err());
}

pub(crate) fn larger_inputs_than_allowed_are_refused(backend: &dyn Backend) {
    let options = LoadOptions::default().with_max_tensor_bytes(4 * 8 * 8 * 12);
    let path = network("unet.onnx");
    let mut runner = backend
        .load(WeightsFormat::Onnx, WeightsData::File(&path), &options)
        .unwrap();
    assert!(runner.run(&[image(&[1, 1, 8, 8]).view()]).is_ok());
    let error = runner.run(&[image(&[1, 1, 8, 128]).view()]).unwrap_err();
    assert!(
        matches!(error.kind(), RunErrorKind::TooLarge { .. }),
        "{:?}",
        chain(&error)
    );
    assert!(runner.run(&[image(&[1, 1, 8, 8]).view()]).is_ok());
}

/// A function with a constant in another file, in a network that calls it: refused where functions are run, and where
/// they are not.
pub(crate) fn nothing_is_read_from_functions_in_other_files(backend: &dyn Backend) {
    let error = try_load(backend, "external_function.onnx").unwrap_err();
    assert!(
        matches!(
            error.kind(),
            LoadErrorKind::ExternalData { .. } | LoadErrorKind::UnsupportedOperators { .. }
        ),
        "{error}"
    );
}

pub(crate) fn truncated_files_are_errors(backend: &dyn Backend) {
    let bytes = std::fs::read(network("unet.onnx")).unwrap();
    let whole = load(backend, "unet.onnx");
    for length in 0..bytes.len() {
        let data = WeightsData::Bytes(&bytes[..length]);
        match backend.load(WeightsFormat::Onnx, data, &LoadOptions::default()) {
            Err(error) => {
                assert!(
                    matches!(error.kind(), LoadErrorKind::Malformed { .. }),
                    "{length}: {error}"
                );
                assert!(
                    error
                        .to_string()
                        .starts_with("the weights are no valid onnx file: "),
                    "{error}"
                );
            }
            // Only what follows the graph may be missing.
            Ok(runner) => assert_eq!(runner.signature(), whole.signature(), "{length}"),
        }
    }
    let garbage: Vec<u8> = (0..1_u32 << 20)
        .map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    for data in [
        &garbage[..],
        b"PK\x03\x04 is a zip archive",
        b"<html>not found</html>",
        &[0; 4096],
    ] {
        let error = backend
            .load(
                WeightsFormat::Onnx,
                WeightsData::Bytes(data),
                &LoadOptions::default(),
            )
            .unwrap_err();
        assert!(matches!(error.kind(), LoadErrorKind::Malformed { .. }), "{error}");
    }
}

pub(crate) fn damaged_files_are_errors_or_run(backend: &dyn Backend) {
    let options = LoadOptions::default()
        .with_threads(NonZeroUsize::MIN)
        .with_max_tensor_bytes(1 << 24);
    for name in [
        "two_inputs_two_outputs.onnx",
        "uint8_cast.onnx",
        "fixed_reshape.onnx",
        "symbol_clash.onnx",
    ] {
        let bytes = std::fs::read(network(name)).unwrap();
        for index in 0..bytes.len() {
            for change in [0x01, 0x10, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[index] ^= change;
                let data = WeightsData::Bytes(&damaged);
                let Ok(mut runner) = backend.load(WeightsFormat::Onnx, data, &options) else {
                    continue;
                };
                let shaped = |port: &Port| {
                    let shape = vec![2; port.rank().unwrap_or(1).min(4)];
                    image(&shape).cast(port.data_type.unwrap_or(DataType::Float32))
                };
                let inputs: Vec<Tensor> = runner.signature().inputs.iter().map(shaped).collect();
                let views: Vec<_> = inputs.iter().map(Tensor::view).collect();
                if let Ok(outputs) = runner.run(&views) {
                    assert_eq!(outputs.len(), runner.signature().outputs.len());
                }
            }
        }
    }
}
