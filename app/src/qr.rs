//! Draws a text as a QR code, on the server.

use qrcode::{Color, EcLevel, QrCode};

/// The number of squares per side, and one SVG path of all dark squares; none if the text is too long.
pub(crate) fn drawn(text: &str) -> Option<(usize, String)> {
    let drawn = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).ok()?;
    let side = drawn.width();
    Some((side, path(&drawn.to_colors(), side)))
}

/// One stroke per run of dark squares: a third as long as one per square.
fn path(squares: &[Color], side: usize) -> String {
    let mut path = String::new();
    for (y, row) in squares.chunks(side).enumerate() {
        let mut x = 0;
        while x < side {
            let run = row[x..].iter().take_while(|square| **square == Color::Dark).count();
            if run > 0 {
                path.push_str(&format!("M{x} {y}h{run}v1h-{run}z"));
            }
            x += run.max(1);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_dark_squares_become_strokes() {
        use Color::{Dark, Light};
        let squares = [Dark, Dark, Light, Light, Light, Dark, Dark, Light, Dark];
        assert_eq!(path(&squares, 3), "M0 0h2v1h-2zM2 1h1v1h-1zM0 2h1v1h-1zM2 2h1v1h-1z");
    }
}
