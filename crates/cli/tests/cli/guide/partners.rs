//! What community partners do: collections, applications, tests, reports.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{modelhub, modelhub_in, modelhub_with};
use crate::partner::repository;
use crate::server::{Reply, Server};
use crate::services::call;

/// The appearance of a collection on the website.
const APPEARANCE: &str = "\
config:
  about_url: http://details_about_my_collection
  tags:
    - awesome
  logo: 🦒
  icon: 🦒
  splash_title: Awesome Collection
  splash_subtitle: Awesome Collection is Awesome!
  splash_feature_list:
    - Easy to use...
    - It's just awesome...
  explore_button_text: Start Awesomeness
  background_image: static/img/zoo-background.svg
  resource_types:
    - model
    - application
    - notebook
    - dataset
  default_type: all
";

#[test]
fn the_appearance_of_a_collection_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "type: collection\nformat_version: 0.2.4\nid: us\nname: Ours\ndescription: Models.\nlicense: MIT\n\
         authors: [{{name: Jane Doe}}]\ncite: [{{text: A paper, doi: 10.1234/abc}}]\n{APPEARANCE}\
         collection:\n  - {{id: app, type: application, name: App, description: Counts.}}\n"
    );
    super::put(folder.path(), "collection.yaml", &text);
    let run = modelhub_in(folder.path(), ["validate", "--format-only", "collection.yaml"]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = modelhub_in(
        folder.path(),
        [
            "collection",
            "compile",
            "collection.yaml",
            "--write-index",
            "index.json",
        ],
    );
    assert_eq!(run.code, 0, "{run:?}");
    let index: Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("index.json")).unwrap()).unwrap();
    assert_eq!(
        index["config"]["splash_feature_list"],
        json!(["Easy to use...", "It's just awesome..."])
    );
    assert_eq!(index["config"]["default_type"], "all");
    assert_eq!(index["config"]["logo"], "🦒");
}

