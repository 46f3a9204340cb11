//! Finding, fetching, listing and publishing resources of the hub.
