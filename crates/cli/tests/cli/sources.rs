//! Sources that are not files of this machine, for every verb that takes one.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::harness::{Copy, Run, fixture, modelhub_with};
use crate::server::{Got, Reply, Server};

/// A server that plays all services with the files of a fixture; what is counted is what was asked for.
fn world() -> Server {
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

fn file(got: &Got, name: &str) -> Reply {
    match fs::read(fixture("blobs-unet2d").join(name)) {
        Ok(bytes) => Reply::file(got, &bytes, &format!("\"{name}\"")),
        Err(_) => Reply::status(404),
    }
}

/// Calls the program with a cache of its own, and services that are all this server.
fn call(server: &Server, cache: &Path, arguments: &[&str]) -> Run {
    call_with(server, cache, &[], arguments)
}

fn call_with(server: &Server, cache: &Path, more: &[(&str, &str)], arguments: &[&str]) -> Run {
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

#[test]
fn a_model_is_tested_wherever_it_is() {
    let server = world();
    for source in [
        server.url("/models/rdf.yaml").to_string(),
        server.url("/package.zip").to_string(),
        "10.5281/zenodo.1".to_owned(),
        "https://doi.org/10.5281/zenodo.2".to_owned(),
        "affable-shark".to_owned(),
        "bioimage-io/affable-shark/v0".to_owned(),
    ] {
        let cache = tempfile::tempdir().unwrap();
        // The verbs of the user guide, with its options.
        let run = call(
            &server,
            cache.path(),
            &["test-model", "--weights", "onnx", "--device", "cpu", &source],
        );
        assert_eq!(run.code, 0, "{source}: {run:?}");
        assert!(run.stdout.contains("onnx"), "{run:?}");
        let run = call(&server, cache.path(), &["validate", &source]);
        assert_eq!(run.code, 0, "{source}: {run:?}");
        // The same without the network.
        let before = server.requests().len();
        let run = call(
            &server,
            cache.path(),
            &["--offline", "test-model", "--weights", "onnx", &source],
        );
        assert_eq!(run.code, 0, "{source}: {run:?}");
        let run = call(&server, cache.path(), &["validate", &source, "--offline"]);
        assert_eq!(run.code, 0, "{source}: {run:?}");
        assert_eq!(server.requests().len(), before);
    }
}

#[test]
fn only_what_is_needed_is_fetched() {
    let server = world();
    let source = server.url("/models/rdf.yaml").to_string();
    for (arguments, expected) in [
        (vec!["validate", "--format-only"], vec!["/models/rdf.yaml"]),
        (vec!["migrate"], vec!["/models/rdf.yaml"]),
        (
            vec!["test-model", "--weights", "onnx"],
            vec![
                "/models/rdf.yaml",
                "/models/test_input.npy",
                "/models/test_output.npy",
                "/models/weights.onnx",
            ],
        ),
    ] {
        let cache = tempfile::tempdir().unwrap();
        let before = server.requests().len();
        let arguments: Vec<&str> = arguments.into_iter().chain([source.as_str()]).collect();
        let run = call(&server, cache.path(), &arguments);
        assert_eq!(run.code, 0, "{run:?}");
        let mut targets = server.targets().split_off(before);
        targets.sort();
        assert_eq!(targets, expected, "{arguments:?}");
    }
    // A summary needs sizes, not contents.
    let cache = tempfile::tempdir().unwrap();
    let before = server.requests().len();
    let run = call(&server, cache.path(), &["inspect", &source]);
    assert_eq!(run.code, 0, "{run:?}");
    let fetched = server.requests().split_off(before);
    assert!(
        fetched
            .iter()
            .filter(|got| got.method == "GET")
            .all(|got| got.target.ends_with("rdf.yaml"))
    );
}

#[test]
fn concepts_and_versions() {
    let server = world();
    let cache = tempfile::tempdir().unwrap();
    let run = call(
        &server,
        cache.path(),
        &["validate", "--format-only", "10.5281/zenodo.1"],
    );
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.stderr
            .contains("10.5281/zenodo.1 stands for all versions; the newest one is 10.5281/zenodo.2"),
        "{run:?}"
    );
    let run = call(
        &server,
        cache.path(),
        &["validate", "--format-only", "10.5281/zenodo.1/2"],
    );
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
}

#[test]
fn what_is_nowhere() {
    let server = world();
    let cache = tempfile::tempdir().unwrap();
    for (source, expected) in [
        (
            "afable-shark",
            "has no resource `afable-shark`; did you mean `bioimage-io/affable-shark`?",
        ),
        ("10.5281/zenodo.7", "there is nothing at"),
        (
            "bioimage-io/affable-shark/v7",
            "has no version `v7`: there are v0",
        ),
        (
            "10.5281/zenodo.x",
            "there is no file or folder `10.5281/zenodo.x`",
        ),
    ] {
        let run = call(&server, cache.path(), &["inspect", source]);
        assert_eq!(run.code, 3, "{run:?}");
        assert!(run.stderr.contains(expected), "{source}: {run:?}");
    }
    // What looks like a path is not asked for anywhere.
    let before = server.requests().len();
    for path in [
        "nowhere",
        "nowhere.zip",
        "a/nowhere.yaml",
        "./no-where",
        "tests/no-where",
    ] {
        let run = call(&server, cache.path(), &["inspect", path]);
        assert_eq!(run.code, 3, "{run:?}");
        assert!(
            run.stderr
                .contains(&format!("there is no file or folder `{path}`")),
            "{run:?}"
        );
    }
    assert_eq!(server.requests().len(), before);
    let missing = server.url("/nothing/rdf.yaml").to_string();
    let run = call(
        &server,
        cache.path(),
        &["validate", "--output", "jsonl", &missing],
    );
    assert_eq!(run.code, 3, "{run:?}");
    assert_eq!(
        run.json()["diagnostics"][0]["code"],
        "unreadable-source",
        "{run:?}"
    );
}

#[test]
fn a_server_that_fails_says_nothing_about_the_package() {
    let server = Server::start(|got| match got.target.as_str() {
        "/models/rdf.yaml" => file(got, "rdf.yaml"),
        "/models/weights.onnx" => Reply::status(429).with("Retry-After", "86400"),
        target => file(got, target.rsplit('/').next().unwrap()),
    });
    let cache = tempfile::tempdir().unwrap();
    let source = server.url("/models/rdf.yaml").to_string();
    let run = call(&server, cache.path(), &["validate", &source]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.stdout.contains("unreadable-source"), "{run:?}");
    assert!(
        run.stdout.contains("status 429, try again in 86400 seconds"),
        "{run:?}"
    );
}

#[test]
fn offline_without_a_cache() {
    let server = world();
    let cache = tempfile::tempdir().unwrap();
    for source in [
        server.url("/models/rdf.yaml").as_str(),
        "10.5281/zenodo.1",
        "affable-shark",
    ] {
        let run = call(&server, cache.path(), &["test-model", "--offline", source]);
        assert_eq!(run.code, 3, "{run:?}");
        assert!(
            run.stderr
                .contains("is not in the cache, and offline nothing is fetched"),
            "{run:?}"
        );
    }
    assert_eq!(server.requests().len(), 0);
    // Packages of this machine need neither.
    let model = fixture("blobs-unet2d");
    let run = call(
        &server,
        cache.path(),
        &[
            "test-model",
            "--offline",
            "--weights",
            "onnx",
            model.to_str().unwrap(),
        ],
    );
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 0);
}

