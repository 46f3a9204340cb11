//! A server that plays all services: Zenodo, a collection index, a hub, what resolves DOIs, and a plain web server.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use hub::{Addresses, Resolver};
use serde_json::json;

use crate::fixture::fixture;
use crate::server::{Got, Reply, Server};
use crate::setup::{digest, store};

/// A zip file of the fixture, its weights at its end, `filler` bytes of something else before them.
pub(crate) fn zip(filler: &[u8]) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut zip = zip::ZipWriter::new(&mut bytes);
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut names: Vec<String> = fs::read_dir(fixture())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_by_key(|name| (name.starts_with("weights"), name.clone()));
    for name in names {
        if name == "weights.onnx" && !filler.is_empty() {
            zip.start_file("filler.bin", options).unwrap();
            zip.write_all(filler).unwrap();
        }
        zip.start_file(name.as_str(), options).unwrap();
        zip.write_all(&fs::read(fixture().join(name)).unwrap()).unwrap();
    }
    zip.finish().unwrap();
    bytes.into_inner()
}

fn etag(bytes: &[u8]) -> String {
    format!("\"{}\"", &digest(bytes).as_str()[..16])
}

/// A file of the fixture. The description has a name of its own on some servers.
fn file(got: &Got, name: &str) -> Reply {
    match fs::read(fixture().join(name)) {
        Ok(bytes) => Reply::file(got, &bytes, &etag(&bytes)),
        Err(_) => Reply::status(404),
    }
}

fn record(number: u64) -> Reply {
    let files: Vec<_> = fs::read_dir(fixture())
        .unwrap()
        .map(|entry| json!({"key": entry.unwrap().file_name().to_str().unwrap()}))
        .collect();
    let files = if number == 9 {
        vec![json!({"key": "figure.png"}), json!({"key": "talk.pdf"})]
    } else {
        files
    };
    Reply::ok(json!({"id": number, "conceptrecid": "1", "files": files}).to_string())
}

/// All services. Record 1 of Zenodo is a concept with the versions 2 and 3, of which 3 is the newest one.
pub(crate) fn world() -> Server {
    let with_filler = zip(&crate::setup::bytes(6 << 20, 3));
    let plain = zip(b"");
    Server::start(move |got| {
        let (path, query) = got.target.split_once('?').unwrap_or((&got.target, ""));
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        match parts.as_slice() {
            ["models", name] => file(got, name),
            ["zenodo", "api", "records", "1"] => Reply::redirect("/zenodo/api/records/3"),
            ["zenodo", "api", "records", number @ ("2" | "3" | "9")] => record(number.parse().unwrap()),
            ["zenodo", "api", "records", "2" | "3", "files", name, "content"] => file(got, name),
            ["index.json"] => {
                let description = fs::read(fixture().join("rdf.yaml")).unwrap();
                let source = "hub/bioimage-io/artifacts/affable-shark/files/rdf.yaml?version=v0";
                Reply::ok(
                    json!({"items": [{"id": "bioimage-io/affable-shark", "type": "model", "versions": [
                        {"version": "v0", "source": source, "sha256": digest(&description).as_str()}]}]})
                    .to_string(),
                )
            }
            ["hub", "bioimage-io", "artifacts", "affable-shark", "files", name] if query == "version=v0" => {
                file(got, name)
            }
            ["hub", "ri-scale", "artifacts", "blobs", "files", name] => file(got, name),
            ["doi", "10.1234", "description"] => Reply::redirect("/models/rdf.yaml"),
            ["doi", "10.1234", "page"] => Reply::redirect("/page"),
            ["page"] => Reply::ok("<html>"),
            ["package.zip"] => Reply::file(got, &with_filler, "\"zip\""),
            // No parts, and nothing that says that it is a zip file.
            ["download"] => Reply::ok(plain.clone()),
            _ => Reply::status(404),
        }
    })
}

/// A resolver that knows only these services.
pub(crate) fn resolver(server: &Server, folder: &Path) -> Resolver {
    Resolver::new(store(folder), addresses(server))
}

pub(crate) fn addresses(server: &Server) -> Addresses {
    let mut addresses = Addresses::default();
    addresses.index = server.url("/index.json");
    addresses.zenodo = server.url("/zenodo");
    addresses.sandbox = server.url("/sandbox");
    addresses.doi = server.url("/doi");
    addresses.hub = server.url("/hub");
    addresses.matomo = server.url("/");
    addresses
}
