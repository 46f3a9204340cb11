//! Collections and their entries.

use super::generic::resource;
use super::keys::Keys;
use super::{ToTree, to_node};
use crate::generic::{CollectionEntry, CollectionRdf, depends_on_version};
use crate::value::{FormatVersion, Yaml};

impl ToTree for CollectionRdf {
    fn to_tree(&self) -> Yaml {
        let Self {
            metadata,
            source,
            collection,
            other,
        } = self;
        let version = &metadata.format_version;
        let entries = collection.iter().map(|entry| {
            if inherits_older_form(entry, version) {
                entry_keys(entry, Some(version)).finish()
            } else {
                entry.to_tree()
            }
        });
        resource(metadata, "collection", source.as_ref())
            .required_list("collection", &entries.collect::<Vec<_>>())
            .others(other)
            .finish()
    }
}

impl ToTree for CollectionEntry {
    fn to_tree(&self) -> Yaml {
        entry_keys(self, None).finish()
    }
}

fn entry_keys(entry: &CollectionEntry, version: Option<&FormatVersion>) -> Keys {
    let CollectionEntry {
        id,
        rdf_source,
        update,
    } = entry;
    Keys::default()
        .optional("id", id.as_ref())
        .optional("rdf_source", rdf_source.as_ref())
        .optional("format_version", version)
        .others(update)
}

/// True for an entry that is a description of its own, takes its version from the collection, and has fields that
/// this version reads in another way than the newest: it must go on saying which one it is of.
fn inherits_older_form(entry: &CollectionEntry, version: &FormatVersion) -> bool {
    let is_own = entry.rdf_source.is_none() && !entry.update.contains_key("format_version");
    let (_, _, patch) = version.numbers();
    let Some(Yaml::String(kind)) = entry.update.get("type").filter(|_| is_own) else {
        return false;
    };
    // The version of a collection says nothing about models.
    kind != "model" && to_node(&entry.to_tree()).is_ok_and(|node| depends_on_version(&node, kind, patch))
}
