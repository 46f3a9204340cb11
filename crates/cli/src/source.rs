//! What a SOURCE may be, and opening it: every verb that takes one opens it here.

mod progress;

use std::cell::OnceCell;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use hub::{
    Addresses, Cache, HttpFetcher, HttpOptions, HubError, HubErrorKind, OnProgress, ProxyChoice, Resolver,
    RetryPolicy, Source, Store,
};
use pipeline::Package;
use rdf_spec::{Code, Diagnostic, DocPath, PackageError, Position};

use crate::exit::{Failure, chain_in_one_line};
use crate::render::message;
use crate::render::stdout::harmless;

/// What messages call standard input.
const STDIN: &str = "<stdin>";

/// Where resources come from.
#[derive(Debug, Args)]
#[command(next_help_heading = "Sources on the web")]
pub(crate) struct SourceOptions {
    /// Use what is on this machine and in the cache only, never the network
    #[arg(long, global = true, env = "MODELHUB_OFFLINE", hide_env_values = true, value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) offline: bool,
    /// Collection index in which ids and nicknames are looked up; that of bioimage.io unless given
    #[arg(long, global = true, value_name = "URL", env = "MODELHUB_INDEX", hide_env_values = true, value_parser = address)]
    pub(crate) index: Option<hub::Url>,
}

fn address(text: &str) -> Result<hub::Url, String> {
    hub::Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(|| "an http or https address is expected".to_owned())
}

/// Opens sources. Nothing is connected, and the cache is not touched, before a source needs it.
#[derive(Debug)]
pub(crate) struct Sources {
    is_offline: bool,
    index: Option<hub::Url>,
    resolver: OnceCell<Resolver>,
}

/// Why a source cannot be opened.
#[derive(Debug)]
pub(crate) enum SourceError {
    Package(PackageError),
    Hub(HubError),
    /// There is no such file, and looking it up elsewhere failed too.
    Nowhere {
        path: PathBuf,
        cause: HubError,
    },
    Setting(Failure),
}

impl Sources {
    pub(crate) fn new(options: &SourceOptions) -> Self {
        Self {
            is_offline: options.offline,
            index: options.index.clone(),
            resolver: OnceCell::new(),
        }
    }

    /// Opens whatever a user may give as a SOURCE. Files that the description has at URLs are fetched when they are read.
    pub(crate) fn open(&self, source: &Path) -> Result<Package, SourceError> {
        let package = self.open_one(source)?;
        let files = package.files();
        if let [first, rest @ ..] = files.other_descriptions() {
            let more = match rest.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            message::note(&harmless(&format!(
                "{} is read, and not {first}{more} beside it: name the file of a folder that you mean",
                files.description_place().display()
            )));
        }
        Ok(package)
    }

    fn open_one(&self, source: &Path) -> Result<Package, SourceError> {
        if source == Path::new("-") {
            let package = hub::open_stream(&mut io::stdin().lock(), STDIN, Path::new(""));
            return self.with_web(package.map_err(SourceError::Hub)?);
        }
        match self.elsewhere(source) {
            None => self.with_web(Package::open(source).map_err(SourceError::Package)?),
            Some(named) => {
                let resolver = self.resolver()?;
                let opened = resolver.open(&named).map_err(|cause| match named {
                    Source::Id(_) => SourceError::Nowhere {
                        path: source.to_owned(),
                        cause,
                    },
                    _ => SourceError::Hub(cause),
                })?;
                for note in &opened.notes {
                    message::note(note);
                }
                Ok(opened.package)
            }
        }
    }

    /// What a text names that is an address or a DOI: for documents other than packages, which have no ids.
    pub(crate) fn address(&self, source: &Path) -> Option<Source> {
        self.elsewhere(source)
            .filter(|named| !matches!(named, Source::Id(_)))
    }

    /// What asks services and fetches.
    pub(crate) fn resolver(&self) -> Result<&Resolver, SourceError> {
        if let Some(resolver) = self.resolver.get() {
            return Ok(resolver);
        }
        let resolver = self.connect(|| OnProgress::new(progress::Bars::default().into_listener()))?;
        Ok(self.resolver.get_or_init(|| resolver))
    }

    /// The cache.
    pub(crate) fn cache() -> Result<Cache, SourceError> {
        let folder = match std::env::var_os("MODELHUB_CACHE").filter(|folder| !folder.is_empty()) {
            Some(folder) => PathBuf::from(folder),
            None => Cache::default_folder().map_err(SourceError::Hub)?,
        };
        Ok(Cache::at(folder))
    }

