//! One writing for one thing: steps that make descriptions of the newest version equal that mean the same.

use super::ChangeKind::{Converted, Reduced};
use super::edit::{Edits, joined};
use super::text::{change_text, each_item, report};
use crate::document::{DocPath, Node};
use crate::value::{Timestamp, github_user, plain_doi};

/// What readers of 0.4.10 take out of identifiers, so that two writings of one thing are equal.
pub(super) fn plain_identifiers(edits: &mut Edits<'_>) {
    let mut changed = Vec::new();
    for key in ["authors", "maintainers"] {
        each_item(
            edits,
            key,
            "github_user",
            |name| github_user(name).to_owned(),
            &mut changed,
        );
    }
    each_item(
        edits,
        "cite",
        "doi",
        |doi| plain_doi(doi).to_owned(),
        &mut changed,
    );
    let lower = |text: &str| text.trim().to_ascii_lowercase();
    if let Some(id) = edits.get_mut(&["id"]) {
        change_text(id, DocPath::root().join("id"), lower, &mut changed);
    }
    for format in edits.keys(&["weights"]) {
        for key in ["sha256", "architecture_sha256"] {
            let path = ["weights", &format, key];
            if let Some(digest) = edits.get_mut(&path) {
                change_text(digest, joined(&path), lower, &mut changed);
            }
        }
    }
    report(edits, Converted, changed);
}

/// An address that is only a host ends with a slash, and what else <https://url.spec.whatwg.org> says.
pub(super) fn plain_addresses(edits: &mut Edits<'_>) {
    let mut changed = Vec::new();
    if let Some(address) = edits.get_mut(&["download_url"]) {
        let plain =
            |text: &str| url::Url::parse(text).map_or_else(|_| text.to_owned(), |url| url.to_string());
        change_text(address, joined(&["download_url"]), plain, &mut changed);
    }
    report(edits, Converted, changed);
}

/// Readers of 0.4.10 hold timestamps in UTC and whole seconds.
pub(super) fn whole_seconds(edits: &mut Edits<'_>) {
    let mut changed = Vec::new();
    if let Some(timestamp) = edits.get_mut(&["timestamp"]) {
        let in_seconds = |text: &str| {
            Timestamp::parse(text).map_or_else(|_| text.to_owned(), |timestamp| timestamp.in_utc_seconds())
        };
        change_text(
            timestamp,
            DocPath::root().join("timestamp"),
            in_seconds,
            &mut changed,
        );
    }
    report(edits, Reduced, changed);
}

/// Files are named by their path from the description, without a leading `./`.
pub(super) fn paths_without_dot(edits: &mut Edits<'_>) {
    let mut changed = Vec::new();
    let plain = |path: &str| {
        let mut plain = path;
        while let Some(rest) = plain.strip_prefix("./") {
            plain = rest;
        }
        if plain.is_empty() {
            path.to_owned()
        } else {
            plain.to_owned()
        }
    };
    if let Some(documentation) = edits.get_mut(&["documentation"]) {
        change_text(documentation, joined(&["documentation"]), plain, &mut changed);
    }
    let lists = [
        "covers",
        "test_inputs",
        "test_outputs",
        "sample_inputs",
        "sample_outputs",
    ];
    let mut lists: Vec<Vec<&str>> = lists.iter().map(|key| vec![*key]).collect();
    lists.push(vec!["attachments", "files"]);
    let formats = edits.keys(&["weights"]);
    lists.extend(
        formats
            .iter()
            .map(|format| vec!["weights", format, "attachments", "files"]),
    );
    for path in lists {
        let items = edits.get_mut(&path).and_then(Node::items_mut);
        for (at, item) in items.into_iter().flatten().enumerate() {
            change_text(item, joined(&path).join(at), plain, &mut changed);
        }
    }
    for format in &formats {
        let path = ["weights", format, "source"];
        if let Some(source) = edits.get_mut(&path) {
            change_text(source, joined(&path), plain, &mut changed);
        }
    }
    report(edits, Converted, changed);
}
