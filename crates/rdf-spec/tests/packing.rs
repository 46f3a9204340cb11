//! Packages that are written: names, references, digests, bytes, and what is refused.
#![cfg(feature = "package")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test that fails may panic"
)]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use rdf_spec::{
    FetchFile, FetchedFile, Kept, PackErrorKind, Package, PackageErrorKind, Packer, Sha256, WeightsFormat,
};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../spec-fixtures/models")
        .join(name)
}

fn zipped(package: &Package) -> Vec<u8> {
    let mut zip = Cursor::new(Vec::new());
    Packer::new(package).write_zip(&mut zip).unwrap();
    zip.into_inner()
}

fn opened(bytes: &[u8]) -> (tempfile::TempDir, Package) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("package.zip");
    fs::write(&path, bytes).unwrap();
    let package = Package::open(path).unwrap();
    (folder, package)
}

fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn contents(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut entry = archive.by_index(at).unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            (entry.name().unwrap().into_owned(), content)
        })
        .collect()
}

fn error_of(package: &Package) -> PackErrorKind {
    Packer::new(package)
        .write_zip(Cursor::new(Vec::new()))
        .unwrap_err()
        .kind()
        .clone()
}

#[test]
fn packages_of_fixtures_are_the_same_from_folder_and_zip() {
    for name in ["blobs-unet2d", "two-channels-two-outputs", "tiling-volume"] {
        let package = Package::open(fixture(name)).unwrap();
        let first = zipped(&package);
        assert_eq!(first, zipped(&package), "{name}");
        let (_folder, again) = opened(&first);
        assert_eq!(again.text(), package.text(), "{name}: nothing to change");
        assert_eq!(again.check_files(), []);
        assert!(again.parsed().is_valid());
        assert_eq!(first, zipped(&again), "{name}: packaging a package");
        for file in contents(&first) {
            assert_eq!(
                fs::read(fixture(name).join(&file.0)).unwrap(),
                file.1,
                "{}",
                file.0
            );
        }
    }
}

#[test]
fn bytes_do_not_depend_on_the_pieces_that_files_are_read_in() {
    let folder = folder_with(&[("rdf.yaml", "type: other\nattachments: {files: [weights.bin]}\n")]);
    let mut state = 1_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state >> 40
    };
    // Numbers that have some bits in common, and repetitions of all lengths.
    let mut content: Vec<u8> = Vec::new();
    while content.len() < 3_000_000 {
        content.extend((0..next() % 300).map(|_| 0x3c + (next() % 7) as u8));
        let start = usize::try_from(next()).unwrap() % content.len().max(1);
        content.extend_from_within(start..(start + 100).min(content.len()));
    }
    fs::write(folder.path().join("weights.bin"), &content).unwrap();
    let first = zipped(&Package::open(folder.path()).unwrap());
    assert!(first.len() < content.len() * 9 / 10, "compressed");
    let (_folder, again) = opened(&first);
    assert!(first == zipped(&again));
}

#[test]
fn bytes_have_no_clock_and_no_owner() {
    let bytes = zipped(&Package::open(fixture("blobs-unet2d")).unwrap());
    let mut archive = ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let mut names = Vec::new();
    for at in 0..archive.len() {
        let entry = archive.by_index(at).unwrap();
        assert_eq!(entry.last_modified().unwrap().year(), 1980);
        assert_eq!(entry.unix_mode(), Some(0o100_644));
        let name = entry.name().unwrap().into_owned();
        if name.ends_with(".png") {
            assert_eq!(entry.compression(), CompressionMethod::Stored, "{name}");
        }
        if name.ends_with(".md") {
            assert_eq!(entry.compression(), CompressionMethod::Deflated, "{name}");
        }
        names.push(name);
    }
    assert_eq!(names.pop().as_deref(), Some("rdf.yaml"));
    assert!(names.is_sorted(), "{names:?}");
}

const SCATTERED: &str = "\
type: model  # a model
documentation: docs/README.md
covers: [images/Cover.png, other/cover.PNG, ./images/Cover.png]
attachments:
  files: [extra/rdf.yaml, nul.txt, 'a\\b.txt']
weights:
  # the best ones
  pytorch_state_dict:
    source: weights/net.pt
    architecture: src/net.py:Net
    dependencies: conda:env/environment.yaml
    parent: keras_hdf5
  keras_hdf5: {source: weights/net.h5}
  onnx:
    source: net.pt  # not the same file
    sha256: BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD
";

