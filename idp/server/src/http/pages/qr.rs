//! A QR code as one SVG path: crisp at any size, no style of its own, allowed by the page's policy.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// Modules of white on every side (ISO/IEC 18004 asks for four).
const QUIET: usize = 4;

/// The picture of a text, or nothing when the text is too long for a QR code: the page shows the secret as text too.
pub(super) fn svg(text: &str) -> String {
    let Ok(code) = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M) else {
        tracing::error!("a text is too long for a QR code");
        return String::new();
    };
    let width = code.width();
    let size = width + 2 * QUIET;
    let mut path = String::new();
    for (index, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (index % width + QUIET, index / width + QUIET);
            // Writing to a String cannot fail.
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    format!(
        r##"<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges" role="img" aria-labelledby="qr-label"><rect width="{size}" height="{size}" fill="#fff"/><path fill="#000" d="{path}"/></svg>"##
    )
}
