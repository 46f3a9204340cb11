//! The files that a description refers to, read from its tree: also where the rest of it cannot be read, and
//! whatever type of resource it describes.

use crate::document::{DocPath, Mapping, Node};
use crate::v0_4::Architecture;
use crate::value::{FileSource, Sha256, ValueError};

/// A file that a description refers to.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) path: DocPath,
    pub(super) source: FileSource,
    /// The digest that the description states, and where.
    pub(super) digest: Option<(DocPath, Sha256)>,
    /// Where the description states the digest of the file, or could state it; `None` for files without one.
    pub(super) digest_place: Option<DocPath>,
    pub(super) role: Role,
    /// What stands around the name of the file.
    pub(super) form: Form,
    /// Why `source` is no reference to a file, if it is none.
    problem: Option<ValueError>,
}

/// What stands around the name of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Nothing.
    Plain,
    /// `file.py:Callable`, with this callable.
    Architecture(String),
    /// `manager:file`, with this manager.
    Dependencies(String),
}

impl Form {
    /// The text of a reference to a file.
    pub(super) fn text(&self, file: &str) -> String {
        match self {
            Self::Plain => file.to_owned(),
            Self::Architecture(callable) => format!("{file}:{callable}"),
            Self::Dependencies(manager) => format!("{manager}:{file}"),
        }
    }
}

/// What a file is there for: what is looked at in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Any file: it has to be there.
    Any,
    /// The test tensor of the input with this index.
    TestInput(usize),
    /// The test tensor of the output with this index.
    TestOutput(usize),
    /// An image for the resource's card.
    Cover,
    /// The documentation.
    Documentation,
    /// A small picture, which web pages load from wherever it is.
    Icon,
}

/// All references that can be read; what cannot is a finding of reading the description.
pub(super) fn of(root: &Node) -> Vec<Reference> {
    let mut all = candidates(root);
    all.retain(|reference| reference.problem.is_none());
    all
}

/// What stands where a reference to a file is expected, and is none: an absolute path, for instance.
pub(super) fn unreadable(root: &Node) -> Option<(DocPath, ValueError)> {
    let mut all = candidates(root).into_iter();
    all.find_map(|reference| Some((reference.path, reference.problem?)))
}

fn candidates(root: &Node) -> Vec<Reference> {
    let top = DocPath::root();
    let mut all = Vec::new();
    let documentation = plain(top.join("documentation"), child(root, "documentation"));
    all.extend(documentation.map(|reference| reference.with_role(Role::Documentation)));
    list(&mut all, &top.join("covers"), child(root, "covers"), |_| {
        Role::Cover
    });
    let test_inputs = child(root, "test_inputs");
    list(&mut all, &top.join("test_inputs"), test_inputs, Role::TestInput);
    let test_outputs = child(root, "test_outputs");
    list(
        &mut all,
        &top.join("test_outputs"),
        test_outputs,
        Role::TestOutput,
    );
    for key in ["sample_inputs", "sample_outputs"] {
        list(&mut all, &top.join(key), child(root, key), any);
    }
    attachments(&mut all, &top, root);
    all.extend(image(&top, root));
    let badges = child(root, "badges")
        .and_then(Node::as_sequence)
        .unwrap_or_default();
    for (at, badge) in badges.iter().enumerate() {
        all.extend(image(&top.join("badges").join(at), badge));
    }
    // The source of a notebook or application is a file; models of format 0.3 have their architecture here.
    all.extend(
        if text(child(root, "type")) == Some("model") || child(root, "weights").is_some() {
            architecture(top.join("source"), child(root, "source"))
        } else {
            plain(top.join("source"), child(root, "source"))
        },
    );
    all.extend(dependencies(
        top.join("dependencies"),
        child(root, "dependencies"),
    ));
    let weights = child(root, "weights").and_then(Node::as_mapping);
    for (format, entry) in weights.map(Mapping::iter).into_iter().flatten() {
        weights_entry(&mut all, &top.join("weights").join(format), &entry.value);
    }
    all
}