fn scattered() -> tempfile::TempDir {
    folder_with(&[
        ("rdf.yaml", SCATTERED),
        ("docs/README.md", "readme"),
        ("images/Cover.png", "one"),
        ("other/cover.PNG", "two"),
        ("extra/rdf.yaml", "three"),
        ("nul.txt", "four"),
        ("a/b.txt", "five"),
        ("weights/net.pt", "state"),
        ("src/net.py", "class Net: pass"),
        ("env/environment.yaml", "name: env"),
        ("weights/net.h5", "keras"),
        ("net.pt", "abc"),
        ("not-mentioned", "secret"),
    ])
}

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
fn what_is_missing_wrong_or_elsewhere_is_refused() {
    let folder = folder_with(&[("rdf.yaml", "type: other\ncovers: [a.png, b.png]\n")]);
    let files = vec!["a.png".to_owned(), "b.png".to_owned()];
    assert_eq!(
        error_of(&Package::open(folder.path()).unwrap()),
        PackErrorKind::MissingFiles { files }
    );

    for (field, expected) in [
        ("documentation: ../x.md", "leads out of the package"),
        ("documentation: /etc/passwd", "absolute path"),
        (
            "weights: {pytorch_state_dict: {architecture: '/etc/net.py:Net'}}",
            "absolute path",
        ),
        ("dependencies: conda:/etc/passwd", "absolute path"),
        ("covers: ['C:\\x.png']", "leads out of the package"),
    ] {
        let folder = folder_with(&[("rdf.yaml", &format!("type: other\n{field}\n"))]);
        let package = Package::open(folder.path()).unwrap();
        let error = Packer::new(&package)
            .write_zip(Cursor::new(Vec::new()))
            .unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains(expected), "{error}: {cause}");
    }

    // The files of this format are in other fields.
    let folder = folder_with(&[("rdf.yaml", "type: model\nformat_version: 0.5.3\n")]);
    assert_eq!(
        error_of(&Package::open(folder.path()).unwrap()),
        PackErrorKind::Description
    );

    let wrong = SCATTERED.replace("BA7816", "BA7817");
    let folder = scattered();
    fs::write(folder.path().join("rdf.yaml"), wrong).unwrap();
    let kind = error_of(&Package::open(folder.path()).unwrap());
    assert!(
        matches!(&kind, PackErrorKind::DigestMismatch { file, .. } if file == "net.pt"),
        "{kind:?}"
    );
}

#[cfg(unix)]
#[test]
fn links_are_followed_inside_only() {
    use std::os::unix::fs::symlink;
    let outside = folder_with(&[("secret", "secret")]);
    let folder = folder_with(&[
        ("rdf.yaml", "type: other\ndocumentation: link.md\n"),
        ("docs/real.md", "text"),
    ]);
    symlink("docs/real.md", folder.path().join("link.md")).unwrap();
    let package = Package::open(folder.path()).unwrap();
    assert_eq!(contents(&zipped(&package))["link.md"], b"text");

    fs::remove_file(folder.path().join("link.md")).unwrap();
    symlink(outside.path().join("secret"), folder.path().join("link.md")).unwrap();
    let file = "link.md".to_owned();
    assert_eq!(error_of(&package), PackErrorKind::Link { file });
    let mut zip = Cursor::new(Vec::new());
    Packer::new(&package).follow_links().write_zip(&mut zip).unwrap();
    assert_eq!(contents(zip.get_ref())["link.md"], b"secret");
}

#[test]
fn links_in_zip_files_are_not_read() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("rdf.yaml", SimpleFileOptions::default()).unwrap();
    zip.write_all(b"type: other\ndocumentation: link.md\n").unwrap();
    zip.add_symlink("link.md", "/etc/passwd", SimpleFileOptions::default())
        .unwrap();
    let (_folder, package) = opened(&zip.finish().unwrap().into_inner());
    let error = package.files().read("link.md", 1000).unwrap_err();
    assert!(matches!(error.kind(), PackageErrorKind::Link { .. }), "{error}");
    assert!(package.check_files()[0].message.contains("symbolic link"));
    assert!(matches!(error_of(&package), PackErrorKind::Read { .. }));
}

#[test]
fn a_bomb_is_not_unpacked() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("rdf.yaml", SimpleFileOptions::default()).unwrap();
    let files: Vec<String> = (0..24).map(|at| format!("zeros{at}.bin")).collect();
    zip.write_all(format!("type: other\nattachments: {{files: [{}]}}\n", files.join(", ")).as_bytes())
        .unwrap();
    zip.start_file(&files[0], SimpleFileOptions::default().compression_level(Some(1)))
        .unwrap();
    let block = vec![0_u8; 1 << 20];
    for _ in 0..64 {
        zip.write_all(&block).unwrap();
    }
    // All the others share the bytes of the first one, as overlapping bombs do.
    for file in &files[1..] {
        zip.shallow_copy_file(&files[0], file).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    assert!(bytes.len() < 1 << 20);
    let (_folder, package) = opened(&bytes);
    let target = tempfile::tempdir().unwrap();
    let error = Packer::new(&package)
        .write_folder(target.path().join("out"))
        .unwrap_err();
    assert!(
        matches!(error.kind(), PackErrorKind::Bomb { limit } if *limit == 1 << 30),
        "{error}"
    );
}

