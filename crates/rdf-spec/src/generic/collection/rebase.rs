//! Paths of a description that lies elsewhere, made into paths or URLs that hold at the collection.

use crate::document::{Node, NodeKind};
use crate::value::FileSource;

/// Fields that refer to files; `*` stands for every item or value.
const FILES: [&[&str]; 15] = [
    &["documentation"],
    &["covers", "*"],
    &["attachments", "files", "*"],
    &["badges", "*", "icon"],
    &["source"],
    &["test_inputs", "*"],
    &["test_outputs", "*"],
    &["sample_inputs", "*"],
    &["sample_outputs", "*"],
    &["weights", "*", "source"],
    &["weights", "*", "attachments", "files", "*"],
    &["training_data", "documentation"],
    &["training_data", "covers", "*"],
    &["training_data", "attachments", "files", "*"],
    &["training_data", "badges", "*", "icon"],
];

/// Makes every relative path of a description hold from where `address` does: `address` is that of the
/// description itself.
pub(super) fn rebase(description: &mut Node, address: &FileSource) {
    let file = |text: &str| joined(address, text);
    for pattern in FILES {
        change(description, pattern, &file);
    }
    // An icon of one or two characters is no file.
    let icon = |text: &str| {
        (text.chars().count() > 2)
            .then(|| joined(address, text))
            .flatten()
    };
    change(description, &["icon"], &icon);
    change(description, &["training_data", "icon"], &icon);
    // `file.py:Class`, or `module.Class`, which is no file.
    let architecture = |text: &str| {
        let (path, callable) = text.rsplit_once(':')?;
        Some(format!("{}:{callable}", joined(address, path)?))
    };
    change(description, &["weights", "*", "architecture"], &architecture);
    // `conda:environment.yaml`
    let dependencies = |text: &str| {
        let (manager, path) = text.split_once(':')?;
        Some(format!("{manager}:{}", joined(address, path)?))
    };
    change(description, &["weights", "*", "dependencies"], &dependencies);
}

/// Changes the text at all places of a pattern for which there is another.
fn change(node: &mut Node, pattern: &[&str], other: &dyn Fn(&str) -> Option<String>) {
    match (pattern, &mut node.kind) {
        ([], NodeKind::Scalar(_)) => {
            let changed = node.as_str().and_then(other);
            if let (Some(changed), NodeKind::Scalar(scalar)) = (changed, &mut node.kind) {
                scalar.text = changed;
            }
        }
        (["*", rest @ ..], NodeKind::Sequence(items)) => {
            for item in items {
                change(item, rest, other);
            }
        }
        (["*", rest @ ..], NodeKind::Mapping(mapping)) => {
            for entry in mapping.entries.values_mut() {
                change(&mut entry.value, rest, other);
            }
        }
        ([key, rest @ ..], NodeKind::Mapping(mapping)) => {
            if let Some(entry) = mapping.entries.get_mut(*key) {
                change(&mut entry.value, rest, other);
            }
        }
        _ => {}
    }
}

/// A path relative to the description at `address`; `None` if the text is no relative path.
fn joined(address: &FileSource, text: &str) -> Option<String> {
    let file = FileSource::parse(text).ok()?;
    let relative = file.relative_path().filter(|path| !path.contains("://"))?;
    match address.url() {
        Some(url) => joined_url(url, relative),
        None => Some(joined_path(address.relative_path()?, relative)),
    }
}

fn joined_path(address: &str, relative: &str) -> String {
    match address.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{relative}"),
        None => relative.to_owned(),
    }
}

fn joined_url(address: &url::Url, relative: &str) -> Option<String> {
    let mut url = address.clone();
    // The files of a record at Zenodo: `.../files/NAME/content`.
    let in_record = address.path().contains("/files/") && address.path().ends_with("/content");
    {
        let mut segments = url.path_segments_mut().ok()?;
        segments.pop();
        if in_record {
            segments.pop();
        }
        for part in relative.split('/') {
            match part {
                ".." => {
                    segments.pop();
                }
                _ => {
                    segments.push(part);
                }
            }
        }
        if in_record {
            segments.push("content");
        }
    }
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str, text: &str) -> Option<String> {
        joined(&FileSource::parse(address).unwrap(), text)
    }

    #[test]
    fn paths_follow_their_description() {
        assert_eq!(at("a/b/rdf.yaml", "./c.png").as_deref(), Some("a/b/c.png"));
        assert_eq!(at("rdf.yaml", "c.png").as_deref(), Some("c.png"));
        let raw = "https://example.org/x/a/rdf.yaml?token=1";
        assert_eq!(
            at(raw, "../c d.png").as_deref(),
            Some("https://example.org/x/c%20d.png?token=1")
        );
        let zenodo = "https://zenodo.org/api/records/1/files/rdf.yaml/content";
        assert_eq!(
            at(zenodo, "c.png").as_deref(),
            Some("https://zenodo.org/api/records/1/files/c.png/content")
        );
        for kept in [
            "https://example.org/c.png",
            "/c.png",
            "ftp://example.org/c.png",
            "",
        ] {
            assert_eq!(at("a/rdf.yaml", kept), None, "{kept}");
        }
    }
}
