//! What a SOURCE may be, and opening it: every verb that takes one opens it here.

mod stdin;

use std::fmt;
use std::path::Path;

use clap::Args;
use pipeline::Package;
use rdf_spec::{Diagnostic, PackageError};

use crate::exit::Failure;

/// Options of every verb that say where resources come from.
#[derive(Debug, Args)]
#[command(next_help_heading = "Sources")]
pub(crate) struct SourceOptions {
    /// Use what is on this machine and in the cache, never the network
    #[arg(long, global = true, env = "MODELHUB_OFFLINE", hide_env_values = true)]
    pub(crate) offline: bool,
}

/// Opens sources.
#[derive(Debug)]
pub(crate) struct Sources {}

/// Why a source cannot be opened.
#[derive(Debug)]
pub(crate) enum SourceError {
    Package(PackageError),
}

impl Sources {
    /// Nothing is opened yet.
    pub(crate) fn new(_options: &SourceOptions) -> Self {
        Self {}
    }

    /// Opens whatever a user may give as a SOURCE.
    pub(crate) fn open(&self, source: &Path) -> Result<Package, SourceError> {
        if source == Path::new("-") {
            return stdin::open().map_err(SourceError::Package);
        }
        Package::open(source).map_err(SourceError::Package)
    }
}

impl SourceError {
    /// The same as a finding, for verbs that list what they could not open together with findings.
    pub(crate) fn to_diagnostic(&self) -> Diagnostic {
        match self {
            Self::Package(error) => error.to_diagnostic(),
        }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Package(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SourceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Package(error) => error.source(),
        }
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self::because(&error)
    }
}
