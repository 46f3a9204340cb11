//! From what a user names to a package: everything resolves, and only what is needed is fetched.

use std::fs;

use hub::{Cache, HubErrorKind, Resolver, Source, Store};

use crate::fixture::fixture;
use crate::server::{Reply, Server};
use crate::setup::{bytes, store};
use crate::world::{addresses, resolver, world};

#[test]
fn every_kind_of_source_leads_to_the_package() {
    let server = world();
    let description = fs::read_to_string(fixture().join("rdf.yaml")).unwrap();
    let address = |path: &str| server.url(path).to_string();
    for text in [
        address("/models/rdf.yaml"),
        address("/package.zip"),
        address("/download"),
        "10.5281/zenodo.1".to_owned(),
        "10.5281/zenodo.2".to_owned(),
        "10.5281/zenodo.1/2".to_owned(),
        "doi:10.5281/zenodo.3".to_owned(),
        "https://doi.org/10.5281/zenodo.1".to_owned(),
        "https://zenodo.org/records/3".to_owned(),
        "https://zenodo.org/records/3/files/rdf.yaml?download=1".to_owned(),
        "10.1234/description".to_owned(),
        "affable-shark".to_owned(),
        "bioimage-io/affable-shark".to_owned(),
        "bioimage-io/affable-shark/v0".to_owned(),
        "ri-scale/blobs".to_owned(),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let opened = resolver(&server, folder.path()).open(&Source::parse(&text).unwrap());
        let opened = opened.unwrap_or_else(|error| panic!("{text}: {error} {error:?}"));
        assert_eq!(opened.package.text(), description, "{text}");
        // Every file comes from beside the description, and is what it should be.
        assert_eq!(opened.package.check_files(), [], "{text}");
        assert_eq!(
            opened.package.files().read("weights.onnx", 1 << 20).unwrap(),
            fs::read(fixture().join("weights.onnx")).unwrap()
        );
    }
}

#[test]
fn concept_and_version_are_told_apart() {
    let server = world();
    let folder = tempfile::tempdir().unwrap();
    let resolver = resolver(&server, folder.path());
    let locate = |text: &str| resolver.locate(&Source::parse(text).unwrap());
    let concept = locate("10.5281/zenodo.1").unwrap();
    assert_eq!(concept.doi.as_deref(), Some("10.5281/zenodo.3"));
    assert_eq!(concept.concept_doi.as_deref(), Some("10.5281/zenodo.1"));
    assert_eq!(
        concept.notes,
        ["10.5281/zenodo.1 stands for all versions; the newest one is 10.5281/zenodo.3"]
    );
    let version = locate("10.5281/zenodo.2").unwrap();
    assert_eq!(
        (version.doi.as_deref(), version.notes.len()),
        (Some("10.5281/zenodo.2"), 0)
    );
    assert!(version.is_fixed);
    let error = locate("10.5281/zenodo.7/2").unwrap_err().to_string();
    assert_eq!(
        error,
        "`10.5281/zenodo.7` has no version `2`: there are versions of 10.5281/zenodo.1, this one among them"
    );
    let error = locate("10.5281/zenodo.9").unwrap_err().to_string();
    assert!(
        error.ends_with("expected rdf.yaml or one zip file, found figure.png, talk.pdf"),
        "{error}"
    );
    assert!(matches!(
        locate("10.5281/zenodo.8").unwrap_err().kind(),
        HubErrorKind::NotFound { .. }
    ));
    assert!(matches!(
        locate("10.1234/page").unwrap_err().kind(),
        HubErrorKind::NoDescription { .. }
    ));
    let error = locate("afable-shark").unwrap_err().to_string();
    assert!(
        error.ends_with("has no resource `afable-shark`; did you mean `bioimage-io/affable-shark`?"),
        "{error}"
    );
}

