//! What `rewrite` promises.
