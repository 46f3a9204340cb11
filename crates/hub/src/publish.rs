//! Publishing: the requests are planned first, and then printed or sent.

mod artifacts;
mod files;
mod metadata;
mod plan;
mod zenodo;

pub use artifacts::to_hub;
pub use plan::{Body, Plan, Published, Step, Take, TakeFrom, Token};
pub use zenodo::{ZENODO_KEYWORD, to_zenodo, to_zenodo_version};

use rdf_spec::{Diagnostic, Package};

use crate::error::{HubError, HubErrorKind};

/// How far publishing goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Everything is uploaded; somebody looks at it and releases it on the website.
    Draft,
    /// It is released, or handed in for review.
    Submitted,
}

/// Everything that keeps a package from being published: errors of its description and of its files.
#[must_use]
pub fn obstacles(package: &Package) -> Vec<Diagnostic> {
    let described = package.parsed().diagnostics().iter().cloned();
    let found = described.chain(package.check_files());
    found.filter(Diagnostic::is_error).collect()
}

fn not_publishable(reason: impl Into<String>) -> HubError {
    HubErrorKind::NotPublishable {
        reason: reason.into(),
    }
    .into()
}

/// Nothing invalid is published.
fn refuse_invalid(package: &Package) -> Result<(), HubError> {
    let obstacles = obstacles(package);
    if let Some(first) = obstacles.first() {
        let more = match obstacles.len() - 1 {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        return Err(not_publishable(format!(
            "what is not valid is not published: {first}{more}"
        )));
    }
    match package.parsed().value() {
        Some(_) => Ok(()),
        None => Err(not_publishable(
            "the description cannot be read, it is not published",
        )),
    }
}
