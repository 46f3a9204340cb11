//! Who may use the model, who looks after it, whom to cite.

use rdf_spec::{Code, DocPath};

use crate::contribution::finding::Observation;
use crate::contribution::subject::Subject;

pub(super) fn has_licence(subject: &Subject<'_>) -> Vec<Observation> {
    if subject
        .text("license")
        .is_none_or(|license| license.trim().is_empty())
    {
        let help = "choose an identifier of https://spdx.org/licenses, for example CC-BY-4.0 or MIT";
        return vec![Observation::of("license", "there is no licence").help(help)];
    }
    subject.with_codes(&[Code::UnknownLicense, Code::DeprecatedLicense])
}

pub(super) fn has_maintainer(subject: &Subject<'_>) -> Vec<Observation> {
    let maintainers = subject.items("maintainers");
    if maintainers.is_empty() {
        let help = "for example `maintainers: [{github_user: octocat}]`";
        return vec![Observation::of("maintainers", "there are no maintainers").help(help)];
    }
    let has_user = |node: &rdf_spec::Node| {
        node.as_mapping()
            .and_then(|maintainer| maintainer.get("github_user")?.as_str())
            .is_some_and(|user| !user.is_empty())
    };
    if maintainers.iter().any(has_user) {
        return Vec::new();
    }
    vec![Observation::of(
        "maintainers",
        "no maintainer has a `github_user`",
    )]
}

pub(super) fn has_citation(subject: &Subject<'_>) -> Vec<Observation> {
    let citations = subject.items("cite");
    if citations.is_empty() {
        let help = "for example `cite: [{text: \"Doe et al. 2024\", doi: 10.5281/zenodo.1234567}]`";
        return vec![Observation::of("cite", "nothing is cited").help(help)];
    }
    let mut found = Vec::new();
    for (index, citation) in citations.iter().enumerate() {
        let has_place = citation.as_mapping().is_some_and(|citation| {
            ["doi", "url"]
                .iter()
                .any(|key| citation.get(key).is_some_and(|place| !place.is_null()))
        });
        if !has_place {
            let path = DocPath::root().join("cite").join(index);
            found.push(Observation::at(path, "the citation has neither `doi` nor `url`"));
        }
    }
    found
}
