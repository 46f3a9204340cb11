//! The laws of migration on published descriptions.

use std::fs;
use std::path::PathBuf;

use rdf_spec::{Document, Migrated};

use super::laws::{again, same_values, silent_losses};

#[test]
fn published_descriptions_lose_nothing_silently_and_migrate_once() {
    let Some(folder) = std::env::var_os("MODELHUB_REFERENCE") else {
        eprintln!("MODELHUB_REFERENCE is not set: skipped");
        return;
    };
    let mut migrations = 0;
    for entry in fs::read_dir(PathBuf::from(folder).join("documents")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let Ok(document) = Document::parse(&text) else {
            continue;
        };
        let Ok(migrated) = Migrated::to_newest(&document) else {
            continue;
        };
        migrations += 1;
        let lost = silent_losses(&document, &migrated);
        assert!(lost.is_empty(), "{}: {lost:?}", path.display());
        let twice = again(&text, &document, &migrated);
        assert!(same_values(twice.root(), migrated.root()), "{}", path.display());
        assert!(
            twice.changes().is_empty(),
            "{}: {:?}",
            path.display(),
            twice.changes()
        );
    }
    assert!(migrations > 300, "{migrations}");
}
