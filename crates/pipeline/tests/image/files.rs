//! Files of every format: extensions, paths in messages, results that appear whole or not at all.

use std::fs;
use std::io::Write;

use pipeline::atomic_file::write_atomically;
use pipeline::axes::ImageAxes;
use pipeline::image::{ImageErrorKind, ImageFormat, WriteOptions, read_image, write_image};
use tensor_ops::DataType;

use crate::tensors::numbered;

fn axes(text: &str) -> ImageAxes {
    text.parse().unwrap()
}

#[test]
fn the_extension_tells_the_format_in_any_case() {
    let folder = tempfile::tempdir().unwrap();
    let tensor = numbered(DataType::Uint16, &[3, 4]);
    for (name, format, known) in [
        ("a.npy", ImageFormat::Npy, None),
        ("b.NPY", ImageFormat::Npy, None),
        ("c.Png", ImageFormat::Png, Some(axes("yx"))),
        ("d.tif", ImageFormat::Tiff, Some(axes("yx"))),
        ("e.ome.TIFF", ImageFormat::Tiff, Some(axes("yx"))),
    ] {
        let path = folder.path().join(name);
        write_image(&path, &tensor, &axes("yx"), &WriteOptions::default()).unwrap();
        let image = read_image(&path).unwrap();
        assert_eq!(
            (image.format, image.axes, &image.tensor),
            (format, known, &tensor),
            "{name}"
        );
    }
}

#[test]
fn other_extensions_are_errors_that_list_the_known_ones() {
    for (name, words) in [
        ("photo.jpeg", "extension '.jpeg'"),
        ("noextension", "missing extension"),
    ] {
        let read = read_image(name).unwrap_err();
        let written = write_image(
            name,
            &numbered(DataType::Uint8, &[1, 1]),
            &axes("yx"),
            &WriteOptions::default(),
        );
        for message in [read.to_string(), written.unwrap_err().to_string()] {
            for words in [name, words, ".npy, .png, .tif, .tiff"] {
                assert!(message.contains(words), "{message}: expected {words}");
            }
        }
        assert!(matches!(read.kind(), ImageErrorKind::UnknownExtension { .. }));
    }
}

#[test]
fn every_error_has_its_path() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["image.npy", "image.png", "image.tif"] {
        let path = folder.path().join(name);
        assert!(matches!(
            read_image(&path).unwrap_err().kind(),
            ImageErrorKind::Open(_)
        ));
        fs::write(&path, "this is text").unwrap();
        let error = read_image(&path).unwrap_err();
        assert_eq!(error.path(), Some(path.as_path()));
        assert!(
            error.to_string().starts_with(&path.display().to_string()),
            "{error}"
        );

        let lost = folder.path().join("no such folder").join(name);
        let tensor = numbered(DataType::Uint8, &[2, 2]);
        let error = write_image(&lost, &tensor, &axes("yx"), &WriteOptions::default()).unwrap_err();
        assert!(matches!(error.kind(), ImageErrorKind::Write(_)), "{error}");
        assert!(error.to_string().contains(name));
        assert!(write_image(&path, &tensor, &axes("cyx"), &WriteOptions::default()).is_err());
        // What was there is still there, and nothing else.
        assert_eq!(fs::read(&path).unwrap(), b"this is text");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
}

/// The path leads to something that is there, but is no file.
#[cfg(unix)]
fn assert_not_a_file(path: &std::path::Path, found: &str) {
    let mut errors = vec![read_image(path).unwrap_err()];
    if ImageFormat::from_path(path).unwrap() == ImageFormat::Npy {
        errors.push(pipeline::image::read_npy_file(path).unwrap_err());
    }
    for error in errors {
        let ImageErrorKind::Open(reason) = error.kind() else {
            panic!("{error}")
        };
        assert_eq!(reason.kind(), std::io::ErrorKind::InvalidInput);
        assert!(reason.to_string().contains(found), "{reason}");
        assert_eq!(error.path(), Some(path));
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_opened() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::path::Path;

    let folder = tempfile::tempdir().unwrap();
    for extension in ["npy", "png", "tif"] {
        let path = folder.path().join(format!("folder.{extension}"));
        fs::create_dir(&path).unwrap();
        assert_not_a_file(&path, "a folder");
        let path = folder.path().join(format!("socket.{extension}"));
        let _socket = UnixListener::bind(&path).unwrap();
        assert_not_a_file(&path, "a pipe, a socket or a device");
        let device = Path::new("/dev/zero");
        if device.exists() {
            let path = folder.path().join(format!("device.{extension}"));
            symlink(device, &path).unwrap();
            assert_not_a_file(&path, "a pipe, a socket or a device");
        }
        // Opening a pipe that nobody writes into waits without end.
        let path = folder.path().join(format!("pipe.{extension}"));
        if let Ok(status) = std::process::Command::new("mkfifo").arg(&path).status() {
            assert!(status.success());
            assert_not_a_file(&path, "a pipe, a socket or a device");
        }
    }
}

#[test]
fn an_old_file_outlives_a_failed_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result.txt");
    let write = |text: &'static str| {
        move |file: &mut pipeline::atomic_file::AtomicWriter<'_>| file.write_all(text.as_bytes())
    };
    write_atomically(&path, write("old")).unwrap();
    let failed = write_atomically(&path, |file| {
        file.write_all(b"new")?;
        file.flush()?;
        Err::<(), _>(std::io::Error::other("stopped"))
    });
    assert_eq!(failed.unwrap_err().to_string(), "stopped");
    assert_eq!(fs::read(&path).unwrap(), b"old");
    write_atomically(&path, write("new")).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(write_atomically(folder.path(), write("folder")).is_err());
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (target, link) = (folder.path().join("target"), folder.path().join("link"));
    fs::write(&target, "old").unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&target, &link).unwrap();
    write_atomically(&link, |file| file.write_all(b"new")).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(&target).unwrap(), b"new");
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o640);
    // A new file is as readable as the system's mask allows, unlike a temporary one.
    let (fresh, plain) = (folder.path().join("fresh"), folder.path().join("plain"));
    write_atomically(&fresh, |file| file.write_all(b"")).unwrap();
    fs::write(&plain, "").unwrap();
    let mode = |path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&fresh), mode(&plain));
}