/// The page that lists partners reads one JSON file of the collection; a partner may lack anything.
#[test]
fn the_table_of_partners_is_read_where_it_is() {
    let server = Server::start(|got| {
        match got.target.as_str() {
        "/collection-bioimage-io/gh-pages/collection.json" => Reply::ok(
            json!({"config": {"partners": [
                {
                    "id": "ilastik",
                    "name": "ilastik",
                    "docs": "https://www.ilastik.org/documentation",
                    "contact": [{"name": "Jane Doe", "github": "janedoe", "email": "jane@example.org"}, {"name": "John"}],
                    "repository": "ilastik/bioimage-io-resources",
                    "branch": "main",
                    "collection_file_name": "collection.yaml",
                    "test_summaries": {
                        "repository": "ilastik/bioimage-io-resources",
                        "deploy_branch": "gh-pages",
                        "deploy_folder": "test_summaries",
                        "workflow": "test_bioimageio_resources.yaml",
                        "workflow_ref": "refs/heads/main"
                    }
                },
                {"id": "bare"}
            ]}})
            .to_string(),
        ),
        _ => Reply::status(404),
    }
    });
    let cache = tempfile::tempdir().unwrap();
    let address = server
        .url("/collection-bioimage-io/gh-pages/collection.json")
        .to_string();
    let partners = |more: &[&str]| {
        let mut arguments = vec!["collection", "partners", address.as_str()];
        arguments.extend(more);
        let run = call(&server, cache.path(), &arguments);
        assert_eq!(run.code, 0, "{run:?}");
        run
    };
    let table = partners(&["--output", "markdown"]).stdout;
    assert!(
        table.starts_with("| Community Partner | Documentation | Contact |\n"),
        "{table}"
    );
    assert!(
        table.contains("Name: Jane Doe, Github: janedoe, Email: jane@example.org"),
        "{table}"
    );
    assert!(table.contains("Github: N/A"), "{table}");
    assert!(table.contains("| N/A | N/A |"), "{table}");
    assert!(
        partners(&["--output", "html"])
            .stdout
            .contains("<h1>Community Partners</h1>")
    );
    // Where the collection and the test summaries of the partner are.
    let value = partners(&["--output", "json"]).json();
    assert_eq!(
        value[0]["collection_url"],
        "https://raw.githubusercontent.com/ilastik/bioimage-io-resources/main/collection.yaml"
    );
    assert_eq!(value[0]["test_summaries"]["deploy_branch"], "gh-pages");
    assert_eq!(value[0]["test_summaries"]["deploy_folder"], "test_summaries");
    assert_eq!(
        value[0]["test_summaries"]["workflow"],
        "test_bioimageio_resources.yaml"
    );
    assert_eq!(value[0]["test_summaries"]["workflow_ref"], "refs/heads/main");
    // The registry of one partner is read in YAML as well.
    let folder = tempfile::tempdir().unwrap();
    let path = super::put(
        folder.path(),
        "collection_rdf_template.yaml",
        "config:\n  partners:\n    - id: ilastik\n      repository: ilastik/bioimage-io-resources\n      branch: main\n      \
         collection_file_name: collection.yaml\n      test_summaries:\n        repository: ilastik/bioimage-io-resources\n        \
         deploy_branch: gh-pages\n        deploy_folder: test_summaries\n        workflow: test_bioimageio_resources.yaml\n        \
         workflow_ref: refs/heads/main\n",
    );
    let run = modelhub([
        "collection".as_ref(),
        "partners".as_ref(),
        path.as_os_str(),
        "--output".as_ref(),
        "json".as_ref(),
    ]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert_eq!(run.json()[0]["test_summaries"], value[0]["test_summaries"]);
}

/// A plugin with the block of settings that the guide shows, as a file and at an address.
#[test]
fn a_plugin_becomes_an_application_of_the_partner() {
    const PLUGIN: &str = r#"<config lang="json">
{
  "name": "Partners", "type": "window", "tags": [], "ui": "", "version": "0.1.0", "cover": "",
  "description": "A table of partners", "icon": "extension", "inputs": null, "outputs": null, "api_version": "0.1.8",
  "env": "", "permissions": [], "requirements": ["https://cdn.tailwindcss.com"], "dependencies": [],
  "defaults": {"w": 20, "h": 10}
}
</config>
<attachment name="react-src">const App = () => {}</attachment>
<script lang="javascript">api.export(new ImJoyPlugin())</script>
<window lang="html"><div id="root"></div></window>
<style lang="css"></style>
"#;
    let server = Server::start(|got| match got.target.as_str() {
        "/src/app.imjoy.html" => Reply::ok(PLUGIN),
        _ => Reply::status(404),
    });
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let address = server.url("/src/app.imjoy.html").to_string();
    let run = call(&server, &cache, &["collection", "application", &address]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("type: application"), "{run:?}");
    assert!(run.stdout.contains(&format!("source: {address}")), "{run:?}");
    super::put(folder.path(), "src/app.imjoy.html", PLUGIN);
    let run = modelhub_in(
        folder.path(),
        [
            "collection",
            "application",
            "src/app.imjoy.html",
            "--source",
            "src/app.imjoy.html",
        ],
    );
    assert_eq!(run.code, 0, "{run:?}");
    super::put(folder.path(), "application.yaml", &run.stdout);
    let run = modelhub_in(folder.path(), ["validate", "--format-only", "application.yaml"]);
    assert_eq!(run.code, 0, "{run:?}");
    // In the collection its identifier is that of the partner and its own.
    super::put(
        folder.path(),
        "collection.yaml",
        "type: collection\nformat_version: 0.2.4\nid: partner\nname: Ours\ndescription: Models.\n\
         collection:\n  - {id: app, rdf_source: application.yaml}\n",
    );
    let run = modelhub_in(
        folder.path(),
        ["collection", "list", "collection.yaml", "--type", "application"],
    );
    assert!(run.stdout.contains("partner/app"), "{run:?}");
}

/// The steps that the guide recommends for the workflow of a partner.
#[test]
fn the_three_steps_of_a_workflow() {
    let folder = repository();
    let run = modelhub_in(
        folder.path(),
        [
            "collection",
            "compile",
            "collection.yaml",
            "--write-index",
            "manifest.json",
        ],
    );
    assert_eq!(run.code, 1, "one entry is broken: {run:?}");
    let run = modelhub_in(
        folder.path(),
        ["validate", "collection.yaml", "models/good/rdf.yaml"],
    );
    assert_ne!(run.code, 3, "{run:?}");
    // What is pending is what a dispatched workflow is given.
    let pending = r#"{"include": [{"resource_id": "partner/good", "version_id": "1.0.0"}]}"#;
    let run = modelhub_in(
        folder.path(),
        [
            "test-collection",
            "collection.yaml",
            "--pending",
            pending,
            "--out",
            "results",
        ],
    );
    assert_eq!(run.code, 0, "{run:?}");
    let tested = folder.path().join("results/test_summaries/partner/good/1.0.0");
    let file = fs::read_dir(tested).unwrap().next().unwrap().unwrap();
    let name = file.file_name().into_string().unwrap();
    assert!(
        name.starts_with("test_summary_") && name.ends_with(".yaml"),
        "{name}"
    );
    let text = fs::read_to_string(file.path()).unwrap();
    for key in [
        "name",
        "source_name",
        "status",
        "error",
        "traceback",
        "nested_errors",
        "bioimageio_spec_version",
        "bioimageio_core_version",
        "warnings",
    ] {
        assert!(text.contains(&format!("{key}:")), "{key} in {text}");
    }
    // What the guide shows as a picture.
    let run = modelhub_in(
        folder.path(),
        ["summaries", "us=results/test_summaries", "--output", "html"],
    );
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.stdout.contains("partner/good") && run.stdout.contains("<table"),
        "{run:?}"
    );
}

