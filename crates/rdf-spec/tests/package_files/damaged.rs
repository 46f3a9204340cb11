//! Files that are cut off, damaged or made to do harm.

use super::{Files, npy, npy_header};
use proptest::prelude::*;
use rdf_spec::{Code, Package, PackageErrorKind};

fn with_input(content: impl AsRef<[u8]>) -> Files {
    let mut files = Files::clean();
    files.put("test_input.npy", content);
    files
}

#[test]
fn test_tensors_that_cannot_be_read() {
    let whole = npy("<f4", &[1, 1, 64, 64]);
    let size = whole.len();
    for (content, reason) in [
        (
            whole[..size - 1].to_vec(),
            format!("it has {} bytes, its header states {size}", size - 1),
        ),
        (whole[..20].to_vec(), "it ends within its header".to_owned()),
        (
            Vec::new(),
            "it does not begin as a numpy file (.npy) does".to_owned(),
        ),
        (
            b"PK\x03\x04".to_vec(),
            "it does not begin as a numpy file (.npy) does".to_owned(),
        ),
        (
            npy_header("{'descr': '<f4', 'fortran_order': False, 'shape': (18446744073709551615, 2)}"),
            "its header states more elements than can be counted".to_owned(),
        ),
    ] {
        let files = with_input(content);
        assert_eq!(files.codes(), ["missing-file test_inputs[0]"]);
        assert_eq!(files.message(), format!("cannot read `test_input.npy`: {reason}"));
    }
    // What follows the data does not matter.
    let mut longer = whole;
    longer.push(0);
    assert_eq!(with_input(longer).findings(), []);
}

#[test]
fn descriptions_in_other_encodings() {
    let folder = tempfile::tempdir().unwrap();
    let text = "type: model\n";
    let little: Vec<u8> = "\u{feff}"
        .encode_utf16()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let big: Vec<u8> = "\u{feff}"
        .encode_utf16()
        .chain(text.encode_utf16())
        .flat_map(u16::to_be_bytes)
        .collect();
    for bytes in [little, big] {
        std::fs::write(folder.path().join("rdf.yaml"), bytes).unwrap();
        let error = Package::open(folder.path()).unwrap_err();
        assert!(matches!(error.kind(), PackageErrorKind::Utf16 { .. }), "{error}");
        let finding = error.to_diagnostic();
        assert_eq!(finding.code, Code::UnreadableSource);
        assert!(
            finding.message.ends_with("is UTF-16 text, expected UTF-8"),
            "{finding}"
        );
        assert_eq!(finding.help.as_deref(), Some("save the file as UTF-8"));
    }
    std::fs::write(folder.path().join("rdf.yaml"), b"name: na\xefve\n").unwrap();
    let error = Package::open(folder.path()).unwrap_err();
    assert!(
        matches!(error.kind(), PackageErrorKind::NotText { .. }),
        "{error}"
    );
}

#[test]
fn descriptions_that_are_too_long() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rdf.yaml");
    std::fs::File::create(&path).unwrap().set_len(50 << 20).unwrap();
    let error = Package::open(folder.path()).unwrap_err();
    assert!(
        matches!(error.kind(), PackageErrorKind::TooLarge { .. }),
        "{error}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_content_gets_an_answer(
        tensor in prop::collection::vec(any::<u8>(), 0..60),
        cover in prop::collection::vec(any::<u8>(), 0..60),
        text in prop::collection::vec(any::<u8>(), 0..60),
        start in any::<bool>(),
    ) {
        let mut files = Files::clean();
        files.describe("license: MIT", "license: MIT\ncovers: [a.jpg]");
        let (magic, image) = if start { (b"\x93NUMPY\x01\0".as_slice(), b"\xff\xd8\xff".as_slice()) } else { (b"".as_slice(), b"".as_slice()) };
        files.put("test_input.npy", [magic, &tensor].concat());
        files.put("a.jpg", [image, &cover].concat());
        files.put("README.md", text);
        files.findings();
    }

    #[test]
    fn changed_headers_get_an_answer(at in 0..80_usize, byte in any::<u8>()) {
        let mut content = npy("<f4", &[1, 1, 64, 64]);
        content[at] = byte;
        with_input(content).findings();
    }
}
