//! `modelhub statistics`

use std::io::Read as _;

use clap::Args;
use hub::matomo::{Period, Statistic};
use hub::{Fetcher, Request, Url};
use serde_json::{Value, json};

use super::report_download::doi_of;
use crate::args::Output;
use crate::exit::{Exit, Failure};
use crate::render::json;
use crate::render::stdout::{self, harmless};
use crate::source::Sources;

/// The most bytes of an answer.
const MAX_ANSWER: u64 = 64 << 20;

/// Ask the statistics of the Model Hub: downloads of all resources or of one, or visits of the website.
///
/// Downloads are counted in a period that contains a day, within 15 minutes or so after they were reported.
#[derive(Debug, Args)]
#[command(after_help = crate::args::EXIT_CODES)]
pub(crate) struct StatisticsOptions {
    /// DOI of a resource; all resources unless given
    #[arg(value_name = "DOI")]
    doi: Option<String>,
    /// Period that is counted: day, week, month, year or range
    #[arg(long, value_name = "PERIOD", default_value = "year")]
    period: String,
    /// Day in the period, for example 2023-03-01; of a range the first and the last one with a comma between
    #[arg(long, value_name = "DATE", required_unless_present = "visits")]
    date: Option<String>,
    /// Visits of the website in the last minutes instead
    #[arg(long, value_name = "MINUTES", conflicts_with_all = ["doi", "date", "period"])]
    visits: Option<u32>,
    /// Number of a report that was made at Matomo, in place of the usual one
    #[arg(long, value_name = "N", requires = "doi")]
    custom_report: Option<u32>,
    /// Print the request, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// human: a table; json: the answer as it came
    #[arg(long, value_enum, default_value_t = Output::Human, value_name = "FORM")]
    output: Output,
}

pub(crate) fn run(options: &StatisticsOptions, sources: &Sources) -> Result<Exit, Failure> {
    let statistic = match options.visits {
        Some(minutes) => Statistic::Visits { minutes },
        None => {
            let date = options.date.as_deref().unwrap_or_default();
            let period =
                Period::new(&options.period, date).map_err(|error| Failure::usage(error.to_string()))?;
            match &options.doi {
                None => Statistic::Downloads { period },
                Some(doi) => Statistic::DownloadsOf {
                    doi: doi_of(doi, None)?,
                    period,
                    custom_report: options.custom_report,
                },
            }
        }
    };
    let matomo = sources.addresses()?.matomo;
    let url = statistic.url(&matomo);
    if options.dry_run {
        json::print_line(
            &json!({"method": "GET", "url": url.as_str(), "readable": statistic.readable(&matomo)}),
        )?;
        return Ok(Exit::Fine);
    }
    let bytes = get(sources, &Sources::fetcher()?, &url)?;
    let answer: Value = serde_json::from_slice(&bytes)
        .map_err(|error| Failure::failed(format!("the answer of {url} is not JSON\n  because: {error}")))?;
    if let Some(message) = answer
        .get("message")
        .filter(|_| answer.get("result") == Some(&"error".into()))
    {
        let message = harmless(message.as_str().unwrap_or_default());
        return Err(Failure::failed(format!("the statistics answered: {message}")));
    }
    match options.output {
        Output::Json => json::print_line(&answer)?,
        Output::Human => stdout::print(&table(&answer))?,
    }
    Ok(Exit::Fine)
}

/// One line for each row: its label, and its numbers.
fn table(answer: &Value) -> String {
    let rows = match answer {
        Value::Array(rows) => rows.as_slice(),
        other => std::slice::from_ref(other),
    };
    let mut text = String::new();
    for row in rows {
        let Some(fields) = row.as_object() else { continue };
        let label = fields.get("label").and_then(Value::as_str).map(harmless);
        let numbers: Vec<String> = fields
            .iter()
            .filter(|(_, value)| {
                value.is_number() || value.as_str().is_some_and(|text| text.parse::<f64>().is_ok())
            })
            .filter(|(name, _)| *name != "label" && *name != "idsubdatatable")
            .map(|(name, value)| format!("{} {}", harmless(name), value.to_string().trim_matches('"')))
            .collect();
        let label = label.map_or_else(String::new, |label| format!("{label}: "));
        text.push_str(&format!("{label}{}\n", numbers.join(", ")));
    }
    if text.is_empty() {
        text.push_str("nothing was counted\n");
    }
    text
}

/// Asks for an address once: reports are not repeated.
pub(super) fn get(sources: &Sources, fetcher: &dyn Fetcher, url: &Url) -> Result<Vec<u8>, Failure> {
    if sources.is_offline() {
        return Err(Failure::usage(
            "the statistics cannot be asked with --offline: --dry-run prints the request",
        ));
    }
    let mut response = fetcher
        .exchange(Request::get(url))
        .map_err(|error| Failure::failed(format!("cannot reach {url}\n  because: {error}")))?;
    if !(200..300).contains(&response.status()) {
        return Err(Failure::failed(format!(
            "{url} was answered with status {}",
            response.status()
        )));
    }
    let mut bytes = Vec::new();
    response
        .body()
        .take(MAX_ANSWER)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::because(&error))?;
    Ok(bytes)
}
