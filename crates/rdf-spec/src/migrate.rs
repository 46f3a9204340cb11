//! From older forms of the format to the newest: named steps on positioned nodes, so that what moves keeps its place.

mod change;
mod edit;
mod migrated;
mod normal_form;
mod text;
mod v0_3;
mod v0_4;

pub use change::{Change, ChangeKind};
pub use migrated::{Migrated, MigrationError};

use self::edit::Edits;
use crate::document::Node;
use crate::value::NEWEST_PATCH;

/// Minor and patch number of a version of the model format.
pub(crate) type Patch = (u64, u64);

/// The newest version of the model format.
pub(crate) const NEWEST: Patch = (4, NEWEST_PATCH);

/// One change of the format: what a description of an older version needs to become one of the newer version.
#[derive(Clone, Copy)]
pub struct Step {
    /// A short name, in kebab case.
    pub name: &'static str,
    /// What changed in the format, in one sentence.
    pub reason: &'static str,
    /// Minor and patch number of the version with the change: descriptions of older versions are changed.
    since: Patch,
    apply: fn(&mut Edits<'_>),
}

impl Step {
    /// The version of the format that brought the change: `0.4.1`.
    #[must_use]
    pub fn version(&self) -> String {
        let (minor, patch) = self.since;
        format!("0.{minor}.{patch}")
    }
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Step({} {})", self.version(), self.name)
    }
}

/// All changes of the model format from 0.3.0 to the newest version, oldest first.
///
/// ```
/// assert!(rdf_spec::MIGRATION_STEPS.iter().any(|step| step.name == "dependencies-of-weights"));
/// ```
pub static MIGRATION_STEPS: &[Step] = &[
    Step {
        name: "type-of-resource",
        reason: "a description says what kind of resource it describes; before, all were models",
        since: (3, 2),
        apply: v0_3::type_of_resource,
    },
    Step {
        name: "people-as-mappings",
        reason: "people are mappings with a name, so that their affiliation and ORCID iD have a place",
        since: (3, 2),
        apply: v0_3::people_as_mappings,
    },
    Step {
        name: "future-fields",
        reason: "what descriptions kept in `config.future` for 0.3.2 has fields of its own",
        since: (3, 2),
        apply: v0_3::future_fields,
    },
    Step {
        name: "reference-tensor",
        reason: "`reference_input` of a shape is named `reference_tensor`",
        since: (3, 3),
        apply: v0_3::reference_tensor,
    },
    Step {
        name: "source-of-weights",
        reason: "the Python source of a network belongs to its state dict; weights of other formats need none",
        since: (4, 0),
        apply: v0_3::source_of_weights,
    },
    Step {
        name: "torchscript",
        reason: "the weights format `pytorch_script` is named `torchscript`",
        since: (4, 0),
        apply: v0_3::torchscript,
    },
    Step {
        name: "dependencies-of-weights",
        reason: "`dependencies` belongs to the weights that need them",
        since: (4, 1),
        apply: v0_4::dependencies_of_weights,
    },
    Step {
        name: "names-without-slashes",
        reason: "names of models and people have no slashes",
        since: (4, 7),
        apply: v0_4::names_without_slashes,
    },
    Step {
        name: "nickname-as-id",
        reason: "the nickname that a collection gives is the `id` of a model",
        since: (4, 10),
        apply: v0_4::nickname_as_id,
    },
];

/// One writing for one thing: what is done to every description that is brought to the newest version, also to one of
/// that version. The newest reference does the same.
///
/// ```
/// assert!(rdf_spec::NORMAL_FORM_STEPS.iter().any(|step| step.name == "whole-seconds"));
/// ```
pub static NORMAL_FORM_STEPS: &[Step] = &[
    Step {
        name: "plain-identifiers",
        reason: "DOIs and GitHub names are written without the address of the site, ids and digests in lower case",
        since: (4, 10),
        apply: normal_form::plain_identifiers,
    },
    Step {
        name: "whole-seconds",
        reason: "timestamps are in UTC and whole seconds",
        since: (4, 10),
        apply: normal_form::whole_seconds,
    },
    Step {
        name: "paths-without-dot",
        reason: "files are named by their path from the description, without a leading `./`",
        since: (4, 10),
        apply: normal_form::paths_without_dot,
    },
    Step {
        name: "plain-addresses",
        reason: "addresses have the form of the URL standard",
        since: (4, 10),
        apply: normal_form::plain_addresses,
    },
];

/// Applies the steps that lead from one version to another one; the field `format_version` stays.
pub(crate) fn apply_steps(root: &mut Node, from: Patch, to: Patch) -> Vec<Change> {
    let mut changes = Vec::new();
    for step in MIGRATION_STEPS {
        if from < step.since && step.since <= to {
            (step.apply)(&mut Edits::new(root, step, &mut changes));
        }
    }
    changes
}

/// Brings a description of the newest version into its normal form.
pub(crate) fn normalize(root: &mut Node) -> Vec<Change> {
    let mut changes = Vec::new();
    for step in NORMAL_FORM_STEPS {
        (step.apply)(&mut Edits::new(root, step, &mut changes));
    }
    changes
}
