//! What every request passes before a page or a route handles it: headers, origin, session, limits, log.
//! Each guard is one middleware; the router sets their order.

mod answers;
mod headers;
mod limits;
mod origin;
mod record;
mod session;

pub use answers::Answers;
pub use headers::{page_policy, security_headers};
pub use limits::{HEAVY_READS, arrived, enough_room, in_time, own_share, place_of, shared_place_of};
pub use origin::{is_own_page, same_origin};
pub use record::{RequestId, record};
pub use session::{OutstandingDuty, Visitor, session};
