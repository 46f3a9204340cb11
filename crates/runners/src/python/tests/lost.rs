//! Workers that end, hang or run out of something, and what they leave behind: nothing.

use std::process::Command;
use std::time::{Duration, Instant};

use ndarray::arr1;
use tensor_ops::Tensor;

use super::super::runner::{PythonRunner, Recipe, WeightsFile};
use super::{network, options, python, run, source_of, works};
use crate::{LoadErrorKind, RunErrorKind, Runner, WeightsData, WeightsFormat};

#[test]
fn a_process_that_ends_is_replaced_by_the_next_call() {
    for (mode, how, output) in [
        ("leave", "it ended with exit status: 7", "last words"),
        ("crash", "it was ended by signal 11", ""),
        ("loop with child", "it ended with exit status: 1", ""),
    ] {
        if cfg!(not(unix)) {
            continue;
        }
        let Some(mut runner) = network(mode) else { return };
        works(&mut runner);
        let before = runner.worker().unwrap().id();
        let error = run(&mut runner, f32::NAN).unwrap_err();
        assert!(
            matches!(error.kind(), RunErrorKind::Crashed { .. }),
            "{mode}: {error:?}"
        );
        assert!(error.to_string().contains(how), "{mode}: {error}");
        assert!(source_of(&error).contains(output), "{mode}: {error:?}");
        works(&mut runner);
        assert_ne!(runner.worker().unwrap().id(), before, "{mode}");
    }
}

#[cfg(unix)]
#[test]
fn a_process_that_is_killed_is_replaced_by_the_next_call() {
    let kill = |runner: &PythonRunner| {
        let id = runner.worker().unwrap().id().to_string();
        assert!(Command::new("kill").args(["-9", &id]).status().unwrap().success());
    };
    // Between two calls, and in the middle of one.
    let Some(mut runner) = network("loop") else { return };
    works(&mut runner);
    kill(&runner);
    let error = run(&mut runner, 1.0).unwrap_err();
    assert!(error.to_string().contains("signal 9"), "{error}");
    works(&mut runner);

    let id = runner.worker().unwrap().id().to_string();
    let killer = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        Command::new("kill").args(["-9", &id]).status().unwrap()
    });
    let error = run(&mut runner, f32::NAN).unwrap_err();
    assert!(error.to_string().contains("signal 9"), "{error}");
    killer.join().unwrap();
    works(&mut runner);
}

#[test]
fn an_endless_loop_is_broken_off() {
    let Some(python) = python() else { return };
    let load = |mode: &str, limit| {
        let options = options(mode, 2).with_time_limit(limit);
        let weights = WeightsData::Bytes(b"weights");
        python.prepare(WeightsFormat::PytorchStateDict, weights, &options)
    };
    let limit = Duration::from_secs(5);
    let mut runner = load("loop", limit).unwrap();
    let started = Instant::now();
    let error = run(&mut runner, f32::NAN).unwrap_err();
    assert!(
        matches!(error.kind(), RunErrorKind::TimeLimit { limit: found, .. } if *found == limit),
        "{error:?}"
    );
    assert_eq!(
        error.to_string(),
        "python took longer than 5 s to run the network and was ended"
    );
    assert!(started.elapsed() < Duration::from_secs(10));
    works(&mut runner);

    let error = load("never made", Duration::from_millis(500)).unwrap_err();
    assert!(
        matches!(error.kind(), LoadErrorKind::TimeLimit { .. }),
        "{error:?}"
    );
}

#[test]
fn memory_that_is_not_there_is_an_exception() {
    let Some(mut runner) = network("too much memory") else {
        return;
    };
    let error = run(&mut runner, f32::NAN).unwrap_err();
    assert!(error.to_string().contains("MemoryError"), "{error}");
    works(&mut runner);
}

/// Whatever becomes of the worker, no name of a file is left: there is none while it runs.
#[cfg(unix)]
#[test]
fn files_for_tensors_have_no_name() {
    let Some(python) = python() else { return };
    for mode in [
        "crash",
        "leave",
        "too much memory",
        "double",
        "fail at once",
        "leave at once",
    ] {
        let recipe = Recipe {
            python: python.clone(),
            format: WeightsFormat::PytorchStateDict,
            device: "cpu".to_owned(),
            signature: options(mode, 2).described.unwrap(),
            weights: WeightsFile::new(WeightsFormat::PytorchStateDict, WeightsData::Bytes(b"weights"))
                .unwrap(),
            options: options(mode, 2),
        };
        let written = recipe.weights.path().to_owned();
        assert!(written.exists());
        if let Ok(mut runner) = PythonRunner::new(recipe) {
            assert!(runner.exchange().unwrap().name().is_err(), "{mode}");
            let _ = run(&mut runner, f32::NAN);
            works(&mut runner);
            assert!(runner.exchange().unwrap().name().is_err(), "{mode}");
        }
        assert!(!written.exists(), "{mode}");
    }
}

#[test]
fn a_folder_in_memory_that_is_too_small_is_left() {
    let Some(mut runner) = network("many") else { return };
    // A limit of the process for the size of files stands for a folder that is full.
    if cfg!(not(target_os = "linux")) {
        return;
    }
    let outputs = |runner: &mut PythonRunner, length: usize| {
        let a = Tensor::Float32(ndarray::ArrayD::ones(ndarray::IxDyn(&[length])));
        let b = Tensor::Float32(arr1(&[1.0]).into_dyn());
        runner.run(&[a.view(), b.view()])
    };
    let error = outputs(&mut runner, 8).unwrap_err();
    assert!(
        matches!(error.kind(), RunErrorKind::OutputCount { found: 3, .. }),
        "{error:?}"
    );
    let id = runner.worker().unwrap().id();
    let limited = Command::new("prlimit")
        .args(["--pid", &id.to_string(), "--fsize=100000:100000"])
        .status();
    if !limited.is_ok_and(|status| status.success()) {
        eprintln!("there is no prlimit: skipped");
        return;
    }
    // Python ignores the signal, so that taking more space is an error, in memory and on a disk.
    let error = outputs(&mut runner, 20_000).unwrap_err();
    assert!(
        source_of(&error).contains("there is no space for 240000 bytes in the folder for temporary files"),
        "{error:?}"
    );
    assert_eq!(runner.worker().unwrap().id(), id);
    assert!(
        outputs(&mut runner, 8).is_err_and(|error| matches!(error.kind(), RunErrorKind::OutputCount { .. }))
    );
}
