//! Numbers of bytes as people write them.

/// A number of bytes with a unit: B, kB, MB, GB, TB, KiB, MiB, GiB or TiB.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let expected = || "a number of bytes is expected, for example 2GiB, 512MiB or 1.5GB".to_owned();
    let digits = text
        .trim()
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.trim().len());
    let (number, unit) = text.trim().split_at(digits);
    let number: f64 = number.parse().map_err(|_| expected())?;
    let (base, power) = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => (1.0, 0),
        "k" | "kb" => (1e3, 1),
        "m" | "mb" => (1e3, 2),
        "g" | "gb" => (1e3, 3),
        "t" | "tb" => (1e3, 4),
        "kib" => (1024.0, 1),
        "mib" => (1024.0, 2),
        "gib" => (1024.0, 3),
        "tib" => (1024.0, 4),
        _ => return Err(expected()),
    };
    let bytes = number * f64::powi(base, power);
    if !(1.0..1e18).contains(&bytes) {
        return Err(expected());
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked above"
    )]
    Ok(bytes as u64)
}
