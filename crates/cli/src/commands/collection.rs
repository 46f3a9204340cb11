//! `modelhub collection`

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use hub::collection::{
    CompiledCollection, FetchedDocuments, Index, LocalDocuments, compile as compiled, entries_to_markdown,
    open, problems_to_json,
};
use hub::imjoy::ImjoyPlugin;
use hub::partner::PartnerTable;
use hub::{Fetched, Url, Wanted};
use pipeline::atomic_file::write_atomically;

use crate::args::Output;
use crate::exit::{Exit, Failure};
use crate::render::{collection, json, message, stdout};
use crate::source::Sources;

/// The largest file that is read whole: a collection, an index or a plugin.
const LARGEST: u64 = 16 << 20;

/// Work with collections of partners: compile and list entries, show partners, describe applications.
#[derive(Debug, Args)]
#[command(after_help = crate::args::EXIT_CODES)]
pub(crate) struct CollectionOptions {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Compile(CompileOptions),
    List(ListOptions),
    Partners(PartnersOptions),
    Application(ApplicationOptions),
}

/// Compile a collection: complete every entry, judge it, and write the index of the valid ones.
///
/// Entries inherit what the collection says; documents that they refer to are read from the folder of the collection,
/// those on the web are fetched with --fetch. Nested collections are expanded. Every problem is shown with its file and line;
/// the exit code is 1 if an entry is invalid or was not loaded.
#[derive(Debug, Args)]
#[command(visible_alias = "expand", after_help = EXIT_CODES)]
struct CompileOptions {
    /// The collection, a YAML file here or at an address
    #[arg(value_name = "COLLECTION")]
    collection: PathBuf,
    /// Fetch entries that are on the web, and judge them as well; always so for a collection at an address
    #[arg(long)]
    fetch: bool,
    /// File for the index (JSON); without it only the verdicts are shown
    #[arg(long, value_name = "FILE")]
    write_index: Option<PathBuf>,
    /// Replace the file of the index if it exists
    #[arg(long, requires = "write_index")]
    overwrite: bool,
    /// human: a list; json: one JSON object with all findings; markdown: a table
    #[arg(long, value_enum, default_value_t = CompileOutput::Human, value_name = "FORM")]
    output: CompileOutput,
}

const EXIT_CODES: &str = "Exit codes: 0 fine, 1 findings or mismatch, 2 wrong usage, 3 the operation failed";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CompileOutput {
    Human,
    Json,
    Markdown,
}

/// List the entries of a collection, also by type or tag.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
struct ListOptions {
    /// The collection, a YAML file here or at an address, or the index that was compiled from it
    #[arg(value_name = "COLLECTION")]
    collection: PathBuf,
    /// Only resources of this type, for example model
    #[arg(long = "type", value_name = "TYPE")]
    resource_type: Option<String>,
    /// Only resources with this tag, upper and lower case being the same; with several, those that have all
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// human: a list; json: one JSON object
    #[arg(long, value_enum, default_value_t = Output::Human, value_name = "FORM")]
    output: Output,
}

