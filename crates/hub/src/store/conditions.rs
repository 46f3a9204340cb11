//! How servers name versions of a file, and parts of it.

use crate::cache::Record;
use crate::fetch::Response;

/// The name of a version with which a server can be asked for the rest of it: an ETag that is not weak, else a date.
pub(super) fn validator(response: &Response) -> Option<String> {
    let etag = response.header("etag").filter(|etag| etag.starts_with('"'));
    etag.or_else(|| response.header("last-modified"))
        .map(str::to_owned)
}

/// Fields that ask for an answer only if something has changed.
pub(super) fn if_changed(record: &Record) -> Vec<(String, String)> {
    let etag = record
        .etag
        .iter()
        .map(|etag| ("if-none-match".to_owned(), etag.clone()));
    let date = record.last_modified.iter();
    let date = date.map(|date| ("if-modified-since".to_owned(), date.clone()));
    etag.chain(date).collect()
}

/// `Content-Range: bytes FIRST-LAST/TOTAL`: the first byte, the last one, and how many there are.
pub(super) fn content_range(response: &Response) -> Option<(u64, u64, u64)> {
    let range = response
        .header("content-range")?
        .trim()
        .strip_prefix("bytes")?
        .trim_start();
    let (range, total) = range.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last, total) = (first.parse().ok()?, last.parse().ok()?, total.parse().ok()?);
    (first <= last && last < total).then_some((first, last, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let with = |value: &str| {
            let headers = vec![("Content-Range".to_owned(), value.to_owned())];
            content_range(&Response::new(206, headers, std::io::empty()))
        };
        assert_eq!(with("bytes 5-9/10"), Some((5, 9, 10)));
        for wrong in [
            "bytes 5-10/10",
            "bytes 9-5/10",
            "bytes */10",
            "bytes 0-4/*",
            "5-9/10",
            "",
        ] {
            assert_eq!(with(wrong), None, "{wrong}");
        }
    }
}
