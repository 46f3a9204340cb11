//! Keras models in HDF5, and their form for TensorFlow.js, give what Keras gave.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use ndarray::{ArrayD, IxDyn};
use runners::{
    Backend, LoadErrorKind, LoadOptions, Port, RunErrorKind, Signature, WeightsData, WeightsFormat,
};
use tensor_ops::Tensor;

use super::{chain, largest_difference, run_one};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../weight-converters/tests/fixtures/keras")
        .join(name)
}

fn described() -> LoadOptions {
    let port = |name: &str| vec![Port::new(name, None, None)];
    LoadOptions::default().with_described(Signature {
        inputs: port("raw"),
        outputs: port("classes"),
    })
}

/// A `float32` array of a fixture; the shape is known.
fn array(name: &str, shape: &[usize]) -> Tensor {
    let bytes = std::fs::read(fixture(name)).unwrap();
    let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let values = bytes[header..].as_chunks::<4>().0;
    let values = values.iter().map(|value| f32::from_le_bytes(*value)).collect();
    Tensor::Float32(ArrayD::from_shape_vec(IxDyn(shape), values).unwrap())
}

pub(crate) fn keras_models_give_what_keras_gave(backend: &dyn Backend) {
    let forms = [
        ("unet.h5", "unet", WeightsFormat::KerasHdf5),
        ("unet_keras2.h5", "unet_keras2", WeightsFormat::KerasHdf5),
        ("tfjs", "unet_keras2", WeightsFormat::TensorflowJs),
    ];
    for (file, arrays, format) in forms {
        let image = array(&format!("{arrays}.input_0.npy"), &[1, 16, 16, 1]);
        let expected = array(&format!("{arrays}.output_0.npy"), &[1, 16, 16, 2]);
        let path = fixture(file);
        let loaded = backend.load(format, WeightsData::File(&path), &described());
        let mut runner = loaded.unwrap_or_else(|error| panic!("{file}: {:?}", chain(&error)));
        let difference = largest_difference(&run_one(&mut *runner, &image), &expected);
        assert!(difference < 1e-5, "{file}: {difference}");
        // another shape is another network
        let two = Tensor::Float32(ArrayD::zeros(IxDyn(&[2, 16, 16, 1])));
        assert_eq!(run_one(&mut *runner, &two).shape(), [2, 16, 16, 2], "{file}");
    }
}

pub(crate) fn archives_of_keras_give_what_keras_gave(backend: &dyn Backend) {
    let image = array("parts.input_0.npy", &[1, 6, 4]);
    let expected = array("parts.output_0.npy", &[1, 6, 2]);
    let path = fixture("parts.keras");
    let bytes = std::fs::read(&path).unwrap();
    for data in [WeightsData::File(&path), WeightsData::Bytes(&bytes)] {
        let loaded = backend.load(WeightsFormat::KerasHdf5, data, &described());
        let mut runner = loaded.unwrap_or_else(|error| panic!("{:?}", chain(&error)));
        let difference = largest_difference(&run_one(&mut *runner, &image), &expected);
        assert!(difference < 1e-5, "{difference}");
    }
}

pub(crate) fn converted_networks_run_side_by_side(backend: &dyn Backend) {
    let path = fixture("unet.h5");
    let options = described().with_threads(NonZeroUsize::new(2).unwrap());
    let runner = backend
        .load(WeightsFormat::KerasHdf5, WeightsData::File(&path), &options)
        .unwrap();
    let Some(runners) = runner.side_by_side(NonZeroUsize::new(2).unwrap()) else {
        assert!(!backend.runs_side_by_side());
        return;
    };
    let image = array("unet.input_0.npy", &[1, 16, 16, 1]);
    let expected = array("unet.output_0.npy", &[1, 16, 16, 2]);
    std::thread::scope(|scope| {
        for mut runner in runners {
            let (image, expected) = (&image, &expected);
            scope.spawn(move || {
                for _ in 0..3 {
                    assert!(largest_difference(&run_one(&mut *runner, image), expected) < 1e-5);
                }
            });
        }
    });
}

pub(crate) fn what_is_no_keras_model_is_refused(backend: &dyn Backend) {
    let files: [&[u8]; 3] = [b"", b"PK\x03\x04 and so on", b"\x89PNG\r\n\x1a\n"];
    for bytes in files {
        let error = backend
            .load(WeightsFormat::KerasHdf5, WeightsData::Bytes(bytes), &described())
            .unwrap_err();
        assert!(
            matches!(error.kind(), LoadErrorKind::Malformed { .. }),
            "{error:?}"
        );
    }
    // What is inside shows when it is converted.
    let weights = fixture("weights_only.h5");
    let loaded = backend.load(
        WeightsFormat::KerasHdf5,
        WeightsData::File(&weights),
        &described(),
    );
    let input = Tensor::Float32(ArrayD::zeros(IxDyn(&[1, 4])));
    let error = loaded.unwrap().run(&[input.view()]).unwrap_err();
    assert!(
        matches!(error.kind(), RunErrorKind::Conversion { .. }),
        "{error:?}"
    );
    assert!(chain(&error).concat().contains("weights"), "{error:?}");
}
