//! Downloads on the terminal.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use hub::Progress;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// One bar for each file that is on its way; nothing where standard error is no terminal.
#[derive(Debug)]
pub(super) struct Bars {
    all: MultiProgress,
    bars: Mutex<HashMap<String, ProgressBar>>,
}

impl Default for Bars {
    fn default() -> Self {
        Self {
            all: MultiProgress::with_draw_target(ProgressDrawTarget::stderr()),
            bars: Mutex::default(),
        }
    }
}

impl Bars {
    /// What a store tells of its progress.
    pub(super) fn into_listener(self) -> impl Fn(Progress<'_>) -> ControlFlow<()> + Send + Sync + 'static {
        move |progress| {
            self.show(progress);
            ControlFlow::Continue(())
        }
    }

    fn show(&self, progress: Progress<'_>) {
        let mut bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        match progress {
            Progress::Fetching { url, done, total } => {
                let bar = bars.entry(url.to_owned()).or_insert_with(|| self.bar(url, total));
                bar.set_message(name(url));
                bar.set_position(done);
            }
            Progress::Waiting { url, left, reason } => {
                let bar = bars.entry(url.to_owned()).or_insert_with(|| self.bar(url, None));
                let seconds = left.as_secs_f32();
                bar.set_message(format!("{}: {reason}, again in {seconds:.0} s", name(url)));
            }
            Progress::Done { url } => {
                if let Some(bar) = bars.remove(url) {
                    bar.finish_and_clear();
                }
            }
            _ => {}
        }
    }

    fn bar(&self, url: &str, total: Option<u64>) -> ProgressBar {
        let bar = self.all.add(ProgressBar::no_length());
        let template = match total {
            Some(total) => {
                bar.set_length(total);
                "{bar:24} {bytes}/{total_bytes} {bytes_per_sec} {msg}"
            }
            None => "{spinner} {bytes} {msg}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(name(url));
        bar
    }
}

/// The end of an address, which names the file, as it may be printed.
fn name(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let path = path.strip_suffix("/content").unwrap_or(path);
    path.rsplit('/').next().unwrap_or(path).to_owned()
}
