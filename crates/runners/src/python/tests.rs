//! The backend with a stand-in for PyTorch, so that all it takes is a Python.

mod lost;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use ndarray::arr1;
use tensor_ops::{DataType, Tensor};

use super::runner::PythonRunner;
use super::*;
use crate::{Architecture, ArchitectureSource, Port, PythonValue, RunError, RunErrorKind, Signature};

/// The tests run where there is a Python; in CI there has to be one.
fn python() -> Option<Python> {
    let found = Command::new("python3").arg("--version").output().is_ok();
    let required = ["CI", "MODELHUB_REQUIRE_NATIVE"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    assert!(found || !required, "there is no python3");
    let stand_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/python/tests");
    found.then(|| {
        Python::running_source_code("python3")
            .with_variable("PYTHONPATH", stand_in.to_str().unwrap())
            .with_variable("PYTHONDONTWRITEBYTECODE", "1")
    })
}

fn options(mode: &str, outputs: usize) -> LoadOptions {
    let source = ArchitectureSource::File {
        name: "network.py".to_owned(),
        code: include_bytes!("tests/network.py").to_vec(),
    };
    let kwargs = vec![("mode".to_owned(), PythonValue::Text(mode.to_owned()))];
    let port = |index: usize| Port::new(format!("t{index}"), DataType::Float32, None);
    LoadOptions::default()
        .with_architecture(Architecture::new(source, "Network", kwargs))
        .with_described(Signature {
            inputs: (0..2).map(port).collect(),
            outputs: (0..outputs).map(port).collect(),
        })
        .with_time_limit(Duration::from_secs(60))
}

fn prepare(options: &LoadOptions) -> Option<Result<PythonRunner, LoadError>> {
    let weights = WeightsData::Bytes(b"weights");
    Some(python()?.prepare(WeightsFormat::PytorchStateDict, weights, options))
}

/// A network that behaves unless its first input begins with NaN.
fn network(mode: &str) -> Option<PythonRunner> {
    Some(prepare(&options(mode, 2))?.unwrap_or_else(|error| panic!("{error:?}")))
}

fn run(runner: &mut PythonRunner, first: f32) -> Result<Vec<Tensor>, RunError> {
    let a = Tensor::Float32(arr1(&[first, 2.0]).into_dyn());
    let b = Tensor::Float32(arr1(&[-1.5]).into_dyn());
    runner.run(&[a.view(), b.view()])
}

fn works(runner: &mut PythonRunner) {
    let outputs = run(runner, 1.0).unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(outputs[0], Tensor::Float32(arr1(&[2.0, 4.0]).into_dyn()));
    assert_eq!(outputs[1], Tensor::Float32(arr1(&[-3.0]).into_dyn()));
}

fn source_of(error: &dyn std::error::Error) -> String {
    error.source().map(ToString::to_string).unwrap_or_default()
}

#[test]
fn a_network_runs_again_and_again() {
    let Some(mut runner) = network("double") else {
        return;
    };
    works(&mut runner);
    works(&mut runner);
    let a = Tensor::Float32(arr1(&[1.0]).into_dyn());
    let error = runner.run(&[a.view()]).unwrap_err();
    assert!(matches!(error.kind(), RunErrorKind::InputCount { .. }), "{error}");
}

#[test]
fn weights_may_be_in_a_file_and_have_to_be_weights() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("weights.pt");
    std::fs::write(&file, "weights").unwrap();
    let load = |file: &Path| {
        let data = WeightsData::File(file);
        python.prepare(WeightsFormat::PytorchStateDict, data, &options("double", 2))
    };
    works(&mut load(&file).unwrap());
    std::fs::write(&file, "anything").unwrap();
    let error = load(&file).unwrap_err();
    assert!(
        matches!(error.kind(), LoadErrorKind::Exception { exception, .. } if exception == "ValueError: these are no weights"),
        "{error:?}"
    );
    let error = load(folder.path()).unwrap_err();
    assert!(matches!(error.kind(), LoadErrorKind::Io { .. }), "{error:?}");
}

#[test]
fn an_exception_comes_with_its_traceback_and_the_process_goes_on() {
    let Some(mut runner) = network("fail") else { return };
    let before = runner.worker().unwrap().id();
    let error = run(&mut runner, f32::NAN).unwrap_err();
    assert_eq!(
        error.to_string(),
        "python failed to run the network: KeyError: 'made to fail, with ümlaut'"
    );
    let traceback = source_of(&error);
    assert!(
        traceback.starts_with("Traceback") && traceback.contains("File \"network.py\", line"),
        "{traceback}"
    );
    works(&mut runner);
    assert_eq!(runner.worker().unwrap().id(), before);
}

#[test]
fn arguments_arrive_as_python_values() {
    let Some(python) = python() else { return };
    let mut options = options("arguments", 2);
    let value = PythonValue::List(vec![
        PythonValue::None,
        PythonValue::Bool(true),
        PythonValue::Int(-(1 << 40)),
        PythonValue::Float(0.1),
        PythonValue::Text("é".to_owned()),
        PythonValue::Dict(vec![("k".to_owned(), PythonValue::List(Vec::new()))]),
    ]);
    let architecture = options.architecture.as_mut().unwrap();
    architecture.kwargs.push(("other".to_owned(), value));
    let weights = WeightsData::Bytes(b"weights");
    let mut runner = python
        .prepare(WeightsFormat::PytorchStateDict, weights, &options)
        .unwrap();
    let error = run(&mut runner, 1.0).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("{'other': [None, True, -1099511627776, 0.1, 'é', {'k': []}]}"),
        "{error}"
    );
}

