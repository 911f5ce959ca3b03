//! What `pace` promises.
