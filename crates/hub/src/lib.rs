//! Finding, fetching, listing and publishing resources of the hub.
//!
//! - [`Source`] is what a user may name: an address, a DOI, an id; [`Resolver`] finds out where it is, and opens it as
//!   a package whose files are fetched when they are read.
//! - [`Store`] fetches files into a [`Cache`], whose contents are compared with their digests whenever they are given out.
//! - [`publish`] plans what is sent to Zenodo and the hubs, [`matomo`] makes the addresses of reports and statistics.
//! - [`Fetcher`] is one exchange with a server, so that applications bring their own client; `HttpFetcher` (feature
//!   `http`) is one.
//!
//! ```no_run
//! # #[cfg(feature = "http")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use hub::{Addresses, Cache, HttpFetcher, HttpOptions, Resolver, Source, Store};
//!
//! let store = Store::online(Cache::at(Cache::default_folder()?), HttpFetcher::new(&HttpOptions::default())?);
//! let opened = Resolver::new(store, Addresses::default()).open(&Source::parse("10.5281/zenodo.5869899")?)?;
//! println!("{}", opened.package.model().map_or("", |model| &model.name));
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "http"))]
//! # fn main() {}
//! ```
//!
//! The crate prints nothing, and reads the environment only where a name says so.

mod addresses;
mod cache;
pub mod collection;
pub mod compatibility;
pub mod contribution;
mod directory;
mod error;
mod fetch;
pub mod imjoy;
mod markup;
pub mod matomo;
mod open;
pub mod partner;
pub mod publish;
mod resolve;
mod source;
mod store;
pub mod summary;

pub use addresses::{Addresses, PUBLIC_INDEX};
pub use cache::{Cache, CacheEntry, Pruned, Verified};
pub use directory::{Directory, Listed};
pub use error::{HubError, HubErrorKind};
pub use fetch::{FetchError, FetchErrorKind, Fetcher, Method, Request, RequestBody, Response, RetryPolicy};
#[cfg(feature = "http")]
pub use fetch::{HttpFetcher, HttpOptions, ProxyChoice};
pub use open::{Opened, open_stream, with_files_from_the_web};
pub use resolve::{Located, Resolver};
pub use source::{HubSite, SITES, Source, ZenodoId, ZenodoSite};
/// An address; the type of the crate `url`.
pub use url::Url;

pub use store::{Fetched, OnProgress, Progress, Store, Wanted};
