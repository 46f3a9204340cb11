//! Badges.

use super::files::{check_reserved_name, read_web_source};
use crate::document::Node;
use crate::read::{FromNode, Reader};
use crate::value::FileSource;

/// A small picture with a link, shown with the resource (field `badges`).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(deny_unknown_fields)
)]
pub struct Badge {
    /// The text that shows when the pointer rests on the badge.
    pub label: String,
    /// The picture.
    pub icon: Option<FileSource>,
    /// Where the badge leads: an http or https URL.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::WebAddress"))]
    pub url: String,
}

impl FromNode for Badge {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let mut fields = reader.fields(node)?;
        let label = fields.required(reader, "label");
        let icon: Option<FileSource> = fields.nullable(reader, "icon");
        if let Some((icon, node)) = icon.as_ref().zip(fields.node("icon"))
            && icon.url().is_none()
        {
            reader.within("icon", |reader| check_reserved_name(icon, node, reader));
        }
        let url = match fields.node("url") {
            Some(node) => reader.within("url", |reader| read_web_source(node, reader)),
            None => fields.required(reader, "url"),
        };
        fields.finish(reader);
        Some(Self {
            label: label?,
            icon,
            url: url?,
        })
    }
}
