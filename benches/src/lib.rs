//! Unpublished package: see the `[[bench]]` targets.
