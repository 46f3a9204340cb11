//! Reports of downloads, and statistics.

use crate::harness::modelhub_with;
use crate::server::{Reply, Server};
use crate::services::{call, world};

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
