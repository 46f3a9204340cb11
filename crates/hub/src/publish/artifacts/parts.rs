//! Large files, in parts: the manager gives an address for each, the storage an `ETag` for each, and the manager puts them
//! together.

use serde_json::{Value, json};

use crate::error::HubError;
use crate::fetch::Method;
use crate::publish::files::File;
use crate::publish::not_publishable;
use crate::publish::plan::{Body, Step, TakeFrom};

/// The size of a part in bytes, unless that would be too many.
const PART: u64 = 64 << 20;

/// The most parts of a file, and the largest one that storage takes.
const MOST_PARTS: u64 = 10_000;
const LARGEST_PART: u64 = 5 << 30;

/// How long the addresses hold, in seconds: a day, since all of them are given out before the first part is sent.
const EXPIRES: u64 = 24 * 60 * 60;

/// The steps that upload a file in parts. `call` makes a call of the manager: what it is for, its method, its arguments.
pub(super) fn of(file: &File, call: &dyn Fn(String, &str, Value) -> Step) -> Result<Vec<Step>, HubError> {
    let size = PART.max(file.size.div_ceil(MOST_PARTS));
    if size > LARGEST_PART {
        return Err(not_publishable(format!(
            "`{}` has {} bytes, the storage takes {MOST_PARTS} parts of {LARGEST_PART}",
            file.name, file.size
        )));
    }
    let count = file.size.div_ceil(size);
    let start = json!({
        "artifact_id": "{id}",
        "file_path": file.name,
        "part_count": count,
        "download_weight": u8::from(file.is_weights),
        "expires_in": EXPIRES,
    });
    let purpose = format!("ask where the {count} parts of {} are to be uploaded", file.name);
    let mut begin = call(purpose, "put_file_start_multipart", start).taking_json("upload_id", "/upload_id");
    let mut steps = Vec::new();
    let mut parts = Vec::new();
    for index in 0..count {
        let number = index + 1;
        begin = begin.taking_json(format!("part_{number}"), format!("/parts/{index}/url"));
        let body = Body::Part {
            file: file.source.clone(),
            start: index * size,
            size: size.min(file.size - index * size),
        };
        let purpose = format!("upload part {number} of {count} of {}", file.name);
        let upload = Step::new(purpose, Method::Put, format!("{{part_{number}}}"), body).without_token();
        let etag = format!("etag_{number}");
        parts.push(json!({"part_number": number, "etag": format!("{{{etag}}}")}));
        steps.push(upload.taking(etag, TakeFrom::Head("etag")));
    }
    steps.insert(0, begin);
    let purpose = format!("put the parts of {} together", file.name);
    let end = json!({"artifact_id": "{id}", "upload_id": "{upload_id}", "parts": parts});
    steps.push(call(purpose, "put_file_complete_multipart", end));
    Ok(steps)
}
