//! Publishing: what is planned is what is sent, nothing invalid is, and no token is seen.

use std::fs;

use hub::publish::{self, Stage, Token, ZENODO_KEYWORD};
use hub::{HubErrorKind, SITES};
use rdf_spec::Package;
use serde_json::{Value, json};

use crate::fixture::fixture;
use crate::server::{Reply, Server};
use crate::setup::{fetcher, policy};

pub(crate) const SECRET: &str = "s3cr3t-t0k3n";

/// The fixture with another description.
pub(crate) fn copy(edit: impl FnOnce(String) -> String) -> (tempfile::TempDir, Package) {
    let folder = crate::fixture::copy(edit);
    let package = Package::open(folder.path()).unwrap();
    (folder, package)
}

/// A server that takes deposits and uploads.
fn taking() -> Server {
    Server::start(|got| {
        let host = format!("http://{}", got.header("host").unwrap());
        let answer = match (got.method.as_str(), got.target.as_str()) {
            ("POST", "/api/deposit/depositions") => json!({
                "id": 77,
                "links": {"bucket": format!("{host}/api/files/b-77")},
                "metadata": {"prereserve_doi": {"doi": "10.5072/zenodo.77"}},
            }),
            ("POST", "/public/services/artifact-manager/create") => {
                json!({"id": "ri-scale/blobs", "manifest": {}})
            }
            ("POST", "/public/services/artifact-manager/put_file") => {
                json!(format!("{host}/storage?signature=abc"))
            }
            _ => json!({}),
        };
        Reply::ok(answer.to_string())
    })
}

#[test]
fn a_deposit_at_zenodo() {
    let server = taking();
    let (_folder, package) = copy(|text| text);
    let plan = publish::to_zenodo(&package, &server.url("/"), Stage::Submitted).unwrap();
    let planned = plan.to_json();
    let metadata = &planned["requests"][0]["body"]["json"]["metadata"];
    assert_eq!(metadata["keywords"][0], ZENODO_KEYWORD);
    assert_eq!(ZENODO_KEYWORD, "modelhub.riscale.eu");
    assert_eq!(metadata["license"], "mit");
    assert_eq!(metadata["access_right"], "open");
    let model = package.model().unwrap();
    assert_eq!(metadata["title"], model.name.as_str());
    assert_eq!(metadata["creators"][0]["name"], model.authors[0].name.as_str());

    let token = Token::new(SECRET).unwrap();
    let mut told = Vec::new();
    let published = plan
        .run(&package, &fetcher(), &token, &policy(), &mut |step, _, _| {
            told.push(step.purpose.clone())
        })
        .unwrap();
    assert_eq!(published.values["doi"], "10.5072/zenodo.77");
    assert_eq!(published.page, server.url("/records/77").as_str());
    let requests = server.requests();
    assert_eq!(requests.len(), plan.steps.len());
    assert_eq!(told.len(), plan.steps.len());
    let sent: Value = serde_json::from_slice(&requests[0].body).unwrap();
    assert_eq!(sent, planned["requests"][0]["body"]["json"]);
    // One file an entry, whole, and the description among them.
    let uploads: Vec<_> = requests.iter().filter(|got| got.method == "PUT").collect();
    let names: Vec<&str> = uploads
        .iter()
        .map(|got| got.target.rsplit('/').next().unwrap())
        .collect();
    assert_eq!(names[0], "rdf.yaml");
    for name in [
        "README.md",
        "cover.png",
        "test_input.npy",
        "test_output.npy",
        "weights.onnx",
        "weights.pt",
    ] {
        assert!(names.contains(&name), "{name} of {names:?}");
    }
    for got in &uploads {
        let name = got.target.strip_prefix("/api/files/b-77/").unwrap();
        assert_eq!(got.body, fs::read(fixture().join(name)).unwrap(), "{name}");
    }
    assert_eq!(
        requests.last().unwrap().target,
        "/api/deposit/depositions/77/actions/publish"
    );
    assert!(
        requests
            .iter()
            .all(|got| got.header("authorization") == Some("Bearer s3cr3t-t0k3n"))
    );
    assert!(requests.iter().all(|got| !got.target.contains(SECRET)));
    // Neither the plan nor a token shows it.
    assert!(!planned.to_string().contains(SECRET));
    assert!(!format!("{token:?}{plan:?}").contains(SECRET));
}

