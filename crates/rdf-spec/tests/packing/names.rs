//! Names, references and digests of what is packaged.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;

use rdf_spec::{Kept, PackErrorKind, Package, Packer, Sha256, WeightsFormat};

use super::{SCATTERED, contents, scattered, zipped};

#[test]
fn scattered_files_come_to_the_top_under_names_of_their_own() {
    let folder = scattered();
    let package = Package::open(folder.path()).unwrap();
    let mut zip = Cursor::new(Vec::new());
    let report = Packer::new(&package).write_zip(&mut zip).unwrap();
    let files = contents(zip.get_ref());
    let expected = [
        ("Cover.png", "one"),
        ("README.md", "readme"),
        ("_nul.txt", "four"),
        ("b.txt", "five"),
        ("cover_2.PNG", "two"),
        ("environment.yaml", "name: env"),
        ("net.h5", "keras"),
        ("net.pt", "state"),
        ("net.py", "class Net: pass"),
        ("net_2.pt", "abc"),
        ("rdf_2.yaml", "three"),
    ];
    let mut found = files.clone();
    found.remove("rdf.yaml");
    let expected: BTreeMap<String, Vec<u8>> = expected
        .iter()
        .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(report.description.kept, Kept::Everything);
    let text = String::from_utf8(files["rdf.yaml"].clone()).unwrap();
    let state = Sha256::of(&mut &b"state"[..]).unwrap();
    for line in [
        "type: model  # a model",
        "covers: [Cover.png, cover_2.PNG, Cover.png]",
        "  files: [rdf_2.yaml, _nul.txt, b.txt]",
        "  # the best ones",
        "    architecture: net.py:Net",
        "    dependencies: conda:environment.yaml",
        "    source: net_2.pt  # not the same file",
        &format!("    sha256: {state}"),
        "    sha256: BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
    assert!(text.contains("architecture_sha256: "), "{text}");

    let target = folder.path().join("out");
    Packer::new(&package).write_folder(&target).unwrap();
    for (name, content) in &files {
        assert_eq!(&fs::read(target.join(name)).unwrap(), content, "{name}");
    }
    assert_eq!(fs::read_dir(&target).unwrap().count(), files.len());
    let again = zipped(&Package::open(&target).unwrap());
    assert_eq!(&again, zip.get_ref(), "a packaged folder gives the same zip file");
    let taken = Packer::new(&package).write_folder(&target).unwrap_err();
    assert_eq!(taken.kind(), &PackErrorKind::Write);
}

#[test]
fn some_weights_are_taken_with_what_they_were_made_from() {
    let folder = scattered();
    let package = Package::open(folder.path()).unwrap();
    let mut zip = Cursor::new(Vec::new());
    let only = Packer::new(&package).weights([WeightsFormat::PytorchStateDict]);
    let report = only.write_zip(&mut zip).unwrap();
    assert_eq!(report.kept_parents, [WeightsFormat::KerasHdf5]);
    let files = contents(zip.get_ref());
    assert!(
        files.contains_key("net.h5") && !files.contains_key("net_2.pt"),
        "{files:?}"
    );
    assert!(
        !report.description.text.contains("onnx"),
        "{}",
        report.description.text
    );
    let missing = Packer::new(&package).weights([WeightsFormat::Torchscript]);
    let error = missing.write_zip(Cursor::new(Vec::new())).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the model has no torchscript weights, it has pytorch_state_dict, keras_hdf5, onnx"
    );
}

#[test]
fn digests_are_brought_up_to_date() {
    let folder = scattered();
    let wrong = SCATTERED.replace("BA7816", "BA7817");
    fs::write(folder.path().join("rdf.yaml"), &wrong).unwrap();
    let updated = Package::open(folder.path()).unwrap().with_digests().unwrap();
    let places: Vec<String> = updated
        .changes
        .iter()
        .map(|change| change.path.to_string())
        .collect();
    assert_eq!(
        places,
        [
            "weights.pytorch_state_dict.sha256",
            "weights.pytorch_state_dict.architecture_sha256",
            "weights.keras_hdf5.sha256",
            "weights.onnx.sha256",
        ]
    );
    assert!(updated.changes[3].stated.is_some() && updated.changes[0].stated.is_none());
    assert!(
        updated
            .rewritten
            .text
            .contains("# not the same file\n    sha256: ba7816bf"),
        "{}",
        updated.rewritten.text
    );
    fs::write(folder.path().join("rdf.yaml"), &updated.rewritten.text).unwrap();
    let again = Package::open(folder.path()).unwrap().with_digests().unwrap();
    assert_eq!(
        (again.changes.len(), again.rewritten.text),
        (0, updated.rewritten.text)
    );
}
