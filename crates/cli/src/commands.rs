//! One file for each verb.

pub(crate) mod backends;
pub(crate) mod check_contribution;
pub(crate) mod collection;
pub(crate) mod compatibility;
#[cfg(feature = "torchscript")]
pub(crate) mod convert;
pub(crate) mod dataset_statistics;
pub(crate) mod explain;
mod images;
pub(crate) mod inspect;
pub(crate) mod migrate;
pub(crate) mod predict;
pub(crate) mod schema;
pub(crate) mod summaries;
pub(crate) mod test_collection;
pub(crate) mod test_model;
pub(crate) mod tiling_error;
pub(crate) mod validate;

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A line of progress on standard error, invisible where that is no terminal.
fn progress() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}