#[test]
fn a_draft_is_not_submitted() {
    let (_folder, package) = copy(|text| text);
    let zenodo = hub::Addresses::default().sandbox;
    let plan = publish::to_zenodo(&package, &zenodo, Stage::Draft)
        .unwrap()
        .to_json();
    let last = plan["requests"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["method"], "PUT");
    assert_eq!(
        plan["requests"][0]["url"],
        "https://sandbox.zenodo.org/api/deposit/depositions"
    );
    assert_eq!(plan["page"], "https://sandbox.zenodo.org/uploads/{id}");
}

#[test]
fn the_metadata_of_authors_and_citations() {
    let (_folder, package) = copy(|text| {
        let author =
            "authors:\n  - {name: Ada Lovelace, affiliation: Engines & Co, orcid: 0000-0001-2345-6789}\n";
        let begin = text.find("authors:").unwrap();
        let end = text[begin + 1..].find("\n").map(|_| {
            let mut end = begin;
            for (number, line) in text[begin..].split_inclusive('\n').enumerate() {
                if number > 0 && !line.starts_with([' ', '-']) {
                    break;
                }
                end += line.len();
            }
            end
        });
        let text = format!("{}{author}{}", &text[..begin], &text[end.unwrap()..]);
        text.replace(
            "license: MIT",
            "license: CC-BY-4.0\ngit_repo: https://github.com/example/blobs",
        )
    });
    let plan = publish::to_zenodo(&package, &hub::Addresses::default().sandbox, Stage::Draft)
        .unwrap()
        .to_json();
    let metadata = &plan["requests"][0]["body"]["json"]["metadata"];
    assert_eq!(
        metadata["creators"],
        json!([{"name": "Ada Lovelace", "affiliation": "Engines & Co", "orcid": "0000-0001-2345-6789"}])
    );
    assert_eq!(metadata["license"], "cc-by-4.0");
    let related = metadata["related_identifiers"].as_array().unwrap();
    assert!(
        related.contains(
            &json!({"identifier": "https://github.com/example/blobs", "relation": "isSupplementTo"})
        )
    );
}

#[test]
fn an_upload_to_a_hub() {
    let [_, ri_scale] = SITES;
    let server = taking();
    let (_folder, package) = copy(|text| text);
    let plan = publish::to_hub(
        &package,
        &server.url("/"),
        ri_scale,
        Some("blobs"),
        Stage::Submitted,
    )
    .unwrap();
    let token = Token::new(SECRET).unwrap();
    let published = plan
        .run(&package, &fetcher(), &token, &policy(), &mut |_, _, _| {})
        .unwrap();
    assert_eq!(published.page, "https://modelhub.riscale.eu/#/artifacts/blobs");
    let requests = server.requests();
    let json_of = |at: usize| serde_json::from_slice::<Value>(&requests[at].body).unwrap();
    assert_eq!(json_of(0)["parent_id"], "ri-scale/ai-model-hub");
    assert_eq!(json_of(0)["manifest"]["published"], false);
    assert_eq!(
        json_of(0)["manifest"]["name"],
        package.model().unwrap().name.as_str()
    );
    assert_eq!(
        json_of(1),
        json!({"artifact_id": "ri-scale/blobs", "file_path": "rdf.yaml", "download_weight": 0})
    );
    assert_eq!(requests[2].target, "/storage?signature=abc");
    assert_eq!(requests[2].header("authorization"), None, "storage gets no token");
    assert_eq!(requests[2].body, package.text().as_bytes());
    let weights = requests
        .iter()
        .filter_map(|got| serde_json::from_slice::<Value>(&got.body).ok());
    let weights = weights.filter(|body| body["download_weight"] == 1).count();
    assert_eq!(weights, 2);
    let edit = json_of(requests.len() - 2);
    assert_eq!(
        (&edit["artifact_id"], &edit["manifest"]["published"]),
        (&json!("ri-scale/blobs"), &json!(true))
    );
    assert_eq!(
        edit["manifest"]["name"],
        json_of(0)["manifest"]["name"],
        "the whole manifest is sent again"
    );
    assert!(requests.last().unwrap().target.ends_with("/commit"));
}

