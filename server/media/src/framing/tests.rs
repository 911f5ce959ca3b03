//! What `framing` promises.
