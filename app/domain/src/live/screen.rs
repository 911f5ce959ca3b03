//! Who may share a screen with everybody. Knows nothing of video.

use super::Seat;

/// Whether a seat may share a screen. The hall may, anyone who directs the meeting may, and the seat with the
/// floor may. The chair permits any other seat by giving it the floor.
pub fn may_share_screen(directs: bool, floor: Option<Seat>, seat: Seat) -> bool {
    directs || seat == Seat::Hall || floor == Some(seat)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::AgencyId;

    #[test]
    fn a_screen_is_shared_from_the_hall_by_those_who_decide_and_with_the_floor() {
        let site = Seat::Site(AgencyId(Uuid::from_u128(1)));
        let other = Seat::Site(AgencyId(Uuid::from_u128(2)));
        for (directs, floor, seat, may) in [
            (false, None, site, false),
            (false, Some(other), site, false),
            (false, Some(site), site, true),
            (true, Some(other), site, true),
            (false, Some(site), Seat::Hall, true),
        ] {
            assert_eq!(may_share_screen(directs, floor, seat), may, "{directs} {floor:?} {seat:?}");
        }
    }
}
