//! One file for each verb.

pub(crate) mod add_weights;
pub(crate) mod backends;
pub(crate) mod build;
pub(crate) mod cache;
pub(crate) mod check_contribution;
pub(crate) mod collection;
pub(crate) mod compatibility;
#[cfg(any(
    feature = "keras",
    feature = "tensorflow",
    feature = "tfjs",
    feature = "torchscript"
))]
pub(crate) mod convert;
pub(crate) mod dataset_statistics;
pub(crate) mod explain;
mod fetched;
mod images;
pub(crate) mod inspect;
pub(crate) mod migrate;
pub(crate) mod package;
pub(crate) mod predict;
pub(crate) mod publish;
pub(crate) mod report_download;
pub(crate) mod schema;
pub(crate) mod statistics;
pub(crate) mod summaries;
pub(crate) mod test_collection;
pub(crate) mod test_model;
pub(crate) mod tiling_error;
pub(crate) mod update_hashes;
pub(crate) mod validate;

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A line of progress on standard error, invisible where that is no terminal.
fn progress() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}{msg} ({elapsed})") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}
