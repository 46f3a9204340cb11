//! SHA-256 of files.

use std::io::{self, Read};

use sha2::Digest;

use crate::value::Sha256;

impl Sha256 {
    /// The digest of everything that a reader gives, read in blocks.
    ///
    /// # Errors
    /// If reading fails.
    ///
    /// ```
    /// let digest = rdf_spec::Sha256::of(&mut &b"abc"[..])?;
    /// assert!(digest.as_str().starts_with("ba7816bf"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn of(reader: &mut impl Read) -> io::Result<Self> {
        let mut hasher = sha2::Sha256::new();
        let mut block = vec![0_u8; 1 << 16];
        loop {
            let length = match reader.read(&mut block) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            hasher.update(&block[..length]);
        }
        let hex: String = hasher
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self::parse(&hex).map_err(io::Error::other)
    }
}
