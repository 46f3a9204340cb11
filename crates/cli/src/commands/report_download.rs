//! `modelhub report-download`

use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use hub::Source;
use hub::matomo::{DownloadReport, Moment};
use serde_json::json;

use super::statistics::get;
use crate::exit::{Exit, Failure};
use crate::render::{json, message, stdout};
use crate::source::Sources;

/// Report the download of a resource to the statistics of the Model Hub, as consumer software does.
#[derive(Debug, Args)]
#[command(after_help = crate::args::EXIT_CODES)]
pub(crate) struct ReportDownloadOptions {
    /// DOI of the resource, for example 10.5281/zenodo.5869899: best the one that stands for all versions
    #[arg(value_name = "DOI")]
    doi: String,
    /// Id of the consumer software in the collection, for example ilastik
    #[arg(long, value_name = "ID", default_value = "modelhub")]
    consumer: String,
    /// Version of the consumer software
    #[arg(long, value_name = "VERSION", default_value = env!("CARGO_PKG_VERSION"))]
    consumer_version: String,
    /// Look up at Zenodo which DOI stands for all versions, and report that one
    #[arg(long)]
    concept: bool,
    /// Print the request, and send nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(options: &ReportDownloadOptions, sources: &Sources) -> Result<Exit, Failure> {
    let doi = doi_of(&options.doi, options.concept.then_some(sources))?;
    let (moment, number) = now();
    let report = DownloadReport::new(doi, &options.consumer, &options.consumer_version).at(moment, number);
    let matomo = sources.addresses()?.matomo;
    let url = report.url(&matomo);
    if options.dry_run {
        json::print_line(
            &json!({"method": "GET", "url": url.as_str(), "readable": report.readable(&matomo)}),
        )?;
        return Ok(Exit::Fine);
    }
    get(sources, &Sources::fetcher()?, &url)?;
    message::note("statistics have it within 15 minutes or so");
    stdout::print(&format!("reported {}\n", report.readable(&matomo)))?;
    Ok(Exit::Fine)
}

/// The DOI without `https://doi.org/`; with sources, the one of all versions.
pub(super) fn doi_of(text: &str, concept: Option<&Sources>) -> Result<String, Failure> {
    let expected = || {
        Failure::usage(format!(
            "`{}` is no DOI, as in 10.5281/zenodo.5869899",
            text.escape_debug()
        ))
    };
    let source = Source::parse(text).map_err(|_| expected())?;
    let own = match &source {
        Source::Zenodo(id) => format!("{}{}", id.site.doi_prefix(), id.record),
        Source::Doi(doi) => doi.clone(),
        // Whatever stands behind the address of DOIs is counted under it, also where it is none.
        Source::Url(url) if url.host_str() == Some("doi.org") && url.path().len() > 1 => {
            url.path().trim_start_matches('/').to_owned()
        }
        _ => return Err(expected()),
    };
    let Some(sources) = concept else { return Ok(own) };
    let located = sources
        .resolver()?
        .locate(&source)
        .map_err(|error| Failure::because(&error))?;
    Ok(located.concept_doi.unwrap_or(own))
}

/// The time of day in UTC, and a number by chance.
fn now() -> (Moment, u32) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let second = u32::try_from(since.as_secs() % (24 * 60 * 60)).unwrap_or(0);
    let moment = Moment {
        hour: second / 3600,
        minute: second / 60 % 60,
        second: second % 60,
    };
    (moment, since.subsec_nanos() % 1_000_000)
}
