//! Networks of TensorFlow, in every form, run like the ONNX that they become.

use ndarray::{ArrayD, IxDyn};
use runners::{
    Backend, LoadErrorKind, LoadOptions, Port, RunErrorKind, Runner, SavedModelChoice, Signature,
    WeightsData, WeightsFormat,
};
use tensor_ops::Tensor;

use super::{chain, largest_difference, run_one};

const SAVED_MODEL: WeightsFormat = WeightsFormat::TensorflowSavedModelBundle;
const TFJS: WeightsFormat = WeightsFormat::TensorflowJs;

/// File, format, and how far its weights are from those of the others.
const FORMS: &[(&str, WeightsFormat, f32)] = &[
    ("unet_tf2.zip", SAVED_MODEL, 1e-5),
    ("unet_tf2_in_folder.zip", SAVED_MODEL, 1e-5),
    ("unet_tf1.zip", SAVED_MODEL, 1e-5),
    ("unet_frozen.pb", SAVED_MODEL, 1e-5),
    ("unet_tf1_keras.zip", SAVED_MODEL, 1e-5),
    ("unet_tfjs.zip", TFJS, 1e-5),
    ("unet_tfjs_float16.zip", TFJS, 1e-3),
    ("unet_tfjs_uint16.zip", TFJS, 1e-4),
    ("unet_tfjs_uint8.zip", TFJS, 1e-2),
];

fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../weight-converters/tests/fixtures/tensorflow/"
    );
    std::fs::read(format!("{folder}{name}")).unwrap()
}

fn described(outputs: &[(&str, Option<usize>)]) -> LoadOptions {
    LoadOptions::default().with_described(Signature {
        inputs: vec![Port::new("raw", None, vec![None; 4])],
        outputs: outputs
            .iter()
            .map(|&(name, channels)| Port::new(name, None, vec![None, None, None, channels]))
            .collect(),
    })
}

fn load(backend: &dyn Backend, name: &str, format: WeightsFormat, options: &LoadOptions) -> Box<dyn Runner> {
    let loaded = backend.load(format, WeightsData::Bytes(&fixture(name)), options);
    loaded.unwrap_or_else(|error| panic!("{name}: {:?}", chain(&error)))
}

/// The image of the script that made the fixtures.
fn image() -> Tensor {
    let pixels = (0..256)
        .map(|index| (0.37 * f64::from(index)).sin() as f32)
        .collect();
    Tensor::Float32(ArrayD::from_shape_vec(IxDyn(&[1, 16, 16, 1]), pixels).unwrap())
}

fn expected() -> Tensor {
    let bytes = fixture("expected.f32le");
    let numbers = bytes.as_chunks::<4>().0.iter();
    let numbers = numbers.map(|number| f32::from_le_bytes(*number)).collect();
    Tensor::Float32(ArrayD::from_shape_vec(IxDyn(&[1, 16, 16, 2]), numbers).unwrap())
}

pub(crate) fn every_form_of_tensorflow_gives_the_same(backend: &dyn Backend) {
    let expected = expected();
    for &(name, format, tolerance) in FORMS {
        let mut runner = load(backend, name, format, &described(&[("labels", Some(2))]));
        let difference = largest_difference(&run_one(&mut *runner, &image()), &expected);
        assert!(difference < tolerance, "{name}: {difference}");
        // another shape is another network
        let larger = Tensor::Float32(ArrayD::zeros(IxDyn(&[2, 32, 16, 1])));
        assert_eq!(run_one(&mut *runner, &larger).shape(), [2, 32, 16, 2], "{name}");
    }
}

pub(crate) fn outputs_of_tensorflow_are_told_apart(backend: &dyn Backend) {
    let both = SavedModelChoice {
        tag: None,
        signature: Some("both".into()),
    };
    let by_name = [("one", None), ("zero", None)];
    let by_shape = [("a", Some(2)), ("b", Some(1))];
    for outputs in [by_name, by_shape] {
        let options = described(&outputs).with_saved_model(both.clone());
        let mut runner = load(backend, "unet_tf2.zip", SAVED_MODEL, &options);
        let results = runner.run(&[image().view()]).unwrap();
        assert_eq!(results[0].shape(), [1, 16, 16, 2]);
        assert_eq!(results[1].shape(), [1, 16, 16, 1]);
        assert!(largest_difference(&results[0], &expected()) < 1e-5);
    }
    let options = described(&[("a", None), ("b", None)]).with_saved_model(both);
    let mut runner = load(backend, "unet_tf2.zip", SAVED_MODEL, &options);
    let error = runner.run(&[image().view()]).unwrap_err();
    assert!(matches!(error.kind(), RunErrorKind::Conversion { .. }));
    assert!(
        chain(&error)
            .concat()
            .contains("it is open which output is which"),
        "{error:?}"
    );
}

pub(crate) fn what_is_no_network_of_tensorflow_is_refused(backend: &dyn Backend) {
    for format in [SAVED_MODEL, TFJS] {
        let other = fixture(if format == TFJS {
            "unet_tf2.zip"
        } else {
            "unet_tfjs.zip"
        });
        let wrong: &[u8] = &other;
        for bytes in [wrong, b"", b"PK\x03\x04 and so on", b"\x89HDF\r\n\x1a\n"] {
            let error = backend
                .load(format, WeightsData::Bytes(bytes), &described(&[("x", None)]))
                .unwrap_err();
            assert!(
                matches!(error.kind(), LoadErrorKind::Malformed { .. }),
                "{format}: {error}"
            );
        }
    }
}
