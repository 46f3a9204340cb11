//! The documentation of a model that has none.

use std::fmt::Write as _;

use rdf_spec::Yaml;

use crate::tree;

/// A README with what the description says, and the sections that the authors have to write.
pub(crate) fn draft(description: &Yaml) -> String {
    let of = |tree: &Yaml, key: &str| {
        tree.get(key)
            .and_then(Yaml::as_str)
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    let mut text = format!(
        "# {}\n\n{}\n",
        of(description, "name"),
        of(description, "description")
    );
    text.push_str("\n## Inputs and outputs\n\n| tensor | axes | shape | what it is |\n|---|---|---|---|\n");
    for (list, role) in [("inputs", "input"), ("outputs", "output")] {
        for tensor in tree::items(description, list) {
            let _ = writeln!(
                text,
                "| {role} `{}` | {} | {} | {} |",
                of(tensor, "name"),
                of(tensor, "axes"),
                shape(tensor),
                of(tensor, "description").replace('|', "\\|").replace('\n', " ")
            );
        }
    }
    for (list, key, title) in [
        ("inputs", "preprocessing", "Preprocessing"),
        ("outputs", "postprocessing", "Postprocessing"),
    ] {
        for tensor in tree::items(description, list) {
            let steps: Vec<String> = tree::items(tensor, key)
                .iter()
                .map(|step| of(step, "name"))
                .collect();
            if !steps.is_empty() {
                let _ = write!(
                    text,
                    "\n{title} of `{}`: {}.\n",
                    of(tensor, "name"),
                    steps.join(", ")
                );
            }
        }
    }
    text.push_str(
        "\n## Training\n\n\
         _Describe here the data that the network was trained with: specimen, stain, microscope, pixel size, number of \
         images, how they were annotated, and where they are. Name the code and the settings of the training._\n\
         \n## Validation\n\n\
         _Describe here how to validate the model quantitatively on unseen data: which data, which measure, and the \
         values that were reached. The test input and output of this package only show that a program runs the model \
         as intended._\n",
    );
    let citations = tree::items(description, "cite");
    if !citations.is_empty() {
        text.push_str("\n## References\n\n");
        for citation in citations {
            let _ = write!(text, "- {}", of(citation, "text"));
            match (of(citation, "doi"), of(citation, "url")) {
                (doi, _) if !doi.is_empty() => {
                    let _ = writeln!(text, " https://doi.org/{doi}");
                }
                (_, url) => {
                    let _ = writeln!(text, " {url}");
                }
            }
        }
    }
    text
}

fn shape(tensor: &Yaml) -> String {
    let list = |items: &[Yaml]| -> String {
        let items: Vec<String> = items
            .iter()
            .map(|item| match item {
                Yaml::Int(value) => value.to_string(),
                Yaml::Float(value) => value.to_string(),
                _ => "new".to_owned(),
            })
            .collect();
        items.join(" x ")
    };
    match tensor.get("shape") {
        Some(Yaml::Sequence(lengths)) => list(lengths),
        Some(shape) if shape.get("min").is_some() => {
            let (min, step) = (tree::items(shape, "min"), tree::items(shape, "step"));
            format!("{} and more in steps of {}", list(min), list(step))
        }
        Some(shape) => {
            let of = shape
                .get("reference_tensor")
                .and_then(Yaml::as_str)
                .unwrap_or_default();
            let (scale, offset) = (tree::items(shape, "scale"), tree::items(shape, "offset"));
            format!("that of `{of}` times {} plus twice {}", list(scale), list(offset))
        }
        None => String::new(),
    }
}
