//! What a recipe states, read and checked: files, test inputs, and everything that the reader of descriptions knows.

use pipeline::image::read_npy_file;
use rdf_spec::{Architecture, Code, Diagnostic, DocPath, FileSource, ModelRdf, Yaml};

use super::draft::{DraftInput, DraftOutput};
use super::files::Files;
use crate::opset;
use crate::recipe::Recipe;
use crate::tree;

/// What stands for something that is to be searched.
const SEARCH: &str = "search";
/// Fields that hold a file each, and lists of files, at the top of a description.
const FILES: [&str; 1] = ["documentation"];
const LISTS: [&str; 3] = ["covers", "sample_inputs", "sample_outputs"];

/// What is stated, on its way to a description.
pub(super) struct Reading<'r> {
    pub(super) recipe: &'r Recipe,
    pub(super) files: Files,
    pub(super) found: Vec<Diagnostic>,
}

impl Reading<'_> {
    fn report(&mut self, code: Code, path: &DocPath, message: impl Into<String>) {
        self.found.push(Diagnostic::new(code, path.clone(), message));
    }

    /// A truth value that is not part of a description.
    pub(super) fn flag(&mut self, tree: &mut Yaml, key: &str) -> bool {
        match tree::take(tree, key) {
            None => false,
            Some(Yaml::Bool(value)) => value,
            Some(_) => {
                let path = DocPath::root().join(key);
                self.report(
                    Code::WrongType,
                    &path,
                    format!("expected true or false for `{key}`"),
                );
                false
            }
        }
    }

    /// Every file that the description refers to gets a name in the package.
    pub(super) fn references(&mut self, tree: &mut Yaml) {
        let top = DocPath::root();
        for key in FILES {
            self.field(tree, key, &top, str::to_owned);
        }
        for key in LISTS {
            self.list(tree, key, &top);
        }
        self.attachments(tree, &top);
        let Yaml::Mapping(fields) = tree else { return };
        let Some(Yaml::Mapping(weights)) = fields.get_mut("weights") else {
            return;
        };
        for (format, entry) in weights.iter_mut() {
            let path = top.join("weights").join(format.as_str());
            let source = self.field(entry, "source", &path, str::to_owned);
            if let (Some(source), "onnx", None) = (source, format.as_str(), entry.get("opset_version")) {
                self.opset(entry, &source, &path);
            }
            self.architecture(entry, &path);
            if let Some(Yaml::String(text)) = entry.get("dependencies").cloned()
                && let Some((manager, file)) = text.split_once(':')
                && let Some(name) = self.file(file, &path.join("dependencies"))
            {
                tree::set(entry, "dependencies", tree::text(format!("{manager}:{name}")));
            }
            self.attachments(entry, &path);
        }
    }

    fn opset(&mut self, entry: &mut Yaml, source: &str, path: &DocPath) {
        let Some(file) = self.files.path(source) else {
            return;
        };
        match opset::of_file(file) {
            Ok(Some(version)) => tree::set(entry, "opset_version", Yaml::Int(version)),
            Ok(None) => {
                self.report(
                    Code::InvalidSource,
                    &path.join("source"),
                    "the file states no version of its operators",
                );
            }
            Err(error) => {
                let message = format!("`{source}` cannot be read as an ONNX file: {error}");
                self.report(Code::InvalidSource, &path.join("source"), message);
            }
        }
    }

    fn architecture(&mut self, entry: &mut Yaml, path: &DocPath) {
        let Some(Yaml::String(text)) = entry.get("architecture").cloned() else {
            return;
        };
        // The digest of a file is computed; what is wrong with the text is found with the rest of the description.
        let Some((file, callable)) = text.rsplit_once(':') else {
            return;
        };
        let Some(name) = self.file(file, &path.join("architecture")) else {
            return;
        };
        let text = format!("{name}:{callable}");
        if let (Ok(Architecture::File { .. }), Some(file)) =
            (Architecture::parse(&text), self.files.path(&name))
            && let Ok(mut file) = std::fs::File::open(file)
            && let Ok(digest) = rdf_spec::Sha256::of(&mut file)
        {
            tree::set_default(entry, "architecture_sha256", tree::text(digest.to_string()));
        }
        tree::set(entry, "architecture", tree::text(text));
    }

    fn attachments(&mut self, tree: &mut Yaml, path: &DocPath) {
        if let Yaml::Mapping(fields) = tree
            && let Some(attachments) = fields.get_mut("attachments")
        {
            self.list(attachments, "files", &path.join("attachments"));
        }
    }

    fn field(
        &mut self,
        tree: &mut Yaml,
        key: &str,
        path: &DocPath,
        text: impl Fn(&str) -> String,
    ) -> Option<String> {
        let stated = tree.get(key).and_then(Yaml::as_str)?.to_owned();
        let name = self.file(&stated, &path.join(key))?;
        tree::set(tree, key, tree::text(text(&name)));
        Some(name)
    }

    fn list(&mut self, tree: &mut Yaml, key: &str, path: &DocPath) {
        for (at, item) in tree::items_mut(tree, key).iter_mut().enumerate() {
            if let Some(stated) = item.as_str().map(str::to_owned)
                && let Some(name) = self.file(&stated, &path.join(key).join(at))
            {
                *item = tree::text(name);
            }
        }
    }

    /// The name of a file in the package; `None` for a URL that was not fetched, and for what is not there.
    fn file(&mut self, stated: &str, path: &DocPath) -> Option<String> {
        if FileSource::parse(stated).is_ok_and(|source| source.url().is_some()) {
            return self.recipe.fetched(stated).map(|file| self.files.add(file));
        }
        let file = self.recipe.file(stated);
        match std::fs::metadata(&file) {
            Ok(metadata) if metadata.is_file() => Some(self.files.add(&file)),
            Ok(_) => {
                self.report(
                    Code::MissingFile,
                    path,
                    format!("`{}` is not a file", file.display()),
                );
                None
            }
            Err(error) => {
                self.report(
                    Code::MissingFile,
                    path,
                    format!("cannot use `{}`: {error}", file.display()),
                );
                None
            }
        }
    }

    pub(super) fn inputs(&mut self, tree: &mut Yaml) -> Vec<DraftInput> {
        let mut inputs = Vec::new();
        let mut tests = Vec::new();
        for (at, input) in tree::items_mut(tree, "inputs").iter_mut().enumerate() {
            let path = DocPath::root().join("inputs").join(at);
            let name = input
                .get("name")
                .and_then(Yaml::as_str)
                .unwrap_or_default()
                .to_owned();
            let axes = input
                .get("axes")
                .and_then(Yaml::as_str)
                .unwrap_or_default()
                .to_owned();
            let is_searched = input.get("shape").and_then(Yaml::as_str) == Some(SEARCH);
            tree::set_default(input, "data_type", tree::text("float32"));
            let is_open = is_searched || input.get("shape").is_none();
            if is_open {
                // Until the test tensor is read: large enough for any halo.
                let length = |letter| if letter == 'b' { 1 } else { 1_usize << 20 };
                tree::set(
                    input,
                    "shape",
                    tree::lengths(&axes.chars().map(length).collect::<Vec<_>>()),
                );
            }
            tests.push(tree::text(format!("test_{name}.npy")));
            let test_path = path.join("test");
            let Some(Yaml::String(stated)) = tree::take(input, "test") else {
                self.report(
                    Code::MissingField,
                    &test_path,
                    "the required field `test` is missing: a .npy file",
                );
                continue;
            };
            let Some(file) = self.file(&stated, &test_path) else {
                continue;
            };
            let tensor = match self.files.path(&file).map(read_npy_file) {
                Some(Ok(tensor)) => tensor,
                Some(Err(error)) => {
                    let message = format!("{}; a test input is a .npy file", chain(&error));
                    self.report(Code::TestTensorMismatch, &test_path, message);
                    continue;
                }
                None => continue,
            };
            if tensor.ndim() != axes.chars().count() {
                let message = format!(
                    "the test input has the shape {:?}, expected the axes {axes}",
                    tensor.shape()
                );
                self.report(Code::TestTensorMismatch, &test_path, message);
                continue;
            }
            if is_open {
                tree::set(input, "shape", tree::lengths(tensor.shape()));
            }
            if let Some(test) = tests.last_mut() {
                *test = tree::text(file);
            }
            inputs.push(DraftInput {
                name,
                axes,
                tensor,
                is_searched,
            });
        }
        tree::set(tree, "test_inputs", Yaml::Sequence(tests));
        inputs
    }

    pub(super) fn outputs(&mut self, tree: &mut Yaml) -> Vec<DraftOutput> {
        let mut outputs = Vec::new();
        let mut tests = Vec::new();
        for (at, output) in tree::items_mut(tree, "outputs").iter_mut().enumerate() {
            let path = DocPath::root().join("outputs").join(at);
            let name = output
                .get("name")
                .and_then(Yaml::as_str)
                .unwrap_or_default()
                .to_owned();
            let axes = output
                .get("axes")
                .and_then(Yaml::as_str)
                .unwrap_or_default()
                .to_owned();
            tree::set_default(output, "data_type", tree::text("float32"));
            let is_halo_searched = output.get("halo").and_then(Yaml::as_str) == Some(SEARCH);
            if is_halo_searched {
                tree::take(output, "halo");
            }
            let has_shape = output.get("shape").is_some();
            if !has_shape {
                // Large enough for any halo; it is replaced by what is found.
                let lengths = vec![1_usize << 20; axes.chars().count()];
                tree::set(output, "shape", tree::lengths(&lengths));
            }
            let test = match tree::take(output, "test") {
                Some(Yaml::String(stated)) => self.file(&stated, &path.join("test")),
                Some(_) => {
                    self.report(
                        Code::WrongType,
                        &path.join("test"),
                        "expected the name of a .npy file",
                    );
                    None
                }
                None => None,
            };
            tests.push(tree::text(
                test.clone().unwrap_or_else(|| format!("test_{name}.npy")),
            ));
            outputs.push(DraftOutput {
                name,
                axes,
                test,
                has_shape,
                is_halo_searched,
            });
        }
        tree::set(tree, "test_outputs", Yaml::Sequence(tests));
        outputs
    }

    /// What the reader of descriptions has to say about everything that is stated.
    pub(super) fn check(&mut self, tree: &Yaml) {
        // Without its test tensor an input has no shape: what follows from that would only confuse.
        let reported: Vec<DocPath> = self
            .found
            .iter()
            .filter_map(|found| found.path.parent())
            .collect();
        let parsed = ModelRdf::from_yaml(&tree::to_text(tree));
        for finding in parsed.diagnostics().iter().filter(|finding| finding.is_error()) {
            let follows = reported
                .iter()
                .any(|path| finding.path.segments().starts_with(path.segments()) && !path.is_root())
                && !self.recipe.has(&finding.path);
            let counted = finding.code == Code::TestTensorCount && !self.found.is_empty();
            if follows || counted || finding.code == Code::BatchSizeNotOne && !self.recipe.has(&finding.path)
            {
                continue;
            }
            let mut finding = finding.clone();
            if finding.code == Code::UnknownField
                && let Some(known) = extra_key(&finding.path)
            {
                finding.help = Some(format!("did you mean `{known}`?"));
            }
            self.found.push(finding);
        }
    }
}

/// The key of a recipe that is no field of a description, if an unknown key looks like one.
fn extra_key(path: &DocPath) -> Option<&'static str> {
    let rdf_spec::Segment::Key(key) = path.segments().last()? else {
        return None;
    };
    let known = if path.segments().len() == 1 {
        "deepimagej"
    } else {
        "test"
    };
    let (mut one, mut other): (Vec<char>, Vec<char>) =
        (key.to_lowercase().chars().collect(), known.chars().collect());
    one.sort_unstable();
    other.sort_unstable();
    let shared = one.iter().filter(|letter| other.contains(letter)).count();
    (one == other || (shared + 1 >= other.len() && one.len().abs_diff(other.len()) <= 1)).then_some(known)
}

/// An error with its sources in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}
