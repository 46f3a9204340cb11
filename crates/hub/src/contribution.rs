//! The rules for contributing a model to the hub.
//!
//! A description may be valid and still not be what the hub asks for: people have to find the model, understand it,
//! and run it with their software. [`RULES`] lists what is asked for; a rule is required or recommended, and explains
//! itself. [`check`] applies all of them.
//!
//! ```
//! use hub::contribution::{RULES, check};
//! use rdf_spec::Package;
//!
//! let folder = tempfile::tempdir()?;
//! std::fs::write(folder.path().join("rdf.yaml"), include_str!("../tests/documents/model.yaml"))?;
//! let package = Package::open(folder.path())?;
//!
//! let report = check(&package);
//! assert!(!report.is_accepted()); // the files are not there
//! let codes: Vec<&str> = report.findings.iter().map(|finding| finding.rule.code).collect();
//! assert!(codes.contains(&"complete-files") && codes.contains(&"cover") && codes.contains(&"maintainers"));
//! assert!(RULES.iter().any(|rule| rule.code == "tag-categories"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod finding;
mod render;
mod rules;
mod subject;

use rdf_spec::Package;

pub use finding::{ContributionFinding, ContributionReport};
pub use render::to_json;
pub use rules::{ContributionRule, RULES, Weight};

/// Applies all rules of [`RULES`] to a package, in that order.
///
/// The files of the package are looked into, as by [`Package::check_files`]; nothing is fetched and nothing is run.
#[must_use]
pub fn check(package: &Package) -> ContributionReport {
    let subject = subject::Subject::new(package);
    let mut findings = Vec::new();
    for rule in RULES {
        findings.extend((rule.check)(&subject).into_iter().map(|observation| {
            let position = package
                .parsed()
                .document()
                .map(|document| document.nearest_position(&observation.path));
            ContributionFinding {
                rule,
                message: observation.message,
                path: observation.path,
                position,
                help: observation.help,
            }
        }));
    }
    ContributionReport { findings }
}
