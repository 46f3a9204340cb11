//! `test-collection` with models on the web: fetched beside the tests, and no worse than files when something fails.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Copy, Run, fixture};
use crate::server::{Got, Reply, Server};
use crate::services::call;

const MODEL: &str = "tiling-half-size";

/// A server with one model under many addresses, good ones and bad ones; the description under `/changing/` is what the
/// test says.
fn world(changing: Arc<Mutex<String>>, is_broken: Arc<AtomicBool>) -> Server {
    Server::start(move |got| {
        let path = got.target.split('?').next().unwrap();
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        match parts.as_slice() {
            ["models", name] => file(got, name),
            ["slow", "weights.onnx"] => Reply {
                delay: Duration::from_millis(700),
                ..file(got, "weights.onnx")
            },
            // The output is wrong, or a file does not come, or is not there, or not what it should be.
            ["wrong", "rdf.yaml"] => Reply::ok(wrong()),
            ["broken", "test_image.npy"] if is_broken.load(Ordering::SeqCst) => {
                Reply::status(429).with("Retry-After", "86400")
            }
            ["page", "rdf.yaml"] => Reply::ok("<html>moved</html>"),
            ["no-output", "test_half.npy"] => Reply::status(404),
            ["changing", "rdf.yaml"] => Reply::ok(changing.lock().unwrap().clone()),
            ["slow" | "wrong" | "broken" | "changing" | "no-output", name] => file(got, name),
            ["zenodo", "api", "records", "1"] => Reply::redirect("/zenodo/api/records/2"),
            ["zenodo", "api", "records", "2"] => {
                Reply::ok(json!({"id": 2, "conceptrecid": "1", "files": [{"key": "rdf.yaml"}]}).to_string())
            }
            ["zenodo", "api", "records", "2", "files", name, "content"] => file(got, name),
            ["index.json"] => Reply::ok(
                json!({"items": [{"id": "bioimage-io/affable-shark", "versions": [
                    {"version": "v0", "source": "models/rdf.yaml"}]}]})
                .to_string(),
            ),
            ["package.zip"] => {
                let copy = Copy::of(&fixture(MODEL));
                Reply::file(got, &fs::read(copy.zip()).unwrap(), "\"zip\"")
            }
            ["partner", "collection.yaml"] => Reply::ok(
                "type: collection\nformat_version: 0.2.4\nid: partner\nname: Ours\ndescription: Models.\n\
                 collection:\n  - {id: near, rdf_source: models/rdf.yaml}\n  - {id: gone, rdf_source: gone.yaml}\n  \
                 - {id: app, type: application, name: App, description: Counts.}\n",
            ),
            ["partner", "models", name] => file(got, name),
            _ => Reply::status(404),
        }
    })
}

fn still() -> Server {
    world(Arc::default(), Arc::default())
}

fn file(got: &Got, name: &str) -> Reply {
    match fs::read(fixture(MODEL).join(name)) {
        Ok(bytes) => Reply::file(got, &bytes, &format!("\"{name}\"")),
        Err(_) => Reply::status(404),
    }
}

fn description() -> String {
    fs::read_to_string(fixture(MODEL).join("rdf.yaml")).unwrap()
}

/// A description that says something else of the output than the network does.
fn wrong() -> String {
    let text = description();
    let other = text.replace(
        "    halo: [0, 0, 3, 3]\n",
        "    halo: [0, 0, 3, 3]\n    postprocessing:\n      - {name: binarize, kwargs: {threshold: 0.1}}\n",
    );
    assert_ne!(text, other);
    other
}

