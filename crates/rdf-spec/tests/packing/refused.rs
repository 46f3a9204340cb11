//! What is not packaged.

use std::fs;
use std::io::{Cursor, Write};

use rdf_spec::{PackErrorKind, Package, PackageErrorKind, Packer};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{SCATTERED, error_of, folder_with, opened, scattered};
#[cfg(unix)]
use super::{contents, zipped};

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
