//! What `keyframes` promises.
