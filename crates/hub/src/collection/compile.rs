//! Compiling: completing every entry, and judging it.

use std::collections::HashMap;
use std::path::Path;

use rdf_spec::{
    Code, CollectionResolver, Diagnostic, DocPath, Document, DocumentOrigin, EntrySource, FileSource, Rdf,
    ResolvedEntry,
};
use serde_json::{Map, Value};

use super::documents::{DocumentErrorKind, Documents, LocalDocuments};
use super::error::{CollectionError, CollectionErrorKind};
use super::expand::address;
use super::index::{MARK, root_fields};
use super::lists::{LISTS, entry_of, is_in_nested};
use super::text::{chain, read_text, text_of};
use super::{CompiledCollection, CompiledEntry, PlacedFinding, Verdict};

/// What all completed entries may take together, in bytes of JSON.
const LARGEST_INDEX: usize = 64 << 20;
/// How deep collections may lie in each other.
const DEEPEST: usize = 4;
/// The largest collection document that is read.
const LARGEST_DOCUMENT: u64 = 16 << 20;
/// How many findings of one entry are kept.
const MOST_FINDINGS: usize = 200;

/// Compiles a collection in a file, with documents in its folder.
///
/// # Errors
/// If the file cannot be read or is no collection, or the completed entries are too large together.
pub fn compile_file(path: &Path) -> Result<CompiledCollection, CollectionError> {
    let text = read_text(path, LARGEST_DOCUMENT)?;
    compile(&text, &path.display().to_string(), &LocalDocuments::beside(path))
}

/// Compiles a collection; `name` is what its document is called in findings.
///
/// An entry that is a collection is expanded: its entries follow it, with the identifier of the outer collection
/// before theirs. A nested collection in a document of its own is what it is by itself: its entries inherit from it,
/// and not from the outer collection.
///
/// # Errors
/// If the text is no collection, or the completed entries are too large together. What is wrong with an entry is no
/// error: see its [`Verdict`].
pub fn compile(
    text: &str,
    name: &str,
    documents: &dyn Documents,
) -> Result<CompiledCollection, CollectionError> {
    let document = Document::parse(text).map_err(|error| {
        CollectionError::from(CollectionErrorKind::Syntax {
            document: name.to_owned(),
        })
        .caused_by(error)
    })?;
    let root = document.root().as_mapping();
    if root.is_some_and(|root| root.get(MARK).is_some()) {
        return Err(CollectionErrorKind::AlreadyCompiled {
            document: name.to_owned(),
        }
        .into());
    }
    let mut compiler = Compiler {
        documents,
        entries: Vec::new(),
        bytes: 0,
    };
    let own = Source {
        text,
        document: &document,
        name,
        address: None,
        prefix: None,
        depth: 0,
    };
    let findings = compiler.collection(&own)?;
    Ok(CompiledCollection {
        root: root_fields(&document),
        findings,
        entries: compiler.entries,
    })
}

/// A collection document that is being expanded.
struct Source<'s> {
    text: &'s str,
    document: &'s Document,
    name: &'s str,
    /// Where it was loaded from; `None` for the outermost one.
    address: Option<&'s FileSource>,
    /// The identifier of the outer collection.
    prefix: Option<&'s str>,
    depth: usize,
}

struct Compiler<'d> {
    documents: &'d dyn Documents,
    entries: Vec<CompiledEntry>,
    bytes: usize,
}

