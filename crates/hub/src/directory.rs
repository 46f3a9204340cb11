//! Collection indices: which id is described where.

use rdf_spec::Sha256;
use serde_json::Value;
use url::Url;

use crate::error::{HubError, HubErrorKind, shown};

/// The most resources of an index that are looked at.
const MAX_ITEMS: usize = 100_000;

/// A collection index that was read: JSON with an entry for each resource.
///
/// Both forms in use are read: that of today (`items`, each with `versions` that have a `source`) and the older
/// `collection.json` (`collection`, each with `rdf_source`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    address: Url,
    items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    id: String,
    nickname: Option<String>,
    /// Newest last.
    versions: Vec<Listed>,
}

/// A version of a resource in an index.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listed {
    /// The id of the resource.
    pub id: String,
    /// The name of the version, if the index names versions.
    pub version: Option<String>,
    /// Where the description is.
    pub source: Url,
    /// The digest of the description.
    pub sha256: Option<Sha256>,
    created: Option<String>,
}

impl Directory {
    /// Reads an index that is at an address.
    ///
    /// ```
    /// let text = br#"{"items": [{"id": "bioimage-io/affable-shark", "type": "model", "versions": [
    ///     {"version": "v0", "source": "https://example.org/affable-shark/rdf.yaml"}]}]}"#;
    /// let index = hub::Directory::read(text, &"https://example.org/index.json".parse()?)?;
    /// assert_eq!(index.find("affable-shark")?.source.path(), "/affable-shark/rdf.yaml");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If it is no index. Single entries that cannot be read are left out.
    pub fn read(bytes: &[u8], address: &Url) -> Result<Self, HubError> {
        let unexpected = |reason: &str| HubErrorKind::UnexpectedAnswer {
            url: shown(address),
            reason: reason.to_owned(),
        };
        let value: Value = serde_json::from_slice(bytes)
            .map_err(|error| HubError::caused_by(unexpected("expected a collection index in JSON"), error))?;
        let lists = ["items", "collection", "entries"];
        let list = value
            .as_array()
            .or_else(|| lists.iter().find_map(|key| value.get(key)?.as_array()));
        let list = list.ok_or_else(|| {
            unexpected("expected a collection index: a list, or an object with `items` or `collection`")
        })?;
        let items = list
            .iter()
            .take(MAX_ITEMS)
            .filter_map(|item| Item::read(item, address))
            .collect();
        Ok(Self {
            address: address.clone(),
            items,
        })
    }

    /// The description of an id, of a nickname, or of one of them with `/` and a version behind it; without one the
    /// newest version.
    ///
    /// # Errors
    /// If the index does not have it.
    pub fn find(&self, text: &str) -> Result<&Listed, HubError> {
        if let Some(newest) = self.item(text).and_then(|item| item.versions.last()) {
            return Ok(newest);
        }
        if let Some((id, version)) = text.rsplit_once('/')
            && let Some(item) = self.item(id)
        {
            let mut versions = item.versions.iter();
            let found = versions.find(|listed| listed.version.as_deref() == Some(version));
            return found.ok_or_else(|| {
                let names = item
                    .versions
                    .iter()
                    .filter_map(|listed| listed.version.as_deref());
                let names: Vec<&str> = names.collect();
                let available = if names.is_empty() {
                    "no named versions".to_owned()
                } else {
                    names.join(", ")
                };
                HubErrorKind::NoSuchVersion {
                    id: item.id.clone(),
                    version: version.to_owned(),
                    available,
                }
                .into()
            });
        }
        Err(HubErrorKind::UnknownId {
            id: text.to_owned(),
            index: shown(&self.address),
            nearest: self.nearest(text),
        }
        .into())
    }

    /// All versions of all resources, in the order of the index.
    pub fn iter(&self) -> impl Iterator<Item = &Listed> {
        self.items.iter().flat_map(|item| &item.versions)
    }

    fn item(&self, text: &str) -> Option<&Item> {
        let exact = self.items.iter().find(|item| item.id == text);
        exact.or_else(|| {
            self.items.iter().find(|item| {
                let without_workspace = item.id.split_once('/').filter(|(_, rest)| !rest.contains('/'));
                item.nickname.as_deref() == Some(text)
                    || without_workspace.is_some_and(|(_, name)| name == text)
            })
        })
    }