#[test]
fn what_the_source_prints_does_not_disturb() {
    for (mode, exception) in [
        ("write to the pipe", "RuntimeError: written"),
        ("flood", "RuntimeError: flooded"),
        ("leave politely", "SystemExit: 3"),
    ] {
        let Some(mut runner) = network(mode) else { return };
        let error = run(&mut runner, f32::NAN).unwrap_err();
        assert!(error.to_string().ends_with(exception), "{mode}: {error}");
        works(&mut runner);
    }
}

#[test]
fn failures_while_loading_are_told() {
    for (mode, exception) in [
        ("fail at once", "ValueError: made to fail"),
        ("leave at once", "SystemExit: made to leave"),
    ] {
        let Some(loaded) = prepare(&options(mode, 2)) else {
            return;
        };
        let error = loaded.unwrap_err();
        assert!(
            matches!(error.kind(), LoadErrorKind::Exception { exception: found, .. } if found == exception),
            "{error:?}"
        );
        assert!(source_of(&error).contains("network.py"), "{error:?}");
    }
}

#[test]
fn outputs_have_to_be_what_was_described() {
    let load = |mode, outputs| prepare(&options(mode, outputs)).map(|loaded| loaded.unwrap());
    let Some(mut runner) = load("one tensor", 1) else {
        return;
    };
    assert_eq!(run(&mut runner, 1.0).unwrap().len(), 1);
    let error = run(&mut load("double", 3).unwrap(), 1.0).unwrap_err();
    assert!(
        matches!(error.kind(), RunErrorKind::OutputCount { found: 2, .. }),
        "{error:?}"
    );
    let error = run(&mut load("strange type", 1).unwrap(), 1.0).unwrap_err();
    assert!(
        matches!(error.kind(), RunErrorKind::OutputType { found, .. } if found == "bfloat16"),
        "{error:?}"
    );
    let error = run(&mut load("no tensors", 1).unwrap(), 1.0).unwrap_err();
    assert!(
        error.to_string().contains("output 0 of the network is a str"),
        "{error}"
    );
}

#[test]
fn a_dictionary_of_outputs_goes_by_their_names() {
    let Some(mut runner) = network("dictionary") else {
        return;
    };
    let outputs = run(&mut runner, 1.0).unwrap();
    assert_eq!((outputs[0].shape(), outputs[1].shape()), (&[1][..], &[2][..]));
    let error = run(&mut network("other names").unwrap(), 1.0).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the network calls its outputs a, b, the description t0, t1"),
        "{error}"
    );
}

#[test]
fn modules_are_imported_and_not_from_the_current_folder() {
    let Some(python) = python() else { return };
    let load = |module: &str, callable: &str| {
        let mut options = options("double", 2);
        options.architecture = Some(Architecture::new(
            ArchitectureSource::Module {
                name: module.to_owned(),
            },
            callable,
            Vec::new(),
        ));
        let weights = WeightsData::Bytes(b"weights");
        python.prepare(WeightsFormat::PytorchStateDict, weights, &options)
    };
    works(&mut load("network", "Network").unwrap());
    let error = load("network", "Nothing").unwrap_err();
    assert!(error.to_string().contains("AttributeError"), "{error}");
    let error = load("json", "loads").unwrap_err();
    assert!(error.to_string().contains("TypeError"), "{error}");
    // `tests` is a folder of the package that these tests run in, so it would be found there.
    let error = load("tests", "Network").unwrap_err();
    assert!(error.to_string().contains("ModuleNotFoundError"), "{error}");
}

#[test]
fn what_is_no_python_is_told() {
    let weights = || WeightsData::Bytes(b"weights");
    let prepare = |interpreter: &str| {
        Python::running_source_code(interpreter).prepare(
            WeightsFormat::PytorchStateDict,
            weights(),
            &options("double", 2),
        )
    };
    let error = prepare("/no/such/python").unwrap_err();
    assert!(
        matches!(error.kind(), LoadErrorKind::Interpreter { .. }),
        "{error:?}"
    );
    if cfg!(unix) {
        // Both end at once, one without and one with a word.
        for (program, how) in [
            ("/bin/true", "exit status: 0"),
            ("/bin/echo", "does not answer like"),
        ] {
            let error = prepare(program).unwrap_err();
            assert!(matches!(error.kind(), LoadErrorKind::Crashed { .. }), "{error:?}");
            assert!(error.to_string().contains(how), "{program}: {error}");
        }
    }
}

#[test]
fn what_is_missing_is_named() {
    let Some(python) = python() else { return };
    let load =
        |format, options: &LoadOptions| python.prepare(format, WeightsData::Bytes(b"weights"), options);
    let error = load(WeightsFormat::PytorchStateDict, &LoadOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "pytorch_state_dict weights need the source of its network (`architecture`), which was not given"
    );
    for format in [
        WeightsFormat::KerasHdf5,
        WeightsFormat::TensorflowSavedModelBundle,
    ] {
        let error = load(format, &LoadOptions::default()).unwrap_err();
        assert!(
            error.to_string().contains("a description of its inputs"),
            "{error}"
        );
    }
    let error = load(WeightsFormat::Onnx, &options("double", 2)).unwrap_err();
    assert!(
        matches!(error.kind(), LoadErrorKind::UnsupportedFormat { .. }),
        "{error}"
    );
    let device = |device| options("double", 2).with_device(device);
    let error = load(WeightsFormat::PytorchStateDict, &device(Device::CoreMl)).unwrap_err();
    assert!(
        matches!(error.kind(), LoadErrorKind::UnsupportedDevice { .. }),
        "{error}"
    );
    let error = load(WeightsFormat::PytorchStateDict, &device(Device::Mps)).unwrap_err();
    assert!(
        error.to_string().contains("RuntimeError: there is no device mps"),
        "{error}"
    );
}
