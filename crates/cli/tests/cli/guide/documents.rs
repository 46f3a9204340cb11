//! Resources that are no models, wherever their descriptions are.

use crate::harness::modelhub;
use crate::server::{Reply, Server};
use crate::services::call;

const FIELDS: &str = "format_version: 0.2.4\nname: Cells of mice\ndescription: Images of cells.\n\
                      authors: [{name: Jane Doe}]\ncite: [{text: A paper, doi: 10.1234/abc}]\nlicense: CC-BY-4.0\n";

#[test]
fn datasets_applications_and_notebooks_are_checked_too() {
    let folder = tempfile::tempdir().unwrap();
    for (kind, more) in [
        ("dataset", ""),
        ("application", ""),
        ("notebook", "source: a.ipynb\n"),
    ] {
        let text = format!("type: {kind}\n{FIELDS}{more}");
        let path = super::put(folder.path(), "rdf.yaml", &text);
        let run = modelhub(["validate".as_ref(), "--format-only".as_ref(), path.as_os_str()]);
        assert_eq!(run.code, 0, "{kind}: {run:?}");
        let path = super::put(
            folder.path(),
            "rdf.yaml",
            &text.replace("license: CC-BY-4.0\n", "license: 5\n"),
        );
        let run = modelhub(["validate".as_ref(), "--format-only".as_ref(), path.as_os_str()]);
        assert_eq!(run.code, 1, "{kind}: {run:?}");
    }
}

/// Somebody posts the address of a description in a public repository, and the team checks it.
#[test]
fn a_description_at_a_raw_address() {
    let server = Server::start(|got| match got.target.as_str() {
        "/lab/repository/main/rdf.yaml" => Reply::ok(format!("type: dataset\n{FIELDS}")),
        _ => Reply::status(404),
    });
    let cache = tempfile::tempdir().unwrap();
    let address = server.url("/lab/repository/main/rdf.yaml").to_string();
    let run = call(&server, cache.path(), &["validate", &address]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains(&format!("{address}: valid")), "{run:?}");
}
