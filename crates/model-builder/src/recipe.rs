//! `model.toml`: what only the author knows about a model.

mod read;

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use rdf_spec::{Code, Diagnostic, DocPath, Position, Segment, Yaml};

use crate::error::{BuildError, BuildErrorKind};

/// A commented `model.toml` to begin with.
pub const TEMPLATE: &str = include_str!("recipe/template.toml");

/// The largest `model.toml` that is read.
const MAX_BYTES: u64 = 1 << 20;

/// What is stated about a model: the fields of its description, but for what can be computed.
///
/// A `model.toml` has the fields of a model description (`rdf.yaml`, format 0.4) under the same names, and a few more:
///
/// | key | meaning |
/// |---|---|
/// | `inputs.test` | the test input, a `.npy` file in the order of `axes`; required |
/// | `inputs.shape` | as in the format, or `"search"`: the sizes that the network takes are tried out; without it the shape is that of the test input |
/// | `outputs.test` | the test output that is expected, a `.npy` file; computed unless given |
/// | `outputs.shape` | as in the format; found by running the network unless given |
/// | `outputs.halo` | as in the format, or `"search"`: measured by changing the test input |
/// | `deepimagej` | `true`: adds `config.deepimagej` and sample images as TIFF |
///
/// Files are relative to the folder of `model.toml`, or [were fetched](Recipe::urls) from a URL.
///
/// ```
/// use model_builder::Recipe;
///
/// let error = Recipe::parse("name = \"Cells\"\nlicence = \"MIT\"\ninputs = 3\n", "model.toml", ".").map(drop);
/// // What a value may be is checked when the package is built; the text has to be TOML.
/// assert!(error.is_ok());
/// assert!(Recipe::parse("name = Cells", "model.toml", ".").is_err());
/// ```
#[derive(Clone, Debug)]
pub struct Recipe {
    name: String,
    folder: PathBuf,
    text: String,
    tree: Yaml,
    /// Where each value stands, and where each key.
    places: HashMap<DocPath, Range<usize>>,
    /// Files of this machine in place of URLs.
    fetched: HashMap<String, PathBuf>,
}

impl Recipe {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read, is larger than a megabyte, or is not TOML.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, BuildError> {
        let path = path.as_ref();
        let failed = |error: std::io::Error| BuildError::file(path, error);
        let length = std::fs::metadata(path).map_err(failed)?.len();
        if length > MAX_BYTES {
            let reason = format!("it has {length} bytes, up to {MAX_BYTES} are read");
            return Err(failed(std::io::Error::new(
                std::io::ErrorKind::FileTooLarge,
                reason,
            )));
        }
        let text = std::fs::read_to_string(path).map_err(failed)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::parse(&text, path.display().to_string(), folder)
    }

    /// Reads text; `name` stands for it in messages, files are relative to `folder`.
    ///
    /// # Errors
    /// If it is not TOML.
    pub fn parse(
        text: &str,
        name: impl Into<String>,
        folder: impl Into<PathBuf>,
    ) -> Result<Self, BuildError> {
        let mut places = HashMap::new();
        let tree = read::tree(text, &mut places).map_err(|error| {
            let message = error.message().to_owned();
            let start = error.span().map_or(0, |span| span.start);
            let finding = Diagnostic::new(Code::SyntaxError, DocPath::root(), message);
            BuildErrorKind::Recipe(vec![finding.at(position_at(text, start))])
        })?;
        Ok(Self {
            name: name.into(),
            folder: folder.into(),
            text: text.to_owned(),
            tree,
            places,
            fetched: HashMap::new(),
        })
    }

    /// Sets a field of the description, for a program that knows better than the file: `["license"]`.
    pub fn set(&mut self, path: &[&str], value: Yaml) {
        let Some((last, parents)) = path.split_last() else {
            return;
        };
        let mut node = &mut self.tree;
        for key in parents {
            let Yaml::Mapping(fields) = node else { return };
            node = fields
                .entry((*key).to_owned())
                .or_insert_with(|| Yaml::Mapping(std::iter::empty().collect()));
        }
        if let Yaml::Mapping(fields) = node {
            fields.insert((*last).to_owned(), value);
        }
    }

