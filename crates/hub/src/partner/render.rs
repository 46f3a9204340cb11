//! The table of partners: name, documentation, contact.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Contact, PartnerRow, PartnerTable};
use crate::markup::{html, html_link, markdown_cell};

/// What stands for something that is not known.
const NOTHING: &str = "N/A";

impl PartnerTable {
    /// A complete HTML page with the table. Everything from the document is escaped; only web addresses become links.
    #[must_use]
    pub fn to_html(&self) -> String {
        let mut text = String::from(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Community Partners</title>\n\
             <style>\nbody { font-family: sans-serif; }\ntable { border-collapse: collapse; }\n\
             td, th { border: 1px solid #999; padding: 0.3em 0.6em; text-align: left; vertical-align: top; }\n\
             </style>\n</head>\n<body>\n<h1>Community Partners</h1>\n<table>\n<thead><tr><th>Community Partner</th>\
             <th>Documentation</th><th>Contact</th></tr></thead>\n<tbody>\n",
        );
        for partner in &self.partners {
            let contacts: Vec<String> = partner
                .contacts
                .iter()
                .map(|contact| {
                    let lines = contact.lines().map(|line| format!("<div>{}</div>", html(&line)));
                    format!("<div>{}</div>", lines.collect::<String>())
                })
                .collect();
            let contacts = if contacts.is_empty() {
                NOTHING.to_owned()
            } else {
                contacts.concat()
            };
            let docs = partner
                .docs
                .as_deref()
                .map_or_else(|| NOTHING.to_owned(), html_link);
            let _ = writeln!(
                text,
                "<tr><td>{}</td><td>{docs}</td><td>{contacts}</td></tr>",
                html(partner.title())
            );
        }
        text.push_str("</tbody>\n</table>\n</body>\n</html>\n");
        text
    }

    /// The table in Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut text = String::from("| Community Partner | Documentation | Contact |\n|---|---|---|\n");
        for partner in &self.partners {
            let contacts: Vec<String> = partner
                .contacts
                .iter()
                .map(|contact| contact.lines().collect::<Vec<_>>().join(", "))
                .collect();
            let contacts = if contacts.is_empty() {
                NOTHING.to_owned()
            } else {
                contacts.join("; ")
            };
            let _ = writeln!(
                text,
                "| {} | {} | {} |",
                markdown_cell(partner.title()),
                markdown_cell(partner.docs.as_deref().unwrap_or(NOTHING)),
                markdown_cell(&contacts)
            );
        }
        text
    }

    /// A list of objects: `id`, `name`, `docs`, `contact`, `collection_url` and `test_summaries`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        self.partners
            .iter()
            .map(|partner| {
                let contacts: Vec<Value> = partner
                    .contacts
                    .iter()
                    .map(|contact| json!({"name": contact.name, "github": contact.github, "email": contact.email}))
                    .collect();
                let summaries = partner.test_summaries.as_ref().map(|summaries| {
                    json!({
                        "repository": summaries.repository,
                        "deploy_branch": summaries.deploy_branch,
                        "deploy_folder": summaries.deploy_folder,
                        "workflow": summaries.workflow,
                        "workflow_ref": summaries.workflow_ref,
                    })
                });
                json!({
                    "id": partner.id,
                    "name": partner.name,
                    "docs": partner.docs,
                    "contact": contacts,
                    "collection_url": partner.collection_url(),
                    "test_summaries": summaries,
                })
            })
            .collect()
    }
}

impl PartnerRow {
    /// What the partner is called: the name, else the identifier.
    #[must_use]
    pub fn title(&self) -> &str {
        self.name.as_deref().or(self.id.as_deref()).unwrap_or(NOTHING)
    }
}

impl Contact {
    /// `Name: ...`, `Github: ...` and `Email: ...`.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        [
            ("Name", &self.name),
            ("Github", &self.github),
            ("Email", &self.email),
        ]
        .into_iter()
        .map(|(label, value)| format!("{label}: {}", value.as_deref().unwrap_or(NOTHING)))
    }
}