#[test]
fn only_what_is_needed_is_fetched() {
    let server = world();
    let folder = tempfile::tempdir().unwrap();
    let source = Source::parse(server.url("/models/rdf.yaml").as_str()).unwrap();
    let opened = resolver(&server, folder.path()).open(&source).unwrap();
    assert_eq!(server.targets(), ["/models/rdf.yaml"]);
    // A size is asked for, not fetched.
    assert!(opened.package.files().size("weights.onnx").unwrap() > 300_000);
    assert_eq!(server.requests()[1].method, "HEAD");
    let path = opened.package.files().file_path("weights.onnx").unwrap().unwrap();
    assert!(path.starts_with(folder.path()));
    assert_eq!(
        server.targets(),
        ["/models/rdf.yaml", "/models/weights.onnx", "/models/weights.onnx"]
    );
    assert!(opened.package.files().folder().is_none());
    let error = opened
        .package
        .files()
        .read("nothing.npy", 10)
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        format!("there is no file `nothing.npy` in `{}`", server.url("/models"))
    );
    assert!(opened.package.files().read("../secret", 10).is_err());
}

#[test]
fn of_an_archive_parts_are_fetched_and_can_be_read_offline() {
    let server = world();
    let folder = tempfile::tempdir().unwrap();
    let source = Source::parse(server.url("/package.zip").as_str()).unwrap();
    let weights = fs::read(fixture().join("weights.onnx")).unwrap();
    {
        let opened = resolver(&server, folder.path()).open(&source).unwrap();
        assert_eq!(
            opened.package.files().read("weights.onnx", 1 << 20).unwrap(),
            weights
        );
    }
    let fetched: usize = server
        .requests()
        .iter()
        .map(|got| {
            got.range()
                .map_or(usize::MAX, |(first, last)| last.unwrap() + 1 - first)
        })
        .sum();
    // Of more than 7 MB: the directory at its end, the description at its start, the weights.
    assert!(fetched <= 4 << 20, "{fetched}");
    let before = server.requests().len();
    let offline = Resolver::new(Store::offline(Cache::at(folder.path())), addresses(&server));
    let opened = offline.open(&source).unwrap();
    assert_eq!(
        opened.package.files().read("weights.onnx", 1 << 20).unwrap(),
        weights
    );
    let error = opened.package.files().read("filler.bin", 100 << 20).unwrap_err();
    assert!(
        matches!(error.kind(), rdf_spec::PackageErrorKind::NotFetched { .. }),
        "{error:?}"
    );
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(
        cause.ends_with("is not in the cache, and offline nothing is fetched"),
        "{cause}"
    );
    assert_eq!(server.requests().len(), before);
}

#[test]
fn an_archive_that_changes_while_it_is_read() {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let body = crate::world::zip(&bytes(6 << 20, 4));
    let server = Server::start(move |got| {
        let n = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Reply::file(got, &body, if n < 2 { "\"old\"" } else { "\"new\"" })
    });
    let folder = tempfile::tempdir().unwrap();
    let source = Source::parse(server.url("/package.zip").as_str()).unwrap();
    let opened = resolver(&server, folder.path()).open(&source);
    let problem = match opened {
        Ok(opened) => format!(
            "{:?}",
            opened.package.files().read("filler.bin", 100 << 20).unwrap_err()
        ),
        Err(error) => format!("{error:?}"),
    };
    assert!(problem.contains("Changed"), "{problem}");
}

#[test]
fn everything_works_offline_afterwards_and_nothing_before() {
    let server = world();
    let folder = tempfile::tempdir().unwrap();
    for text in ["10.5281/zenodo.1", "affable-shark"] {
        let source = Source::parse(text).unwrap();
        let offline = || Resolver::new(Store::offline(Cache::at(folder.path())), addresses(&server));
        let error = offline().open(&source).unwrap_err();
        assert!(matches!(error.kind(), HubErrorKind::Offline { .. }), "{error}");
        let online = resolver(&server, folder.path()).open(&source).unwrap();
        assert_eq!(online.package.check_files(), []);
        let before = server.requests().len();
        let opened = offline().open(&source).unwrap();
        assert_eq!(opened.package.check_files(), []);
        assert_eq!(opened.notes, online.notes);
        assert_eq!(server.requests().len(), before);
    }
}

