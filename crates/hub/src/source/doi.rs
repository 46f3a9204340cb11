//! DOIs, those of Zenodo above all, and the addresses that stand for them.

use url::Url;

use super::{Source, ZenodoId, ZenodoSite};

const SITES: [ZenodoSite; 2] = [ZenodoSite::Main, ZenodoSite::Sandbox];

/// True for what begins as DOIs do.
pub(super) fn looks_like_one(text: &str) -> bool {
    let Some((registrant, _)) = text.strip_prefix("10.").and_then(|rest| rest.split_once('/')) else {
        return false;
    };
    (4..=9).contains(&registrant.len()) && registrant.bytes().all(|byte| byte.is_ascii_digit())
}

/// A DOI; of Zenodo also with a version behind it: `10.5281/zenodo.5869899/6647688`, or the whole DOI of the version.
pub(super) fn parse(text: &str) -> Option<Source> {
    let lower = text.to_ascii_lowercase();
    for site in SITES {
        let Some(rest) = lower.strip_prefix(site.doi_prefix()) else {
            continue;
        };
        let (first, version) = rest
            .split_once('/')
            .map_or((rest, None), |(first, rest)| (first, Some(rest)));
        let first = number(first)?;
        let version =
            version.map(|version| number(version.strip_prefix(site.doi_prefix()).unwrap_or(version)));
        return Some(Source::Zenodo(match version {
            None => zenodo(site, first),
            Some(version) => ZenodoId {
                concept: Some(first),
                ..zenodo(site, version?)
            },
        }));
    }
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-._;()/:".contains(c);
    text.chars().all(is_allowed).then(|| Source::Doi(text.to_owned()))
}

/// What addresses of doi.org and Zenodo stand for; `None` for all others, and for files, which have addresses of their own.
pub(super) fn of_address(url: &Url) -> Option<Source> {
    let host = url.host_str()?;
    if matches!(host, "doi.org" | "dx.doi.org" | "www.doi.org") {
        return parse(url.path().trim_start_matches('/'));
    }
    let site = SITES
        .into_iter()
        .find(|site| site.host() == host || format!("www.{}", site.host()) == host)?;
    let mut parts = url.path().split('/').filter(|part| !part.is_empty()).peekable();
    let is_api = parts.next_if_eq(&"api").is_some();
    match parts.next()? {
        "record" | "records" | "deposit" => {}
        "doi" => return parse(url.path().split_once("/doi/")?.1),
        _ => return None,
    }
    let record = number(parts.next()?)?;
    let file = match (parts.next(), parts.next(), parts.next(), is_api) {
        (None | Some("latest" | "export"), ..) => None,
        // The page's links to files, which an API serves better.
        (Some("files" | "preview"), Some(name), None, false) => Some(decoded(name)?),
        _ => return None,
    };
    Some(Source::Zenodo(ZenodoId {
        file,
        ..zenodo(site, record)
    }))
}

fn zenodo(site: ZenodoSite, record: u64) -> ZenodoId {
    ZenodoId {
        site,
        record,
        concept: None,
        file: None,
    }
}

fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// A part of a path without percent notation.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
    }
    String::from_utf8(bytes)
        .ok()
        .filter(|name| !name.contains(['/', '\0']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> ZenodoId {
        match Source::parse(text).unwrap() {
            Source::Zenodo(id) => id,
            other => panic!("{text} is {other:?}"),
        }
    }

    #[test]
    fn versions() {
        for text in [
            "10.5281/zenodo.1/2",
            "doi:10.5281/zenodo.1/10.5281/zenodo.2",
            "https://doi.org/10.5281/zenodo.1/2",
            "10.5281/ZENODO.1/2",
        ] {
            assert_eq!((id(text).concept, id(text).record), (Some(1), 2), "{text}");
        }
        assert_eq!(id("10.5072/zenodo.7").site, ZenodoSite::Sandbox);
        assert!(Source::parse("10.5281/zenodo.x").is_err());
        assert!(Source::parse("10.5281/zenodo.1/x").is_err());
    }

    #[test]
    fn pages_of_records() {
        for text in [
            "https://zenodo.org/record/7",
            "https://zenodo.org/records/7",
            "https://zenodo.org/records/7/",
            "https://zenodo.org/api/records/7",
            "https://zenodo.org/doi/10.5281/zenodo.7",
        ] {
            assert_eq!((id(text).record, id(text).file), (7, None), "{text}");
        }
        let file = id("https://zenodo.org/records/7/files/a%20b.zip?download=1");
        assert_eq!(file.file.as_deref(), Some("a b.zip"));
        let direct = "https://zenodo.org/api/records/7/files/rdf.yaml/content";
        assert!(matches!(Source::parse(direct), Ok(Source::Url(_))));
    }
}
