//! A server that plays all services, and calls of the program that only know it.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::harness::{Copy, Run, fixture, modelhub_with};
use crate::server::{Got, Reply, Server};

/// A server that plays all services with the files of a fixture; what is counted is what was asked for.
pub(crate) fn world() -> Server {
    Server::start(|got| {
        let path = got.target.split('?').next().unwrap();
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        match parts.as_slice() {
            ["models", name] => file(got, name),
            ["zenodo", "api", "records", "1"] => Reply::redirect("/zenodo/api/records/2"),
            ["zenodo", "api", "records", "2"] => Reply::ok(
                json!({"id": 2, "conceptrecid": "1", "files": [{"key": "rdf.yaml"}, {"key": "weights.onnx"}]}).to_string(),
            ),
            ["zenodo", "api", "records", "2", "files", name, "content"] => file(got, name),
            ["index.json"] => Reply::ok(
                json!({"items": [{"id": "bioimage-io/affable-shark", "versions": [
                    {"version": "v0", "source": "models/rdf.yaml"}]}]})
                .to_string(),
            ),
            ["package.zip"] => {
                let copy = Copy::of(&fixture("blobs-unet2d"));
                Reply::file(got, &fs::read(copy.zip()).unwrap(), "\"zip\"")
            }
            _ => Reply::status(404),
        }
    })
}

pub(crate) fn file(got: &Got, name: &str) -> Reply {
    match fs::read(fixture("blobs-unet2d").join(name)) {
        Ok(bytes) => Reply::file(got, &bytes, &format!("\"{name}\"")),
        Err(_) => Reply::status(404),
    }
}

/// Calls the program with a cache of its own, and services that are all this server.
pub(crate) fn call(server: &Server, cache: &Path, arguments: &[&str]) -> Run {
    call_with(server, cache, &[], arguments)
}

pub(crate) fn call_with(server: &Server, cache: &Path, more: &[(&str, &str)], arguments: &[&str]) -> Run {
    let address = |path: &str| server.url(path).to_string();
    let (index, zenodo, hub) = (address("/index.json"), address("/zenodo"), address("/hub"));
    let cache = cache.to_str().unwrap();
    let mut variables = vec![
        ("MODELHUB_CACHE", cache),
        ("MODELHUB_OFFLINE", ""),
        ("MODELHUB_INDEX", &index),
        ("MODELHUB_ZENODO_URL", &zenodo),
        ("MODELHUB_ZENODO_SANDBOX_URL", &zenodo),
        ("MODELHUB_HUB_URL", &hub),
        ("MODELHUB_MATOMO_URL", &zenodo),
        ("NO_PROXY", "127.0.0.1"),
    ];
    variables.extend(more);
    modelhub_with(&variables, arguments)
}