/// A collection of this machine with these entries.
fn collection(folder: &Path, entries: &[(&str, String)]) -> String {
    let path = folder.join("collection.yaml");
    let mut text =
        "type: collection\nformat_version: 0.2.4\nid: us\nname: Ours\ndescription: Models.\ncollection:\n"
            .to_owned();
    for (id, source) in entries {
        text += &format!("  - {{id: {id}, rdf_source: '{source}'}}\n");
    }
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Status and problem of each model, by its name in the results.
fn verdicts(run: &Run) -> Vec<(String, String, String)> {
    let value = run.json();
    let text = |model: &Value, key: &str| model[key].as_str().unwrap_or_default().to_owned();
    let models = value["models"].as_array().unwrap().iter();
    models
        .map(|model| {
            (
                text(model, "source"),
                text(model, "status"),
                text(model, "problem"),
            )
        })
        .collect()
}

#[test]
fn whatever_names_a_model_is_tested_and_one_bad_download_stops_nothing() {
    let is_broken = Arc::new(AtomicBool::new(true));
    let server = world(Arc::default(), Arc::clone(&is_broken));
    let folder = tempfile::tempdir().unwrap();
    let (cache, out) = (folder.path().join("cache"), folder.path().join("out"));
    let of = |path: &str| server.url(path).to_string();
    let model = fixture(MODEL).to_str().unwrap().to_owned();
    fs::write(
        folder.path().join("list.txt"),
        format!("# on the web, too\naffable-shark\n{}\n", of("/package.zip")),
    )
    .unwrap();
    let list = folder.path().join("list.txt").to_str().unwrap().to_owned();
    let broken = of("/broken/rdf.yaml");
    let passing = [of("/models/rdf.yaml"), "10.5281/zenodo.1".to_owned(), model];
    let failing = [
        (of("/wrong/rdf.yaml"), "values differ"),
        (broken.clone(), "status 429, try again in 86400 seconds"),
        (of("/gone/rdf.yaml"), "there is nothing at"),
        (of("/page/rdf.yaml"), "a web page, where a description"),
        (of("/no-output/rdf.yaml"), "there is no file `test_half.npy`"),
        (
            "no-such-nickname".to_owned(),
            "has no resource `no-such-nickname`",
        ),
    ];
    let mut arguments = vec!["test-collection", "--jobs", "2", "--output", "json"];
    arguments.extend(["--out", out.to_str().unwrap(), "--list", &list]);
    arguments.extend(passing.iter().map(String::as_str));
    arguments.extend(failing.iter().map(|(source, _)| source.as_str()));
    let run = call(&server, &cache, &arguments);
    assert_eq!(run.code, 1, "{run:?}");
    let found = verdicts(&run);
    assert_eq!(found.len(), 11, "{run:?}");
    let zip = of("/package.zip");
    for source in passing
        .iter()
        .map(String::as_str)
        .chain(["affable-shark", zip.as_str()])
    {
        let known = found.iter().find(|(known, ..)| known == source).unwrap();
        assert_eq!(known.1, "passed", "{known:?}");
    }
    for (source, reason) in &failing {
        let known = found.iter().find(|(known, ..)| known == source).unwrap();
        assert_eq!(known.1, "failed", "{known:?}");
        assert!(known.2.contains(reason), "{known:?}");
    }
    assert!(run.stderr.contains("/11] "), "{run:?}");

    // What was found is known, also without the network; what was not fetched is tried again.
    let before = server.requests().len();
    let again = call(&server, &cache, &arguments);
    assert_eq!(verdicts(&again), found);
    let targets = server.targets().split_off(before);
    assert!(
        targets.iter().all(|target| !target.ends_with("weights.onnx")),
        "{targets:?}"
    );
    assert!(!again.stderr.contains("passed"), "{again:?}");
    is_broken.store(false, Ordering::SeqCst);
    let repaired = call(&server, &cache, &arguments);
    let known = verdicts(&repaired);
    assert_eq!(
        known.iter().find(|(known, ..)| *known == broken).unwrap().1,
        "passed"
    );
    assert!(
        repaired.stderr.contains(&format!("passed {broken} in ")),
        "{repaired:?}"
    );
}

#[test]
fn entries_of_a_collection_are_tested_where_they_are() {
    let changing = Arc::new(Mutex::new(description()));
    let server = world(Arc::clone(&changing), Arc::default());
    let folder = tempfile::tempdir().unwrap();
    let (cache, out) = (folder.path().join("cache"), folder.path().join("out"));
    let of = |path: &str| server.url(path).to_string();
    let entries = [
        ("changing", of("/changing/rdf.yaml")),
        ("record", "10.5281/zenodo.2".to_owned()),
        ("gone", of("/gone/rdf.yaml")),
    ];
    let path = collection(folder.path(), &entries);
    let arguments = ["test-collection", &path, "--out", out.to_str().unwrap()];
    let run = call(&server, &cache, &arguments);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stdout
            .contains("passed  us/changing\npassed  us/record\nfailed  us/gone\n"),
        "{run:?}"
    );
    assert!(run.stdout.contains("cannot be fetched"), "{run:?}");
    assert!(out.join("test_summaries/us/record/1.0.0").is_dir());

    // Another description at the same address is another model.
    let again = call(&server, &cache, &arguments);
    assert!(again.stdout.contains("us/changing (known already)"), "{again:?}");
    *changing.lock().unwrap() = wrong();
    let changed = call(&server, &cache, &arguments);
    assert!(changed.stdout.contains("failed  us/changing\n"), "{changed:?}");
    assert!(
        changed.stdout.contains("us/record (known already)"),
        "{changed:?}"
    );

    // An earlier outcome needs no weights: the cache of a workflow may be empty.
    let (empty, before) = (folder.path().join("empty"), server.requests().len());
    let known = call(&server, &empty, &arguments);
    assert!(known.stdout.contains("us/record (known already)"), "{known:?}");
    let targets = server.targets().split_off(before);
    assert!(
        targets.iter().all(|target| !target.ends_with("weights.onnx")),
        "{targets:?}"
    );

    // A compiled index names the same models.
    let index = folder.path().join("index.json").to_str().unwrap().to_owned();
    call(
        &server,
        &cache,
        &["collection", "compile", &path, "--fetch", "--write-index", &index],
    );
    let run = call(&server, &cache, &["test-collection", &index, "--output", "json"]);
    let status: Vec<String> = verdicts(&run).into_iter().map(|(_, status, _)| status).collect();
    assert_eq!(status, ["failed", "passed"], "{run:?}");
}

