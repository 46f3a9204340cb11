//! Which argument belongs to which tensor.

use crate::exit::Failure;

/// An argument `[NAME=]VALUE` and the tensor that it is for.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::commands) struct Assigned<'a> {
    pub(in crate::commands) name: &'a str,
    pub(in crate::commands) value: &'a str,
}

/// Named arguments go to their tensor, the others in order to the tensors that have none yet.
///
/// A path may contain `=` itself: only the name of a tensor in front of it is taken as a name.
pub(in crate::commands) fn assign<'a>(
    option: &str,
    given: &'a [String],
    names: &[&'a str],
) -> Result<Vec<Assigned<'a>>, Failure> {
    let named = |text: &'a str| {
        let (name, value) = text.split_once('=')?;
        let name = names.iter().find(|known| **known == name)?;
        Some(Assigned { name, value })
    };
    let mut assigned: Vec<Assigned<'a>> = Vec::new();
    for text in given {
        let Some(argument) = named(text) else { continue };
        if assigned.iter().any(|other| other.name == argument.name) {
            return Err(Failure::usage(format!(
                "{option} names `{}` twice",
                argument.name
            )));
        }
        assigned.push(argument);
    }
    let mut free = names
        .iter()
        .filter(|name| !assigned.iter().any(|other| other.name == **name));
    let mut in_order = Vec::new();
    for text in given.iter().filter(|text| named(text).is_none()) {
        refuse_unknown_name(option, text, names)?;
        let Some(name) = free.next() else {
            return Err(Failure::usage(format!(
                "there is no tensor for {option} {text}: the model has {}",
                names.join(", ")
            )));
        };
        in_order.push(Assigned { name, value: text });
    }
    assigned.extend(in_order);
    assigned.sort_by_key(|argument| names.iter().position(|name| *name == argument.name));
    Ok(assigned)
}

/// `nuclues=a.png` is a mistyped name rather than a path, unless there is such a file.
fn refuse_unknown_name(option: &str, text: &str, names: &[&str]) -> Result<(), Failure> {
    let Some((name, _)) = text.split_once('=') else {
        return Ok(());
    };
    let is_name = !name.is_empty() && name.chars().all(|c| c == '_' || c.is_alphanumeric());
    if !is_name || std::path::Path::new(text).exists() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "the model has no tensor `{name}` for {option}, it has {}; write ./{text} if that is a path",
        names.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(given: &[&str], names: &[&str]) -> Result<Vec<(String, String)>, String> {
        let given: Vec<String> = given.iter().map(|text| (*text).to_owned()).collect();
        assign("--input", &given, names)
            .map(|all| {
                all.iter()
                    .map(|one| (one.name.to_owned(), one.value.to_owned()))
                    .collect()
            })
            .map_err(|failure| failure.to_string())
    }

    #[test]
    fn names_first_then_order() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            pairs(&["a.npy", "b.npy"], &["x", "y"]),
            Ok(vec![pair("x", "a.npy"), pair("y", "b.npy")])
        );
        assert_eq!(
            pairs(&["b.npy", "x=a.npy"], &["x", "y"]),
            Ok(vec![pair("x", "a.npy"), pair("y", "b.npy")])
        );
        assert_eq!(pairs(&["./k=3.npy"], &["x"]), Ok(vec![pair("x", "./k=3.npy")]));
        assert!(
            pairs(&["k=3.npy"], &["x"])
                .unwrap_err()
                .contains("no tensor `k` for --input, it has x")
        );
        assert_eq!(
            pairs(&[r"C:\data\a=b.npy"], &["x"]),
            Ok(vec![pair("x", r"C:\data\a=b.npy")])
        );
        assert!(
            pairs(&["a", "b"], &["x"])
                .unwrap_err()
                .contains("the model has x")
        );
        assert!(pairs(&["x=a", "x=b"], &["x", "y"]).unwrap_err().contains("twice"));
    }
}