/// Show the community partners of a collection: name, documentation, contacts.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
struct PartnersOptions {
    /// The collection of all partners, in YAML or JSON (`config.partners`), here or at an address
    #[arg(value_name = "COLLECTION")]
    collection: PathBuf,
    /// human: a table; html: a page; markdown: a table; json: a list with the places of collections and test summaries
    #[arg(long, value_enum, default_value_t = PartnersOutput::Human, value_name = "FORM")]
    output: PartnersOutput,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PartnersOutput {
    Human,
    Html,
    Markdown,
    Json,
}

/// Make the description of an application from a plugin file of ImJoy.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
struct ApplicationOptions {
    /// The plugin, `*.imjoy.html`, here or at an address
    #[arg(value_name = "PLUGIN")]
    plugin: PathBuf,
    /// Address of the plugin in the description: a URL or a relative path; the name or address of the file unless given
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
}

pub(crate) fn run(options: &CollectionOptions, sources: &Sources) -> Result<Exit, Failure> {
    match &options.verb {
        Verb::Compile(options) => compile(options, sources),
        Verb::List(options) => list(options, sources),
        Verb::Partners(options) => partners(options, sources),
        Verb::Application(options) => application(options, sources),
    }
}

fn compile(options: &CompileOptions, sources: &Sources) -> Result<Exit, Failure> {
    if let Some(index) = options
        .write_index
        .as_ref()
        .filter(|index| !options.overwrite && index.exists())
    {
        let index = index.display();
        return Err(Failure::usage(format!("{index} exists: --overwrite replaces it")));
    }
    let document = Text::read(&options.collection, sources)?;
    let name = options.collection.display().to_string();
    let found = match &document.address {
        Some(address) => {
            let documents = FetchedDocuments::at(address.clone(), sources.resolver()?);
            compiled(&document.text, &name, &documents)
        }
        None if options.fetch => {
            let documents = FetchedDocuments::beside(&options.collection, sources.resolver()?);
            compiled(&document.text, &name, &documents)
        }
        None => compiled(
            &document.text,
            &name,
            &LocalDocuments::beside(&options.collection),
        ),
    }
    .map_err(|error| Failure::because(&error))?;
    match options.output {
        CompileOutput::Human => {
            collection::entries(&found.entries.iter().collect::<Vec<_>>())?;
            collection::problems(&found);
            message::plain(&collection::totals(&found));
        }
        CompileOutput::Json => json::print_line(&problems_to_json(&found))?,
        CompileOutput::Markdown => stdout::print(&entries_to_markdown(&found))?,
    }
    if let Some(path) = &options.write_index {
        let text = format!("{:#}\n", found.index());
        let written: std::io::Result<()> = write_atomically(path, |file| {
            use std::io::Write;
            file.write_all(text.as_bytes())
        });
        written.map_err(|error| Failure::failed(format!("{} cannot be written: {error}", path.display())))?;
    }
    Ok(if found.is_valid() {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

fn list(options: &ListOptions, sources: &Sources) -> Result<Exit, Failure> {
    let mut found = listed(&options.collection, sources)?;
    found.entries.retain(|entry| {
        let type_fits = options
            .resource_type
            .as_ref()
            .is_none_or(|wanted| entry.resource_type.as_ref() == Some(wanted));
        let has = |wanted: &String| entry.tags.iter().any(|tag| tag.eq_ignore_ascii_case(wanted));
        type_fits && options.tag.iter().all(has)
    });
    match options.output {
        Output::Human => collection::entries(&found.entries.iter().collect::<Vec<_>>())?,
        Output::Json => json::print_line(&problems_to_json(&found))?,
    }
    Ok(Exit::Fine)
}

/// The entries of a collection, here or at an address.
fn listed(collection: &Path, sources: &Sources) -> Result<CompiledCollection, Failure> {
    if sources.address(collection).is_none() {
        return open(collection).map_err(|error| Failure::because(&error));
    }
    let document = Text::read(collection, sources)?;
    let name = collection.display().to_string();
    let index = Index::parse(&document.text, collection).map_err(|error| Failure::because(&error))?;
    match (index, &document.address) {
        (None, Some(address)) => {
            let documents = FetchedDocuments::at(address.clone(), sources.resolver()?);
            compiled(&document.text, &name, &documents).map_err(|error| Failure::because(&error))
        }
        (Some(index), _) => Ok(index.into()),
        (None, None) => open(collection).map_err(|error| Failure::because(&error)),
    }
}

fn partners(options: &PartnersOptions, sources: &Sources) -> Result<Exit, Failure> {
    let text = Text::read(&options.collection, sources)?.text;
    let table = PartnerTable::from_yaml(&text)
        .map_err(|error| Failure::failed(format!("{}: {error}", options.collection.display())))?;
    for found in &table.findings {
        let found = stdout::harmless(&found.to_string());
        message::plain(&format!("{}:{found}", options.collection.display()));
    }
    match options.output {
        PartnersOutput::Human => collection::partners(&table)?,
        PartnersOutput::Html => stdout::print(&table.to_html())?,
        PartnersOutput::Markdown => stdout::print(&table.to_markdown())?,
        PartnersOutput::Json => json::print_line(&table.to_json())?,
    }
    Ok(Exit::Fine)
}

fn application(options: &ApplicationOptions, sources: &Sources) -> Result<Exit, Failure> {
    let place = options.plugin.display();
    let document = Text::read(&options.plugin, sources)?;
    let name = || {
        let name = options.plugin.file_name()?;
        Some(name.to_string_lossy().into_owned())
    };
    let address = document.address.as_ref().map(ToString::to_string);
    let source = options.source.clone().or(address).or_else(name);
    let source = source.unwrap_or_default();
    let described = ImjoyPlugin::parse(&document.text).and_then(|plugin| plugin.to_application(&source));
    let described = described.map_err(|error| Failure::findings(format!("{place}: {error}")))?;
    stdout::print(&described)?;
    let parsed = rdf_spec::Rdf::from_yaml(&described);
    for found in parsed.diagnostics() {
        let found = stdout::harmless(&found.to_string());
        message::plain(&format!("in the description that was made: {found}"));
    }
    Ok(if parsed.is_valid() {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

/// A document that is read whole.
struct Text {
    text: String,
    /// Where it is on the web; `None` for a file of this machine.
    address: Option<Url>,
}

impl Text {
    fn read(path: &Path, sources: &Sources) -> Result<Self, Failure> {
        let fail = |reason: String| Failure::failed(format!("{} cannot be read: {reason}", path.display()));
        let address = match sources.address(path) {
            Some(source) => {
                let located = sources.resolver()?.locate(&source);
                Some(located.map_err(|error| Failure::because(&error))?.url)
            }
            None => None,
        };
        let fetched = match &address {
            Some(address) => {
                let wanted = Wanted::new(address.clone()).at_most(LARGEST);
                let fetched = sources.resolver()?.store().fetch(&wanted);
                Some(fetched.map_err(|error| Failure::because(&error))?)
            }
            None => None,
        };
        let place = fetched.as_ref().map_or(path, Fetched::path);
        let file = std::fs::File::open(place).map_err(|error| fail(error.to_string()))?;
        let mut text = String::new();
        let read = file.take(LARGEST + 1).read_to_string(&mut text);
        read.map_err(|error| fail(error.to_string()))?;
        if text.len() as u64 > LARGEST {
            return Err(fail(format!("it has more than {LARGEST} bytes")));
        }
        Ok(Self { text, address })
    }
}