#[test]
fn a_collection_on_the_web() {
    let server = still();
    let cache = tempfile::tempdir().unwrap();
    let address = server.url("/partner/collection.yaml").to_string();
    let run = call(&server, cache.path(), &["test-collection", &address]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stdout
            .contains("passed  partner/near\nfailed  partner/gone\n"),
        "{run:?}"
    );
    assert!(run.stdout.ends_with("2 of 3 passed\n"), "{run:?}");
    assert!(
        server
            .targets()
            .contains(&"/partner/models/weights.onnx".to_owned())
    );
}

#[test]
fn offline_only_the_cache_is_used() {
    let server = still();
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let entries = [("one", server.url("/models/rdf.yaml").to_string())];
    let path = collection(folder.path(), &entries);
    let arguments = ["test-collection", path.as_str(), "affable-shark", "--offline"];
    let run = call(&server, &cache, &arguments);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stdout
            .matches("is not in the cache, and offline nothing is fetched")
            .count()
            == 2,
        "{run:?}"
    );
    assert_eq!(server.requests().len(), 0);
    let online = call(&server, &cache, &arguments[..3]);
    assert_eq!(online.code, 0, "{online:?}");
    let before = server.requests().len();
    let run = call(&server, &cache, &arguments);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(server.requests().len(), before);
}

/// A package of this machine with weights on the web is fetched beside the tests as well: the one that is here is
/// done first, though it is the second.
#[test]
fn tests_do_not_wait_for_downloads() {
    let server = still();
    let folder = tempfile::tempdir().unwrap();
    let copy = Copy::of(&fixture(MODEL));
    let address = server.url("/slow/weights.onnx");
    copy.edit("source: weights.onnx", &format!("source: {address}"));
    fs::remove_file(copy.path().join("weights.onnx")).unwrap();
    let (slow, here) = (copy.path().to_str().unwrap(), fixture(MODEL));
    let run = call(
        &server,
        &folder.path().join("cache"),
        &["test-collection", "--jobs", "1", slow, here.to_str().unwrap()],
    );
    assert_eq!(run.code, 0, "{run:?}");
    let first = run.stderr.lines().find(|line| line.starts_with("[1/2]")).unwrap();
    assert!(first.contains(MODEL), "{run:?}");
    // Without a cache there is no fetching, which is no reason not to test what is here.
    let blocked = folder.path().join("file");
    fs::write(&blocked, "").unwrap();
    let run = call(
        &server,
        &blocked,
        &["test-collection", slow, here.to_str().unwrap()],
    );
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.ends_with("1 of 2 passed\n"), "{run:?}");
}
