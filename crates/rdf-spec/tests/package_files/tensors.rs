//! Test tensors against the tensors that they are described as.

use super::{Files, npy, npy_header};
use rdf_spec::Severity;

fn with_input(descr: &str, shape: &[u64]) -> Files {
    let mut files = Files::clean();
    files.put("test_input.npy", npy(descr, shape));
    files
}

fn with_output(shape_of_output: &str, shape: &[u64]) -> Files {
    let mut files = Files::clean();
    files.describe("    halo: [0, 0, 8, 8]\n", "");
    let implicit =
        "    shape:\n      reference_tensor: raw\n      scale: [1, 1, 1, 1]\n      offset: [0, 0, 0, 0]\n";
    files.describe(implicit, &format!("    shape: {shape_of_output}\n"));
    files.put("test_output.npy", npy("<f4", shape));
    files
}

const AT_INPUT: [&str; 1] = ["test-tensor-mismatch test_inputs[0]"];
const AT_OUTPUT: [&str; 1] = ["test-tensor-mismatch test_outputs[0]"];

#[test]
fn types() {
    for descr in ["<f4", ">f4", "<f8", "<f2", "|u1", "<u2", "<i2", "|b1"] {
        assert_eq!(with_input(descr, &[1, 1, 64, 64]).findings(), [], "{descr}");
    }
    for descr in ["<i4", "<u8", "<c8"] {
        assert_eq!(with_input(descr, &[1, 1, 64, 64]).codes(), AT_INPUT, "{descr}");
    }
    assert_eq!(
        with_input("<i8", &[1, 1, 64, 64]).message(),
        "`test_input.npy` does not fit the input `raw`: it holds int64, the description states float32"
    );
    let found = with_input("<i8", &[1, 1, 64, 64]).findings();
    assert_eq!(found[0].severity, Severity::Alert);
    assert_eq!(found[0].related[0].path.to_string(), "inputs[0].data_type");
    assert!(found[0].related[0].position.is_some());
    for (descr, what) in [
        ("'|O'", "Python objects"),
        ("[('a', '<f4')]", "elements with several fields"),
    ] {
        let mut files = Files::clean();
        let dictionary = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (1, 1, 64, 64)}}");
        files.put("test_input.npy", npy_header(&dictionary));
        assert!(
            files
                .message()
                .ends_with(&format!("it holds {what}, the description states float32"))
        );
    }
}

#[test]
fn explicit_shapes() {
    assert_eq!(with_input("<f4", &[1, 1, 64, 64]).findings(), []);
    // The batch is free: the output follows its own formula on the other axes.
    assert_eq!(with_input("<f4", &[3, 1, 64, 64]).findings(), []);
    assert_eq!(
        with_input("<f4", &[1, 2, 64, 64]).codes(),
        [
            "test-tensor-mismatch test_inputs[0]",
            "test-tensor-mismatch test_outputs[0]"
        ]
    );
    let mut files = with_input("<f4", &[1, 1, 65, 64]);
    files.put("test_output.npy", npy("<f4", &[1, 1, 65, 64]));
    assert_eq!(
        files.message(),
        "`test_input.npy` does not fit the input `raw`: its axis `y` has the size 65 (shape 1 x 1 x 65 x 64), \
         expected 64"
    );
    let mut files = with_output("[1, 2, 64, 64]", &[1, 2, 64, 64]);
    assert_eq!(files.findings(), []);
    files.put("test_output.npy", npy("<f4", &[1, 1, 64, 64]));
    assert_eq!(files.codes(), AT_OUTPUT);
}

#[test]
fn numbers_of_axes() {
    let mut files = with_input("<f4", &[64, 64]);
    assert_eq!(
        files.message(),
        "`test_input.npy` does not fit the input `raw`: it has 2 axes (shape 64 x 64), the description has 4 (`bcyx`)"
    );
    files.put("test_input.npy", npy("<f4", &[]));
    assert_eq!(files.codes(), AT_INPUT);
    let mut files = Files::clean();
    files.put("test_output.npy", npy("<f4", &[1, 1, 64, 64, 1]));
    assert_eq!(files.codes(), AT_OUTPUT);
}

