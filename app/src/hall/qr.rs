//! The code as a picture for cameras: the address of the scan page, drawn on the server.

use domain::ids::MeetingId;

use super::display::Picture;
use crate::qr;

/// The picture of a code's address; none when the address does not fit a picture.
pub(super) fn picture(origin: &str, meeting: MeetingId, code: &str) -> Option<Picture> {
    let (side, path) = qr::drawn(&format!("{origin}/meetings/{meeting}/in?code={code}"))?;
    Some(Picture { side, path })
}
