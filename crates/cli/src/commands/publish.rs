//! `modelhub publish`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use hub::publish::{self, Plan, Stage, Token};
use hub::{HubSite, RetryPolicy, SITES, Source, ZenodoSite};
use pipeline::Package;

use super::progress;
use crate::exit::{Exit, Failure};
use crate::render::stdout::{self, harmless};
use crate::render::{diagnostics, json, message};
use crate::source::Sources;

/// Upload a package to Zenodo, or to a hub.
///
/// Nothing invalid is uploaded. Uploads are drafts, which you look at and release on the website, unless --submit is given;
/// the draft of an upload that fails is removed again. Tokens are read from the environment and never shown.
#[derive(Debug, Args)]
#[command(after_help = crate::args::EXIT_CODES)]
pub(crate) struct PublishOptions {
    #[command(subcommand)]
    target: Target,
}

#[derive(Debug, Subcommand)]
enum Target {
    Zenodo(ZenodoOptions),
    Hub(HubOptions),
}

/// Make a deposit at Zenodo: metadata out of the description, one file an entry, with the keyword by which the Model Hub finds
/// it.
///
/// At the sandbox unless --production is given. The token is that of ZENODO_SANDBOX_TOKEN, for production of ZENODO_TOKEN; it
/// needs the scopes deposit:write and, to submit, deposit:actions.
#[derive(Debug, Args)]
struct ZenodoOptions {
    #[command(flatten)]
    what: What,
    /// At zenodo.org, which keeps what is submitted for ever
    #[arg(long)]
    production: bool,
    /// Make a new version of this record of yours: its number or DOI, or those of all its versions
    #[arg(long, value_name = "RECORD")]
    new_version: Option<String>,
}

impl ZenodoOptions {
    fn site(&self) -> ZenodoSite {
        if self.production {
            ZenodoSite::Main
        } else {
            ZenodoSite::Sandbox
        }
    }

    /// The number of the version that a new one follows.
    fn record(&self, sources: &Sources) -> Result<Option<u64>, Failure> {
        let Some(text) = &self.new_version else {
            return Ok(None);
        };
        let site = self.site();
        let named = if text.bytes().all(|byte| byte.is_ascii_digit()) {
            format!("{}{text}", site.doi_prefix())
        } else {
            text.clone()
        };
        match Source::parse(&named) {
            // Without the network the number is taken for that of the newest version.
            Ok(Source::Zenodo(id)) if id.site == site && sources.is_offline() => Ok(Some(id.record)),
            Ok(Source::Zenodo(id)) if id.site == site => {
                let version = sources.resolver()?.zenodo_version(&id);
                version.map(Some).map_err(|error| Failure::because(&error))
            }
            Ok(Source::Zenodo(id)) => Err(Failure::usage(format!(
                "--new-version: `{}` is a record of {}, and this is for {}",
                harmless(text),
                id.site.host(),
                site.host()
            ))),
            _ => Err(Failure::usage(format!(
                "--new-version: `{}` is no record of Zenodo: a number or a DOI is expected, as in {}5869899",
                harmless(text),
                site.doi_prefix()
            ))),
        }
    }
}

/// Upload to the RI-SCALE Model Hub or bioimage.io. The token is that of HYPHA_TOKEN.
#[derive(Debug, Args)]
struct HubOptions {
    #[command(flatten)]
    what: What,
    /// The hub
    #[arg(long, value_enum, default_value_t = Hub::RiScale, value_name = "HUB")]
    to: Hub,
    /// Name of the resource at the hub: lower-case letters, digits and hyphens; made out of the name unless given
    #[arg(long, value_name = "NAME")]
    alias: Option<String>,
}

#[derive(Debug, Args)]
struct What {
    /// Folder, zip file or description, here or on the web
    #[arg(value_name = "SOURCE")]
    source: PathBuf,
    /// Release it, or hand it in for review, when everything is uploaded
    #[arg(long)]
    submit: bool,
    /// Print the requests as JSON, and send none
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Hub {
    /// modelhub.riscale.eu
    RiScale,
    /// bioimage.io
    #[value(name = "bioimage.io")]
    BioimageIo,
}

impl Hub {
    fn site(self) -> HubSite {
        let [bioimage_io, ri_scale] = SITES;
        match self {
            Self::RiScale => ri_scale,
            Self::BioimageIo => bioimage_io,
        }
    }
}

pub(crate) fn run(options: &PublishOptions, sources: &Sources) -> Result<Exit, Failure> {
    let (what, variable) = match &options.target {
        Target::Zenodo(options) if options.production => (&options.what, "ZENODO_TOKEN"),
        Target::Zenodo(options) => (&options.what, "ZENODO_SANDBOX_TOKEN"),
        Target::Hub(options) => (&options.what, "HYPHA_TOKEN"),
    };
    let package = sources.open(&what.source)?;
    let obstacles = publish::obstacles(&package);
    if !obstacles.is_empty() {
        diagnostics::print_to_stderr(&package, &obstacles);
        return Err(Failure::findings(format!(
            "{} is not published: it is not valid",
            harmless(&what.source.display().to_string())
        )));
    }
    let stage = if what.submit {
        Stage::Submitted
    } else {
        Stage::Draft
    };
    let addresses = sources.addresses()?;
    let plan = match &options.target {
        Target::Zenodo(options) => {
            let zenodo = addresses.zenodo(options.site());
            match options.record(sources)? {
                Some(record) => publish::to_zenodo_version(&package, zenodo, record, stage),
                None => publish::to_zenodo(&package, zenodo, stage),
            }
        }
        Target::Hub(options) => publish::to_hub(
            &package,
            &addresses.hub,
            options.to.site(),
            options.alias.as_deref(),
            stage,
        ),
    };
    let plan = plan.map_err(|error| Failure::findings(crate::exit::chain(&error)))?;
    if what.dry_run {
        json::print_line(&plan.to_json())?;
        return Ok(Exit::Fine);
    }
    if sources.is_offline() {
        return Err(Failure::usage(
            "nothing can be published with --offline: --dry-run prints the requests",
        ));
    }
    let token = std::env::var(variable).unwrap_or_default();
    if token.is_empty() {
        return Err(Failure::usage(format!(
            "the token is expected in the environment variable {variable}"
        )));
    }
    let token = Token::new(&token).map_err(|error| Failure::usage(format!("{variable}: {error}")))?;
    send(&plan, &package, &token, stage)
}

fn send(plan: &Plan, package: &Package, token: &Token, stage: Stage) -> Result<Exit, Failure> {
    let fetcher = Sources::fetcher()?;
    let bar = progress();
    let outcome = plan.run(
        package,
        &fetcher,
        token,
        &RetryPolicy::default(),
        &mut |step, number, of| {
            bar.set_message(format!("{} ({number} of {of})", step.purpose));
        },
    );
    bar.finish_and_clear();
    let published = outcome.map_err(|error| Failure::because(&error))?;
    if let Some(doi) = published.values.get("doi") {
        message::note(&format!("its DOI: {}", harmless(doi)));
    }
    if stage == Stage::Draft {
        message::note("this is a draft: look at it and release it on the website, or upload with --submit");
    }
    stdout::print(&format!("{}\n", harmless(&published.page)))?;
    Ok(Exit::Fine)
}