/// Addresses of reports and statistics, letter by letter.
#[test]
fn reports_of_downloads_and_statistics() {
    let readable = |arguments: &[&str]| {
        let run = modelhub_with(&[], arguments);
        assert_eq!(run.code, 0, "{run:?}");
        run.json()["readable"].as_str().unwrap().to_owned()
    };
    let report = readable(&[
        "report-download",
        "10.5281/zenodo.55555555",
        "--consumer",
        "deepimagej",
        "--consumer-version",
        "3.0.4",
        "--dry-run",
    ]);
    let (begin, rest) = report.split_once("&r=").unwrap();
    assert_eq!(
        begin,
        "https://bioimage.matomo.cloud/matomo.php?download=https://doi.org/10.5281/zenodo.55555555&idsite=1&rec=1"
    );
    let (moment, end) = rest.split_once("&url=").unwrap();
    assert!(
        moment.contains("&h=") && moment.contains("&m=") && moment.contains("&s="),
        "{moment}"
    );
    assert_eq!(
        end,
        r#"http://modelhub.riscale.eu/#/?id=10.5281/zenodo.55555555&uadata={"brands":[{"brand":"deepimagej","version":"3.0.4"}]}"#
    );
    let matomo = "https://bioimage.matomo.cloud/?module=API&method=";
    let year = "period=year&date=2023-03-01&format=JSON&token_auth=anonymous";
    for (arguments, expected) in [
        (
            &["--visits", "30"][..],
            "Live.getCounters&idSite=1&lastMinutes=30&format=JSON&token_auth=anonymous".to_owned(),
        ),
        (
            &["--date", "2023-03-01"],
            format!("Actions.getDownloads&idSite=1&{year}"),
        ),
        (
            &["10.5281/zenodo.1", "--period", "year", "--date", "2023-03-01"],
            format!("Actions.getDownload&downloadUrl=https://doi.org/10.5281/zenodo.1&idSite=1&{year}"),
        ),
        (
            &[
                "https://doi.org/test",
                "--date",
                "2023-03-01",
                "--custom-report",
                "1",
            ],
            format!("Actions.getDownload&downloadUrl=https://doi.org/test&idSite=1&idCustomReport=1&{year}"),
        ),
    ] {
        let arguments: Vec<&str> = ["statistics", "--dry-run"]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        assert_eq!(readable(&arguments), format!("{matomo}{expected}"));
    }
}
