//! Which file of a package is the description, in folders and zip files.

use std::io::{Cursor, Write as _};

use rdf_spec::{Package, PackageErrorKind};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A zip file with descriptions under these names, each called as it is.
fn zip_of(names: &[&str]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for name in names {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(format!("name: {name}\n").as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The same in a folder.
fn folder_of(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, format!("name: {name}\n")).unwrap();
    }
    folder
}

fn in_zip(names: &[&str]) -> Result<Package, rdf_spec::PackageError> {
    Package::open_archive(Cursor::new(zip_of(names)), "a.zip")
}

#[test]
fn of_several_descriptions_one_is_read_and_the_others_are_named() {
    for (names, expected) in [
        (&["bioimageio.yaml", "rdf.yaml"][..], "rdf.yaml"),
        (&["model.yaml", "bioimageio.yaml"], "bioimageio.yaml"),
        (&["bioimageio.yaml", "cells.rdf.yaml"], "cells.rdf.yaml"),
        (&["b.rdf.yaml", "a.rdf.yaml"], "a.rdf.yaml"),
        (&["a.rdf.yaml", "rdf.yaml"], "rdf.yaml"),
        // What lies in a folder is a file of the package, whatever it is called.
        (&["folder/rdf.yaml", "model.yaml"], "model.yaml"),
        (&["rdf.yaml", "folder/rdf.yaml"], "rdf.yaml"),
    ] {
        let folder = folder_of(names);
        for package in [in_zip(names).unwrap(), Package::open(folder.path()).unwrap()] {
            assert_eq!(package.files().description_name(), expected, "{names:?}");
            assert_eq!(package.text(), format!("name: {expected}\n"));
            let mut others: Vec<&str> = names
                .iter()
                .copied()
                .filter(|name| *name != expected && !name.contains('/'))
                .collect();
            others.sort_unstable();
            assert_eq!(package.files().other_descriptions(), others, "{names:?}");
        }
        // The description itself leaves nothing open.
        let package = Package::open(folder.path().join(names[0])).unwrap();
        assert!(package.files().other_descriptions().is_empty());
    }
}

#[test]
fn a_description_in_a_folder_is_named_and_not_read() {
    let error = in_zip(&["b/rdf.yaml", "a/c/rdf.yaml"]).unwrap_err();
    let nested = Some("a/c/rdf.yaml".to_owned());
    assert_eq!(error.kind(), &PackageErrorKind::NoDescription { nested });
    let folder = folder_of(&["b/rdf.yaml"]);
    let error = Package::open(folder.path()).unwrap_err();
    assert_eq!(error.kind(), &PackageErrorKind::NoDescription { nested: None });
}

#[test]
fn a_name_that_stands_twice_is_refused_with_its_name() {
    // Writers of zip files refuse this too, so one name is changed afterwards.
    for (second, twice) in [
        ("rdf_yaml", "rdf.yaml"),
        ("a/b.yaml", "rdf.yaml"),
        ("./b.yaml", "./b.yaml"),
    ] {
        let mut bytes = zip_of(&["b.yaml", "rdf.yaml", second]);
        let name = second.as_bytes();
        let places: Vec<usize> = (0..bytes.len() - name.len())
            .filter(|at| bytes[*at..].starts_with(name))
            .collect();
        for at in places {
            bytes[at..at + name.len()].copy_from_slice(twice.as_bytes());
        }
        let error = Package::open_archive(Cursor::new(bytes), "a.zip").unwrap_err();
        let path = twice.to_owned();
        assert_eq!(error.kind(), &PackageErrorKind::DuplicateEntry { path });
        assert_eq!(
            error.to_string(),
            format!("the entry `{twice}` is twice in `a.zip`")
        );
    }
}
