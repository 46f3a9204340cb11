//! Texts in quotes.

/// The text that is written between quotes.
///
/// # Errors
///
/// Escapes that Python does not have.
pub(super) fn unquote(quoted: &str) -> Result<String, String> {
    let mut text = String::with_capacity(quoted.len());
    let mut rest = quoted.chars();
    // `torch.jit.save` writes what is not ASCII as the octal escapes of its bytes, so bytes are collected
    let mut bytes: Vec<u8> = Vec::new();
    let flush = |bytes: &mut Vec<u8>, text: &mut String| {
        if !bytes.is_empty() {
            match std::str::from_utf8(bytes) {
                Ok(decoded) => text.push_str(decoded),
                Err(_) => text.extend(bytes.iter().map(|byte| char::from(*byte))),
            }
            bytes.clear();
        }
    };
    while let Some(character) = rest.next() {
        if character != '\\' {
            flush(&mut bytes, &mut text);
            text.push(character);
            continue;
        }
        let escape = rest.next().ok_or("a backslash at the end of a text")?;
        let plain = match escape {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            '\\' | '\'' | '"' => escape,
            '0'..='7' => {
                let mut value = escape.to_digit(8).unwrap_or(0);
                for _ in 0..2 {
                    let Some(digit) = rest.clone().next().and_then(|next| next.to_digit(8)) else {
                        break;
                    };
                    rest.next();
                    value = value * 8 + digit;
                }
                bytes.push(u8::try_from(value).map_err(|_| format!("the escape \\{value:o}"))?);
                continue;
            }
            'x' => {
                let mut digit = || {
                    rest.next()
                        .and_then(|next| next.to_digit(16))
                        .ok_or("an escape \\x without two digits")
                };
                let value = digit()? * 16 + digit()?;
                bytes.push(u8::try_from(value).unwrap_or(0));
                continue;
            }
            other => return Err(format!("the escape \\{other}")),
        };
        flush(&mut bytes, &mut text);
        text.push(plain);
    }
    flush(&mut bytes, &mut text);
    Ok(text)
}