#[test]
fn weights_at_a_url() {
    let server = world();
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.edit(
        "source: weights.onnx",
        &format!("source: {}", server.url("/models/weights.onnx")),
    );
    fs::remove_file(copy.path().join("weights.onnx")).unwrap();
    let cache = tempfile::tempdir().unwrap();
    let path = copy.path().to_str().unwrap();
    let run = call(&server, cache.path(), &["test-model", "--weights", "onnx", path]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(server.targets(), ["/models/weights.onnx"]);
    // The description states the digest: with the content in the cache nobody is asked, wherever it came from.
    let run = call(
        &server,
        cache.path(),
        &["test-model", "--offline", "--weights", "onnx", path],
    );
    assert_eq!(run.code, 0, "{run:?}");
    let empty = tempfile::tempdir().unwrap();
    let run = call(
        &server,
        empty.path(),
        &["test-model", "--offline", "--weights", "onnx", path],
    );
    assert_ne!(run.code, 0, "{run:?}");
    assert!(
        format!("{run:?}").contains("is not in the cache, and offline nothing is fetched"),
        "{run:?}"
    );
}

fn with_input(input: &[u8], folder: &Path, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_modelhub"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("MODELHUB_OFFLINE", "1")
        .env("MODELHUB_BACKENDS", "tract");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // A program that has read enough closes the pipe.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Run {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn standard_input() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    let text = fs::read(copy.path().join("rdf.yaml")).unwrap();
    let zip = fs::read(copy.zip()).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let run = with_input(&zip, elsewhere.path(), &["test-model", "--weights", "onnx", "-"]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = with_input(&zip, elsewhere.path(), &["validate", "-"]);
    assert_eq!(
        (run.code, run.stdout.lines().last()),
        (0, Some("-: valid")),
        "{run:?}"
    );
    // The files of a text are in the working directory.
    let run = with_input(&text, copy.path(), &["validate", "-"]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = with_input(&text, elsewhere.path(), &["validate", "-"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("there is no file `weights.onnx`"), "{run:?}");
    let run = with_input(&text, elsewhere.path(), &["migrate", "-"]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = with_input(&text, elsewhere.path(), &["migrate", "--in-place", "-"]);
    assert_eq!(run.code, 2, "{run:?}");
    let run = with_input(b"PK\x03\x04 and no more", elsewhere.path(), &["inspect", "-"]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.stderr.contains("cannot open <stdin>"), "{run:?}");
    let run = with_input(b"\xff\xfe\x00", elsewhere.path(), &["validate", "-"]);
    assert_eq!(run.code, 3, "{run:?}");
}

#[test]
fn what_is_fetched_is_never_changed() {
    let server = world();
    let cache = tempfile::tempdir().unwrap();
    let source = server.url("/models/rdf.yaml").to_string();
    for arguments in [
        &["migrate", "--in-place"][..],
        &["convert", "--to", "onnx", "--add-to-package"],
    ] {
        let arguments: Vec<&str> = arguments.iter().copied().chain([source.as_str()]).collect();
        let run = call(&server, cache.path(), &arguments);
        assert_eq!(run.code, 2, "{run:?}");
    }
    let run = call(&server, cache.path(), &["cache", "verify"]);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn the_cache_from_the_command_line() {
    let server = world();
    let cache = tempfile::tempdir().unwrap();
    let run = call(&server, cache.path(), &["cache", "path"]);
    assert_eq!(run.stdout.trim(), cache.path().to_str().unwrap());
    let run = call(&server, cache.path(), &["cache", "list", "--output", "json"]);
    assert_eq!(run.json()["entries"], json!([]));
    let source = server.url("/models/rdf.yaml").to_string();
    call(
        &server,
        cache.path(),
        &["test-model", "--weights", "onnx", &source],
    );
    let run = call(&server, cache.path(), &["cache", "list", "--output", "json"]);
    let entries = run.json()["entries"].as_array().unwrap().clone();
    assert_eq!(entries.len(), 4, "{run:?}");
    assert_eq!(entries[0]["url"], source.as_str());
    let run = call(&server, cache.path(), &["cache", "list"]);
    assert!(
        run.stdout.contains(&source) && run.stderr.contains("4 files"),
        "{run:?}"
    );
    let run = call(&server, cache.path(), &["cache", "verify", "--output", "json"]);
    assert_eq!((run.code, &run.json()["sound"]), (0, &json!(4)), "{run:?}");
    // A damaged content is found, removed, and fetched anew.
    let digest = entries[0]["sha256"].as_str().unwrap();
    fs::write(
        cache.path().join("v1/blobs").join(&digest[..2]).join(digest),
        "harm",
    )
    .unwrap();
    let run = call(&server, cache.path(), &["cache", "verify"]);
    assert_eq!(
        (run.code, run.stdout.trim()),
        (1, "3 sound, 1 damaged"),
        "{run:?}"
    );
    let run = call(&server, cache.path(), &["validate", "--format-only", &source]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = call(
        &server,
        cache.path(),
        &[
            "cache",
            "prune",
            "--older-than",
            "1",
            "--max-size",
            "400kB",
            "--output",
            "json",
        ],
    );
    assert!(run.json()["files"].as_u64().unwrap() >= 1, "{run:?}");
    let run = call(&server, cache.path(), &["cache", "clear"]);
    assert!(run.stdout.starts_with("removed "), "{run:?}");
    let run = call(&server, cache.path(), &["cache", "list", "--output", "json"]);
    assert_eq!(run.json()["entries"], json!([]));
    let run = call(&server, cache.path(), &["test-model", "--offline", &source]);
    assert_eq!(run.code, 3, "{run:?}");
}

#[test]
fn publishing_is_planned_and_sent() {
    let server = Server::start(|got| {
        let host = format!("http://{}", got.header("host").unwrap());
        Reply::ok(
            json!({"id": 7, "links": {"bucket": format!("{host}/bucket")}, "metadata": {"prereserve_doi": {"doi": "10.5072/zenodo.7"}}})
                .to_string(),
        )
    });
    let cache = tempfile::tempdir().unwrap();
    let model = fixture("blobs-unet2d");
    let model = model.to_str().unwrap();
    let secret = ("ZENODO_SANDBOX_TOKEN", "s3cr3t");
    let run = call_with(
        &server,
        cache.path(),
        &[secret],
        &["publish", "zenodo", "--dry-run", model],
    );
    assert_eq!(run.code, 0, "{run:?}");
    let plan = run.json();
    assert_eq!(
        plan["requests"][0]["body"]["json"]["metadata"]["keywords"][0],
        "modelhub.riscale.eu"
    );
    assert_eq!(plan["requests"][0]["headers"]["Authorization"], "Bearer <token>");
    assert_eq!(server.requests().len(), 0);
    let run = call(&server, cache.path(), &["publish", "zenodo", model]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.stderr
            .contains("the token is expected in the environment variable ZENODO_SANDBOX_TOKEN"),
        "{run:?}"
    );
    let run = call_with(
        &server,
        cache.path(),
        &[secret],
        &["publish", "zenodo", "--submit", model],
    );
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.stdout.trim().ends_with("/zenodo/records/7") && run.stderr.contains("10.5072/zenodo.7"),
        "{run:?}"
    );
    assert_eq!(
        server.requests().len(),
        plan["requests"].as_array().unwrap().len() + 1
    );
    for got in server.requests() {
        assert_eq!(got.header("authorization"), Some("Bearer s3cr3t"));
    }
    assert!(!format!("{run:?}").contains("s3cr3t"));
    // A service that refuses, and repeats what it was sent.
    let refusing = Server::start(|got| {
        let said = got.header("authorization").unwrap_or_default().to_owned();
        Reply {
            body: said.into_bytes(),
            ..Reply::status(403)
        }
    });
    let run = call_with(&refusing, cache.path(), &[secret], &["publish", "zenodo", model]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(
        run.stderr.contains("status 403") && !format!("{run:?}").contains("s3cr3t"),
        "{run:?}"
    );

    let run = call(
        &server,
        cache.path(),
        &["publish", "hub", "--to", "ri-scale", "--dry-run", model],
    );
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(
        run.json()["requests"][0]["body"]["json"]["alias"],
        "blobs-u-net-2d"
    );
    let run = call(
        &server,
        cache.path(),
        &["publish", "hub", "--to", "bioimage.io", "--dry-run", model],
    );
    assert_eq!(
        run.json()["requests"][0]["body"]["json"]["alias"],
        "{animal_adjective}-{animal}"
    );
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.remove_lines("license: MIT");
    let path = copy.path().to_str().unwrap().to_owned();
    for target in ["zenodo", "hub"] {
        let run = call(&server, cache.path(), &["publish", target, "--dry-run", &path]);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{run:?}");
        assert!(
            run.stderr.contains("is not published: it is not valid"),
            "{run:?}"
        );
    }
}

#[test]
fn reports_and_statistics() {
    let server = Server::start(|got| {
        if got.target.contains("Actions.getDownload") {
            return Reply::ok(r#"[{"label": "doi.org", "nb_visits": 3, "nb_hits": "7"}]"#);
        }
        Reply::ok(r#"[{"visits": 5, "actions": 9}]"#)
    });
    let cache = tempfile::tempdir().unwrap();
    let plain = |arguments: &[&str]| modelhub_with(&[], arguments);
    let run = plain(&[
        "report-download",
        "https://doi.org/10.5281/zenodo.55555555",
        "--consumer",
        "ilastik",
        "--consumer-version",
        "1.4.0",
        "--dry-run",
    ]);
    assert_eq!(run.code, 0, "{run:?}");
    let readable = run.json()["readable"].as_str().unwrap().to_owned();
    assert!(readable.starts_with("https://bioimage.matomo.cloud/matomo.php?download=https://doi.org/10.5281/zenodo.55555555&idsite=1&rec=1&r="), "{readable}");
    assert!(readable.ends_with(r#"&url=http://modelhub.riscale.eu/#/?id=10.5281/zenodo.55555555&uadata={"brands":[{"brand":"ilastik","version":"1.4.0"}]}"#), "{readable}");
    for (arguments, expected) in [
        (
            vec!["statistics", "--visits", "30", "--dry-run"],
            "https://bioimage.matomo.cloud/?module=API&method=Live.getCounters&idSite=1&lastMinutes=30&format=JSON&token_auth=anonymous",
        ),
        (
            vec![
                "statistics",
                "--period",
                "year",
                "--date",
                "2023-03-01",
                "--dry-run",
            ],
            "https://bioimage.matomo.cloud/?module=API&method=Actions.getDownloads&idSite=1&period=year&date=2023-03-01&format=JSON&token_auth=anonymous",
        ),
        (
            vec![
                "statistics",
                "10.5281/zenodo.1",
                "--date",
                "2023-03-01",
                "--dry-run",
            ],
            "https://bioimage.matomo.cloud/?module=API&method=Actions.getDownload&downloadUrl=https://doi.org/10.5281/zenodo.1&idSite=1&period=year&date=2023-03-01&format=JSON&token_auth=anonymous",
        ),
    ] {
        let run = plain(&arguments);
        assert_eq!(
            (run.code, run.json()["readable"].as_str()),
            (0, Some(expected)),
            "{run:?}"
        );
    }
    let run = call(&server, cache.path(), &["report-download", "10.5281/zenodo.7"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        server.targets()[0]
            .starts_with("/zenodo/matomo.php?download=https%3A%2F%2Fdoi.org%2F10.5281%2Fzenodo.7&")
    );
    assert!(server.targets()[0].contains("&uadata="), "all of it arrives");
    let run = call(
        &server,
        cache.path(),
        &["statistics", "10.5281/zenodo.7", "--date", "2023-03-01"],
    );
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (0, "doi.org: nb_visits 3, nb_hits 7\n"),
        "{run:?}"
    );
    let run = call(&server, cache.path(), &["statistics", "--visits", "30"]);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (0, "visits 5, actions 9\n"),
        "{run:?}"
    );
    for wrong in [
        vec!["report-download", "affable-shark", "--dry-run"],
        vec!["statistics", "--date", "2023", "--dry-run"],
        vec!["statistics", "--date", "2023-03-01", "--offline"],
        vec!["statistics"],
    ] {
        assert_eq!(call(&server, cache.path(), &wrong).code, 2, "{wrong:?}");
    }
    // Zenodo knows which DOI stands for all versions.
    let run = call(
        &world(),
        cache.path(),
        &["report-download", "10.5281/zenodo.2", "--concept", "--dry-run"],
    );
    assert!(run.stdout.contains("zenodo.1&"), "{run:?}");
}

#[test]
fn entries_of_a_collection_are_fetched_where_that_is_asked_for() {
    let server = world();
    let folder = tempfile::tempdir().unwrap();
    let (collection, cache) = (folder.path().join("collection.yaml"), folder.path().join("cache"));
    let (there, gone) = (server.url("/models/rdf.yaml"), server.url("/gone/rdf.yaml"));
    fs::write(
        &collection,
        format!(
            "type: collection\nformat_version: 0.2.3\nname: Ours\nid: us\ndescription: some models\ncollection:\n  \
             - {{id: us/blobs, rdf_source: '{there}'}}\n  - {{id: us/gone, rdf_source: '{gone}'}}\n"
        ),
    )
    .unwrap();
    let arguments = ["collection", "compile", collection.to_str().unwrap()];
    let run = call(&server, &cache, &arguments);
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(server.requests().len(), 0, "{run:?}");
    assert!(run.stdout.contains("not-loaded"), "{run:?}");

    let mut fetching = arguments.to_vec();
    fetching.push("--fetch");
    let run = call(&server, &cache, &fetching);
    assert_eq!(run.code, 1, "{run:?}");
    let text = format!("{}{}", run.stdout, run.stderr);
    assert!(
        text.contains("us/blobs") && text.contains("Blobs U-Net 2D"),
        "{run:?}"
    );
    assert!(text.contains("cannot be fetched"), "{run:?}");
}
