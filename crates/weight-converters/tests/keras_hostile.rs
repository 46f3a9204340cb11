//! Keras files that were made to harm: an error, in bounded time and memory, without a panic (which would be
//! `ConvertError::Internal`). It counts every allocation.
#![cfg(feature = "keras")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod keras_files;

use std::time::{Duration, Instant};

use keras_files::{ARCHIVES, MODELS, archive, convert, model, replaced};
use peak_alloc::PeakAlloc;
use proptest::prelude::*;
use weight_converters::keras::ConvertError;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// Megabytes that a conversion may take, whatever a file of a few kilobytes says.
const MOST: f32 = 400.0;
/// Long enough for a slow machine, far below what a loop over 2^32 elements takes.
const LONGEST: Duration = Duration::from_secs(30);

/// Converts; whatever comes out, nothing may panic, take long, or take much memory.
fn attack(file: &[u8], shapes: &[&[usize]]) -> Result<(), String> {
    let start = Instant::now();
    let result = convert(file, shapes);
    assert!(start.elapsed() < LONGEST, "took {:?}", start.elapsed());
    let peak = ALLOCATED.peak_usage_as_mb();
    assert!(peak < MOST, "took {peak} MB");
    if let Err(error @ ConvertError::Internal { .. }) = &result {
        panic!("{error}");
    }
    result.map(|_| ()).map_err(|error| error.to_string())
}

/// The files that are damaged, with the shapes of their inputs.
fn files() -> Vec<(Vec<u8>, &'static [&'static [usize]])> {
    let models = MODELS.map(|(name, shapes)| (model(name), shapes));
    let archives = ARCHIVES.map(|(name, shapes)| (archive(name), shapes));
    models.into_iter().chain(archives).collect()
}

#[test]
fn files_that_end_early() {
    for (whole, shapes) in files() {
        for part in 0..64 {
            attack(&whole[..whole.len() * part / 64], shapes).unwrap_err();
        }
    }
}

#[test]
fn configurations_that_ask_for_too_much() {
    let shapes: &[&[usize]] = &[&[1, 16, 16, 1]];
    for (old, new) in [
        (
            "\"size\": [2, 2], \"data_format\": \"channels_last\"",
            "\"size\": [999999999,999999999]                 ",
        ),
        ("\"kernel_size\": [3, 3]", "\"kernel_size\": [0, 3]"),
        ("\"strides\": [2, 2]", "\"strides\": [0, 2]"),
        ("\"strides\": [2, 2]", "\"strides\": [99,9]"),
        ("\"filters\": 4", "\"filters\": 5"),
        ("\"axis\": -1", "\"axis\": 99"),
        ("\"axis\": -1", "\"axis\": -9"),
        ("\"groups\": 1", "\"groups\": 0"),
        ("\"groups\": 1", "\"groups\": 7"),
        ("\"padding\": \"same\"", "\"padding\": \"sane\""),
        (
            "\"keras_history\": [\"conv2d\", 0, 0]",
            "\"keras_history\": [\"conv2d\", 0, 9]",
        ),
        (
            "\"keras_history\": [\"conv2d\", 0, 0]",
            "\"keras_history\": [\"cono2d\", 0, 0]",
        ),
        (
            "\"keras_history\": [\"conv2d\", 0, 0]",
            "\"keras_history\": [\"conv2d\", 0,-1]",
        ),
    ] {
        let message = attack(&replaced("unet", old, new), shapes).expect_err(new);
        assert!(message.len() < 2000, "{message}");
    }
}

#[test]
fn layers_that_depend_on_themselves() {
    let file = replaced(
        "unet",
        "[\"conv2d\", 0, 0]",
        "[\"conv2d_3\",0,0]".get(..16).unwrap(),
    );
    let message = attack(&file, &[&[1, 16, 16, 1]]).unwrap_err();
    assert!(message.contains("depends on its own result"), "{message}");
}

/// A change of some bytes.
#[derive(Debug, Clone)]
enum Change {
    Set(usize, u8),
    Number(usize, u64),
    Remove(usize, usize),
    Truncate(usize),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        if length == 0 {
            return;
        }
        match *self {
            Self::Set(at, value) => bytes[at % length] = value,
            Self::Number(at, value) => {
                for (byte, new) in bytes.iter_mut().skip(at % length).zip(value.to_le_bytes()) {
                    *byte = new;
                }
            }
            Self::Remove(at, count) => {
                let at = at % length;
                bytes.drain(at..(at + count).min(length));
            }
            Self::Truncate(at) => bytes.truncate(at % length),
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let numbers = vec![
        0,
        1,
        u64::MAX,
        u64::MAX >> 1,
        1 << 32,
        1 << 31,
        0xffff_ffff,
        96,
        4096,
    ];
    // most of what matters for reading lies in the first kilobytes
    let place = prop_oneof![2 => any::<usize>(), 1 => 0_usize..4096];
    prop_oneof![
        6 => (place.clone(), any::<u8>()).prop_map(|(at, value)| Change::Set(at, value)),
        3 => (place.clone(), prop::sample::select(numbers)).prop_map(|(at, value)| Change::Number(at, value)),
        1 => (place.clone(), 1_usize..12).prop_map(|(at, count)| Change::Remove(at, count)),
        1 => place.prop_map(Change::Truncate),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn changed_files(index in 0..MODELS.len() + ARCHIVES.len(), changes in prop::collection::vec(change(), 1..6)) {
        let (mut bytes, shapes) = files().swap_remove(index);
        changes.iter().for_each(|change| change.apply(&mut bytes));
        let _ = attack(&bytes, shapes);
    }
}