    fn nearest(&self, text: &str) -> String {
        let name = |item: &Item| item.nickname.clone().unwrap_or_else(|| item.id.clone());
        let bare = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
        let mut near: Vec<(usize, String)> = self
            .items
            .iter()
            .map(|item| (distance(&bare(text), &bare(&name(item))), name(item)))
            .filter(|(distance, _)| *distance <= 3)
            .collect();
        near.sort();
        let names: Vec<String> = near
            .into_iter()
            .take(3)
            .map(|(_, name)| format!("`{name}`"))
            .collect();
        if names.is_empty() {
            return String::new();
        }
        format!("; did you mean {}?", names.join(" or "))
    }
}

impl Item {
    fn read(item: &Value, address: &Url) -> Option<Self> {
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let id = text(item, "id")?;
        let nickname = text(item, "nickname").or_else(|| {
            let config = item.get("config")?.get("bioimageio")?;
            text(config, "nickname")
        });
        let listed = |value: &Value| -> Option<Listed> {
            let source = text(value, "rdf_source").or_else(|| text(value, "source"))?;
            Some(Listed {
                id: id.clone(),
                version: text(value, "version").or_else(|| text(value, "version_id")),
                source: address.join(&source).ok()?,
                sha256: text(value, "sha256")
                    .or_else(|| text(value, "rdf_sha256"))
                    .and_then(|digest| Sha256::parse(&digest).ok()),
                created: text(value, "created_at").or_else(|| text(value, "created")),
            })
        };
        let mut versions: Vec<Listed> = match item.get("versions").and_then(Value::as_array) {
            Some(versions) if versions.iter().any(Value::is_object) => {
                versions.iter().filter_map(listed).collect()
            }
            _ => listed(item).into_iter().collect(),
        };
        if versions.iter().all(|listed| listed.created.is_some()) {
            versions.sort_by(|one, other| one.created.cmp(&other.created));
        }
        (!versions.is_empty()).then_some(Self {
            id,
            nickname,
            versions,
        })
    }
}

/// How many letters have to be put in, left out or replaced; texts are short.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().take(64).enumerate() {
        let mut next = vec![at + 1];
        for (column, (above, pair)) in row.iter().skip(1).zip(row.iter().zip(&other)).enumerate() {
            let (diagonal, known) = pair;
            let replaced = diagonal + usize::from(*known != letter);
            let left = next.get(column).copied().unwrap_or(usize::MAX - 1);
            next.push(replaced.min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance("affable-shark", "affable-shark"), 0);
        assert_eq!(distance("afable-shrak", "affable-shark"), 3);
        assert_eq!(distance("", "abc"), 3);
    }

    #[test]
    fn the_older_form() {
        let text =
            br#"{"collection": [{"id": "10.5281/zenodo.1", "nickname": "affable-shark", "type": "model",
            "versions": ["1"], "rdf_source": "rdfs/10.5281/zenodo.1/2/rdf.yaml"}, {"name": "no id"}]}"#;
        let address = Url::parse("https://example.org/c/collection.json").unwrap();
        let index = Directory::read(text, &address).unwrap();
        for name in ["affable-shark", "10.5281/zenodo.1"] {
            let found = index.find(name).unwrap();
            assert_eq!(
                found.source.as_str(),
                "https://example.org/c/rdfs/10.5281/zenodo.1/2/rdf.yaml"
            );
        }
        let error = index.find("affable-shrk").unwrap_err();
        assert!(
            error.to_string().ends_with("did you mean `affable-shark`?"),
            "{error}"
        );
    }

    #[test]
    fn the_newest_version_unless_one_is_named() {
        let version = |name: &str, day: &str| {
            format!(
                r#"{{"version": "{name}", "source": "https://e.org/{name}", "created_at": "2025-07-{day}T00:00:00Z"}}"#
            )
        };
        let text = format!(
            r#"{{"items": [{{"id": "w/a", "versions": [{}, {}]}}]}}"#,
            version("v1", "02"),
            version("v0", "01")
        );
        let index = Directory::read(text.as_bytes(), &Url::parse("https://e.org/").unwrap()).unwrap();
        assert_eq!(index.find("w/a").unwrap().version.as_deref(), Some("v1"));
        assert_eq!(index.find("a/v0").unwrap().version.as_deref(), Some("v0"));
        let error = index.find("a/v7").unwrap_err().to_string();
        assert_eq!(error, "`w/a` has no version `v7`: there are v0, v1");
        for hostile in ["", "[", "{}", "7", r#"{"items": 7}"#] {
            assert!(Directory::read(hostile.as_bytes(), &Url::parse("https://e.org/").unwrap()).is_err());
        }
    }
}
