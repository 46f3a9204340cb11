//! Uploads that fail, new versions of what is there, and large files.

use std::collections::HashMap;
use std::fs;
use std::io::Read as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use hub::publish::{self, Plan, Published, Stage, Token};
use hub::{FetchError, Fetcher, HubError, HubErrorKind, Method, Request, RequestBody, Response, SITES};
use rdf_spec::Package;
use serde_json::{Value, json};

use crate::publishing::{SECRET, copy};
use crate::server::{Got, Reply, Server};
use crate::setup::{fetcher, policy};

/// A Zenodo whose answers may be replaced.
fn zenodo(instead: impl Fn(&Got) -> Option<Reply> + Send + Sync + 'static) -> Server {
    Server::start(move |got| {
        if let Some(reply) = instead(got) {
            return reply;
        }
        let host = format!("http://{}", got.header("host").unwrap());
        let draft = format!("{host}/api/deposit/depositions/78");
        let answer = match (got.method.as_str(), got.target.as_str()) {
            ("POST", "/api/deposit/depositions") | ("GET", "/api/deposit/depositions/78") => json!({
                "id": 78,
                "links": {"bucket": format!("{host}/api/files/b-78")},
                "metadata": {"prereserve_doi": {"doi": "10.5072/zenodo.78"}},
                "files": [{"id": "f-1", "filename": "old.onnx"}, {"id": "f-2", "filename": "rdf.yaml"}],
            }),
            ("POST", "/api/deposit/depositions/77/actions/newversion") => {
                json!({"id": 77, "links": {"latest_draft": draft}})
            }
            ("DELETE", _) => return Reply::status(204),
            _ => json!({}),
        };
        Reply::ok(answer.to_string())
    })
}

fn send(plan: &Plan, package: &Package) -> Result<Published, HubError> {
    let token = Token::new(SECRET).unwrap();
    plan.run(package, &fetcher(), &token, &policy(), &mut |_, _, _| {})
}

fn calls(server: &Server) -> Vec<String> {
    let requests = server.requests().into_iter();
    requests
        .map(|got| format!("{} {}", got.method, got.target))
        .collect()
}

#[test]
fn a_new_version_of_a_record() {
    let server = zenodo(|_| None);
    let (_folder, package) = copy(|text| text);
    let plan = publish::to_zenodo_version(&package, &server.url("/"), 77, Stage::Submitted).unwrap();
    let planned = plan.to_json();
    let removal = &planned["requests"][2];
    assert_eq!(removal["url"], "{draft}/files/{old_file}");
    assert_eq!(removal["for_each"], "old_file");
    assert_eq!(planned["requests"][1]["takes"]["old_file"], "/files/*/id");
    assert_eq!(planned["on_failure"]["method"], "DELETE");
    let published = send(&plan, &package).unwrap();
    assert_eq!(published.values["doi"], "10.5072/zenodo.78");
    assert_eq!(published.page, server.url("/records/78").as_str());
    let calls = calls(&server);
    let draft = "/api/deposit/depositions/78";
    assert_eq!(
        calls[..5],
        [
            "POST /api/deposit/depositions/77/actions/newversion".to_owned(),
            format!("GET {draft}"),
            format!("DELETE {draft}/files/f-1"),
            format!("DELETE {draft}/files/f-2"),
            format!("PUT {draft}"),
        ]
    );
    assert_eq!(calls[5], "PUT /api/files/b-78/rdf.yaml");
    assert_eq!(*calls.last().unwrap(), format!("POST {draft}/actions/publish"));
    let sent: Value = serde_json::from_slice(&server.requests()[4].body).unwrap();
    let date = sent["metadata"]["publication_date"].as_str().unwrap();
    assert!(date.len() == 10 && date.starts_with("20"), "{date}");
    assert_eq!(sent["metadata"]["title"], package.model().unwrap().name.as_str());
}

#[test]
fn an_upload_that_was_cut_off_is_sent_again_and_a_new_deposit_is_not_made() {
    let failures = AtomicUsize::new(0);
    let server = zenodo(move |got| {
        let is_weights = got.target.ends_with("/weights.onnx");
        match failures.fetch_add(usize::from(is_weights), Ordering::SeqCst) {
            0 if is_weights => Some(Reply::status(503)),
            1 if is_weights => Some(Reply {
                mute: true,
                ..Reply::default()
            }),
            _ => None,
        }
    });
    let (folder, package) = copy(|text| text);
    let plan = publish::to_zenodo(&package, &server.url("/"), Stage::Draft).unwrap();
    send(&plan, &package).unwrap();
    let calls = calls(&server);
    let weights = calls.iter().filter(|call| call.ends_with("/weights.onnx"));
    assert_eq!(weights.count(), 3, "{calls:?}");
    assert_eq!(calls.iter().filter(|call| call.starts_with("POST")).count(), 1);
    // Each time all of it.
    let sent = fs::read(folder.path().join("weights.onnx")).unwrap();
    for got in server
        .requests()
        .iter()
        .filter(|got| got.target.ends_with("/weights.onnx"))
    {
        assert_eq!(got.body, sent);
    }
}

