//! Fields that hold an address on the web.

use crate::diagnostic::{Code, Severity};
use crate::document::quoted;
use crate::read::{Fields, Reader};

/// Reads an optional address; one that is no http or https URL is kept as written, and reported with the
/// severity that the field calls for.
pub(crate) fn read_web_address(
    fields: &mut Fields<'_>,
    reader: &mut Reader,
    key: &'static str,
    severity: Severity,
) -> Option<String> {
    let text: String = fields.nullable(reader, key)?;
    let node = fields.node(key)?;
    let is_address = url::Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !is_address {
        let message = format!("`{key}` is an http or https URL, found {}", quoted(&text));
        reader.within(key, |reader| {
            reader.report(Code::InvalidUrl, node, message).severity = severity;
        });
    }
    Some(text)
}
