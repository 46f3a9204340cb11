//! Which fields name files.

use super::Files;

#[test]
fn every_field_that_names_a_file() {
    let mut files = Files::clean();
    files.describe(
        "license: MIT",
        "license: MIT\nicon: icons/own.svg\nattachments: {files: [a.txt, https://example.org/b.txt]}\n\
         badges: [{label: a, icon: badge.svg, url: https://example.org}, {label: b, icon: https://example.org/c.svg}]\n\
         sample_inputs: [sample.tif]",
    );
    files.describe(
        "    source: weights.onnx\n",
        "    source: weights.onnx\n    dependencies: conda:environment.yaml\n    attachments: {files: [extra.bin]}\n",
    );
    let missing = [
        "missing-file sample_inputs[0]",
        "missing-file attachments.files[0]",
        "missing-file icon",
        "missing-file badges[0].icon",
        "missing-file weights.onnx.dependencies",
        "missing-file weights.onnx.attachments.files[0]",
    ];
    assert_eq!(files.codes(), missing);
    for name in [
        "icons/own.svg",
        "a.txt",
        "badge.svg",
        "sample.tif",
        "environment.yaml",
        "extra.bin",
    ] {
        files.put(name, "");
    }
    assert_eq!(files.findings(), []);
}

#[test]
fn what_is_no_file() {
    for icon in [
        "\u{1f992}",
        "1\u{fe0f}\u{20e3}",
        "https://example.org/icon.png",
        "fox",
    ] {
        let mut files = Files::clean();
        files.describe("license: MIT", &format!("license: MIT\nicon: \"{icon}\""));
        assert_eq!(files.findings(), [], "{icon}");
    }
    for dependencies in [
        "conda:https://example.org/environment.yaml",
        "nothing",
        ":a",
        "conda:",
    ] {
        let mut files = Files::clean();
        let weights = format!("    source: weights.onnx\n    dependencies: \"{dependencies}\"\n");
        files.describe("    source: weights.onnx\n", &weights);
        assert_eq!(files.findings(), [], "{dependencies}");
    }
}

#[test]
fn a_file_may_be_named_more_than_once() {
    let mut files = Files::clean();
    files.describe(
        "license: MIT",
        "license: MIT\nattachments: {files: [./weights.onnx, a/../README.md, other]}",
    );
    assert_eq!(files.codes(), ["missing-file attachments.files[2]"]);
    files.0.remove("README.md");
    assert_eq!(
        files.codes(),
        [
            "missing-file documentation",
            "missing-file attachments.files[1]",
            "missing-file attachments.files[2]"
        ]
    );
}

#[test]
fn paths_that_lead_out_are_refused() {
    let mut files = Files::clean();
    files.describe(
        "license: MIT",
        "license: MIT\nattachments: {files: [../outside, a/../../outside]}",
    );
    assert_eq!(
        files.codes(),
        [
            "missing-file attachments.files[0]",
            "missing-file attachments.files[1]"
        ]
    );
}

#[test]
fn digests() {
    let mut files = Files::clean();
    let digest = |digest: &str| format!("    source: weights.onnx\n    sha256: {digest}\n");
    // Of the text `weights`.
    let right = rdf_spec::Sha256::of(&mut &b"weights"[..]).unwrap();
    files.describe("    source: weights.onnx\n", &digest(right.as_str()));
    assert_eq!(files.findings(), []);
    files.put("weights.onnx", "Weights");
    assert_eq!(files.codes(), ["digest-mismatch weights.onnx.sha256"]);
}

#[test]
fn descriptions_that_are_only_partly_readable() {
    let mut files = Files::clean();
    files.describe("license: MIT", "license: [MIT]\ncovers: [a.png]");
    files.describe(
        "axes: bcyx\n    data_type: float32\n    shape: [1",
        "axes: bcqx\n    data_type: float32\n    shape: [1",
    );
    files.put("test_input.npy", "nothing");
    files.put("README.md", "");
    assert_eq!(
        files.codes(),
        [
            "no-validation-section documentation",
            "missing-file covers[0]",
            "missing-file test_inputs[0]"
        ]
    );
}

#[test]
fn findings_are_bounded() {
    let mut files = Files::clean();
    files.describe(
        "license: MIT",
        &format!("license: MIT\nattachments:\n  files: [{}]", "a, ".repeat(1500)),
    );
    let found = files.findings();
    assert_eq!(found.len(), 1001);
    assert_eq!(found[1000].message, "500 more problems with files are not listed");
}

#[test]
fn sources_of_notebooks_and_of_old_models() {
    let with = |head: &str| {
        let mut files = Files::clean();
        files.put("rdf.yaml", format!("{head}\nformat_version: 0.2.4\n"));
        files.codes()
    };
    assert_eq!(with("type: notebook\nsource: a.ipynb"), ["missing-file source"]);
    assert_eq!(with("type: model\nsource: unet.py:UNet"), ["missing-file source"]);
    assert!(with("type: model\nsource: a.module.UNet").is_empty());
    assert!(with("weights: {}\nsource: a.module.UNet").is_empty());
    assert!(with("type: notebook\nsource: https://example.org/a.ipynb").is_empty());
}
