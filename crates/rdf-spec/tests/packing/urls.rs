//! Files that a description has at a URL.

use std::fs;
use std::io::Cursor;

use rdf_spec::{FetchFile, FetchedFile, PackErrorKind, Package, Packer};

use super::{contents, error_of, folder_with};

struct Shelf;

impl FetchFile for Shelf {
    fn fetch(&mut self, url: &url::Url) -> Result<FetchedFile, Box<dyn std::error::Error + Send + Sync>> {
        match url.path() {
            "/a%20b.md" => Ok(FetchedFile {
                content: Box::new(&b"text"[..]),
                size: 4,
            }),
            "/cut.md" => Ok(FetchedFile {
                content: Box::new(&b"te"[..]),
                size: 4,
            }),
            "/endless.md" => Ok(FetchedFile {
                content: Box::new(std::io::repeat(7)),
                size: 4,
            }),
            other => Err(format!("there is no {other}").into()),
        }
    }
}

#[test]
fn urls_are_fetched_kept_or_refused() {
    let text = |name: &str| {
        format!(
            "type: other\nicon: https://example.org/icon.svg\ndocumentation: https://example.org/{name}\n"
        )
    };
    let folder = folder_with(&[("rdf.yaml", &text("a%20b.md"))]);
    let package = Package::open(folder.path()).unwrap();
    let url = "https://example.org/a%20b.md".to_owned();
    assert_eq!(error_of(&package), PackErrorKind::RemoteFile { url: url.clone() });

    let mut zip = Cursor::new(Vec::new());
    let report = Packer::new(&package).keep_urls().write_zip(&mut zip).unwrap();
    assert_eq!(report.description.text, package.text());
    assert!(report.remote.contains(&url));

    let mut zip = Cursor::new(Vec::new());
    let report = Packer::new(&package)
        .fetch_with(&mut Shelf)
        .write_zip(&mut zip)
        .unwrap();
    assert!(
        report.description.text.ends_with("documentation: a b.md\n"),
        "{}",
        report.description.text
    );
    assert_eq!(contents(zip.get_ref())["a b.md"], b"text");
    assert_eq!(report.remote, ["https://example.org/icon.svg"]);

    for (name, size) in [("cut.md", true), ("endless.md", true), ("none.md", false)] {
        fs::write(folder.path().join("rdf.yaml"), text(name)).unwrap();
        let package = Package::open(folder.path()).unwrap();
        let failed = Packer::new(&package)
            .fetch_with(&mut Shelf)
            .write_zip(Cursor::new(Vec::new()));
        let kind = failed.unwrap_err().kind().clone();
        let is_size = matches!(kind, PackErrorKind::Size { expected: 4, .. });
        assert_eq!(is_size, size, "{kind:?}");
        assert!(is_size || matches!(kind, PackErrorKind::Fetch { .. }), "{kind:?}");
    }
}
