//! The zip archive of `torch.jit.save`.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use zip::ZipArchive;
use zip::read::{ArchiveOffset, Config};

use super::error::ConvertError;

/// The newest version of the format that is read. Versions: 1 (torch 1.3), 2 and 3 (up to now), 4 to 10 where a
/// network uses an operator whose meaning changed.
const NEWEST_VERSION: u32 = 10;
/// The most entries of an archive. The largest networks known have a few thousand.
const MAX_ENTRIES: usize = 200_000;
/// The most bytes of one source file; large networks have a few hundred kilobytes in all files together.
const MAX_SOURCE: u64 = 4 << 20;
/// The most bytes of one pickle; large networks have less than a hundred kilobytes.
const MAX_PICKLE: u64 = 2 << 20;
/// All entries together may have this many times the bytes of the archive ...
const MAX_RATIO: u64 = 8;
/// ... and this many bytes more: sources compress well.
const MAX_EXTRA: u64 = 256 << 20;

/// An open archive: a folder with `data.pkl`, `constants.pkl`, `code/` and `data/`.
pub(crate) struct Archive<R> {
    zip: ZipArchive<R>,
    /// Index of each file by its name without the top folder.
    entries: BTreeMap<String, usize>,
    version: u32,
    big_endian: bool,
    /// Bytes of the whole file.
    length: u64,
    /// Bytes that may still be unpacked.
    budget: u64,
}

impl<R: Read + Seek> Archive<R> {
    /// Opens an archive and looks whether it has a program.
    ///
    /// # Errors
    ///
    /// Files that are something else, damaged archives, and archives of a newer version.
    pub(crate) fn open(mut reader: R) -> Result<Self, ConvertError> {
        let io = |error: std::io::Error| whole(error.to_string());
        let mut start = Vec::new();
        reader.by_ref().take(16).read_to_end(&mut start).map_err(io)?;
        let length = reader.seek(std::io::SeekFrom::End(0)).map_err(io)?;
        reader.rewind().map_err(io)?;
        if !start.starts_with(b"PK\x03\x04") {
            return Err(not_a_zip(&start));
        }
        // Detection of the offset takes the records that torch writes between the directory and its end for entries of
        // the directory where the name of the first file has 30 bytes; archives of torch begin at 0.
        let config = Config {
            archive_offset: ArchiveOffset::Known(0),
        };
        let zip = ZipArchive::with_config(config, reader)
            .map_err(|error| whole(format!("{error}; the file may be truncated")))?;
        if zip.len() > MAX_ENTRIES {
            return Err(whole(format!(
                "{} files; up to {MAX_ENTRIES} are read",
                zip.len()
            )));
        }
        let names = names(&zip)?;
        let entries = without_top_folder(names)?;
        let budget = length.saturating_mul(MAX_RATIO).saturating_add(MAX_EXTRA);
        let mut archive = Self {
            zip,
            entries,
            version: 0,
            big_endian: false,
            length,
            budget,
        };
        archive.look_for_a_program()?;
        archive.version = archive.read_version()?;
        archive.big_endian = archive.read_byte_order()?;
        Ok(archive)
    }

    /// The version of the format.
    pub(crate) fn version(&self) -> u32 {
        self.version
    }

    /// The bytes of the whole file.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Whether elements of tensors are stored with the most significant byte first.
    pub(crate) fn is_big_endian(&self) -> bool {
        self.big_endian
    }

    /// Whether there is a file of this name.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// The source file of this name, if there is one.
    ///
    /// # Errors
    ///
    /// Damaged and too large files, and text that is not UTF-8.
    pub(crate) fn source(&mut self, name: &str) -> Result<Option<String>, ConvertError> {
        if !self.contains(name) {
            return Ok(None);
        }
        let bytes = self.read(name, MAX_SOURCE)?;
        String::from_utf8(bytes)
            .map(Some)
            .map_err(|_| entry(name, "is not UTF-8"))
    }

    /// A pickle.
    ///
    /// # Errors
    ///
    /// Missing, damaged and too large files.
    pub(crate) fn pickle(&mut self, name: &str) -> Result<Vec<u8>, ConvertError> {
        self.read(name, MAX_PICKLE)
    }

    /// The bytes of a storage, which have to be `length`.
    ///
    /// # Errors
    ///
    /// Missing and damaged files, and files of another length.
    pub(crate) fn storage(&mut self, name: &str, length: u64) -> Result<Vec<u8>, ConvertError> {
        let bytes = self.read(name, length)?;
        if bytes.len() as u64 == length {
            Ok(bytes)
        } else {
            Err(entry(
                name,
                format!("has {} bytes; the tensors in it need {length}", bytes.len()),
            ))
        }
    }

    /// Counts bytes that a tensor takes in memory beyond its storage.
    ///
    /// # Errors
    ///
    /// Archives whose tensors take far more bytes than the file has.
    pub(crate) fn charge(&mut self, name: &str, bytes: u64) -> Result<(), ConvertError> {
        self.budget = remaining(self.budget, bytes, name)?;
        Ok(())
    }

    fn read(&mut self, name: &str, limit: u64) -> Result<Vec<u8>, ConvertError> {
        let index = *self.entries.get(name).ok_or_else(|| entry(name, "is missing"))?;
        let file = self
            .zip
            .by_index(index)
            .map_err(|error| entry(name, error.to_string()))?;
        let size = file.size();
        if size > limit {
            return Err(entry(
                name,
                format!("has {size} bytes; expected are at most {limit}"),
            ));
        }
        self.budget = remaining(self.budget, size, name)?;
        // the size is what the archive states: room is made as the bytes come
        let mut bytes = Vec::with_capacity(usize::try_from(size.min(1 << 20)).unwrap_or(0));
        file.take(size.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| entry(name, error.to_string()))?;
        if bytes.len() as u64 != size {
            return Err(entry(
                name,
                format!("does not have the {size} bytes that the archive states"),
            ));
        }
        Ok(bytes)
    }

