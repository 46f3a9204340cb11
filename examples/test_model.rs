//! Test a package and act on the result: `cargo run --example test_model -- MODEL`
#![allow(clippy::print_stdout)]

use std::ops::ControlFlow;
use std::path::PathBuf;

use pipeline::{Package, SelfTestOptions, SelfTestStatus, self_test};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let fixture = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../spec-fixtures/models/two-channels-two-outputs"
    );
    let model = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from(fixture), PathBuf::from);

    let package = Package::open(&model)?;
    let report = self_test(&package, &SelfTestOptions::default(), &mut |step| {
        println!("{step:?}");
        ControlFlow::Continue(())
    })?;
    for weights in &report.weights {
        println!(
            "{}: {} {}",
            weights.format,
            weights.status.name(),
            weights.reason.as_deref().unwrap_or_default()
        );
    }
    if report.status() == SelfTestStatus::Passed {
        Ok(())
    } else {
        Err("the model failed its test".into())
    }
}
