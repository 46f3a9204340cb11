//! Whether a model keeps the rules for contributions.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use hub::compatibility::{CONSUMERS, ConsumerKind, TensorFlow};
use hub::contribution::{self, RULES};
use rdf_spec::Package;

use crate::files::put;
use crate::fixture::{copy, fixture};

/// The rules that a package breaks.
fn codes(folder: &Path) -> Vec<&'static str> {
    let report = contribution::check(&Package::open(folder).unwrap());
    let mut codes: Vec<_> = report.findings.iter().map(|finding| finding.rule.code).collect();
    codes.dedup();
    codes
}

/// The same for the fixture, whose package is complete, with another description.
fn codes_of_fixture(change: impl FnOnce(String) -> String) -> Vec<&'static str> {
    let folder = copy(change);
    codes(folder.path())
}

#[test]
fn each_rule_finds_what_breaks_it() {
    // What the fixture lacks anyway.
    let before = codes_of_fixture(|text| text);
    assert_eq!(before, ["maintainers", "links"]);
    let complete = |text: String| text + "maintainers: [{github_user: octocat}]\nlinks: [ilastik/ilastik]\n";
    assert_eq!(codes_of_fixture(complete), <[&str; 0]>::default());

    type Change = fn(String) -> String;
    let cases: [(&str, Change); 20] = [
        ("is-model", |text| text.replace("type: model", "type: dataset")),
        ("valid-description", |text| {
            text.replace("timestamp: 2024", "timestamp: x2024")
        }),
        ("format-version", |text| {
            text.replace("format_version: 0.4.9", "format_version: 0.4.4")
        }),
        ("complete-files", |text| {
            text.replace("source: weights.pt", "source: gone.pt")
        }),
        ("test-tensors", |text| {
            text.replace("test_inputs: [test_input.npy]", "test_inputs: []")
        }),
        ("consumer", |text| {
            text.replace("  torchscript:", "  tensorflow_js:").replace("pytorch_version", "tensorflow_version").replace("  onnx:\n    source: weights.onnx\n    sha256: b8aaf0814ac4ff699a885424ece81ef64d90e083c5be7782eabda12d95f1b708\n    opset_version: 17\n", "")
        }),
        ("cross-compatible", |text| {
            text.replace("  torchscript:", "  tensorflow_js:")
                .replace("pytorch_version", "tensorflow_version")
                .replace("mode: per_sample", "mode: per_dataset")
        }),
        ("licence", |text| text.replace("license: MIT", "license: mine")),
        ("maintainers", |text| {
            text.replace("github_user: octocat", "name: Octo")
        }),
        ("citation", |text| {
            text.replace("    doi: 10.1007/978-3-319-24574-4_28\n", "")
        }),
        ("naming", |text| {
            text.replace("name: Blobs U-Net 2D", "name: model")
        }),
        ("rich-description", |text| {
            text.replace("description: A small 2-D U-Net that predicts the probability of bright nuclei on a noisy, unevenly lit background.", "description: A model.")
        }),
        ("tags", |text| {
            text.replace("tags: [unet2d, 2d, nuclei, semantic-segmentation, fluorescence-light-microscopy, synthetic-data]", "tags: []")
        }),
        ("tag-categories", |text| {
            text.replace("nuclei, semantic", "semantic")
        }),
        ("links", |text| {
            text.replace("links: [ilastik/ilastik]", "links: [ilastik]")
        }),
        ("processing", |text| {
            text.replace("    preprocessing:\n      - name: zero_mean_unit_variance\n        kwargs:\n          mode: per_sample\n          axes: yx\n          eps: 1.0e-6\n", "")
        }),
        ("readme", |text| {
            text.replace(
                "documentation: README.md",
                "documentation: https://example.org/docs.md",
            )
        }),
        ("validation-section", |text| {
            text.replace("documentation: README.md", "documentation: test.md")
        }),
        ("cover", |text| text.replace("covers: [cover.png]", "covers: []")),
        ("cover-image", |text| {
            text.replace("covers: [cover.png]", "covers: [sample_input.png]")
        }),
    ];
    assert_eq!(cases.len(), RULES.len());
    for (rule, (code, change)) in RULES.iter().zip(cases) {
        assert_eq!(rule.code, code);
        let text = complete(fs::read_to_string(fixture().join("rdf.yaml")).unwrap());
        assert_ne!(change(text.clone()), text, "{code}: the change changes nothing");
        let found = if code == "validation-section" {
            let readme = fs::read_to_string(fixture().join("README.md")).unwrap();
            assert!(readme.to_lowercase().contains("validation"));
            let folder = copy(|_| change(text));
            put(folder.path(), "test.md", b"# Title\n\nNothing more.\n");
            codes(folder.path())
        } else {
            codes_of_fixture(|_| change(text))
        };
        assert!(found.contains(&code), "{code}: {found:?}");
    }
}

/// The tables of the documentation are those of the library. `UPDATE_DOCS=1` writes them.
#[test]
fn the_documentation_has_all_rules_and_all_software() {
    let mut rules = String::from("| rule | weight | asked for |\n|---|---|---|\n");
    for rule in RULES {
        let _ = writeln!(
            rules,
            "| `{}` | {} | {} |",
            rule.code,
            rule.weight.name(),
            rule.title
        );
    }
    let mut consumers = String::from("| software | weights | source |\n|---|---|---|\n");
    for consumer in CONSUMERS {
        let library = if consumer.kind == ConsumerKind::Library {
            " (library)"
        } else {
            ""
        };
        for support in consumer.support {
            let version = if support.tensorflow == TensorFlow::One {
                " of TensorFlow 1"
            } else {
                ""
            };
            let since = support
                .since
                .map_or_else(String::new, |since| format!(", from version {since} on"));
            let _ = writeln!(
                consumers,
                "| [{}]({}){library} | `{}`{version}{since} | {} |",
                consumer.name,
                consumer.url,
                support.format.name(),
                support.source
            );
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/contributing-models.md");
    let text = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    let mut expected = text.clone();
    for (name, table) in [("rules", &rules), ("consumers", &consumers)] {
        let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->\n"));
        let start = expected.find(&begin).unwrap() + begin.len();
        let stop = expected[start..]
            .find(&end)
            .map_or(start, |at| start + at + end.len());
        expected.replace_range(start..stop, &format!("{table}{end}"));
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, expected).unwrap();
    } else {
        assert_eq!(text, expected, "run the test with UPDATE_DOCS=1");
    }
}
