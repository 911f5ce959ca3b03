//! Reading a paper. Knows what stands around the pages; drawing them is the reader element's.

mod calls;
pub mod page;

pub use calls::*;
pub use page::ReaderPage;
