//! Being present by the hall's code. The roll by hand is the meetings' page; who may be present is the backend's matter.

mod calls;
mod landing;
pub mod page;

pub use calls::*;
pub use landing::Landing;
pub use page::ScanPage;
