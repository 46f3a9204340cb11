//! Messages on standard error.

use std::io::Write;

use pipeline::Package;

use super::stdout::harmless;
use super::style::{BLUE, RED, YELLOW, paint};

// A closed standard error is no reason to fail: there is nobody to tell.
fn print(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

pub(crate) fn error(text: &str) {
    print(&format!("{}: {text}", paint(RED, "error")));
}

pub(crate) fn warning(text: &str) {
    print(&format!("{}: {text}", paint(YELLOW, "warning")));
}

pub(crate) fn note(text: &str) {
    print(&format!("{}: {text}", paint(BLUE, "note")));
}

/// Lists the errors of a description whose model is run all the same.
pub(crate) fn errors_of_description(package: &Package) {
    let errors: Vec<_> = package
        .parsed()
        .diagnostics()
        .iter()
        .filter(|found| found.is_error())
        .collect();
    if errors.is_empty() {
        return;
    }
    for error in &errors {
        print(&format!("  {}", harmless(&error.to_string())));
    }
    warning(match errors.len() {
        1 => {
            "the description has an error, which does not keep the model from running: see `modelhub validate`"
        }
        _ => {
            "the description has errors, none of which keeps the model from running: see `modelhub validate`"
        }
    });
}

/// A line that belongs to the message before it.
pub(crate) fn plain(text: &str) {
    print(text);
}
