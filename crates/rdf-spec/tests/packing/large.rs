//! Files of several gigabytes.

use std::fs::File;
use std::io::Cursor;

use rdf_spec::{FetchFile, FetchedFile, PackErrorKind, Package, Packer};

use super::{error_of, folder_with};

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
