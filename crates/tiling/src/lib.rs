//! Covering large images with tiles.
