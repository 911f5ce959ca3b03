//! What `vp8` promises.
