//! People, citations and attachments.

use super::ToTree;
use super::keys::Keys;
use crate::v0_4::{Attachments, Author, CiteEntry, Maintainer, RunMode, Uploader};
use crate::value::Yaml;

impl ToTree for Author {
    fn to_tree(&self) -> Yaml {
        let Self {
            name,
            affiliation,
            email,
            github_user,
            orcid,
        } = self;
        Keys::default()
            .key("name", name)
            .optional("affiliation", affiliation.as_ref())
            .optional("email", email.as_ref())
            .optional("github_user", github_user.as_ref())
            .optional("orcid", orcid.as_ref())
            .finish()
    }
}

impl ToTree for Maintainer {
    fn to_tree(&self) -> Yaml {
        let Self {
            github_user,
            name,
            affiliation,
            email,
            orcid,
        } = self;
        Keys::default()
            .key("github_user", github_user)
            .optional("affiliation", affiliation.as_ref())
            .optional("email", email.as_ref())
            .optional("name", name.as_ref())
            .optional("orcid", orcid.as_ref())
            .finish()
    }
}

impl ToTree for CiteEntry {
    fn to_tree(&self) -> Yaml {
        let Self { text, doi, url } = self;
        Keys::default()
            .key("text", text)
            .optional("doi", doi.as_ref())
            .optional("url", url.as_ref())
            .finish()
    }
}

impl ToTree for Attachments {
    fn to_tree(&self) -> Yaml {
        let Self { files, other } = self;
        Keys::default().list("files", files).others(other).finish()
    }
}

impl ToTree for RunMode {
    fn to_tree(&self) -> Yaml {
        let Self { name, kwargs } = self;
        Keys::default()
            .key("name", name)
            .mapping("kwargs", kwargs)
            .finish()
    }
}

impl ToTree for Uploader {
    fn to_tree(&self) -> Yaml {
        let Self { email, name } = self;
        Keys::default()
            .key("email", email)
            .optional("name", name.as_ref())
            .finish()
    }
}
