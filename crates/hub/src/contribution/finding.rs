//! What the rules found.

use rdf_spec::{DocPath, Position};

use super::{ContributionRule, RULES, Weight};

/// A rule that is not kept, and where.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ContributionFinding {
    /// The rule.
    pub rule: &'static ContributionRule,
    /// One sentence: what was found.
    pub message: String,
    /// The field.
    pub path: DocPath,
    /// Where it stands, or where it is missing.
    pub position: Option<Position>,
    /// What to do.
    pub help: Option<String>,
}

/// What all rules found.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ContributionReport {
    /// In the order of the rules.
    pub findings: Vec<ContributionFinding>,
}

impl ContributionReport {
    /// True if every required rule is kept.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.rule.weight != Weight::Required)
    }

    /// The rules that are kept.
    pub fn kept(&self) -> impl Iterator<Item = &'static ContributionRule> + '_ {
        RULES
            .iter()
            .filter(|rule| !self.findings.iter().any(|finding| finding.rule.code == rule.code))
    }
}

/// What a rule found, without the rule.
#[derive(Clone, Debug)]
pub(super) struct Observation {
    pub(super) message: String,
    pub(super) path: DocPath,
    pub(super) help: Option<String>,
}

impl Observation {
    /// Something about a field at the root of the description.
    pub(super) fn of(field: &str, message: impl Into<String>) -> Self {
        Self::at(DocPath::root().join(field), message)
    }

    pub(super) fn at(path: DocPath, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            path,
            help: None,
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
