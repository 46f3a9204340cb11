//! The same files give the same bytes.

use std::fs;
use std::io::Cursor;

use rdf_spec::Package;
use zip::{CompressionMethod, ZipArchive};

use super::{contents, fixture, folder_with, opened, zipped};

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