#[test]
fn files_that_cannot_be_fetched_are_told_apart_from_files_that_are_not_there() {
    let server = Server::start(|got| match got.target.as_str() {
        "/rdf.yaml" => Reply::ok(fs::read(fixture().join("rdf.yaml")).unwrap()),
        "/weights.onnx" => Reply::status(503),
        _ => Reply::status(404),
    });
    let folder = tempfile::tempdir().unwrap();
    let source = Source::parse(server.url("/rdf.yaml").as_str()).unwrap();
    let opened = resolver(&server, folder.path()).open(&source).unwrap();
    let found = opened.package.check_files();
    let codes: Vec<&str> = found.iter().map(|finding| finding.code.name()).collect();
    assert_eq!(
        codes.iter().filter(|code| **code == "unreadable-source").count(),
        1,
        "{found:?}"
    );
    assert!(
        codes.iter().filter(|code| **code == "missing-file").count() >= 5,
        "{found:?}"
    );
    let unread = found
        .iter()
        .find(|finding| finding.code.name() == "unreadable-source")
        .unwrap();
    assert_eq!(unread.path.to_string(), "weights.onnx.source");
    assert!(
        unread.message.contains("status 503 (4 attempts)"),
        "{}",
        unread.message
    );
}

#[test]
fn wrong_contents_are_findings() {
    let server = Server::start(|got| {
        let mut content = fs::read(fixture().join(got.target.trim_start_matches('/'))).unwrap();
        if got.target == "/weights.onnx" {
            content[1000] ^= 1;
        }
        Reply::file(got, &content, "\"v1\"")
    });
    let folder = tempfile::tempdir().unwrap();
    let source = Source::parse(server.url("/rdf.yaml").as_str()).unwrap();
    let opened = resolver(&server, folder.path()).open(&source).unwrap();
    let codes: Vec<&str> = opened
        .package
        .check_files()
        .iter()
        .map(|finding| finding.code.name())
        .collect();
    assert_eq!(codes, ["digest-mismatch"]);
}

#[test]
fn files_at_urls_of_a_package_here() {
    let server = world();
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(fixture().join("rdf.yaml")).unwrap();
    let url = server.url("/models/weights.onnx").to_string();
    fs::write(folder.path().join("rdf.yaml"), text.replace("weights.onnx", &url)).unwrap();
    let package = rdf_spec::Package::open(folder.path()).unwrap();
    let model = package.model().unwrap().clone();
    let entry = model.weights.get(rdf_spec::WeightsFormat::Onnx).unwrap();
    assert_eq!(package.files().name_of(&entry.source), None);
    let cache = tempfile::tempdir().unwrap();
    let package = hub::with_files_from_the_web(package, &store(cache.path()));
    let name = package.files().name_of(&entry.source).unwrap();
    assert_eq!(
        package.files().sha256(name).unwrap(),
        *entry.sha256.as_ref().unwrap()
    );
    assert_eq!(server.targets(), ["/models/weights.onnx"]);
}

#[test]
fn a_web_page_is_no_description() {
    let server = Server::start(|_| Reply::ok("\n<!DOCTYPE HTML><html>log in</html>"));
    let folder = tempfile::tempdir().unwrap();
    for path in ["/rdf.yaml", "/package.zip"] {
        let source = Source::parse(server.url(path).as_str()).unwrap();
        let error = resolver(&server, folder.path()).open(&source).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("a web page, where a description or a zip file"),
            "{error}"
        );
    }
}

#[test]
fn streams() {
    let text = fs::read(fixture().join("rdf.yaml")).unwrap();
    let package = hub::open_stream(&mut text.as_slice(), "<stdin>", &fixture()).unwrap();
    assert_eq!(package.check_files(), []);
    let zip = crate::world::zip(b"");
    let package = hub::open_stream(&mut zip.as_slice(), "<stdin>", &fixture()).unwrap();
    assert_eq!(package.check_files(), []);
    for broken in [&zip[..zip.len() / 2], &b"PK\x03\x04"[..]] {
        let error = hub::open_stream(&mut &*broken, "<stdin>", &fixture()).unwrap_err();
        assert_eq!(error.to_string(), "cannot open <stdin>");
    }
}
