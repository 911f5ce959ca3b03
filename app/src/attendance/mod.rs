//! Being present by the hall's code, and naming who comes for an invited agency. The roll by hand is the meetings'
//! page; who may be present is the backend's matter.

mod calls;
mod landing;
pub mod naming;
pub mod page;

pub use calls::*;
pub use landing::Landing;
pub use naming::NamingPage;
pub use page::ScanPage;
