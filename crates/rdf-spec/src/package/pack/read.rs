//! Files on their way into a package: counted, bounded, and with their digest.

use std::io::{self, Read};

use sha2::Digest;
use url::Url;

use super::error::{PackError, PackErrorKind};
use super::fetch::FetchFile;
use super::target::Target;
use super::{Package, PackedFile};
use crate::value::Sha256;

/// The files of a zip file may together have this many bytes ...
const ALWAYS_FINE: u64 = 1 << 30;
/// ... or this many times the bytes of the zip file. Weights hardly become smaller.
const MAX_RATIO: u64 = 200;

/// How much may still be unpacked.
pub(super) struct Budget {
    limit: Option<u64>,
    used: u64,
}

impl Budget {
    pub(super) fn of(package: &Package) -> Self {
        let length = package.files().archive_length();
        Self {
            limit: length.map(|length| length.saturating_mul(MAX_RATIO).max(ALWAYS_FINE)),
            used: 0,
        }
    }

    fn left(&self) -> u64 {
        self.limit
            .map_or(u64::MAX, |limit| limit.saturating_sub(self.used))
    }
}

pub(super) fn local(
    package: &Package,
    path: &str,
    name: &str,
    budget: &mut Budget,
    target: &mut dyn Target,
) -> Result<PackedFile, PackError> {
    let file = || path.to_owned();
    let read = |error| PackError::caused_by(PackErrorKind::Read { file: file() }, error);
    let size = package.files().size(path).map_err(read)?;
    let bomb = |budget: &Budget| {
        let limit = budget.limit.unwrap_or(u64::MAX);
        PackError::new(PackErrorKind::Bomb { limit })
    };
    if size > budget.left() {
        return Err(bomb(budget));
    }
    // Two errors of different kinds: the outer one is the package's, the inner one that of writing.
    let written = package.files().with_reader(path, |reader| {
        let mut counted = Counted::new(reader, size);
        let outcome = target.write(name, size, &mut counted);
        Ok(counted.finish(outcome))
    });
    let (sha256, length) = match written.map_err(read)? {
        Ok(written) => written,
        Err(Stopped::Size) => {
            let kind = PackErrorKind::Size {
                file: file(),
                expected: size,
            };
            return Err(PackError::new(kind));
        }
        Err(Stopped::Reading(error)) => return Err(read(package.files().failed(path, error))),
        Err(Stopped::Writing(error)) => return Err(error.into()),
    };
    budget.used = budget.used.saturating_add(length);
    Ok(PackedFile {
        name: name.to_owned(),
        source: file(),
        size: length,
        sha256,
    })
}

pub(super) fn remote(
    fetch: &mut dyn FetchFile,
    url: &Url,
    name: &str,
    target: &mut dyn Target,
) -> Result<PackedFile, PackError> {
    let kind = || PackErrorKind::Fetch { url: url.to_string() };
    let mut fetched = fetch
        .fetch(url)
        .map_err(|error| PackError::caused_by(kind(), error))?;
    let mut counted = Counted::new(&mut fetched.content, fetched.size);
    let outcome = target.write(name, fetched.size, &mut counted);
    let (sha256, size) = match counted.finish(outcome) {
        Ok(written) => written,
        Err(Stopped::Size) => {
            let (file, expected) = (url.to_string(), fetched.size);
            return Err(PackError::new(PackErrorKind::Size { file, expected }));
        }
        Err(Stopped::Reading(error)) => return Err(PackError::caused_by(kind(), error)),
        Err(Stopped::Writing(error)) => return Err(error.into()),
    };
    Ok(PackedFile {
        name: name.to_owned(),
        source: url.to_string(),
        size,
        sha256,
    })
}

/// Why a file was not written to its end.
enum Stopped {
    Size,
    Reading(io::Error),
    Writing(io::Error),
}

/// A reader that computes the digest of what goes through, and ends with an error where there is more than announced.
struct Counted<'r> {
    inner: &'r mut dyn Read,
    hasher: sha2::Sha256,
    announced: u64,
    length: u64,
    failed: Option<io::Error>,
}

impl<'r> Counted<'r> {
    fn new(inner: &'r mut dyn Read, announced: u64) -> Self {
        Self {
            inner,
            hasher: sha2::Sha256::new(),
            announced,
            length: 0,
            failed: None,
        }
    }

    /// The digest and the number of bytes, if all went well.
    fn finish(self, written: io::Result<()>) -> Result<(Sha256, u64), Stopped> {
        if self.length > self.announced {
            return Err(Stopped::Size);
        }
        if let Some(error) = self.failed {
            return Err(Stopped::Reading(error));
        }
        written.map_err(Stopped::Writing)?;
        if self.length != self.announced {
            return Err(Stopped::Size);
        }
        let hex: String = self
            .hasher
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let sha256 = Sha256::parse(&hex).map_err(|error| Stopped::Reading(io::Error::other(error)))?;
        Ok((sha256, self.length))
    }
}

impl Read for Counted<'_> {
    fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(block) {
            Ok(length) => {
                self.length = self.length.saturating_add(length as u64);
                if self.length > self.announced {
                    return Err(io::ErrorKind::FileTooLarge.into());
                }
                self.hasher.update(&block[..length]);
                Ok(length)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let same = error.kind().into();
                self.failed = Some(error);
                Err(same)
            }
        }
    }
}
