//! Published packages, where there are any: no false alarms about their test tensors.

use std::path::Path;

use rdf_spec::{Code, Package};

#[test]
fn published_test_tensors_fit() {
    let Some(reference) = std::env::var_os("MODELHUB_REFERENCE") else {
        return;
    };
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    for folder in ["models", "zoo"] {
        for entry in std::fs::read_dir(Path::new(&reference).join(folder)).unwrap() {
            let Ok(package) = Package::open(entry.unwrap().path()) else {
                continue;
            };
            looked_at += 1;
            let found = package.check_files();
            let place = package.files().location().display();
            let is_about_tensors = |code: Code, path: &str| {
                code == Code::TestTensorMismatch || (code == Code::MissingFile && path.starts_with("test_"))
            };
            wrong.extend(
                found
                    .iter()
                    .filter(|finding| is_about_tensors(finding.code, &finding.path.to_string()))
                    .map(|finding| format!("{place}: {finding}")),
            );
        }
    }
    assert!(looked_at > 10, "{looked_at}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