struct Shelf;

impl FetchFile for Shelf {
    fn fetch(&mut self, url: &url::Url) -> Result<FetchedFile, Box<dyn std::error::Error + Send + Sync>> {
        match url.path() {
            "/a%20b.md" => Ok(FetchedFile {
                content: Box::new(&b"text"[..]),
                size: 4,
            }),
            "/cut.md" => Ok(FetchedFile {
                content: Box::new(&b"te"[..]),
                size: 4,
            }),
            "/endless.md" => Ok(FetchedFile {
                content: Box::new(std::io::repeat(7)),
                size: 4,
            }),
            other => Err(format!("there is no {other}").into()),
        }
    }
}

#[test]
fn urls_are_fetched_kept_or_refused() {
    let text = |name: &str| {
        format!(
            "type: other\nicon: https://example.org/icon.svg\ndocumentation: https://example.org/{name}\n"
        )
    };
    let folder = folder_with(&[("rdf.yaml", &text("a%20b.md"))]);
    let package = Package::open(folder.path()).unwrap();
    let url = "https://example.org/a%20b.md".to_owned();
    assert_eq!(error_of(&package), PackErrorKind::RemoteFile { url: url.clone() });

    let mut zip = Cursor::new(Vec::new());
    let report = Packer::new(&package).keep_urls().write_zip(&mut zip).unwrap();
    assert_eq!(report.description.text, package.text());
    assert!(report.remote.contains(&url));

    let mut zip = Cursor::new(Vec::new());
    let report = Packer::new(&package)
        .fetch_with(&mut Shelf)
        .write_zip(&mut zip)
        .unwrap();
    assert!(
        report.description.text.ends_with("documentation: a b.md\n"),
        "{}",
        report.description.text
    );
    assert_eq!(contents(zip.get_ref())["a b.md"], b"text");
    assert_eq!(report.remote, ["https://example.org/icon.svg"]);

    for (name, size) in [("cut.md", true), ("endless.md", true), ("none.md", false)] {
        fs::write(folder.path().join("rdf.yaml"), text(name)).unwrap();
        let package = Package::open(folder.path()).unwrap();
        let failed = Packer::new(&package)
            .fetch_with(&mut Shelf)
            .write_zip(Cursor::new(Vec::new()));
        let kind = failed.unwrap_err().kind().clone();
        let is_size = matches!(kind, PackErrorKind::Size { expected: 4, .. });
        assert_eq!(is_size, size, "{kind:?}");
        assert!(is_size || matches!(kind, PackErrorKind::Fetch { .. }), "{kind:?}");
    }
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

/// An entry of 5 GB, in blocks: some ten seconds.
#[test]
#[ignore = "reads and writes 5 GB"]
fn large_files_need_zip64() {
    let folder = folder_with(&[("rdf.yaml", "type: other\nattachments: {files: [large.bin]}\n")]);
    let size = 5_000_000_000;
    File::create(folder.path().join("large.bin"))
        .unwrap()
        .set_len(size)
        .unwrap();
    let package = Package::open(folder.path()).unwrap();
    let zip = folder.path().join("large.zip");
    let report = Packer::new(&package)
        .write_zip(File::create(&zip).unwrap())
        .unwrap();
    assert_eq!(report.files[0].size, size);
    let large = Package::open(&zip).unwrap();
    assert_eq!(large.files().size("large.bin").unwrap(), size);
    assert_eq!(large.files().sha256("large.bin").unwrap(), report.files[0].sha256);
    // Five gigabytes in five megabytes are what a bomb looks like.
    assert!(matches!(error_of(&large), PackErrorKind::Bomb { .. }));
}

#[test]
fn large_entries_are_announced_as_such_without_writing_them() {
    struct Announced;
    impl FetchFile for Announced {
        fn fetch(&mut self, _: &url::Url) -> Result<FetchedFile, Box<dyn std::error::Error + Send + Sync>> {
            Ok(FetchedFile {
                content: Box::new(&b"x"[..]),
                size: 5_000_000_000,
            })
        }
    }
    let folder = folder_with(&[(
        "rdf.yaml",
        "type: other\ndocumentation: https://example.org/a.md\n",
    )]);
    let package = Package::open(folder.path()).unwrap();
    let mut zip = Cursor::new(Vec::new());
    let error = Packer::new(&package)
        .fetch_with(&mut Announced)
        .write_zip(&mut zip)
        .unwrap_err();
    assert!(
        matches!(
            error.kind(),
            PackErrorKind::Size {
                expected: 5_000_000_000,
                ..
            }
        ),
        "{error}"
    );
    // The local header has the field for sizes of 64 bits: identifier 1.
    assert_eq!(&zip.get_ref()[30 + 4..30 + 6], [1, 0]);
}
