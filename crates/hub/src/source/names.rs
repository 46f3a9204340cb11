//! Ids of resources, and the hubs that keep them.

/// A hub that keeps resources as artifacts of a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HubSite {
    /// The first part of its ids: its workspace.
    pub workspace: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// The artifact to which new resources are added.
    pub collection: &'static str,
    /// Where its resources are shown.
    pub page: &'static str,
}

/// The hubs that are known.
pub const SITES: [HubSite; 2] = [
    HubSite {
        workspace: "bioimage-io",
        name: "bioimage.io",
        collection: "bioimage-io/bioimage.io",
        page: "https://bioimage.io/#/artifacts/",
    },
    HubSite {
        workspace: "ri-scale",
        name: "RI-SCALE Model Hub",
        collection: "ri-scale/ai-model-hub",
        page: "https://modelhub.riscale.eu/#/artifacts/",
    },
];

impl HubSite {
    /// The hub whose workspace is named.
    #[must_use]
    pub fn of(workspace: &str) -> Option<Self> {
        SITES.into_iter().find(|site| site.workspace == workspace)
    }
}

/// True for what may be an id: parts of letters, digits and `._:-` with `/` between them.
pub(super) fn is_id(text: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "._:-".contains(c))
    };
    text.len() <= 200 && text.split('/').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids() {
        for id in [
            "affable-shark",
            "ilastik/ilastik",
            "bioimage-io/affable-shark/v0",
            "imjoy/BioImageIO-Packager",
        ] {
            assert!(is_id(id), "{id}");
        }
        for other in ["", "./a", "../a", "a//b", "a b", "-a", "a\\b", "~/a", "/a"] {
            assert!(!is_id(other), "{other}");
        }
    }
}
