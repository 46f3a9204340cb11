//! Publishing: planned, and sent.

use serde_json::json;

use crate::harness::{Copy, fixture};
use crate::server::{Reply, Server};
use crate::services::{call, call_with};

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
