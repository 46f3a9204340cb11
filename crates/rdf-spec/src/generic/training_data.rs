//! The dataset that a model was trained on.

use super::migrate;
use super::{DatasetRdf, in_newest_form};
use crate::diagnostic::Code;
use crate::document::{Mapping, Node, quoted};
use crate::read::{FromNode, Reader};
use crate::value::{FormatVersion, ResourceId};

/// The dataset that a model was trained on (field `training_data` of models).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TrainingData {
    /// A dataset that is described elsewhere.
    Linked(LinkedDataset),
    /// A dataset that is described in place.
    Described(Box<DatasetRdf>),
}

/// A reference to a dataset of a collection.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LinkedDataset {
    /// The identifier of the dataset.
    pub id: ResourceId,
    /// Number of the published version of the dataset.
    pub version_number: Option<i64>,
}

impl FromNode for TrainingData {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let expected = "a mapping with the `id` of a dataset, or a dataset description";
        let Some(mapping) = node.as_mapping() else {
            reader.wrong_type(node, expected);
            return None;
        };
        if mapping.is_empty() {
            let message = format!("{} is empty, expected {expected}", reader.subject());
            reader.report(Code::MissingField, node, message);
            return None;
        }
        if mapping
            .iter()
            .all(|(key, _)| matches!(key, "id" | "version_number"))
        {
            return LinkedDataset::from_node(node, reader).map(Self::Linked);
        }
        read_description(node, mapping, reader).map(|dataset| Self::Described(Box::new(dataset)))
    }
}

/// Unlike a document, a description in place need not say what it is.
fn read_description(node: &Node, mapping: &Mapping, reader: &mut Reader) -> Option<DatasetRdf> {
    if let Some(kind) = mapping.get("type")
        && kind.as_str() != Some("dataset")
    {
        let message = match kind.as_str() {
            Some(text) => format!("training data is of type `dataset`, found {}", quoted(text)),
            None => format!("`type` must be `dataset` here, found {}", kind.describe()),
        };
        reader.within("type", |reader| {
            reader.report(Code::UnsupportedType, kind, message);
        });
        return None;
    }
    if mapping.get("format_version").is_some() {
        let (version, root) = in_newest_form(node, "dataset", reader)?;
        return DatasetRdf::read_fields(&root, &version, reader);
    }
    let version = FormatVersion::newest_generic();
    let (_, _, patch) = version.numbers();
    let root = migrate::to_latest(node, "dataset", patch, reader);
    DatasetRdf::read_fields(&root, &version, reader)
}

impl FromNode for LinkedDataset {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let mut fields = reader.fields(node)?;
        let id = fields.required(reader, "id");
        let version_number = fields.nullable(reader, "version_number");
        fields.finish(reader);
        Some(Self {
            id: id?,
            version_number,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parsed::Parsed;

    fn read(text: &str) -> (Option<TrainingData>, Vec<String>) {
        let parsed = Parsed::from_text(text, |root, reader| (reader.read("training_data", root), None));
        let found = parsed.diagnostics().iter();
        let found = found.map(|found| format!("{} {}", found.code, found.path));
        (parsed.value().cloned(), found.collect())
    }

    #[test]
    fn a_reference_has_an_identifier() {
        let (data, found) = read("{id: Partner/Cells, version_number: 3}");
        assert_eq!(found, Vec::<String>::new());
        let Some(TrainingData::Linked(linked)) = data else {
            panic!("a reference")
        };
        assert_eq!(linked.id.as_str(), "partner/cells");
        assert_eq!(linked.version_number, Some(3));
        assert_eq!(read("{id: a b}").1, ["invalid-id training_data.id"]);
        assert_eq!(read("{version_number: 1}").1, ["missing-field training_data.id"]);
        assert_eq!(read("{}").1, ["missing-field training_data"]);
        assert_eq!(read("text").1, ["wrong-type training_data"]);
    }

    #[test]
    fn a_description_in_place_need_not_say_what_it_is() {
        let rest = "name: a, description: b, license: MIT, authors: [c], cite: [{text: d, url: e}]";
        for head in ["", "type: dataset, ", "type: dataset, format_version: 0.2.3, "] {
            let (data, found) = read(&format!("{{{head}{rest}}}"));
            assert_eq!(found, Vec::<String>::new(), "{head}");
            assert!(matches!(data, Some(TrainingData::Described(_))), "{head}");
        }
        let (_, found) = read(&format!("{{foo: 1, {rest}}}"));
        assert_eq!(found, ["unknown-field training_data.foo"]);
        let (_, found) = read(&format!("{{type: model, {rest}}}"));
        assert_eq!(found, ["unsupported-type training_data.type"]);
        let (_, found) = read(&format!("{{format_version: 0.3.0, {rest}}}"));
        assert_eq!(found, ["unsupported-format-version training_data.format_version"]);
        let old = rest.replace("name: a", "name: a/b");
        let (_, found) = read(&format!("{{format_version: 0.2.1, {old}}}"));
        assert_eq!(found, ["converted-value training_data.name"]);
    }
}
