//! The addresses of the user guide, letter by letter.

use hub::Addresses;
use hub::matomo::{DownloadReport, Moment, Period, Statistic};

const REPORT: &str = r#"https://bioimage.matomo.cloud/matomo.php?download=https://doi.org/[MODEL DOI]&idsite=1&rec=1&r=646242&h=13&m=35&s=20&url=http://modelhub.riscale.eu/#/?id=[MODEL DOI]&uadata={"brands":[{"brand":"[CONSUMER ID]","version":"[CONSUMER VERSION]"}]}"#;

#[test]
fn the_report_of_a_download() {
    let matomo = Addresses::default().matomo;
    for (doi, consumer, version) in [
        ("10.5281/zenodo.55555555", "ilastik", "1.4.0"),
        ("10.5281/zenodo.1", "deepimagej", "3.0.4 \"beta\""),
    ] {
        let moment = Moment {
            hour: 13,
            minute: 35,
            second: 20,
        };
        let report = DownloadReport::new(doi, consumer, version).at(moment, 646_242);
        let expected = REPORT
            .replace("[MODEL DOI]", doi)
            .replace("[CONSUMER ID]", consumer)
            .replace("[CONSUMER VERSION]", &version.replace('"', "\\\""));
        assert_eq!(report.readable(&matomo), expected);
        // What is sent says the same, and nothing of it is behind a `#`, where it would never arrive.
        let url = report.url(&matomo);
        assert_eq!(url.fragment(), None);
        let sent: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let (_, query) = expected.split_once('?').unwrap();
        let mut rest = query;
        for (name, value) in &sent {
            let pair = format!("{name}={value}");
            rest = rest
                .strip_prefix(&pair)
                .unwrap_or_else(|| panic!("{pair} in {rest}"));
            rest = rest.strip_prefix('&').unwrap_or(rest);
        }
        assert_eq!(rest, "");
        serde_json::from_str::<serde_json::Value>(&sent.last().unwrap().1).unwrap();
    }
}

#[test]
fn the_statistics() {
    let matomo = Addresses::default().matomo;
    let period = Period::year("2023-03-01").unwrap();
    for (statistic, expected) in [
        (
            Statistic::Visits { minutes: 30 },
            "https://bioimage.matomo.cloud/?module=API&method=Live.getCounters&idSite=1&lastMinutes=30&format=JSON&token_auth=anonymous",
        ),
        (
            Statistic::Downloads { period },
            "https://bioimage.matomo.cloud/?module=API&method=Actions.getDownloads&idSite=1&period=year&date=2023-03-01&format=JSON&token_auth=anonymous",
        ),
        (
            Statistic::DownloadsOf {
                doi: "10.5281/zenodo.1".to_owned(),
                period,
                custom_report: None,
            },
            "https://bioimage.matomo.cloud/?module=API&method=Actions.getDownload&downloadUrl=https://doi.org/10.5281/zenodo.1&idSite=1&period=year&date=2023-03-01&format=JSON&token_auth=anonymous",
        ),
        (
            Statistic::DownloadsOf {
                doi: "test".to_owned(),
                period,
                custom_report: Some(1),
            },
            "https://bioimage.matomo.cloud/?module=API&method=Actions.getDownload&downloadUrl=https://doi.org/test&idSite=1&idCustomReport=1&period=year&date=2023-03-01&format=JSON&token_auth=anonymous",
        ),
    ] {
        assert_eq!(statistic.readable(&matomo), expected);
        let parsed = hub::Url::parse(expected).unwrap();
        let sent = statistic.url(&matomo);
        assert!(sent.query_pairs().eq(parsed.query_pairs()), "{sent}");
    }
}

#[test]
fn periods() {
    for name in Period::NAMES.into_iter().filter(|name| *name != "range") {
        assert_eq!(Period::new(name, "2023-03-01").unwrap().name(), name);
    }
    for (name, date) in [
        ("decade", "2023-03-01"),
        ("year", "2023"),
        ("day", "2023-02-29"),
        ("range", "2023-03-01"),
        ("range", "2023-03-02,2023-03-01"),
    ] {
        assert!(Period::new(name, date).is_err(), "{name} {date}");
    }
}
