//! What `estimate` promises.
