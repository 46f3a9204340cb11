//! Which software runs a model, and whether it keeps the rules for contributions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use hub::compatibility::{CONSUMERS, ConsumerKind, ConsumerReport, ModelFacts, TensorFlow, Verdict, check};
use hub::contribution::{self, RULES};
use rdf_spec::{Package, Rdf};

const MODEL: &str = include_str!("documents/model.yaml");

fn verdict(text: &str, id: &str) -> (Verdict, Vec<String>, Vec<&'static str>) {
    let parsed = Rdf::from_yaml(text);
    let facts = ModelFacts::of(&parsed).unwrap_or_else(|| panic!("{:?}", parsed.diagnostics()));
    let reports: Vec<ConsumerReport> = check(&facts);
    let report = reports
        .into_iter()
        .find(|report| report.consumer.id == id)
        .unwrap();
    let reasons = report
        .reasons
        .iter()
        .map(|reason| reason.message.clone())
        .collect();
    let formats = report
        .formats
        .iter()
        .map(|runs| runs.since.unwrap_or(""))
        .collect();
    (report.verdict, reasons, formats)
}

/// The model with other weights.
fn with_weights(weights: &str) -> String {
    let (head, _) = MODEL.split_once("weights:\n").unwrap();
    format!("{head}weights:\n{weights}")
}

#[test]
fn tensorflow_1_is_told_from_tensorflow_2() {
    let saved = |version: &str| {
        with_weights(&format!(
            "  tensorflow_saved_model_bundle: {{source: a.zip{version}}}\n"
        ))
    };
    let one = saved(", tensorflow_version: 1.15.0");
    let two = saved(", tensorflow_version: 2.11.0");
    assert_eq!(verdict(&one, "fiji").0, Verdict::Runs);
    assert_eq!(verdict(&one, "deepimagej"), (Verdict::Runs, vec![], vec![""]));
    let (fiji, reasons, _) = verdict(&two, "fiji");
    assert_eq!(fiji, Verdict::No);
    assert_eq!(
        reasons,
        ["it takes TensorFlow 1 only, the weights are of TensorFlow 2.11.0"]
    );
    assert_eq!(
        verdict(&two, "deepimagej"),
        (Verdict::Runs, vec![], vec!["3.0.3"])
    );
    let (fiji, reasons, _) = verdict(&saved(""), "fiji");
    assert_eq!(fiji, Verdict::Unsure);
    assert!(
        reasons[0].contains("do not state `tensorflow_version`"),
        "{reasons:?}"
    );
}

#[test]
fn numbers_of_tensors_axes_operations_and_tags_decide() {
    assert_eq!(verdict(MODEL, "ilastik").0, Verdict::Runs);
    let two = MODEL.replace(
        "outputs:\n",
        "outputs:\n  - {name: second, axes: bc, data_type: float32, shape: [1, 2]}\n",
    );
    let (ilastik, reasons, _) = verdict(&two, "ilastik");
    assert_eq!(
        (ilastik, reasons),
        (
            Verdict::No,
            vec!["it runs models with one output, this one has 2".to_owned()]
        )
    );
    assert_eq!(verdict(&two, "deepimagej").0, Verdict::Runs);

    let dataset = MODEL.replace("mode: per_sample", "mode: per_dataset");
    assert_eq!(verdict(&dataset, "deepimagej").0, Verdict::No);
    assert_eq!(verdict(&dataset, "ilastik").0, Verdict::Runs);

    let state = "  pytorch_state_dict: {source: w.pt, architecture: 'a.py:Net', architecture_sha256: \
                 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, pytorch_version: 2.0.0";
    let plain = with_weights(&format!("{state}}}\n"));
    let (biapy, reasons, _) = verdict(&plain, "biapy");
    assert_eq!(biapy, Verdict::No);
    assert!(
        reasons[0].starts_with("it tells what to do by a tag"),
        "{reasons:?}"
    );
    let tagged = format!("{plain}tags: [Denoising]\n");
    assert_eq!(verdict(&tagged, "biapy").0, Verdict::Runs);
    let kwargs = tagged.replace(
        "pytorch_version: 2.0.0",
        "pytorch_version: 2.0.0, kwargs: {postprocessing: x}",
    );
    assert_eq!(verdict(&kwargs, "biapy").0, Verdict::No);
    let axes = tagged
        .replace("axes: bcyx", "axes: byxc")
        .replace("[1, 1, 64, 64]", "[1, 64, 64, 1]")
        .replace("[0, 0, 8, 8]", "[0, 8, 8, 0]");
    let (biapy, reasons, _) = verdict(&axes, "biapy");
    assert_eq!(
        (biapy, &*reasons[0]),
        (Verdict::No, "it takes the axes bcyx or bczyx, the input has byxc")
    );

    assert_eq!(verdict(&plain, "careamics").0, Verdict::No);
    let attached = format!("{plain}attachments: {{files: [training/careamics.yaml]}}\n");
    assert_eq!(verdict(&attached, "careamics").0, Verdict::Runs);
    assert_eq!(
        verdict(
            &with_weights("  keras_hdf5: {source: w.h5, tensorflow_version: 2.1.0}\n"),
            "zero"
        )
        .0,
        Verdict::Runs
    );
}

#[test]
fn every_statement_has_a_source() {
    for consumer in CONSUMERS {
        assert!(consumer.url.starts_with("https://"), "{}", consumer.id);
        for source in consumer
            .support
            .iter()
            .map(|support| support.source)
            .chain(consumer.conditions.iter().map(|(_, source)| *source))
        {
            assert!(source.starts_with("https://"), "{}: {source}", consumer.id);
        }
        assert!(!consumer.support.is_empty());
    }
    let mut ids: Vec<_> = CONSUMERS.iter().map(|consumer| consumer.id).collect();
    ids.dedup();
    assert_eq!(ids.len(), CONSUMERS.len());
}

fn codes(text: &str, files: &[(&str, &[u8])]) -> Vec<&'static str> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rdf.yaml"), text).unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let report = contribution::check(&Package::open(folder.path()).unwrap());
    let mut codes: Vec<_> = report.findings.iter().map(|finding| finding.rule.code).collect();
    codes.dedup();
    codes
}

/// The fixture model, whose package is complete.
fn fixture() -> (std::path::PathBuf, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec-fixtures/models/blobs-unet2d");
    let text = fs::read_to_string(folder.join("rdf.yaml")).unwrap();
    (folder, text)
}

fn codes_of_fixture(change: impl FnOnce(String) -> String) -> Vec<&'static str> {
    let (folder, text) = fixture();
    let files: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect();
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    // The description comes last, in place of the original.
    let changed = change(text);
    let mut all = files;
    all.retain(|(name, _)| *name != "rdf.yaml");
    codes(&changed, &all)
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
        let (_, before) = fixture();
        let text = complete(before);
        assert_ne!(change(text.clone()), text, "{code}: the change changes nothing");
        let found = if code == "validation-section" {
            let (folder, _) = fixture();
            let readme = fs::read_to_string(folder.join("README.md")).unwrap();
            assert!(readme.to_lowercase().contains("validation"));
            codes(&change(text), &[("test.md", b"# Title\n\nNothing more.\n")])
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