#[test]
fn parametrized_shapes() {
    let with = |size: u64, min: u64, step: u64| {
        let mut files = with_input("<f4", &[1, 1, size, 64]);
        let shape = format!("shape: {{min: [1, 1, {min}, 64], step: [0, 0, {step}, 0]}}");
        files.describe("shape: [1, 1, 64, 64]", &shape);
        files.put("test_output.npy", npy("<f4", &[1, 1, size, 64]));
        files
    };
    for (size, min, step) in [(64, 64, 0), (64, 64, 16), (96, 64, 16), (65, 64, 1)] {
        assert_eq!(
            with(size, min, step).findings(),
            [],
            "{size} of {min} + k * {step}"
        );
    }
    for (size, min, step) in [(65, 64, 0), (70, 64, 16), (48, 64, 16), (63, 64, 1)] {
        assert_eq!(
            with(size, min, step).codes(),
            AT_INPUT,
            "{size} of {min} + k * {step}"
        );
    }
    assert!(with(70, 64, 16).message().ends_with("expected 64 + k * 16"));
}

#[test]
fn implicit_shapes() {
    let with = |scale: &str, offset: &str, shape: &[u64]| {
        with_output(
            &format!("{{reference_tensor: raw, scale: {scale}, offset: {offset}}}"),
            shape,
        )
    };
    for (scale, offset, shape) in [
        ("[1, 1, 1, 1]", "[0, 0, 0, 0]", [1, 1, 64, 64]),
        ("[1, 1, 2, 0.5]", "[0, 0, 0, 0]", [1, 1, 128, 32]),
        ("[1, 1, 1, 1]", "[0, 0.5, -2, 8]", [1, 2, 60, 80]),
        ("[1, 0, 1, 1]", "[0, 16.5, 0, 0]", [1, 33, 64, 64]),
        ("[1, 1, 1, 1]", "[1, 0, 0, 0]", [1, 1, 64, 64]),
        // No whole number: either neighbour.
        ("[1, 1, 0.3, 0.3]", "[0, 0, 0, 0]", [1, 1, 19, 20]),
    ] {
        assert_eq!(with(scale, offset, &shape).findings(), [], "{scale} {offset}");
    }
    let wrong = with("[1, 1, 0.5, 1]", "[0, 0, 1, 0]", &[1, 1, 33, 64]);
    assert_eq!(
        wrong.message(),
        "`test_output.npy` does not fit the output `probability`: its axis `y` has the size 33 (shape 1 x 1 x 33 x \
         64), expected 34 by the shape of the test tensor of `raw`"
    );
    // A new axis: null belongs to no axis of the reference.
    let new_axis = |size: u64| {
        let mut files = with("[1, 1, null, 1, 1]", "[0, 0, 2.5, 0, 0]", &[1, 1, size, 64, 64]);
        files.describe(
            "    axes: bcyx\n    data_type: float32\n    shape: {",
            "    axes: bczyx\n    data_type: float32\n    shape: {",
        );
        files
    };
    assert_eq!(new_axis(5).findings(), []);
    assert_eq!(new_axis(4).codes(), AT_OUTPUT);
    // Where the reference cannot be read, only that is said.
    let mut files = with("[1, 1, 2, 2]", "[0, 0, 0, 0]", &[1, 1, 64, 64]);
    files.put("test_input.npy", "nothing");
    assert_eq!(files.codes(), ["missing-file test_inputs[0]"]);
}

#[test]
fn types_of_outputs() {
    let with = |declared: &str, stored: &str| {
        let mut files = with_output("[1, 1, 64, 64]", &[1, 1, 64, 64]);
        files.describe(
            "data_type: float32\n    shape: [1, 1, 64, 64]\n    postprocessing",
            &format!("data_type: {declared}\n    shape: [1, 1, 64, 64]\n    postprocessing"),
        );
        files.put("test_output.npy", npy(stored, &[1, 1, 64, 64]));
        files
    };
    for (declared, stored) in [
        ("uint8", "<f4"),
        ("bool", "<f4"),
        ("bool", "|b1"),
        ("uint16", "|u1"),
        ("float64", "<i4"),
    ] {
        assert_eq!(with(declared, stored).findings(), [], "{stored} as {declared}");
    }
    for (declared, stored) in [
        ("uint8", "<i8"),
        ("bool", "|u1"),
        ("int8", "|u1"),
        ("float32", "<c8"),
    ] {
        assert_eq!(
            with(declared, stored).codes(),
            AT_OUTPUT,
            "{stored} as {declared}"
        );
    }
}
