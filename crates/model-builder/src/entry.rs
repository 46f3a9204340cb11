//! Weights that are added to a description.

use rdf_spec::{DocPath, Document, ModelRdf, Node, Package, Rewritten, WeightsFormat, Yaml};

use crate::error::{BuildError, BuildErrorKind};
use crate::tree;

/// An entry below `weights`: its fields but for `source`.
#[derive(Clone, Debug, PartialEq)]
pub struct NewWeights {
    /// The format, which the model does not have yet.
    pub format: WeightsFormat,
    /// The file, as the description will refer to it.
    pub source: String,
    /// Other fields: `sha256`, `parent`, `opset_version`, `pytorch_version`, ...
    pub fields: Vec<(String, Yaml)>,
}

/// The description of a package with weights in one more format. Comments stay where that is possible.
///
/// # Errors
/// If the description cannot be read, has weights in this format already, or would have more errors than before, which are
/// then listed.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use model_builder::{NewWeights, describe_weights};
/// use rdf_spec::{Package, WeightsFormat, Yaml};
///
/// let text = "type: model\nweights:\n  torchscript: {source: net.pt}  # traced\n";
/// let package = Package::gathered("draft", text, [])?;
/// let weights = NewWeights {
///     format: WeightsFormat::Onnx,
///     source: "net.onnx".to_owned(),
///     fields: vec![("opset_version".to_owned(), Yaml::Int(17))],
/// };
/// let described = describe_weights(&package, &weights)?;
/// assert!(described.text.contains("# traced\n  onnx:\n    source: net.onnx\n    opset_version: 17\n"), "{}", described.text);
/// # Ok(())
/// # }
/// ```
pub fn describe_weights(package: &Package, weights: &NewWeights) -> Result<Rewritten, BuildError> {
    let refuse = |reason: String| BuildError::from(BuildErrorKind::Package { reason });
    let format = weights.format;
    let Some(document) = package.parsed().document() else {
        return Err(refuse("the description cannot be read".to_owned()));
    };
    let mut fields = vec![("source".to_owned(), tree::text(weights.source.clone()))];
    fields.extend(weights.fields.iter().cloned());
    let fields = Yaml::Mapping(fields.into_iter().collect());
    // In block style, as most descriptions are; what is in brackets stays in brackets.
    let mut text = format!("{format}:\n");
    if let Yaml::Mapping(fields) = &fields {
        for (key, value) in fields {
            text.push_str(&format!("  {key}: {}\n", tree::to_text(value)));
        }
    }
    let entry = Document::parse(&text).map_err(|finding| BuildErrorKind::Invalid(vec![finding]))?;
    let entry = entry
        .root()
        .as_mapping()
        .and_then(|mapping| mapping.entry(format.name()));
    let mut changed = document.root().clone();
    let place = changed
        .as_mapping_mut()
        .and_then(|root| root.get_mut("weights"))
        .and_then(Node::as_mapping_mut);
    let (Some(entry), Some(place)) = (entry, place) else {
        return Err(refuse("the description has no mapping `weights`".to_owned()));
    };
    if place.get(format.name()).is_some() {
        return Err(refuse(format!(
            "the model has {format} weights already: remove them from the description"
        )));
    }
    place.insert(format.name(), entry.clone());
    let rewritten = document
        .rewritten(package.text(), &changed)
        .map_err(|finding| BuildErrorKind::Invalid(vec![finding]))?;
    let below = DocPath::root().join("weights").join(format.name());
    let found = ModelRdf::from_yaml(&rewritten.text);
    let errors: Vec<_> = found
        .diagnostics()
        .iter()
        .filter(|found| found.is_error() && found.path.segments().starts_with(below.segments()))
        .cloned()
        .collect();
    if !errors.is_empty() {
        return Err(BuildErrorKind::Invalid(errors).into());
    }
    Ok(rewritten)
}