fn weights_entry(all: &mut Vec<Reference>, path: &DocPath, entry: &Node) {
    let source = plain(path.join("source"), child(entry, "source"));
    all.extend(source.map(|source| source.with_digest(path.join("sha256"), child(entry, "sha256"))));
    let source = architecture(path.join("architecture"), child(entry, "architecture"));
    let digest = child(entry, "architecture_sha256");
    all.extend(source.map(|source| source.with_digest(path.join("architecture_sha256"), digest)));
    all.extend(dependencies(
        path.join("dependencies"),
        child(entry, "dependencies"),
    ));
    attachments(all, path, entry);
}

impl Reference {
    fn with_digest(mut self, path: DocPath, node: Option<&Node>) -> Self {
        self.digest = text(node)
            .and_then(|digest| Sha256::parse(digest).ok())
            .map(|digest| (path.clone(), digest));
        self.digest_place = Some(path);
        self
    }

    fn with_form(mut self, form: Form) -> Self {
        self.form = form;
        self
    }

    fn with_role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }
}

fn child<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    node.as_mapping()?.get(key)
}

fn text(node: Option<&Node>) -> Option<&str> {
    node?.as_str()
}

fn any(_: usize) -> Role {
    Role::Any
}

fn reference(path: DocPath, source: FileSource) -> Reference {
    Reference {
        path,
        source,
        digest: None,
        digest_place: None,
        role: Role::Any,
        form: Form::Plain,
        problem: None,
    }
}

fn plain(path: DocPath, node: Option<&Node>) -> Option<Reference> {
    Some(parsed(path, text(node)?))
}

/// A reference to a file, or something that stands in its place.
fn parsed(path: DocPath, text: &str) -> Reference {
    match FileSource::parse(text) {
        Ok(source) => reference(path, source),
        Err(problem) => Reference {
            problem: Some(problem),
            ..reference(path, FileSource::unchecked(text))
        },
    }
}

fn list(all: &mut Vec<Reference>, path: &DocPath, node: Option<&Node>, role: impl Fn(usize) -> Role) {
    let items = node.and_then(Node::as_sequence).unwrap_or_default();
    all.extend(
        items
            .iter()
            .enumerate()
            .filter_map(|(at, item)| Some(plain(path.join(at), Some(item))?.with_role(role(at)))),
    );
}

fn attachments(all: &mut Vec<Reference>, path: &DocPath, node: &Node) {
    let files = child(node, "attachments").and_then(|attachments| child(attachments, "files"));
    list(all, &path.join("attachments").join("files"), files, any);
}

/// `file.py:Callable`.
fn architecture(path: DocPath, node: Option<&Node>) -> Option<Reference> {
    match Architecture::parse(text(node)?) {
        Ok(Architecture::File { source, callable, .. }) => {
            Some(reference(path, source).with_form(Form::Architecture(callable)))
        }
        Ok(Architecture::Module { .. }) => None,
        Err(problem) => Some(Reference {
            problem: Some(problem),
            ..reference(path, FileSource::unchecked(text(node)?))
        }),
    }
}

/// `manager:file`; addresses have colons of their own, behind the first.
fn dependencies(path: DocPath, node: Option<&Node>) -> Option<Reference> {
    let (manager, file) = text(node)?.split_once(':')?;
    if manager.is_empty() {
        return None;
    }
    let form = Form::Dependencies(manager.to_owned());
    Some(parsed(path, file).with_form(form))
}

/// The field `icon`: an image, or an emoji, which is no file. Only what looks like a path is one.
fn image(path: &DocPath, node: &Node) -> Option<Reference> {
    let icon = child(node, "icon")?;
    let is_path = icon.as_str()?.contains(['.', '/']);
    let reference = is_path.then(|| plain(path.join("icon"), Some(icon))).flatten()?;
    Some(reference.with_role(Role::Icon))
}
