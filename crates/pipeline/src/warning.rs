//! What is noticed about a model that runs all the same.

/// Something about a package that does not keep its model from running, but that its user should know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineWarning {
    /// The weights do not have the digest that the description states: they were exchanged or damaged after they were
    /// described, or the description was never brought up to date.
    #[error(
        "the weights `{file}` have the SHA-256 digest {found}, the description states {stated}: they may be damaged, \
         or of another version"
    )]
    DigestMismatch {
        /// The file.
        file: String,
        /// The digest of the file.
        found: String,
        /// The digest in the description.
        stated: String,
    },
}
