//! `modelhub cache`

use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::args::Output;
use crate::exit::{Exit, Failure};
use crate::render::stdout::{self, harmless};
use crate::render::{json, message};
use crate::source::Sources;

/// Look into the folder of fetched files, and empty it.
///
/// The folder is that of MODELHUB_CACHE, else the user's own. Contents are named by their SHA-256 digest and compared with it
/// whenever they are used.
#[derive(Debug, Args)]
#[command(after_help = crate::args::EXIT_CODES)]
pub(crate) struct CacheOptions {
    #[command(subcommand)]
    action: Action,
    /// human: text; json: one JSON object
    #[arg(long, value_enum, default_value_t = Output::Human, value_name = "FORM", global = true)]
    output: Output,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print the folder
    Path,
    /// List what was fetched from where
    List,
    /// Compare all contents with their digests; damaged ones are removed and make the exit code 1
    Verify,
    /// Remove what is old or too much, and what was fetched in part
    Prune(PruneOptions),
    /// Remove everything
    Clear,
}

#[derive(Debug, Args)]
struct PruneOptions {
    /// Remove what was not fetched, or found unchanged, for this many days
    #[arg(long, value_name = "DAYS")]
    older_than: Option<u64>,
    /// Remove the oldest until this is left, for example 10GiB
    #[arg(long, value_name = "SIZE", value_parser = crate::args::bytes)]
    max_size: Option<u64>,
}

pub(crate) fn run(options: &CacheOptions) -> Result<Exit, Failure> {
    let cache = Sources::cache()?;
    let because = |error: hub::HubError| Failure::because(&error);
    let is_json = options.output == Output::Json;
    let human = |bytes: u64| indicatif::HumanBytes(bytes).to_string();
    match &options.action {
        Action::Path => {
            let path = cache.folder().display().to_string();
            if is_json {
                json::print_line(&json!({"path": path}))?;
            } else {
                stdout::print(&format!("{path}\n"))?;
            }
        }
        Action::List => {
            let entries = cache.list().map_err(because)?;
            if is_json {
                let seconds = |time: std::time::SystemTime| {
                    time.duration_since(std::time::UNIX_EPOCH)
                        .map_or(0, |since| since.as_secs())
                };
                let list: Vec<_> = entries
                    .iter()
                    .map(|entry| {
                        json!({
                            "url": entry.url,
                            "sha256": entry.sha256.as_str(),
                            "size": entry.size,
                            "fetched": seconds(entry.fetched),
                        })
                    })
                    .collect();
                json::print_line(&json!({"path": cache.folder().display().to_string(), "entries": list}))?;
            } else {
                let mut text = String::new();
                for entry in &entries {
                    let digest = entry.sha256.as_str().get(..12).unwrap_or_default();
                    text.push_str(&format!(
                        "{digest}  {:>12}  {}\n",
                        human(entry.size),
                        harmless(&entry.url)
                    ));
                }
                stdout::print(&text)?;
                let total = entries.iter().map(|entry| entry.size).sum();
                message::note(&format!("{} files, {}", entries.len(), human(total)));
            }
        }
        Action::Verify => {
            let verified = cache.verify().map_err(because)?;
            if is_json {
                let damaged: Vec<String> = verified
                    .damaged
                    .iter()
                    .map(|path| path.display().to_string())
                    .collect();
                json::print_line(&json!({
                    "sound": verified.sound,
                    "damaged": damaged,
                    "missing": verified.missing,
                }))?;
            } else {
                for path in &verified.damaged {
                    message::error(&format!("`{}` was damaged, it is removed", path.display()));
                }
                for url in &verified.missing {
                    message::note(&format!("{} will be fetched anew", harmless(url)));
                }
                stdout::print(&format!(
                    "{} sound, {} damaged\n",
                    verified.sound,
                    verified.damaged.len()
                ))?;
            }
            if !verified.damaged.is_empty() {
                return Ok(Exit::Findings);
            }
        }
        Action::Prune(prune) => {
            let age = prune
                .older_than
                .map(|days| Duration::from_secs(days.saturating_mul(24 * 60 * 60)));
            tell(cache.prune(age, prune.max_size).map_err(because)?, is_json)?;
        }
        Action::Clear => tell(cache.clear().map_err(because)?, is_json)?,
    }
    Ok(Exit::Fine)
}

fn tell(removed: hub::Pruned, is_json: bool) -> Result<(), Failure> {
    if is_json {
        return json::print_line(&json!({"files": removed.files, "bytes": removed.bytes}));
    }
    let bytes = indicatif::HumanBytes(removed.bytes);
    stdout::print(&format!("removed {} files, {bytes}\n", removed.files))
}