#[test]
fn what_was_made_is_removed_when_an_upload_fails() {
    for (undo, expected) in [
        (204, "what had been made was removed again"),
        (403, "what had been made is still there, remove it: "),
    ] {
        let server = zenodo(move |got| match got.method.as_str() {
            "PUT" if got.target.ends_with("/weights.onnx") => Some(Reply::status(413)),
            "DELETE" => Some(Reply::status(undo)),
            _ => None,
        });
        let (_folder, package) = copy(|text| text);
        let plan = publish::to_zenodo(&package, &server.url("/"), Stage::Submitted).unwrap();
        let error = send(&plan, &package).unwrap_err();
        assert!(
            matches!(error.kind(), HubErrorKind::Unfinished { .. }),
            "{error:?}"
        );
        assert!(error.to_string().contains(expected), "{error}");
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(
            cause.contains("status 413") && cause.contains("to upload weights.onnx"),
            "{cause}"
        );
        assert_eq!(
            calls(&server).last().unwrap(),
            "DELETE /api/deposit/depositions/78"
        );
        assert!(!format!("{error:?}").contains(SECRET));
    }
    // Whether something was released is not known when the answer does not come: then nothing is removed.
    let server = zenodo(|got| got.target.ends_with("/publish").then(|| Reply::status(504)));
    let (_folder, package) = copy(|text| text);
    let plan = publish::to_zenodo(&package, &server.url("/"), Stage::Submitted).unwrap();
    let error = send(&plan, &package).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("it is not known whether it was released"),
        "{error}"
    );
    assert!(calls(&server).iter().all(|call| !call.starts_with("DELETE")));
}

#[test]
fn an_answer_cannot_send_the_token_elsewhere() {
    let elsewhere = Server::start(|_| Reply::ok("{}"));
    let bucket = elsewhere.url("/bucket").to_string();
    let server = zenodo(move |got| {
        let answer = json!({"id": 78, "links": {"bucket": bucket}, "metadata": {"prereserve_doi": {"doi": "10.5072/zenodo.78"}}});
        (got.method == "POST").then(|| Reply::ok(answer.to_string()))
    });
    let (_folder, package) = copy(|text| text);
    let plan = publish::to_zenodo(&package, &server.url("/"), Stage::Draft).unwrap();
    let error = send(&plan, &package).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("an address of another server"), "{cause}");
    assert_eq!(elsewhere.requests().len(), 0);
}

/// A hub that keeps lengths and contents of parts, not the bytes: files are large.
#[derive(Debug, Default)]
struct Storage {
    parts: Mutex<HashMap<String, (u64, rdf_spec::Sha256)>>,
    calls: Mutex<Vec<(String, Value)>>,
}

impl Fetcher for Storage {
    fn exchange(&self, request: Request<'_>) -> Result<Response, FetchError> {
        let is_authorized = request.headers.iter().any(|(name, _)| name == "authorization");
        let name = request.url.path().rsplit('/').next().unwrap().to_owned();
        let answer = |value: Value| {
            Ok(Response::new(
                200,
                Vec::new(),
                std::io::Cursor::new(value.to_string()),
            ))
        };
        match request.body {
            RequestBody::Stream { reader, length } => {
                assert!(!is_authorized, "storage gets no token");
                let mut limited = reader.take(u64::MAX);
                let digest = rdf_spec::Sha256::of(&mut limited).unwrap();
                let mut parts = self.parts.lock().unwrap();
                // The first attempt of one part is lost.
                if name == "part-2" && !parts.contains_key("lost") {
                    parts.insert("lost".to_owned(), (0, digest));
                    return Ok(Response::new(503, Vec::new(), std::io::empty()));
                }
                let etag = format!("\"etag of {name}\"");
                parts.insert(name, (length, digest));
                Ok(Response::new(
                    200,
                    vec![("ETag".to_owned(), etag)],
                    std::io::empty(),
                ))
            }
            RequestBody::Bytes(bytes) => {
                let body: Value = serde_json::from_slice(bytes).unwrap();
                let reply = match name.as_str() {
                    "create" => json!({"id": "ri-scale/blobs"}),
                    "put_file" => json!("https://storage.example.org/whole"),
                    "put_file_start_multipart" => {
                        let count = body["part_count"].as_u64().unwrap();
                        let part = |number| json!({"part_number": number, "url": format!("https://storage.example.org/part-{number}")});
                        json!({"upload_id": "u-1", "parts": (1..=count).map(part).collect::<Vec<_>>()})
                    }
                    _ => json!({}),
                };
                self.calls.lock().unwrap().push((name, body));
                answer(reply)
            }
            _ => panic!("{:?} without a body", Method::Post),
        }
    }
}

#[test]
fn large_files_go_to_a_hub_in_parts() {
    let size = (100 << 20) + 1000_u64;
    let (folder, package) = copy(|text| format!("{text}attachments: {{files: [large.bin]}}\n"));
    let large = folder.path().join("large.bin");
    fs::File::create(&large).unwrap().set_len(size).unwrap();
    let hub = hub::Addresses::default().hub;
    let plan = publish::to_hub(&package, &hub, SITES[1], Some("blobs"), Stage::Draft).unwrap();
    let storage = Storage::default();
    let token = Token::new(SECRET).unwrap();
    plan.run(&package, &storage, &token, &policy(), &mut |_, _, _| {})
        .unwrap();
    let calls = storage.calls.lock().unwrap();
    let call = |wanted: &str| &calls.iter().find(|(name, _)| name == wanted).unwrap().1;
    assert_eq!(call("put_file_start_multipart")["part_count"], 2);
    assert_eq!(call("put_file_start_multipart")["file_path"], "large.bin");
    let end = call("put_file_complete_multipart");
    assert_eq!(
        *end,
        json!({"artifact_id": "ri-scale/blobs", "upload_id": "u-1", "parts": [
            {"part_number": 1, "etag": "etag of part-1"}, {"part_number": 2, "etag": "etag of part-2"},
        ]})
    );
    let parts = storage.parts.lock().unwrap();
    let zeros = |length: u64| rdf_spec::Sha256::of(&mut std::io::repeat(0).take(length)).unwrap();
    for (name, length) in [("part-1", 64 << 20), ("part-2", size - (64 << 20))] {
        assert_eq!(parts[name], (length, zeros(length)), "{name}");
    }
}
