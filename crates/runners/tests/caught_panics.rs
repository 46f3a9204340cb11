//! Panics of an engine are errors, and a panic hook can tell them from others.

// In a program of its own: the panic hook belongs to the whole process.
#![cfg(feature = "tract")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Mutex;
use std::{panic, thread};

use ndarray::{ArrayD, IxDyn};
use runners::{Backend, LoadOptions, RunErrorKind, Tract, WeightsData, WeightsFormat, is_catching_panics};
use tensor_ops::Tensor;

/// The threads that panicked, and whether that was to be caught.
static SEEN: Mutex<Vec<(Option<String>, bool)>> = Mutex::new(Vec::new());

#[test]
fn a_hook_can_tell_caught_panics_from_others() {
    panic::set_hook(Box::new(|_| {
        let name = thread::current().name().map(str::to_owned);
        SEEN.lock().unwrap().push((name, is_catching_panics()));
    }));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/networks/integer_division.onnx");
    let options = LoadOptions::default().with_threads(NonZeroUsize::new(2).unwrap());
    let mut runner = Tract
        .load(WeightsFormat::Onnx, WeightsData::File(&path), &options)
        .unwrap();
    let mut run = |input: Tensor| runner.run(&[input.view()]);
    // The longer one is divided by the threads of the runner.
    let mut workers = 0;
    for length in [3, 1 << 18] {
        let error = run(Tensor::Float32(ArrayD::zeros(IxDyn(&[length])))).unwrap_err();
        assert!(
            matches!(error.kind(), RunErrorKind::Panicked { message, .. } if message.contains("divide by zero")),
            "{error}"
        );
        let seen = std::mem::take(&mut *SEEN.lock().unwrap());
        assert!(
            !seen.is_empty() && seen.iter().all(|(_, caught)| *caught),
            "{seen:?}"
        );
        workers += seen
            .iter()
            .filter(|(name, _)| name.as_deref().is_some_and(|name| name.starts_with("onnx-")))
            .count();
    }
    assert!(workers > 0, "one of the panics is on a thread of the runner");
    let twos = Tensor::Float32(ArrayD::from_elem(IxDyn(&[3]), 2.0));
    let ones = Tensor::Float32(ArrayD::ones(IxDyn(&[3])));
    assert_eq!(run(twos).unwrap(), [ones], "the runner stays usable");

    assert!(panic::catch_unwind(|| panic!("not in an engine")).is_err());
    assert!(thread::spawn(|| panic!("nor here")).join().is_err());
    let seen = std::mem::take(&mut *SEEN.lock().unwrap());
    assert_eq!(seen.len(), 2);
    assert!(seen.iter().all(|(_, caught)| !caught), "{seen:?}");
    let _ = panic::take_hook();
}
