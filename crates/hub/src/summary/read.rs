//! Reading summaries, in each of the forms that are in use.

use indexmap::IndexMap;
use rdf_spec::{Document, Mapping, Node, Yaml};

use super::{SummaryError, SummaryErrorKind, SummaryFile, TestStatus, TestSummary};

impl SummaryFile {
    /// Reads a list of summaries, a single one, or a merged file with `tests` by tester. `tester` is whose the
    /// summaries are where the text does not say so.
    ///
    /// Keys that are not among the nine are kept. `error` of a static validation may be a mapping of fields to
    /// messages, in which form it becomes `nested_errors`.
    ///
    /// # Errors
    /// If the text is no YAML or has none of the forms; the message says where.
    pub fn from_yaml(text: &str, tester: &str) -> Result<Self, SummaryError> {
        let document = Document::parse(text)
            .map_err(|error| SummaryError::from(SummaryErrorKind::Syntax).caused_by(error.to_string()))?;
        let root = document.root();
        if root.as_sequence().is_some() {
            return Ok(Self::of_tester(tester, list(root, "the document")?));
        }
        let Some(mapping) = root.as_mapping() else {
            return Err(wrong(
                "the document".to_owned(),
                format!("a list of summaries is expected, found {}", root.describe()),
            ));
        };
        let Some(tests) = mapping.get("tests") else {
            return Ok(Self::of_tester(tester, vec![summary(root, "the document")?]));
        };
        let Some(by_tester) = tests.as_mapping() else {
            return Err(wrong(
                "`tests`".to_owned(),
                format!("a mapping of testers is expected, found {}", tests.describe()),
            ));
        };
        let mut file = Self {
            rdf_sha256: text_of(mapping, "rdf_sha256"),
            ..Self::default()
        };
        for (tester, entry) in by_tester.iter() {
            let place = format!("`tests.{tester}`");
            file.tests.insert(tester.to_owned(), list(&entry.value, &place)?);
        }
        Ok(file)
    }
}

fn list(node: &Node, place: &str) -> Result<Vec<TestSummary>, SummaryError> {
    let Some(items) = node.as_sequence() else {
        return Err(wrong(
            place.to_owned(),
            format!("a list of summaries is expected, found {}", node.describe()),
        ));
    };
    items
        .iter()
        .enumerate()
        .map(|(index, item)| summary(item, &format!("summary {} of {place}", index + 1)))
        .collect()
}

fn summary(node: &Node, place: &str) -> Result<TestSummary, SummaryError> {
    let at = format!("{place} (line {})", node.span.start.line);
    let Some(mapping) = node.as_mapping() else {
        return Err(wrong(
            at,
            format!("a mapping is expected, found {}", node.describe()),
        ));
    };
    let Some(name) = text_of(mapping, "name") else {
        return Err(wrong(at, "the key `name` is missing or no text".to_owned()));
    };
    let status = match text_of(mapping, "status").as_deref() {
        Some("passed") => TestStatus::Passed,
        Some("failed") => TestStatus::Failed,
        _ => {
            return Err(wrong(
                at,
                "the key `status` must be `passed` or `failed`".to_owned(),
            ));
        }
    };
    let mut summary = TestSummary::new(name, "", status);
    summary.source_name = source_name(mapping);
    summary.bioimageio_spec_version = text_of(mapping, "bioimageio_spec_version");
    summary.bioimageio_core_version = text_of(mapping, "bioimageio_core_version");
    match mapping.get("error").map(Node::to_yaml) {
        None | Some(Yaml::Null) => {}
        Some(Yaml::String(text)) => summary.error = Some(text),
        Some(Yaml::Mapping(by_field)) => summary.nested_errors = by_field,
        Some(other) => summary.error = Some(super::render::flat(&other)),
    }
    for (field, message) in mapping_of(mapping, "nested_errors", &at)? {
        summary.nested_errors.insert(field, message);
    }
    summary.warnings = mapping_of(mapping, "warnings", &at)?;
    summary.traceback = traceback(mapping);
    for (key, entry) in mapping.iter() {
        if !super::write::KEYS.contains(&key) {
            summary.other.insert(key.to_owned(), entry.value.to_yaml());
        }
    }
    Ok(summary)
}

/// Text as it is written: a version `1.10` is not the number 1.1.
fn text_of(mapping: &Mapping, key: &str) -> Option<String> {
    let node = mapping.get(key)?;
    if node.is_null() {
        return None;
    }
    node.as_scalar().map(|scalar| scalar.text.clone())
}

/// A path or address; older validators wrote a whole description here, which then stands for its name.
fn source_name(mapping: &Mapping) -> Option<String> {
    text_of(mapping, "source_name").or_else(|| text_of(mapping.get("source_name")?.as_mapping()?, "name"))
}

fn mapping_of(mapping: &Mapping, key: &str, at: &str) -> Result<IndexMap<String, Yaml>, SummaryError> {
    match mapping.get(key).map(Node::to_yaml) {
        None | Some(Yaml::Null) => Ok(IndexMap::new()),
        Some(Yaml::Mapping(values)) => Ok(values),
        Some(_) => Err(wrong(at.to_owned(), format!("the key `{key}` must be a mapping"))),
    }
}

/// A list of lines; one text is one line.
fn traceback(mapping: &Mapping) -> Option<Vec<String>> {
    let node = mapping.get("traceback")?;
    if let Some(lines) = node.as_sequence() {
        return Some(
            lines
                .iter()
                .map(|line| super::render::flat(&line.to_yaml()))
                .collect(),
        );
    }
    text_of(mapping, "traceback").map(|text| vec![text])
}

fn wrong(place: String, found: String) -> SummaryError {
    SummaryErrorKind::Form { place, found }.into()
}