impl Compiler<'_> {
    /// Adds all entries, and returns what was found about the collection itself.
    fn collection(&mut self, source: &Source<'_>) -> Result<Vec<PlacedFinding>, CollectionError> {
        let resolver = CollectionResolver::new(source.document).map_err(|error| {
            CollectionError::from(CollectionErrorKind::NotACollection {
                document: source.name.to_owned(),
            })
            .caused_by(error)
        })?;
        let parsed = Rdf::from_yaml(source.text);
        let mut in_root = Vec::new();
        let mut in_entries: HashMap<String, Vec<&Diagnostic>> = HashMap::new();
        for found in parsed.diagnostics() {
            match entry_of(&found.path) {
                Some(entry) => in_entries.entry(entry.to_string()).or_default().push(found),
                None => in_root.push(placed(source.name, found.clone())),
            }
        }
        let sources = (0..resolver.len())
            .filter_map(|index| address(source.address, &text_of(resolver.entry(index), "rdf_source")?));
        self.documents.prepare(&sources.collect::<Vec<_>>());
        for index in 0..resolver.len() {
            let path = resolver.path(index).unwrap_or_default();
            let more = in_entries.remove(&path.to_string()).unwrap_or_default();
            self.entry(source, &resolver, index, &more)?;
        }
        Ok(in_root)
    }

    fn entry(
        &mut self,
        source: &Source<'_>,
        resolver: &CollectionResolver,
        index: usize,
        in_entry: &[&Diagnostic],
    ) -> Result<(), CollectionError> {
        if self.bytes > LARGEST_INDEX {
            return Err(CollectionErrorKind::TooLarge { limit: LARGEST_INDEX }.into());
        }
        let path = resolver.path(index).unwrap_or_default();
        let written = resolver.entry(index);
        let mut entry = CompiledEntry {
            place: path.to_string(),
            id: None,
            resource_type: text_of(written, "type"),
            name: text_of(written, "name"),
            verdict: Verdict::Invalid,
            rdf_source: None,
            tags: Vec::new(),
            findings: Vec::new(),
            description: None,
        };
        if let Some(prefix) = source.prefix {
            entry.place = format!("{}: {}", prefix, entry.place);
        }
        let mut loaded = None;
        if let Some(text) = text_of(written, "rdf_source") {
            let Some(found) = address(source.address, &text) else {
                let message =
                    "the source is no address, or a path that leads out of the folder of the collection";
                let place = path.join("rdf_source");
                entry.findings.push(placed(
                    source.name,
                    Diagnostic::new(Code::InvalidSource, place.clone(), message)
                        .at(source.document.nearest_position(&place)),
                ));
                self.entries.push(entry);
                return Ok(());
            };
            entry.rdf_source = Some(found.as_str().to_owned());
            match self.documents.load(&found) {
                Ok(document) => loaded = Some(document),
                Err(error) => {
                    let place = path.join("rdf_source");
                    let is_syntax = matches!(error.kind(), DocumentErrorKind::Syntax { .. });
                    let code = if is_syntax {
                        Code::SyntaxError
                    } else {
                        Code::UnreadableSource
                    };
                    let position = source.document.nearest_position(&place);
                    let finding = Diagnostic::new(code, place, chain(&error)).at(position);
                    entry.findings.push(placed(source.name, finding));
                    entry.verdict = if is_syntax {
                        Verdict::Invalid
                    } else {
                        Verdict::NotLoaded
                    };
                    entry.id = stated_id(source, text_of(written, "id"));
                    self.entries.push(entry);
                    return Ok(());
                }
            }
        }
        let given = loaded
            .as_ref()
            .map(|loaded| EntrySource::new(loaded.document.clone(), loaded.address.clone()));
        let resolved = match resolver.resolve(index, given.as_ref()) {
            Ok(resolved) => resolved,
            Err(error) => {
                let position = source.document.nearest_position(&path);
                let finding = Diagnostic::new(Code::WrongType, path.clone(), error.to_string()).at(position);
                entry.findings.push(placed(source.name, finding));
                self.entries.push(entry);
                return Ok(());
            }
        };
        let place_of_source = entry.rdf_source.clone().unwrap_or_default();
        self.judge(&mut entry, source, &resolved, &place_of_source);
        // What only the collection as a whole shows, such as an entry without identifier.
        let more: Vec<PlacedFinding> = in_entry
            .iter()
            .filter(|found| !entry.has(found))
            .map(|found| placed(source.name, (*found).clone()))
            .collect();
        entry.findings.extend(more);
        entry.findings.truncate(MOST_FINDINGS);
        if entry.findings.iter().any(|found| found.diagnostic.is_error()) {
            entry.verdict = Verdict::Invalid;
            entry.description = None;
        }
        let nested = resolved
            .rdf
            .as_ref()
            .is_some_and(|rdf| rdf.as_collection().is_some());
        let id = resolved.id.clone();
        self.entries.push(entry);
        if nested {
            self.nested(source, &resolved, loaded.as_ref(), id.as_deref())?;
        }
        Ok(())
    }

    /// Fills in what the completed description says.
    fn judge(
        &mut self,
        entry: &mut CompiledEntry,
        source: &Source<'_>,
        resolved: &ResolvedEntry,
        place: &str,
    ) {
        let is_collection = matches!(&resolved.rdf, Some(Rdf::Collection(_)));
        entry.id = resolved.id.as_ref().map(|id| prefixed(source.prefix, id));
        entry.resource_type = text_of(Some(&resolved.tree), "type").or_else(|| entry.resource_type.take());
        entry.name = text_of(Some(&resolved.tree), "name").or_else(|| entry.name.take());
        let tags = resolved
            .tree
            .as_mapping()
            .and_then(|tree| tree.get("tags")?.as_sequence());
        entry.tags = tags
            .unwrap_or_default()
            .iter()
            .filter_map(|tag| tag.as_str().map(str::to_owned))
            .collect();
        for found in &resolved.findings {
            // The entries of a nested collection get verdicts of their own.
            if is_collection && is_in_nested(found.origin, &found.diagnostic.path) {
                continue;
            }
            let document = match found.origin {
                DocumentOrigin::Collection => source.name,
                DocumentOrigin::Source => place,
            };
            entry.findings.push(placed(document, found.diagnostic.clone()));
        }
        let is_valid =
            resolved.rdf.is_some() && !entry.findings.iter().any(|found| found.diagnostic.is_error());
        if is_valid {
            entry.verdict = Verdict::Valid;
            entry.description = resolved.rdf.as_ref().and_then(|rdf| self.description(rdf, entry));
        }
    }

    /// The description as JSON, in the newest form of its format.
    fn description(&mut self, rdf: &Rdf, entry: &CompiledEntry) -> Option<Map<String, Value>> {
        let text = rdf.to_json().ok()?;
        self.bytes = self.bytes.saturating_add(text.len());
        let Ok(Value::Object(mut fields)) = serde_json::from_str(&text) else {
            return None;
        };
        for list in LISTS {
            fields.shift_remove(list);
        }
        if let Some(id) = &entry.id {
            fields.insert("id".to_owned(), Value::String(id.clone()));
        }
        if let Some(source) = &entry.rdf_source {
            fields.insert("rdf_source".to_owned(), Value::String(source.clone()));
        }
        Some(fields)
    }

    fn nested(
        &mut self,
        source: &Source<'_>,
        resolved: &ResolvedEntry,
        loaded: Option<&super::LoadedDocument>,
        id: Option<&str>,
    ) -> Result<(), CollectionError> {
        if source.depth + 1 >= DEEPEST {
            if let Some(entry) = self.entries.last_mut() {
                let message = format!("collections lie in each other, more than {DEEPEST} deep");
                let finding = Diagnostic::new(Code::NestingTooDeep, DocPath::root(), message);
                entry.findings.push(placed(source.name, finding));
                entry.verdict = Verdict::Invalid;
                entry.description = None;
            }
            return Ok(());
        }
        let whole = id.map(|id| prefixed(source.prefix, id));
        let outcome = match loaded {
            Some(loaded) => {
                let outer = source.document.root().as_mapping();
                let outer = outer.and_then(|root| root.get("id")?.as_str());
                let prefix = outer.map(|outer| prefixed(source.prefix, outer));
                self.collection(&Source {
                    text: &loaded.text,
                    document: &loaded.document,
                    name: loaded.address.as_str(),
                    address: Some(&loaded.address),
                    prefix: prefix.as_deref(),
                    depth: source.depth + 1,
                })
            }
            None => {
                // Written in place: its positions are those of the entry in the outer document.
                let text = resolved.tree.to_json();
                let Ok(document) = Document::parse(&text) else {
                    return Ok(());
                };
                let name = format!(
                    "{} of {}",
                    whole.as_deref().unwrap_or("a collection"),
                    source.name
                );
                self.collection(&Source {
                    text: &text,
                    document: &document,
                    name: &name,
                    address: source.address,
                    prefix: source.prefix,
                    depth: source.depth + 1,
                })
            }
        };
        match outcome {
            // They were found when the entry was judged.
            Ok(_) => Ok(()),
            Err(error) if matches!(error.kind(), CollectionErrorKind::TooLarge { .. }) => Err(error),
            // An entry that is no collection of format 0.2 was judged already.
            Err(_) => Ok(()),
        }
    }
}

impl CompiledEntry {
    fn has(&self, found: &Diagnostic) -> bool {
        self.findings
            .iter()
            .any(|known| known.diagnostic.code == found.code && known.diagnostic.path == found.path)
    }
}

fn placed(document: &str, diagnostic: Diagnostic) -> PlacedFinding {
    PlacedFinding {
        document: document.to_owned(),
        diagnostic,
    }
}

fn prefixed(prefix: Option<&str>, id: &str) -> String {
    prefix.map_or_else(|| id.to_owned(), |prefix| format!("{prefix}/{id}"))
}

/// The identifier of an entry that was not completed.
fn stated_id(source: &Source<'_>, id: Option<String>) -> Option<String> {
    let collection = source
        .document
        .root()
        .as_mapping()
        .and_then(|root| root.get("id")?.as_str());
    let id = id.map(|id| prefixed(collection, &id))?;
    Some(prefixed(source.prefix, &id))
}
