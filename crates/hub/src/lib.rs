//! Finding, fetching, listing and publishing resources of the hub.

pub mod collection;
pub mod compatibility;
pub mod contribution;
pub mod imjoy;
mod markup;
pub mod partner;
pub mod summary;
