//! `modelhub explain`

use rdf_spec::Code;

use crate::args::ExplainOptions;
use crate::exit::{Exit, Failure};
use crate::render::explanation;
use crate::render::stdout::harmless;

pub(crate) fn run(options: &ExplainOptions) -> Result<Exit, Failure> {
    match &options.code {
        None => explanation::print_all()?,
        Some(text) => explanation::print(code(text)?)?,
    }
    Ok(Exit::Fine)
}

/// The code that was asked for, also if it was copied with what stands around it: `error[missing-field]:`.
fn code(text: &str) -> Result<Code, Failure> {
    let name = text
        .split_once('[')
        .and_then(|(_, rest)| rest.split_once(']'))
        .map_or(text, |(name, _)| name)
        .trim();
    Code::from_name(name).ok_or_else(|| {
        let similar: Vec<String> = Code::similar_to(name)
            .iter()
            .map(|code| format!("`{code}`"))
            .collect();
        let advice = if similar.is_empty() {
            "`modelhub explain` lists all codes".to_owned()
        } else {
            format!("did you mean {}?", similar.join(" or "))
        };
        Failure::usage(format!("there is no code `{}`: {advice}", harmless(name)))
    })
}
