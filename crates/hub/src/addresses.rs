//! Where the public services are.

use url::Url;

use crate::source::ZenodoSite;

/// Where the services are that resources come from and go to. Every one can be another: a mirror, or a server of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Addresses {
    /// The index of the collection, in which ids and nicknames are looked up.
    pub index: Url,
    /// Zenodo.
    pub zenodo: Url,
    /// The Zenodo to try things at.
    pub sandbox: Url,
    /// What resolves DOIs.
    pub doi: Url,
    /// The server of the hubs, with the artifact manager.
    pub hub: Url,
    /// What counts downloads.
    pub matomo: Url,
}

/// The index of bioimage.io.
pub const PUBLIC_INDEX: &str = "https://bioimage-io.github.io/collection/index.json";

/// The texts below are addresses.
fn known(text: &str) -> Url {
    #[expect(clippy::unwrap_used, reason = "a test parses all of them")]
    Url::parse(text).unwrap()
}

impl Default for Addresses {
    /// The public ones.
    fn default() -> Self {
        Self {
            index: known(PUBLIC_INDEX),
            zenodo: known("https://zenodo.org/"),
            sandbox: known("https://sandbox.zenodo.org/"),
            doi: known("https://doi.org/"),
            hub: known("https://hypha.aicell.io/"),
            matomo: known("https://bioimage.matomo.cloud/"),
        }
    }
}

impl Addresses {
    /// The Zenodo of a DOI.
    #[must_use]
    pub fn zenodo(&self, site: ZenodoSite) -> &Url {
        match site {
            ZenodoSite::Main => &self.zenodo,
            ZenodoSite::Sandbox => &self.sandbox,
        }
    }
}

/// An address below another one, its parts encoded.
pub(crate) fn below<'p>(base: &Url, parts: impl IntoIterator<Item = &'p str>) -> Url {
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Every http address has a path.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(parts);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_a_server() {
        let addresses = Addresses::default();
        let url = below(
            &addresses.zenodo,
            ["api", "records", "7", "files", "a b?.pt", "content"],
        );
        assert_eq!(
            url.as_str(),
            "https://zenodo.org/api/records/7/files/a%20b%3F.pt/content"
        );
        let base = Url::parse("http://127.0.0.1:1/zenodo").unwrap();
        assert_eq!(below(&base, ["a"]).as_str(), "http://127.0.0.1:1/zenodo/a");
    }
}
