//! How results look. Standard output carries results, standard error everything else.

pub(crate) mod diagnostics;
pub(crate) mod inspection;
pub(crate) mod json;
pub(crate) mod message;
pub(crate) mod stdout;
pub(crate) mod style;
pub(crate) mod test_report;
