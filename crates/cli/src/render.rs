//! How results look. Standard output carries results, standard error everything else.

pub(crate) mod backends;
pub(crate) mod collection;
pub(crate) mod collection_tests;
pub(crate) mod compatibility;
pub(crate) mod contribution;
pub(crate) mod diagnostics;
pub(crate) mod explanation;
pub(crate) mod github;
pub(crate) mod inspection;
pub(crate) mod json;
mod markdown;
pub(crate) mod message;
pub(crate) mod sarif;
mod snippet;
pub(crate) mod stdout;
pub(crate) mod style;
pub(crate) mod test_report;
mod uri;
