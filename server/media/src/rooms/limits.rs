//! What is too much for the server, and who makes room then: a meeting under way is never refused because others wait for
//! theirs, and none under way has to go.

use std::time::Instant;

use super::Rooms;
use crate::command::{Event, Limited, Link, Refused, Seat};
use crate::room::Room;
use crate::settings::Limits;

impl Rooms {
    /// Takes a seat in, if there is room for it.
    pub(super) fn join(&mut self, now: Instant, seat: Seat, is_under_way: bool) -> Result<(), Refused> {
        let limit = |what, at_most: usize| Refused::Limit { what, at_most: at_most as u64 };
        let most = self.limits.seats_per_meeting;
        if let Some(room) = self.rooms.get_mut(&seat.meeting) {
            room.is_under_way = is_under_way;
            if !room.has(seat.number) && room.len() >= most {
                return Err(limit(Limited::Seats, most));
            }
        } else {
            let is_full = |rooms: &Self| rooms.rooms.len() >= rooms.limits.meetings;
            let full = limit(Limited::Meetings, self.limits.meetings);
            if is_full(self) && !(is_under_way && self.displace(now, &full, |_| true)) {
                return Err(full);
            }
            self.opened += 1;
            let mut room = Room::new(now, seat.meeting, self.opened, self.limits.seat_downlink_bps);
            room.is_under_way = is_under_way;
            self.rooms.insert(seat.meeting, room);
        }
        if let Some(room) = self.rooms.get_mut(&seat.meeting) {
            room.join(seat.number);
        }
        Ok(())
    }

    /// Sets aside what a seat is sent. Whoever has been sent to before comes back into its own share.
    pub(super) fn take_share(&mut self, now: Instant, seat: Seat) -> Result<(), Refused> {
        let Limits { seat_downlink_bps: bps, egress_bps: at_most, .. } = self.limits;
        let room = self.room(seat)?;
        let (is_new, is_under_way) = (!room.has_share(seat.number), room.is_under_way);
        let full = Refused::Limit { what: Limited::Egress, at_most };
        let is_full = |rooms: &Self| {
            let shares: usize = rooms.rooms.values().map(Room::shares).sum();
            (shares as u64 + 1) * bps > at_most
        };
        while is_new && is_full(self) {
            if !(is_under_way && self.displace(now, &full, |room| room.shares() > 0)) {
                return Err(full);
            }
        }
        Ok(())
    }

    /// Makes room for a meeting that is under way: the newest that is not, and has what is wanted, has to go and is told
    /// why. False where there is none.
    fn displace(&mut self, now: Instant, why: &Refused, has_it: impl Fn(&Room) -> bool) -> bool {
        let idle = self.rooms.iter().filter(|(_, room)| !room.is_under_way && has_it(room));
        let Some(meeting) = idle.max_by_key(|(_, room)| room.opened).map(|(meeting, _)| *meeting) else {
            return false;
        };
        for number in self.rooms.get(&meeting).map(Room::numbers).unwrap_or_default() {
            let seat = Seat { meeting, number };
            self.tell_replaced(seat, Link::Publish);
            self.tell_replaced(seat, Link::Subscribe);
            self.leave(now, seat);
            self.events.push(Event::Refused { seat, why: why.clone() });
        }
        true
    }
}
