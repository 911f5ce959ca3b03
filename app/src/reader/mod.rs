//! Reading a paper. Knows what stands around the pages; drawing them is the reader element's.

mod calls;
pub mod element;
pub mod page;
pub mod shown;

pub use calls::*;
pub use page::ReaderPage;