    fn look_for_a_program(&self) -> Result<(), ConvertError> {
        let has_code = self.entries.keys().any(|name| name.starts_with("code/"));
        let not = |found: &str, help: &str| {
            Err(ConvertError::NotTorchScript {
                found: found.into(),
                help: help.into(),
            })
        };
        if self.contains("data.pkl") && has_code {
            return Ok(());
        }
        if self.entries.keys().any(|name| name.ends_with("bytecode.pkl")) {
            return not(
                "an archive of the lite interpreter without sources",
                "save the model with torch.jit.save",
            );
        }
        if self.contains("data.pkl") {
            return not(
                "a state dict of torch.save (it has weights and no program)",
                "the architecture is in Python source, so save the model with torch.jit.trace(...).save(path), \
                 or export it to ONNX, in Python",
            );
        }
        if self.contains("model.json") {
            return not(
                "an archive of torch before 1.4 (model.json)",
                "load and save it again with torch.jit in torch 1.4 to 1.13",
            );
        }
        if self
            .entries
            .keys()
            .any(|name| name.starts_with("models/") && name.ends_with(".json"))
        {
            return not(
                "an archive of torch.export (pt2)",
                "export the model to ONNX in Python",
            );
        }
        not(
            "a zip file without `data.pkl` and `code/`",
            "give the file that torch.jit.save wrote",
        )
    }

    fn read_version(&mut self) -> Result<u32, ConvertError> {
        let name = if self.contains("version") {
            "version"
        } else {
            ".data/version"
        };
        let text = self.source(name)?.ok_or_else(|| entry("version", "is missing"))?;
        match text.trim().parse() {
            Ok(version) if version <= NEWEST_VERSION => Ok(version),
            Ok(version) => Err(entry(
                name,
                format!(
                    "the archive has format version {version}; up to {NEWEST_VERSION} is read: save it with an older torch"
                ),
            )),
            Err(_) => Err(entry(name, format!("{:?} is not a number", shortened(&text)))),
        }
    }

    fn read_byte_order(&mut self) -> Result<bool, ConvertError> {
        match self.source("byteorder")?.as_deref().map(str::trim) {
            None | Some("little") => Ok(false),
            Some("big") => Ok(true),
            Some(other) => Err(entry(
                "byteorder",
                format!("{:?} is neither `little` nor `big`", shortened(other)),
            )),
        }
    }
}

fn remaining(budget: u64, bytes: u64, name: &str) -> Result<u64, ConvertError> {
    budget
        .checked_sub(bytes)
        .ok_or_else(|| entry(name, "unpacks to far more bytes than the archive has: refused"))
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

fn names<R: Read + Seek>(zip: &ZipArchive<R>) -> Result<Vec<String>, ConvertError> {
    (0..zip.len())
        .map(|index| match zip.name_for_index(index) {
            Some(Ok(name)) => Ok(name.into_owned()),
            Some(Err(error)) => Err(whole(error.to_string())),
            None => Err(whole(format!("entry {index} has no name"))),
        })
        .collect()
}

/// All files are in one folder, whose name is that of the file when it was saved.
fn without_top_folder(names: Vec<String>) -> Result<BTreeMap<String, usize>, ConvertError> {
    // what is packed anew by hand may have no folder at all
    let bare = names
        .iter()
        .any(|name| name == "data.pkl" || name == "model.json");
    let mut entries = BTreeMap::new();
    for (index, name) in names
        .into_iter()
        .enumerate()
        .filter(|(_, name)| !name.ends_with('/'))
    {
        let inner = if bare {
            name.as_str()
        } else {
            name.split_once('/').map_or(name.as_str(), |(_, inner)| inner)
        };
        if entries.insert(inner.to_owned(), index).is_some() {
            return Err(entry(inner, "occurs twice"));
        }
    }
    Ok(entries)
}

fn not_a_zip(start: &[u8]) -> ConvertError {
    let (found, help) = match start {
        [0x80, 0x02..=0x05, ..] => (
            "a pickle of torch.save (torch before 1.6, or the old format)",
            "if it is a state dict, the architecture is in Python source: save the model with torch.jit in Python",
        ),
        [0x89, b'H', b'D', b'F', ..] => ("an HDF5 file", "it may be weights of Keras"),
        [] => ("an empty file", "download it again"),
        [b'<', ..] => ("a text that looks like a web page", "download it again"),
        [b'v', b'e', b'r', b's', b'i', b'o', b'n', b' ', ..] => (
            "a pointer of Git LFS",
            "fetch the file itself with `git lfs pull`",
        ),
        _ => ("not a zip file", "give the file that torch.jit.save wrote"),
    };
    ConvertError::NotTorchScript {
        found: found.into(),
        help: help.into(),
    }
}

fn whole(message: impl Into<String>) -> ConvertError {
    ConvertError::Archive {
        entry: "the zip file".into(),
        message: message.into(),
    }
}

fn entry(name: &str, message: impl Into<String>) -> ConvertError {
    ConvertError::Archive {
        entry: name.into(),
        message: message.into(),
    }
}