#[test]
fn an_upload_to_bioimage_io() {
    let [bioimage_io, _] = SITES;
    let hub = hub::Addresses::default().hub;
    let (_folder, package) = copy(|text| text);
    let plan = publish::to_hub(&package, &hub, bioimage_io, None, Stage::Submitted)
        .unwrap()
        .to_json();
    let requests = plan["requests"].as_array().unwrap();
    assert_eq!(
        requests[0]["url"],
        "https://hypha.aicell.io/public/services/artifact-manager/create"
    );
    assert_eq!(
        requests[0]["body"]["json"]["parent_id"],
        "bioimage-io/bioimage.io"
    );
    assert_eq!(
        requests[0]["body"]["json"]["alias"],
        "{animal_adjective}-{animal}"
    );
    assert_eq!(
        requests.last().unwrap()["body"]["json"]["manifest"]["status"],
        "request-review"
    );
    let (_folder, package) = copy(|text| format!("{text}\nid: affable-shark\n"));
    let error = publish::to_hub(&package, &hub, bioimage_io, None, Stage::Draft).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("bioimage.io gives ids itself: remove `id: affable-shark`"),
        "{error}"
    );
}

#[test]
fn what_is_not_valid_is_not_published() {
    let zenodo = hub::Addresses::default().sandbox;
    let (folder, package) = copy(|text| text.replace("license: MIT", "license: mine"));
    let error = publish::to_zenodo(&package, &zenodo, Stage::Draft).unwrap_err();
    assert!(
        matches!(error.kind(), HubErrorKind::NotPublishable { .. }),
        "{error}"
    );
    drop((folder, package));
    let (folder, package) = copy(|text| text);
    fs::remove_file(folder.path().join("test_input.npy")).unwrap();
    for error in [
        publish::to_zenodo(&package, &zenodo, Stage::Draft).unwrap_err(),
        publish::to_hub(&package, &zenodo, SITES[1], None, Stage::Draft).unwrap_err(),
    ] {
        assert!(
            error
                .to_string()
                .starts_with("what is not valid is not published: "),
            "{error}"
        );
        assert!(
            error.to_string().contains("there is no file `test_input.npy`"),
            "{error}"
        );
    }
    let (folder, package) = copy(|text| text.replace("weights.onnx", "folder/weights.onnx"));
    fs::create_dir(folder.path().join("folder")).unwrap();
    fs::rename(
        folder.path().join("weights.onnx"),
        folder.path().join("folder/weights.onnx"),
    )
    .unwrap();
    let error = publish::to_zenodo(&package, &zenodo, Stage::Draft).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("`folder/weights.onnx` is in a folder"),
        "{error}"
    );
    assert!(publish::to_hub(&package, &zenodo, SITES[1], None, Stage::Draft).is_ok());
}

#[test]
fn failures_name_the_step_and_show_no_token() {
    let server = Server::start(|got| {
        let said = format!("you sent {}", got.header("authorization").unwrap_or_default());
        Reply {
            body: said.into_bytes(),
            ..Reply::status(401)
        }
    });
    let (_folder, package) = copy(|text| text);
    let plan = publish::to_zenodo(&package, &server.url("/"), Stage::Draft).unwrap();
    let error = plan
        .run(
            &package,
            &fetcher(),
            &Token::new(SECRET).unwrap(),
            &policy(),
            &mut |_, _, _| {},
        )
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("status 401: you sent Bearer <token>, to make a deposit"),
        "{error}"
    );
    assert!(!format!("{error} {error:?}").contains(SECRET));
    assert_eq!(server.requests().len(), 1, "nothing is sent twice");
    // A redirect would carry the token elsewhere.
    let server = Server::start(|_| Reply::redirect("/elsewhere"));
    let plan = publish::to_zenodo(&package, &server.url("/"), Stage::Draft).unwrap();
    let token = Token::new(SECRET).unwrap();
    assert!(
        plan.run(&package, &fetcher(), &token, &policy(), &mut |_, _, _| {})
            .is_err()
    );
    assert_eq!(server.requests().len(), 1);
    for wrong in ["", " ", "a b", "a\nb"] {
        assert!(Token::new(wrong).is_err());
    }
}
