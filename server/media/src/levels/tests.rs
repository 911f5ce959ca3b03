//! What `levels` promises.
