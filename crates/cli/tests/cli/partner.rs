//! The repository of a partner.

use std::fs;

use crate::harness::{Copy, fixture};

const COLLECTION: &str = "type: collection
format_version: 0.2.4
id: partner
name: Resources of a partner
description: Models and applications.
authors: [{name: Jane Doe}]
license: MIT
cite: [{text: A paper, url: https://example.org}]
config:
  partners:
    - id: lab
      name: A <lab>
      docs: https://example.org/docs
      contact: [{name: Jane Doe, github: janedoe, email: jane@example.org}]
      repository: lab/models
      branch: main
      collection_file_name: collection.yaml
    - {id: half}
collection:
  - {rdf_source: models/good/rdf.yaml, id: good, tags: [Own]}
  - {rdf_source: models/bad/rdf.yaml, id: bad}
  - {rdf_source: https://example.org/rdf.yaml, id: web}
  - {id: counter, type: application, name: Counter, description: Counts cells.}
  - {id: broken, type: dataset, name: [5]}
";

const PLUGIN: &str = "<config lang=\"json\">
{\"name\": \"ilastik\", \"type\": \"window\", \"tags\": [\"software\"], \"version\": \"0.2.2\", \"api_version\": \"0.1.7\",
 \"description\": \"Export models for ilastik\", \"icon\": \"https://example.org/icon.png\", \"inputs\": null}
</config>
<script lang=\"javascript\">api.export({})</script>
";

/// A repository of a partner with a good model, one whose output is wrong, and a plugin.
pub(crate) fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("collection.yaml"), COLLECTION).unwrap();
    fs::write(folder.path().join("ilastik.imjoy.html"), PLUGIN).unwrap();
    for (name, source) in [("good", "tiling-half-size"), ("bad", "blobs-unet2d")] {
        let target = folder.path().join("models").join(name);
        fs::create_dir_all(&target).unwrap();
        let copy = Copy::of(&fixture(source));
        if name == "bad" {
            copy.edit(
                "- name: sigmoid",
                "- kwargs: {threshold: 0.5}\n        name: binarize",
            );
        }
        for entry in fs::read_dir(copy.path()).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), target.join(entry.file_name())).unwrap();
        }
    }
    folder
}
