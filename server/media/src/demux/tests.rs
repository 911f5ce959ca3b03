//! What `demux` promises.