    /// Where the services are.
    pub(crate) fn addresses(&self) -> Result<Addresses, SourceError> {
        let mut addresses = Addresses::default();
        if let Some(index) = &self.index {
            addresses.index = index.clone();
        }
        for (variable, address) in [
            ("MODELHUB_ZENODO_URL", &mut addresses.zenodo),
            ("MODELHUB_ZENODO_SANDBOX_URL", &mut addresses.sandbox),
            ("MODELHUB_DOI_URL", &mut addresses.doi),
            ("MODELHUB_HUB_URL", &mut addresses.hub),
            ("MODELHUB_MATOMO_URL", &mut addresses.matomo),
        ] {
            let Some(value) = std::env::var(variable).ok().filter(|value| !value.is_empty()) else {
                continue;
            };
            *address = self::address(&value)
                .map_err(|reason| SourceError::Setting(Failure::usage(format!("{variable}: {reason}"))))?;
        }
        Ok(addresses)
    }

    pub(crate) fn is_offline(&self) -> bool {
        self.is_offline
    }

    /// A client that knows the proxies of the environment.
    pub(crate) fn fetcher() -> Result<HttpFetcher, SourceError> {
        let mut options = HttpOptions::default();
        options.proxy = ProxyChoice::Environment;
        HttpFetcher::new(&options).map_err(|error| SourceError::Setting(Failure::because(&error)))
    }

    /// The collection index that was given, if one was.
    pub(crate) fn index(&self) -> Option<&hub::Url> {
        self.index.as_ref()
    }

    /// A resolver that shows no progress, for verbs that fetch while they show something else.
    pub(crate) fn resolver_without_bars(&self) -> Result<Resolver, SourceError> {
        self.connect(OnProgress::default)
    }

    fn connect(&self, progress: impl FnOnce() -> OnProgress) -> Result<Resolver, SourceError> {
        let cache = Self::cache()?;
        let store = if self.is_offline {
            Store::offline(cache)
        } else {
            Store::online_with(cache, Self::fetcher()?, RetryPolicy::default(), progress())
        };
        Ok(Resolver::new(store, self.addresses()?))
    }

    /// Files at URLs are fetched for packages of this machine too, if there are any.
    fn with_web(&self, package: Package) -> Result<Package, SourceError> {
        let text = package.text();
        if !text.contains("http://") && !text.contains("https://") {
            return Ok(package);
        }
        match self.resolver() {
            Ok(resolver) => Ok(hub::with_files_from_the_web(package, resolver.store())),
            // Such a file is reported where it is needed; the package may do without.
            Err(SourceError::Hub(error)) if *error.kind() == HubErrorKind::NoCacheFolder => Ok(package),
            Err(error) => Err(error),
        }
    }

    /// What a text that is not the path of a file here names.
    pub(crate) fn elsewhere(&self, source: &Path) -> Option<Source> {
        let text = source.to_str()?;
        let is_address = text.contains("://");
        if !is_address && (source.exists() || means_a_path(source, text)) {
            return None;
        }
        Source::parse(text).ok()
    }
}

/// True for what is the path of a file that is not there, rather than an id: messages and the network are spared.
fn means_a_path(source: &Path, text: &str) -> bool {
    let ending = source
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default();
    let is_file = ["yaml", "yml", "json", "zip"]
        .iter()
        .any(|known| ending.eq_ignore_ascii_case(known));
    let is_doi = text.starts_with("10.")
        || text
            .get(..4)
            .is_some_and(|start| start.eq_ignore_ascii_case("doi:"));
    let has_folder = source
        .parent()
        .is_some_and(|parent| !parent.as_os_str().is_empty() && parent.is_dir());
    // Nicknames have a hyphen, ids a slash.
    let is_word = !text.contains(['-', '/']);
    !is_doi && (is_file || has_folder || is_word)
}

impl SourceError {
    /// The same as a finding, for verbs that list what they could not open together with findings.
    pub(crate) fn to_diagnostic(&self) -> Diagnostic {
        match self {
            Self::Package(error) => error.to_diagnostic(),
            other => Diagnostic::new(Code::UnreadableSource, DocPath::root(), chain_in_one_line(other))
                .at(Position::START),
        }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Package(error) => error.fmt(f),
            Self::Hub(error) => error.fmt(f),
            Self::Nowhere { path, .. } => {
                write!(
                    f,
                    "there is no file or folder `{}`, and as an id it is not found",
                    path.display()
                )
            }
            Self::Setting(failure) => failure.fmt(f),
        }
    }
}

impl std::error::Error for SourceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Package(error) => error.source(),
            Self::Hub(error) => error.source(),
            Self::Nowhere { cause, .. } => Some(cause),
            Self::Setting(_) => None,
        }
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Setting(failure) => failure,
            other => Self::because(&other),
        }
    }
}
