//! Why a package cannot be built.

use std::fmt;
use std::path::PathBuf;

use rdf_spec::Diagnostic;

/// Building a package, or adding to one, failed.
#[derive(Debug)]
pub struct BuildError {
    kind: BuildErrorKind,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum BuildErrorKind {
    /// What is stated about the model is not enough, or wrong; positions are those in `model.toml`.
    Recipe(Vec<Diagnostic>),
    /// The description that was made, or the files with it, are not valid; positions are those in the description.
    Invalid(Vec<Diagnostic>),
    /// A file cannot be read or written.
    File {
        /// The file.
        file: PathBuf,
    },
    /// The model cannot be run.
    Run,
    /// The sizes of an output do not follow from those of the inputs in a way that the format can express.
    Shape {
        /// The output.
        output: String,
        /// What was seen.
        reason: String,
    },
    /// A halo that is searched cannot be measured.
    Halo {
        /// The output.
        output: String,
        /// What stands against it.
        reason: String,
    },
    /// The package cannot be changed in the way that was asked for.
    Package {
        /// Why.
        reason: String,
    },
    /// The package cannot be written.
    Pack,
}

impl BuildError {
    pub(crate) fn caused_by(
        kind: BuildErrorKind,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            kind,
            source: Some(source.into()),
        }
    }

    pub(crate) fn file(
        file: impl Into<PathBuf>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::caused_by(BuildErrorKind::File { file: file.into() }, source)
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &BuildErrorKind {
        &self.kind
    }
}

impl From<BuildErrorKind> for BuildError {
    fn from(kind: BuildErrorKind) -> Self {
        Self { kind, source: None }
    }
}

impl From<rdf_spec::PackError> for BuildError {
    fn from(error: rdf_spec::PackError) -> Self {
        Self::caused_by(BuildErrorKind::Pack, error)
    }
}

impl From<pipeline::PipelineError> for BuildError {
    fn from(error: pipeline::PipelineError) -> Self {
        Self::caused_by(BuildErrorKind::Run, error)
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problems = |count: usize| if count == 1 { "problem" } else { "problems" };
        match &self.kind {
            BuildErrorKind::Recipe(found) => {
                let count = found.len();
                write!(
                    f,
                    "{count} {} with what is stated about the model",
                    problems(count)
                )
            }
            BuildErrorKind::Invalid(found) => {
                let count = found.len();
                write!(f, "the package has {count} {}", problems(count))
            }
            BuildErrorKind::File { file } => write!(f, "cannot use the file `{}`", file.display()),
            BuildErrorKind::Run => f.write_str("the model cannot be run"),
            BuildErrorKind::Shape { output, reason } => {
                write!(f, "the shape of the output `{output}` has to be stated: {reason}")
            }
            BuildErrorKind::Halo { output, reason } => {
                write!(f, "no halo for the output `{output}`: {reason}")
            }
            BuildErrorKind::Package { reason } => f.write_str(reason),
            BuildErrorKind::Pack => f.write_str("the package is not written"),
        }
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
