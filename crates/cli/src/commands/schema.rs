//! `modelhub schema`

use crate::args::{SchemaOptions, SchemaType};
use crate::exit::{Exit, Failure};
use crate::render::stdout;

pub(crate) fn run(options: &SchemaOptions) -> Result<Exit, Failure> {
    let schema = match options.resource_type {
        SchemaType::Model => rdf_spec::schema::model(),
    };
    stdout::print(&format!("{schema:#}\n"))?;
    Ok(Exit::Fine)
}
