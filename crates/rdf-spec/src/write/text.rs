//! The text of a description, in YAML and JSON.

use std::fmt::Write as _;

use serde_core::ser::{Serialize, Serializer};
use serde_yaml::FlowSeq;

use super::{ToTree, to_node};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{DocPath, MAX_BYTES, is_printable};
use crate::v0_4::ModelRdf;
use crate::value::Yaml;

/// The longest list of numbers that is written in one line.
const LINE_OF_NUMBERS: usize = 16;

impl ModelRdf {
    /// The text of the description in YAML, as a file `rdf.yaml` holds it: only the fields that are set, in the
    /// order of the specification.
    ///
    /// A description of an older version is written in the newest one, in whose form it is held. Apart from the
    /// version, reading the text gives an equal description again (where it has no NaN), and writing that one the
    /// same text.
    /// What was not part of the description, such as comments, is not written.
    ///
    /// ```
    /// # let text = include_str!("../../tests/documents/minimal.yaml");
    /// use rdf_spec::ModelRdf;
    ///
    /// let mut model = ModelRdf::from_yaml(text).into_result().unwrap();
    /// model.format_version = rdf_spec::FormatVersion::newest();
    /// model.version = Some("1.10".parse()?);
    /// let text = model.to_yaml()?;
    /// assert!(text.starts_with("format_version: \"0.4.10\"\ntype: model\nname: Smallest model\n"));
    /// assert!(text.contains("\nversion: \"1.10\"\n")); // text, not the number 1.1
    /// assert!(text.contains("\n  shape: [1, 1, 64, 64]\n"));
    /// assert_eq!(ModelRdf::from_yaml(&text).into_result().unwrap(), model);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// One diagnostic, `document-too-large` or `nesting-too-deep`, where the text could not be read again.
    pub fn to_yaml(&self) -> Result<String, Diagnostic> {
        self.to_tree().to_yaml()
    }

    /// The text of the description in JSON, indented; see [`ModelRdf::to_yaml`].
    ///
    /// JSON has neither infinities nor NaN: they are written as the texts `"inf"`, `"-inf"` and `"nan"`, which
    /// [`ModelRdf::from_yaml`] reads as the numbers in the fields of the format. In free-form fields (`config`,
    /// `kwargs`) they stay text. Every JSON text is YAML, so one function reads both.
    ///
    /// ```
    /// # let text = include_str!("../../tests/documents/minimal.yaml");
    /// use rdf_spec::ModelRdf;
    ///
    /// let mut model = ModelRdf::from_yaml(text).into_result().unwrap();
    /// model.format_version = rdf_spec::FormatVersion::newest();
    /// let json = model.to_json()?;
    /// assert!(json.starts_with("{\n  \"format_version\": \"0.4.10\",\n  \"type\": \"model\","));
    /// assert_eq!(ModelRdf::from_yaml(&json).into_result().unwrap(), model);
    /// # Ok::<(), rdf_spec::Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// One diagnostic, `document-too-large` or `nesting-too-deep`, where the text could not be read again.
    pub fn to_json(&self) -> Result<String, Diagnostic> {
        self.to_tree().to_json()
    }
}

impl Yaml {
    /// The text of the value in YAML, such that [`Document::parse`](crate::Document::parse) reads the same value.
    ///
    /// Readers of YAML 1.1 read the same value too: text that they take for something else (`no`, `2021-12-07`)
    /// stands in quotes.
    ///
    /// ```
    /// use rdf_spec::{Document, Yaml};
    ///
    /// let value = Yaml::Sequence(vec![Yaml::Float(1.0), Yaml::String("no".to_owned())]);
    /// let text = value.to_yaml()?;
    /// assert_eq!(text, "- 1.0\n- \"no\"\n");
    /// assert_eq!(Document::parse(&text)?.root().to_yaml(), value);
    /// # Ok::<(), rdf_spec::Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// One diagnostic, `document-too-large` or `nesting-too-deep`, where the text could not be read again.
    pub fn to_yaml(&self) -> Result<String, Diagnostic> {
        to_node(self)?;
        let text = serde_yaml::to_string(&AsYaml(self)).map_err(|error| unwritable(&error))?;
        short_enough(text)
    }

    /// The text of the value in JSON, indented. Infinities and NaN become the texts `"inf"`, `"-inf"` and `"nan"`.
    ///
    /// ```
    /// use rdf_spec::Yaml;
    ///
    /// let value = Yaml::Sequence(vec![Yaml::Float(f64::NEG_INFINITY), Yaml::Null]);
    /// assert_eq!(value.to_json()?, "[\n  \"-inf\",\n  null\n]");
    /// # Ok::<(), rdf_spec::Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// One diagnostic, `document-too-large` or `nesting-too-deep`, where the text could not be read again.
    pub fn to_json(&self) -> Result<String, Diagnostic> {
        to_node(self)?;
        let json = serde_json::to_string_pretty(self).map_err(|error| unwritable(&error))?;
        short_enough(escape_unprintable(&json))
    }
}

/// JSON allows some characters that a YAML text may not have. They can only stand in strings.
fn escape_unprintable(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if is_printable(character) {
            text.push(character);
        } else {
            // All of them have four hexadecimal digits. Writing to a string cannot fail.
            let _ = write!(text, "\\u{:04x}", u32::from(character));
        }
    }
    text
}

fn short_enough(text: String) -> Result<String, Diagnostic> {
    if text.len() > MAX_BYTES {
        let message = format!(
            "the document has {} bytes, more than the {MAX_BYTES} that are read",
            text.len()
        );
        return Err(Diagnostic::new(Code::DocumentTooLarge, DocPath::root(), message));
    }
    Ok(text)
}

fn unwritable(error: &dyn std::error::Error) -> Diagnostic {
    let message = format!("the document cannot be written: {error}");
    Diagnostic::new(Code::SyntaxError, DocPath::root(), message)
}

/// A value as YAML has it: infinities and NaN are numbers, short lists of numbers stand in one line.
struct AsYaml<'a>(&'a Yaml);

impl Serialize for AsYaml<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Yaml::Float(value) => serializer.serialize_f64(*value),
            Yaml::Sequence(items) if is_line_of_numbers(items) => {
                FlowSeq(items.iter().map(AsYaml).collect::<Vec<_>>()).serialize(serializer)
            }
            Yaml::Sequence(items) => serializer.collect_seq(items.iter().map(AsYaml)),
            Yaml::Mapping(entries) => {
                serializer.collect_map(entries.iter().map(|(key, value)| (key, AsYaml(value))))
            }
            other => other.serialize(serializer),
        }
    }
}

fn is_line_of_numbers(items: &[Yaml]) -> bool {
    let is_number = |item: &Yaml| matches!(item, Yaml::Int(_) | Yaml::Float(_) | Yaml::Null);
    (1..=LINE_OF_NUMBERS).contains(&items.len()) && items.iter().all(is_number)
}
