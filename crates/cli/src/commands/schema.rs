//! `modelhub schema`

use rdf_spec::schema;

use crate::args::{SchemaOptions, SchemaType};
use crate::exit::{Exit, Failure};
use crate::render::stdout;

pub(crate) fn run(options: &SchemaOptions) -> Result<Exit, Failure> {
    let schema = match options.resource_type {
        SchemaType::Model => schema::model(),
        SchemaType::Dataset => schema::dataset(),
        SchemaType::Application => schema::application(),
        SchemaType::Notebook => schema::notebook(),
        SchemaType::Collection => schema::collection(),
        SchemaType::Generic => schema::generic(),
    };
    stdout::print(&format!("{schema:#}\n"))?;
    Ok(Exit::Fine)
}
