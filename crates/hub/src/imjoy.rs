//! Applications from plugin files of ImJoy (`*.imjoy.html`).
//!
//! A partner registers a software as an application: a plugin file whose block `<config>` describes it, in JSON or
//! YAML. [`ImjoyPlugin::parse`] reads the block, [`ImjoyPlugin::to_application`] makes the description of the
//! application of it. No script of the file is looked at.
//!
//! ```
//! use hub::imjoy::ImjoyPlugin;
//!
//! let plugin = ImjoyPlugin::parse("<config lang=\"json\">
//! {\"name\": \"Counter\", \"type\": \"window\", \"version\": \"0.2.2\", \"description\": \"Counts cells\", \"cover\": \"\"}
//! </config>
//! <script lang=\"javascript\">api.export({})</script>")?;
//! let application = plugin.to_application("src/counter.imjoy.html")?;
//! assert!(application.contains("type: application\n"), "{application}");
//! assert!(rdf_spec::Rdf::from_yaml(&application).value().is_some());
//! # Ok::<(), hub::imjoy::ImjoyError>(())
//! ```

mod application;
mod blocks;

use rdf_spec::{Document, Node};

/// The configuration of a plugin.
#[derive(Clone, Debug)]
pub struct ImjoyPlugin {
    config: Document,
    docs: Option<String>,
}

/// Why a plugin file cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{kind}")]
pub struct ImjoyError {
    kind: ImjoyErrorKind,
}

impl ImjoyError {
    /// The reason.
    #[must_use]
    pub fn kind(&self) -> &ImjoyErrorKind {
        &self.kind
    }
}

impl From<ImjoyErrorKind> for ImjoyError {
    fn from(kind: ImjoyErrorKind) -> Self {
        Self { kind }
    }
}

/// The reasons of an [`ImjoyError`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImjoyErrorKind {
    /// The file has no block `<config>`.
    #[error("the plugin file has no block `<config>`")]
    NoConfig,
    /// A block does not end.
    #[error("the block `<{block}>` in line {line} does not end")]
    Unclosed {
        /// Its name.
        block: &'static str,
        /// Where it begins.
        line: usize,
    },
    /// The block is in another language.
    #[error("the block `<config>` in line {line} is in {language:?}, known are json and yaml")]
    Language {
        /// Where it begins.
        line: usize,
        /// The language.
        language: String,
    },
    /// The block is neither JSON nor YAML.
    #[error("line {line}: {found}")]
    Syntax {
        /// The line of the file.
        line: usize,
        /// What is wrong there.
        found: String,
    },
    /// The configuration lacks something that every application needs.
    #[error("the configuration has no text `{key}`")]
    Missing {
        /// What it lacks.
        key: &'static str,
    },
    /// The description cannot be written.
    #[error("the description cannot be written: {found}")]
    Unwritable {
        /// Why.
        found: String,
    },
}

impl ImjoyPlugin {
    /// Reads the configuration of a plugin file.
    ///
    /// # Errors
    /// If there is no block `<config>`, or it is neither a JSON nor a YAML mapping; the message has the line of the
    /// file.
    pub fn parse(text: &str) -> Result<Self, ImjoyError> {
        let config = blocks::find(text, "config")?.ok_or(ImjoyErrorKind::NoConfig)?;
        let language = config.attribute("lang").unwrap_or("json").to_lowercase();
        if !matches!(language.as_str(), "json" | "yaml" | "yml") {
            return Err(ImjoyErrorKind::Language {
                line: config.line,
                language,
            }
            .into());
        }
        // Every JSON text is a YAML document.
        let document = Document::parse(config.content).map_err(|error| {
            let line = error.position.map_or(1, |position| position.line);
            ImjoyErrorKind::Syntax {
                line: config.content_line + line - 1,
                found: error.message,
            }
        })?;
        if document.root().as_mapping().is_none() {
            return Err(ImjoyErrorKind::Syntax {
                line: config.content_line,
                found: format!(
                    "the configuration must be a mapping, found {}",
                    document.root().describe()
                ),
            }
            .into());
        }
        let docs = blocks::find(text, "docs")?.map(|block| block.content.trim().to_owned());
        Ok(Self {
            config: document,
            docs,
        })
    }

    /// The text of the block `<docs>`: Markdown on the plugin.
    #[must_use]
    pub fn docs(&self) -> Option<&str> {
        self.docs.as_deref().filter(|docs| !docs.is_empty())
    }

    /// A key of the configuration that is there and not null.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        let value = self.config.root().as_mapping()?.get(key)?;
        (!value.is_null()).then_some(value)
    }
}
