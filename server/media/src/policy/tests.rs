//! What `policy` promises.