    /// The URLs of files that a build reads: weights and their source code, test inputs, test outputs. This crate opens no
    /// connection: whoever builds fetches them, and gives them back with [`take_from`](Self::take_from).
    ///
    /// ```
    /// use model_builder::Recipe;
    ///
    /// let text = "[weights.onnx]\nsource = \"https://example.org/net.onnx\"\n";
    /// let mut recipe = Recipe::parse(text, "model.toml", ".")?;
    /// assert_eq!(recipe.urls(), ["https://example.org/net.onnx"]);
    /// recipe.take_from("https://example.org/net.onnx", "fetched/net.onnx");
    /// # Ok::<(), model_builder::BuildError>(())
    /// ```
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        let mut stated = Vec::new();
        for tensors in ["inputs", "outputs"] {
            if let Some(Yaml::Sequence(items)) = self.tree.get(tensors) {
                stated.extend(items.iter().filter_map(|item| item.get("test")?.as_str()));
            }
        }
        if let Some(Yaml::Mapping(weights)) = self.tree.get("weights") {
            for entry in weights.values() {
                stated.extend(entry.get("source").and_then(Yaml::as_str));
                let code = entry.get("architecture").and_then(Yaml::as_str);
                stated.extend(code.and_then(|code| Some(code.rsplit_once(':')?.0)));
            }
        }
        let is_url = |text: &&str| text.starts_with("http://") || text.starts_with("https://");
        let mut urls: Vec<String> = stated.into_iter().filter(is_url).map(str::to_owned).collect();
        urls.sort();
        urls.dedup();
        urls
    }

    /// Takes a file of this machine where the recipe states a URL: it becomes part of the package, under its own name.
    pub fn take_from(&mut self, url: impl Into<String>, file: impl Into<PathBuf>) {
        self.fetched.insert(url.into(), file.into());
    }

    /// The file that was fetched from a URL.
    pub(crate) fn fetched(&self, url: &str) -> Option<&Path> {
        self.fetched.get(url).map(PathBuf::as_path)
    }

    /// What stands for it in messages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn tree(&self) -> &Yaml {
        &self.tree
    }

    /// A file that is stated, where it is.
    pub(crate) fn file(&self, stated: &str) -> PathBuf {
        self.folder.join(stated)
    }

    /// A finding at the place of the field, or of the table that it belongs into.
    pub(crate) fn place(&self, mut finding: Diagnostic) -> Diagnostic {
        let mut path = Some(finding.path.clone());
        while let Some(at) = path {
            if let Some(range) = self.places.get(&at) {
                finding.position = Some(position_at(&self.text, range.start));
                return finding;
            }
            path = at.parent();
        }
        finding.position = Some(Position::START);
        finding
    }

    /// True if a value is stated.
    pub(crate) fn has(&self, path: &DocPath) -> bool {
        let mut node = &self.tree;
        for segment in path.segments() {
            let child = match (segment, node) {
                (Segment::Key(key), Yaml::Mapping(fields)) => fields.get(key),
                (Segment::Index(at), Yaml::Sequence(items)) => items.get(*at),
                _ => None,
            };
            let Some(child) = child else { return false };
            node = child;
        }
        true
    }
}

/// Line and column of a byte.
fn position_at(text: &str, byte: usize) -> Position {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Position {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_those_of_the_toml_text() {
        let text = "name = \"x\"\n[[inputs]]\naxes = \"bcyx\"\n[[inputs]]\n  shape = [1, 2]\n";
        let recipe = Recipe::parse(text, "model.toml", "").unwrap();
        let path = DocPath::root().join("inputs").join(1).join("shape").join(1);
        let placed = |path: DocPath| {
            recipe
                .place(Diagnostic::new(Code::WrongType, path, ""))
                .position
                .map(|at| at.to_string())
        };
        assert_eq!(placed(path).as_deref(), Some("5:15"));
        let missing = DocPath::root().join("inputs").join(1).join("axes");
        assert_eq!(placed(missing).as_deref(), Some("4:1"));
        assert_eq!(placed(DocPath::root().join("license")).as_deref(), Some("1:1"));
        let error = Recipe::parse("a = 1\nb = = 2\n", "model.toml", "").unwrap_err();
        let BuildErrorKind::Recipe(found) = error.kind() else {
            unreachable!("{error}")
        };
        assert_eq!(found[0].position.map(|at| at.line), Some(2));
    }

    #[test]
    fn the_template_is_toml() {
        assert!(Recipe::parse(TEMPLATE, "model.toml", "").is_ok());
    }
}
