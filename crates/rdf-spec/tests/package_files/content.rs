//! Covers and documentation.

use super::Files;

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 2, 0, 0, 0]);
    bytes
}

fn jpeg(width: u16, height: u16, profile: usize) -> Vec<u8> {
    let mut bytes = b"\xff\xd8".to_vec();
    for _ in 0..profile {
        bytes.extend(b"\xff\xe2\xff\xff");
        bytes.extend([0; 65_533]);
    }
    bytes.extend(b"\xff\xc0\0\x11\x08");
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes
}

fn gif(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = b"GIF89a".to_vec();
    bytes.extend(width.to_le_bytes());
    bytes.extend(height.to_le_bytes());
    bytes
}

fn with_cover(name: &str, content: &[u8]) -> Files {
    let mut files = Files::clean();
    files.describe("license: MIT", &format!("license: MIT\ncovers: [{name}]"));
    files.put(name, content);
    files
}

#[test]
fn formats_of_covers() {
    for (name, content) in [
        ("a.png", png(400, 200)),
        ("a.PNG", png(400, 200)),
        ("a.jpg", jpeg(400, 200, 0)),
        ("a.jpeg", jpeg(400, 200, 3)),
        ("a.gif", gif(400, 200)),
    ] {
        assert_eq!(with_cover(name, &content).findings(), [], "{name}");
    }
    for (name, content) in [
        ("a.png", jpeg(400, 200, 0)),
        ("a.jpg", png(400, 200)),
        ("a.gif", png(400, 200)),
    ] {
        assert_eq!(
            with_cover(name, &content).codes(),
            ["cover-format covers[0]"],
            "{name}"
        );
    }
    for content in [b"".as_slice(), b"<svg/>", b"II*\0"] {
        assert_eq!(with_cover("a.png", content).codes(), ["cover-format covers[0]"]);
    }
    assert_eq!(
        with_cover("a.png", &gif(400, 200)).message(),
        "`a.png` is a GIF image, its name says otherwise"
    );
}

#[test]
fn sizes_of_covers() {
    let mut large = png(400, 200);
    large.resize(499_999, 0);
    assert_eq!(with_cover("a.png", &large).findings(), []);
    large.push(0);
    assert_eq!(
        with_cover("a.png", &large).message(),
        "the cover `a.png` has 500000 bytes, expected less than 500000"
    );
    large.resize(2_000_000, 0);
    assert_eq!(with_cover("a.png", &large).codes(), ["cover-too-large covers[0]"]);
}

#[test]
fn ratios_of_covers() {
    for (width, height) in [(400, 200), (401, 200), (402, 200), (404, 200), (3, 1)] {
        assert_eq!(
            with_cover("a.png", &png(width, height)).findings(),
            [],
            "{width} x {height}"
        );
    }
    for (width, height) in [(405, 200), (200, 400), (300, 300), (u32::MAX, 1)] {
        let codes = with_cover("a.png", &png(width, height)).codes();
        assert_eq!(codes, ["cover-aspect-ratio covers[0]"], "{width} x {height}");
    }
    assert_eq!(
        with_cover("a.jpg", &jpeg(300, 300, 2)).codes(),
        ["cover-aspect-ratio covers[0]"]
    );
    // Damaged images say nothing about their size.
    assert_eq!(with_cover("a.png", &png(300, 300)[..20]).findings(), []);
}

fn with_documentation(content: &[u8]) -> Files {
    let mut files = Files::clean();
    files.put("README.md", content);
    files
}

#[test]
fn sections_on_validation() {
    let none = ["no-validation-section documentation"];
    assert_eq!(with_documentation(b"### Validation of results\n").findings(), []);
    assert_eq!(with_documentation(b"").codes(), none);
    assert_eq!(with_documentation(b"# Model\nValidation\n").codes(), none);
    let mut long = "a line\n".repeat(1_000_000).into_bytes();
    long.extend(b"# Validation");
    assert_eq!(
        with_documentation(&long).message(),
        "the first 4194304 bytes of the documentation `README.md` have no section on validation"
    );
}

#[test]
fn documentation_that_is_no_text() {
    assert_eq!(
        with_documentation(b"# Validation\nna\xefve\n").message(),
        "the documentation `README.md` is not UTF-8 text: byte 16 does not fit"
    );
    // The bound cuts a character.
    let mut long = "# Validation\n".to_owned();
    long.push_str(&"\u{1f52c}".repeat(1_100_000));
    assert_eq!(with_documentation(long.as_bytes()).findings(), []);
}

#[test]
fn other_resources_need_no_section_on_validation() {
    let mut files = Files::clean();
    files.put(
        "rdf.yaml",
        "type: dataset\nformat_version: 0.2.4\ndocumentation: README.md\ncovers: [a.png, b.png]\n",
    );
    files.put("README.md", "# Data\n");
    files.put("a.png", png(300, 300));
    assert_eq!(
        files.codes(),
        ["cover-aspect-ratio covers[0]", "missing-file covers[1]"]
    );
}
