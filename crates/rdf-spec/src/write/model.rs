//! The model description itself.

use super::ToTree;
use super::keys::Keys;
use crate::v0_4::ModelRdf;
use crate::value::{FormatVersion, Yaml};

impl ToTree for ModelRdf {
    fn to_tree(&self) -> Yaml {
        // Named one by one, so that a field that is added is written, or the compiler complains.
        let Self {
            format_version,
            name,
            description,
            authors,
            documentation,
            inputs,
            outputs,
            license,
            test_inputs,
            test_outputs,
            sample_inputs,
            sample_outputs,
            timestamp,
            weights,
            attachments,
            cite,
            config,
            covers,
            download_url,
            git_repo,
            icon,
            id,
            id_emoji,
            links,
            maintainers,
            packaged_by,
            parent,
            rdf_source,
            run_mode,
            tags,
            training_data,
            uploader,
            version,
            version_number,
        } = self;
        // What was written in an older form is held, and written, in the newest.
        let newest = FormatVersion::newest();
        let format_version = if format_version.numbers() < newest.numbers() {
            &newest
        } else {
            format_version
        };
        Keys::default()
            .key("format_version", format_version)
            .key("type", "model")
            .key("name", name)
            .key("description", description)
            .required_list("authors", authors)
            .key("documentation", documentation)
            .required_list("inputs", inputs)
            .required_list("outputs", outputs)
            .key("license", license)
            .required_list("test_inputs", test_inputs)
            .required_list("test_outputs", test_outputs)
            .key("timestamp", timestamp)
            .key("weights", weights)
            .optional("attachments", attachments.as_ref())
            .list("cite", cite)
            .mapping("config", config)
            .list("covers", covers)
            .optional("download_url", download_url.as_ref())
            .optional("git_repo", git_repo.as_ref())
            .optional("icon", icon.as_ref())
            .optional("id", id.as_ref())
            .optional("id_emoji", id_emoji.as_ref())
            .list("links", links)
            .list("maintainers", maintainers)
            .list("packaged_by", packaged_by)
            .optional("parent", parent.as_ref())
            .optional("rdf_source", rdf_source.as_ref())
            .optional("run_mode", run_mode.as_ref())
            .list("sample_inputs", sample_inputs)
            .list("sample_outputs", sample_outputs)
            .list("tags", tags)
            .optional("training_data", training_data.as_ref())
            .optional("uploader", uploader.as_ref())
            .optional("version", version.as_ref())
            .optional("version_number", version_number.as_ref())
            .finish()
    }
}
