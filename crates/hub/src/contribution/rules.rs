//! The rules, in one table.

mod consumers;
mod description;
mod files;
mod people;
mod words;

use super::finding::Observation;
use super::subject::Subject;

/// One rule for contributions.
#[derive(Clone, Copy, Debug)]
pub struct ContributionRule {
    /// Stable name, in words with hyphens.
    pub code: &'static str,
    /// How much it weighs.
    pub weight: Weight,
    /// What is asked for, in one line.
    pub title: &'static str,
    /// Why, and what to do.
    pub explanation: &'static str,
    pub(super) check: fn(&Subject<'_>) -> Vec<Observation>,
}

/// How much a rule weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Weight {
    /// Without it the model is not accepted.
    Required,
    /// It helps people to find, understand and use the model.
    Recommended,
}

impl Weight {
    /// `required` or `recommended`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Recommended => "recommended",
        }
    }
}

/// All rules: what the description has to be, then its files, who runs it, people, and words.
pub const RULES: &[ContributionRule] = &[
    ContributionRule {
        code: "is-model",
        weight: Weight::Required,
        title: "the resource is a model",
        explanation: "These are the rules for models; `modelhub validate` checks resources of other types.",
        check: description::is_model,
    },
    ContributionRule {
        code: "valid-description",
        weight: Weight::Required,
        title: "the description is valid",
        explanation: "Contributions are checked by the model description format. `modelhub validate` shows each \
                      error with its line, `modelhub explain CODE` what it means.",
        check: description::is_valid,
    },
    ContributionRule {
        code: "format-version",
        weight: Weight::Required,
        title: "the format is 0.4.5 or newer",
        explanation: "Descriptions of older formats are not accepted; `modelhub migrate` writes the newest 0.4.",
        check: description::is_new_enough,
    },
    ContributionRule {
        code: "complete-files",
        weight: Weight::Required,
        title: "every file of the description is in the package, with its digest",
        explanation: "A package is tested and published as it is: a file that is missing or was changed after its \
                      digest was taken keeps the model from being loaded.",
        check: files::are_complete,
    },
    ContributionRule {
        code: "test-tensors",
        weight: Weight::Required,
        title: "an example input and the output that belongs to it are given as numpy files",
        explanation: "They are what the model is tested with: for technical correctness, and to find out which \
                      software can run it. `modelhub test-model` does the same.",
        check: files::has_test_tensors,
    },
    ContributionRule {
        code: "consumer",
        weight: Weight::Required,
        title: "at least one consumer software can run the model",
        explanation: "A model of the hub is expected to run in the software that people use, and always in at least \
                      one. `modelhub compatibility` says for each software what it asks for.",
        check: consumers::runs_somewhere,
    },
    ContributionRule {
        code: "cross-compatible",
        weight: Weight::Recommended,
        title: "several consumer softwares can run the model",
        explanation: "Models are expected to be cross-compatible: weights in a second format often make the \
                      difference. `modelhub compatibility` shows which one.",
        check: consumers::runs_in_several,
    },
    ContributionRule {
        code: "licence",
        weight: Weight::Required,
        title: "a licence of the SPDX list lets anybody use the model",
        explanation: "The model is public and may be used by anyone under the conditions that you choose, so the \
                      conditions must be known. Without a licence nobody may use it.",
        check: people::has_licence,
    },
    ContributionRule {
        code: "maintainers",
        weight: Weight::Recommended,
        title: "a maintainer with a GitHub user name is given",
        explanation: "When a model does not pass its tests, the GitHub users in `maintainers` are notified. Without \
                      one nobody learns of it.",
        check: people::has_maintainer,
    },
    ContributionRule {
        code: "citation",
        weight: Weight::Recommended,
        title: "publications to cite are given, with a DOI or URL",
        explanation: "A well documented model says which publications describe it and whom to credit.",
        check: people::has_citation,
    },
    ContributionRule {
        code: "naming",
        weight: Weight::Recommended,
        title: "the name tells life scientists what the model is for",
        explanation: "Names are read by people: say the task and the tissue or structure, and how it was imaged, in \
                      words. Good names are `Neuron Segmentation in EM (Membrane Prediction)` or `Bacteria \
                      segmentation - Widefield microscopy - 2D UNet`.",
        check: words::names_the_application,
    },
    ContributionRule {
        code: "rich-description",
        weight: Weight::Recommended,
        title: "the description explains the model to life scientists",
        explanation: "The description stands on the card of the model: what goes in, what comes out, what it was \
                      trained on.",
        check: words::describes_richly,
    },
    ContributionRule {
        code: "tags",
        weight: Weight::Recommended,
        title: "tags are given",
        explanation: "Tags are what people search by: the more informative ones, the easier the model is found.",
        check: words::has_tags,
    },
    ContributionRule {
        code: "tag-categories",
        weight: Weight::Recommended,
        title: "the tags name modality, dimensions, content and task",
        explanation: "The site filters by these categories; a model without a tag of one of them is not found there.",
        check: words::covers_categories,
    },
    ContributionRule {
        code: "links",
        weight: Weight::Recommended,
        title: "links lead to applications, notebooks or datasets of the hub",
        explanation: "The card of a model has a button for each linked application, notebook and dataset: \
                      `ilastik/ilastik`, `deepimagej/deepimagej`, `imjoy/BioImageIO-Packager`.",
        check: words::has_links,
    },
    ContributionRule {
        code: "processing",
        weight: Weight::Recommended,
        title: "preprocessing is described",
        explanation: "What is done to the data before and after the network has to be described always: without it \
                      no software can reproduce the results.",
        check: description::describes_processing,
    },
    ContributionRule {
        code: "readme",
        weight: Weight::Recommended,
        title: "the documentation is a Markdown file README.md",
        explanation: "Sites that show a package look for a README.md.",
        check: files::has_readme,
    },
    ContributionRule {
        code: "validation-section",
        weight: Weight::Recommended,
        title: "the documentation has a section on validation",
        explanation: "A section `# Validation` (also `##` or `###`) tells how to validate the model quantitatively \
                      on unseen data.",
        check: files::explains_validation,
    },
    ContributionRule {
        code: "cover",
        weight: Weight::Recommended,
        title: "a cover shows tissue, modality and result",
        explanation: "The cover is the picture on the model's card and guides people in their search.",
        check: files::has_cover,
    },
    ContributionRule {
        code: "cover-image",
        weight: Weight::Recommended,
        title: "covers are PNG, JPEG or GIF, below 500 kB, and twice as wide as high",
        explanation: "Other images are cut or loaded slowly where the cards are shown.",
        check: files::covers_fit,
    },
];

#[cfg(test)]
mod tests {
    use super::RULES;

    #[test]
    fn codes_are_distinct_and_texts_complete() {
        for (index, rule) in RULES.iter().enumerate() {
            assert!(
                RULES[..index].iter().all(|other| other.code != rule.code),
                "{}",
                rule.code
            );
            assert!(
                rule.code.bytes().all(|c| c.is_ascii_lowercase() || c == b'-'),
                "{}",
                rule.code
            );
            assert!(
                rule.title.len() > 10 && rule.explanation.ends_with('.'),
                "{}",
                rule.code
            );
            assert!(!rule.explanation.contains("  "), "{}", rule.code);
        }
    }
}
