//! Settings with a form, read from a free-form mapping; a wrong form is a warning.

use indexmap::IndexMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::document::{DocPath, Segment, quoted};
use crate::value::{FileSource, Yaml};

/// What a text has to be.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// Anything.
    Any,
    /// An http or https URL.
    Url,
    /// An emoji, or an http or https URL.
    Picture,
    /// A URL or relative path.
    File,
    /// `owner/name`.
    Repository,
    /// One of several words.
    OneOf(&'static [&'static str]),
}

impl Form {
    fn fits(self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Url => is_url(text),
            Self::Picture => is_url(text) || is_emoji(text),
            Self::File => FileSource::parse(text).is_ok(),
            Self::Repository => {
                let is_name = |name: &str| !name.is_empty() && !name.contains(char::is_whitespace);
                text.split_once('/')
                    .is_some_and(|(owner, name)| is_name(owner) && is_name(name) && !name.contains('/'))
            }
            Self::OneOf(words) => words.contains(&text),
        }
    }

    fn describe(self) -> String {
        match self {
            Self::Any => "text".to_owned(),
            Self::Url => "an http or https URL".to_owned(),
            Self::Picture => "an emoji, or the http or https URL of an image".to_owned(),
            Self::File => "a URL or relative path".to_owned(),
            Self::Repository => "the name of a repository at GitHub (owner/name)".to_owned(),
            Self::OneOf(words) => format!("one of `{}`", words.join("`, `")),
        }
    }
}

fn is_url(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// Emojis may consist of several code points, all of them in order for this purpose.
fn is_emoji(text: &str) -> bool {
    (1..=12).contains(&text.chars().count())
        && !text.is_ascii()
        && !text.chars().any(|c| c.is_alphabetic() || c.is_whitespace())
}

/// A mapping of settings, where it is, and what is wrong with it.
pub(super) struct Settings<'y> {
    mapping: &'y IndexMap<String, Yaml>,
    path: DocPath,
    findings: Vec<Diagnostic>,
}

impl<'y> Settings<'y> {
    pub(super) fn new(mapping: &'y IndexMap<String, Yaml>) -> Self {
        Self {
            mapping,
            path: DocPath::root(),
            findings: Vec::new(),
        }
    }

    pub(super) fn into_findings(self) -> Vec<Diagnostic> {
        self.findings
    }

    /// Text that may be left out.
    pub(super) fn text(&mut self, key: &str, form: Form) -> Option<String> {
        let value = self.mapping.get(key)?;
        self.checked(&self.path.join(key), value, form)
    }

    /// Text that must be there.
    pub(super) fn required(&mut self, key: &str, form: Form) -> Option<String> {
        if !self.mapping.contains_key(key) {
            let message = format!("the setting `{key}` is missing, expected {}", form.describe());
            self.warn(self.path.join(key), message);
        }
        self.text(key, form)
    }

    /// Text that may be null.
    pub(super) fn nullable_text(&mut self, key: &str) -> Option<String> {
        match self.mapping.get(key) {
            Some(Yaml::Null) | None => None,
            Some(_) => self.text(key, Form::Any),
        }
    }

    /// A list of texts that may be left out, empty then.
    pub(super) fn texts(&mut self, key: &str, form: Form) -> Vec<String> {
        let path = self.path.join(key);
        self.list(key)
            .iter()
            .enumerate()
            .filter_map(|(at, item)| self.checked(&path.join(at), item, form))
            .collect()
    }

    /// A list of texts that may be null, empty then.
    pub(super) fn nullable_texts(&mut self, key: &str) -> Vec<String> {
        match self.mapping.get(key) {
            Some(Yaml::Null) | None => Vec::new(),
            Some(_) => self.texts(key, Form::Any),
        }
    }

    /// A list of mappings that may be left out, empty then.
    pub(super) fn mappings<T>(&mut self, key: &str, read: impl Fn(&mut Settings<'y>) -> Option<T>) -> Vec<T> {
        let path = self.path.join(key);
        self.list(key)
            .iter()
            .enumerate()
            .filter_map(|(at, item)| self.below(path.join(at), item, &read))
            .collect()
    }

    /// A mapping that may be left out or null.
    pub(super) fn mapping<T>(
        &mut self,
        key: &str,
        read: impl Fn(&mut Settings<'y>) -> Option<T>,
    ) -> Option<T> {
        match self.mapping.get(key) {
            Some(Yaml::Null) | None => None,
            Some(value) => self.below(self.path.join(key), value, read),
        }
    }

    /// The settings of other names.
    pub(super) fn other(&self, known: &[&str]) -> IndexMap<String, Yaml> {
        self.mapping
            .iter()
            .filter(|(key, _)| !known.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }

    fn list(&mut self, key: &str) -> &'y [Yaml] {
        match self.mapping.get(key) {
            None => &[],
            Some(Yaml::Sequence(items)) => items,
            Some(other) => {
                let path = self.path.join(key);
                self.wrong(path, "a list", other);
                &[]
            }
        }
    }

    fn below<T>(
        &mut self,
        path: DocPath,
        value: &'y Yaml,
        read: impl Fn(&mut Settings<'y>) -> Option<T>,
    ) -> Option<T> {
        let Yaml::Mapping(mapping) = value else {
            self.wrong(path, "a mapping", value);
            return None;
        };
        let mut inner = Settings {
            mapping,
            path,
            findings: Vec::new(),
        };
        let read = read(&mut inner);
        self.findings.append(&mut inner.findings);
        read
    }

    fn checked(&mut self, path: &DocPath, value: &Yaml, form: Form) -> Option<String> {
        match value {
            Yaml::String(text) if form.fits(text) => Some(text.clone()),
            other => {
                self.wrong(path.clone(), &form.describe(), other);
                None
            }
        }
    }

    fn wrong(&mut self, path: DocPath, expected: &str, found: &Yaml) {
        let subject = match path.segments().last() {
            Some(Segment::Key(key)) => key.clone(),
            _ => path.to_string(),
        };
        let found = match found {
            Yaml::Null => "null".to_owned(),
            Yaml::Bool(value) => format!("the truth value {value}"),
            Yaml::Int(value) => format!("the number {value}"),
            Yaml::Float(value) => format!("the number {value}"),
            Yaml::String(text) => quoted(text),
            Yaml::Sequence(_) => "a list".to_owned(),
            Yaml::Mapping(_) => "a mapping".to_owned(),
        };
        self.warn(path, format!("`{subject}` is {expected}, found {found}"));
    }

    fn warn(&mut self, path: DocPath, message: String) {
        self.findings
            .push(Diagnostic::new(Code::PartnerConfig, path, message));
    }
}
