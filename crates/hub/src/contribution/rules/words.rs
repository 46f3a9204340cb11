//! Words by which people find and understand the model.

use rdf_spec::{Code, DocPath};

use crate::compatibility::{ModelFacts, Verdict, check};
use crate::contribution::finding::Observation;
use crate::contribution::subject::Subject;

/// The fewest words of a name that can tell an application and a tissue.
const FEWEST_WORDS: usize = 3;

/// The shortest description that can be called one, in characters.
const SHORTEST_DESCRIPTION: usize = 60;

/// Categories of tags that the site filters by, with the tags of each.
const CATEGORIES: [(&str, &[&str]); 4] = [
    (
        "modality",
        &[
            "electron-microscopy",
            "cryo-electron-microscopy",
            "light-microscopy",
            "fluorescence-light-microscopy",
            "transmission-light-microscopy",
            "super-resolution-microscopy",
            "x-ray-microscopy",
            "force-microscopy",
            "high-content-imaging",
            "whole-slide-imaging",
        ],
    ),
    ("dims", &["2d", "3d", "2d-t", "3d-t"]),
    (
        "content",
        &[
            "cells",
            "nuclei",
            "extracellular-vesicles",
            "tissue",
            "plant",
            "mitochondria",
            "vasculature",
            "cell-membrane",
            "brain",
            "whole-organism",
        ],
    ),
    (
        "task",
        &[
            "semantic-segmentation",
            "instance-segmentation",
            "object-detection",
            "image-classification",
            "denoising",
            "image-restoration",
            "image-reconstruction",
            "in-silico-labeling",
            "super-resolution",
        ],
    ),
];

pub(super) fn names_the_application(subject: &Subject<'_>) -> Vec<Observation> {
    let mut found = subject.with_codes(&[Code::UnconventionalName]);
    let Some(name) = subject.text("name") else {
        return found;
    };
    let words = name
        .split([' ', '-', '_', '/', ',', '(', ')'])
        .filter(|word| word.chars().any(char::is_alphabetic))
        .count();
    let help = "say the task, the tissue or structure, and the modality";
    if words < FEWEST_WORDS {
        let count = if words == 1 {
            "one word".to_owned()
        } else {
            format!("{words} words")
        };
        found.push(Observation::of("name", format!("the name has {count}")).help(help));
    } else if !name.contains(' ') {
        found.push(Observation::of("name", "the name is one word for a program, not for people").help(help));
    }
    found
}

pub(super) fn describes_richly(subject: &Subject<'_>) -> Vec<Observation> {
    let Some(description) = subject.text("description") else {
        return Vec::new();
    };
    let length = description.trim().chars().count();
    if length >= SHORTEST_DESCRIPTION {
        return Vec::new();
    }
    let message =
        format!("the description has {length} characters, a useful one at least {SHORTEST_DESCRIPTION}");
    vec![
        Observation::of("description", message)
            .help("say what goes in, what comes out, and what the model was trained on"),
    ]
}

pub(super) fn has_tags(subject: &Subject<'_>) -> Vec<Observation> {
    if subject.items("tags").is_empty() {
        let help = "for example `tags: [denoising, 2d, fluorescence-light-microscopy, cells]`";
        return vec![Observation::of("tags", "there are no tags").help(help)];
    }
    Vec::new()
}

pub(super) fn covers_categories(subject: &Subject<'_>) -> Vec<Observation> {
    let tags: Vec<String> = subject
        .texts("tags")
        .iter()
        .map(|tag| tag.to_lowercase())
        .collect();
    CATEGORIES
        .iter()
        .filter(|(_, known)| !tags.iter().any(|tag| known.contains(&tag.as_str())))
        .map(|(category, known)| {
            Observation::of("tags", format!("no tag names the {category}"))
                .help(format!("one of {}", known.join(", ")))
        })
        .collect()
}

pub(super) fn has_links(subject: &Subject<'_>) -> Vec<Observation> {
    let links = subject.items("links");
    if links.is_empty() {
        let mut useful = vec!["imjoy/BioImageIO-Packager"];
        if let Some(facts) = ModelFacts::of(subject.package.parsed()) {
            let reports = check(&facts);
            let runs = reports.iter().filter(|report| report.verdict == Verdict::Runs);
            useful.extend(runs.filter_map(|report| report.consumer.link));
        }
        return vec![
            Observation::of("links", "there are no links").help(format!("for example {}", useful.join(", "))),
        ];
    }
    let mut found = Vec::new();
    for (index, link) in links.iter().enumerate() {
        let Some(link) = link.as_str() else { continue };
        let is_address = link.contains("://");
        let parts = link.split('/').filter(|part| !part.trim().is_empty()).count();
        if is_address || parts < 2 || parts != link.split('/').count() {
            let path = DocPath::root().join("links").join(index);
            let message = format!(
                "`{}` is no identifier of the hub",
                crate::markup::shortened(link, 80)
            );
            found.push(Observation::at(path, message).help("links have the form `partner/resource`"));
        }
    }
    found
}
