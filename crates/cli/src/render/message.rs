//! Messages on standard error.

use std::io::Write;

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

/// A line that belongs to the message before it.
pub(crate) fn plain(text: &str) {
    print(text);
}
