//! What is refused, and how that is said.

use runners::{Backend, LoadErrorKind, LoadOptions, RunErrorKind, WeightsData, WeightsFormat};
use tensor_ops::DataType;

use super::{chain, image, load, network, try_load};

pub(crate) fn inputs_that_do_not_fit_are_told_with_what_was_expected(backend: &dyn Backend) {
    let mut runner = load(backend, "two_inputs_two_outputs.onnx");
    let a = image(&[1, 3]);
    let error = runner.run(&[a.view()]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the network takes 2 inputs (a: float32 [?, ?]; b: float32 [?, ?]), but 1 were given"
    );
    let error = runner
        .run(&[a.view(), a.cast(DataType::Float64).view()])
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "an input of type float64 was given for `b: float32 [?, ?]`: convert it first, nothing is cast here"
    );
    let error = runner.run(&[image(&[3]).view(), a.view()]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "an input of shape [3] was given for `a: float32 [?, ?]`: the number of axes must be the same"
    );
    let error = runner.run(&[a.view(), image(&[1, 0]).view()]).unwrap_err();
    assert!(matches!(error.kind(), RunErrorKind::EmptyInput { .. }));
    assert!(runner.run(&[]).is_err());
}

pub(crate) fn what_tensors_cannot_hold_is_refused(backend: &dyn Backend) {
    let error = try_load(backend, "float16_output.onnx").unwrap_err();
    assert!(matches!(error.kind(), LoadErrorKind::UnsupportedFeature { .. }));
    let message = error.to_string();
    assert!(
        message.contains("`y`") && message.contains("float16"),
        "{message}"
    );
}

pub(crate) fn a_missing_file_is_named(backend: &dyn Backend) {
    for name in ["no_such_network.onnx", "."] {
        let error = try_load(backend, name).unwrap_err();
        assert!(matches!(error.kind(), LoadErrorKind::Io { path } if *path == network(name)));
        assert_eq!(chain(&error).len(), 2);
    }
}

pub(crate) fn no_other_format_is_taken(backend: &dyn Backend) {
    for format in WeightsFormat::ALL
        .into_iter()
        .filter(|&format| !backend.supports(format))
    {
        let error = backend
            .load(format, WeightsData::Bytes(&[]), &LoadOptions::default())
            .unwrap_err();
        assert!(matches!(error.kind(), LoadErrorKind::UnsupportedFormat { .. }));
    }
}

pub(crate) fn external_data_is_refused(backend: &dyn Backend) {
    for name in ["external_data.onnx", "external_constant.onnx"] {
        let error = try_load(backend, name).unwrap_err();
        let LoadErrorKind::ExternalData { tensor, location } = error.kind() else {
            panic!("{error}")
        };
        assert_eq!(
            (tensor.as_str(), location.as_str()),
            ("weight", "../../secret.bin")
        );
    }
}

pub(crate) fn unsupported_operators_are_listed(backend: &dyn Backend) {
    let error = try_load(backend, "unsupported_operator.onnx").unwrap_err();
    let LoadErrorKind::UnsupportedOperators { operators, .. } = error.kind() else {
        panic!("{error}")
    };
    assert!(
        operators.iter().any(|operator| operator == "org.example.Relu"),
        "{operators:?}"
    );
    assert!(operators.is_sorted());
    assert!(
        operators
            .iter()
            .all(|operator| error.to_string().contains(operator))
    );
}
