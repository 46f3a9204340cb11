//! Where the files of a package go.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Cursor, Read, Seek, Write};
use std::path::{Path, PathBuf};

use zip::write::{FileOptions, SimpleFileOptions};
use zip::{CompressionMethod, DateTime, System, ZipWriter};

/// How much of a file is tried to compress before deciding how to store it.
const SAMPLE: usize = 1 << 20;
/// From here on sizes need the larger records of zip64; a little below 4 GiB, since data that cannot be compressed grow.
const LARGE: u64 = 0xFF00_0000;

/// A place for files.
pub(super) trait Target {
    /// Writes a file of about `size` bytes. Names come only once, and have no folders.
    fn write(&mut self, name: &str, size: u64, content: &mut dyn Read) -> io::Result<()>;
}

/// A zip file whose bytes depend on names and contents only: no clock, no owner, no system.
pub(super) struct ZipTarget<W: Write + Seek> {
    zip: ZipWriter<W>,
}

impl<W: Write + Seek> ZipTarget<W> {
    pub(super) fn new(writer: W) -> Self {
        Self {
            zip: ZipWriter::new(writer),
        }
    }

    pub(super) fn finish(self) -> io::Result<W> {
        self.zip.finish().map_err(io::Error::from)
    }
}

impl<W: Write + Seek> Target for ZipTarget<W> {
    fn write(&mut self, name: &str, size: u64, content: &mut dyn Read) -> io::Result<()> {
        let mut head = Vec::new();
        let mut start = &mut *content;
        Read::take(&mut start, SAMPLE as u64).read_to_end(&mut head)?;
        let method = if is_worth_compressing(&head)? {
            CompressionMethod::Deflated
        } else {
            CompressionMethod::Stored
        };
        let options = plain_options()
            .compression_method(method)
            .large_file(size >= LARGE);
        self.zip.start_file(name, options)?;
        copy(&mut head.as_slice().chain(content), &mut self.zip)
    }
}

fn plain_options() -> SimpleFileOptions {
    FileOptions::DEFAULT
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o644)
        .system(System::Unix)
}

/// Images, archives and most weights hardly become smaller; stored, they can be read in parts.
fn is_worth_compressing(head: &[u8]) -> io::Result<bool> {
    let mut trial = ZipWriter::new(Cursor::new(Vec::new()));
    trial.start_file(
        "",
        plain_options().compression_method(CompressionMethod::Deflated),
    )?;
    trial.write_all(head)?;
    let mut archive = trial.finish_into_readable()?;
    let compressed = archive.by_index_raw(0)?.compressed_size();
    Ok(compressed.saturating_mul(10) < (head.len() as u64).saturating_mul(9))
}

/// An empty folder that files are put into.
pub(super) struct FolderTarget {
    folder: PathBuf,
}

impl FolderTarget {
    /// Makes the folder, or takes one that is empty.
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        match fs::create_dir(folder) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if fs::read_dir(folder)?.next().is_some() {
                    let reason = format!("the folder `{}` is not empty", folder.display());
                    return Err(io::Error::new(io::ErrorKind::AlreadyExists, reason));
                }
            }
            Err(error) => return Err(error),
        }
        Ok(Self {
            folder: folder.to_owned(),
        })
    }
}

impl Target for FolderTarget {
    fn write(&mut self, name: &str, _size: u64, content: &mut dyn Read) -> io::Result<()> {
        let path = self.folder.join(name);
        let mut file: File = OpenOptions::new().write(true).create_new(true).open(path)?;
        copy(content, &mut file)
    }
}

/// Copies in full blocks, whatever pieces the reader gives: what deflate makes of data depends on the pieces that it
/// gets.
fn copy(content: &mut dyn Read, target: &mut impl Write) -> io::Result<()> {
    let mut block = vec![0_u8; 1 << 18];
    loop {
        let mut filled = 0;
        while filled < block.len() {
            match content.read(&mut block[filled..]) {
                Ok(0) => break,
                Ok(length) => filled += length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        target.write_all(&block[..filled])?;
        if filled < block.len() {
            return Ok(());
        }
    }
}
