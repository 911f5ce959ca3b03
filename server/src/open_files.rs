//! The system's limit on open files: each connection takes one. Knows nothing of what the files are for.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files besides the connections: database, uploads and downloads of papers, media, the log.
const BESIDE_CONNECTIONS: u64 = 2_048;

/// Raises the soft limit to the hard one. systemd starts services with a soft limit of 1,024.
pub(crate) fn raise() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(cause) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!(%cause, "the limit on open files was not raised");
    }
}

/// A text if the system's limit is too low for this many connections at once.
pub(crate) fn too_few(connections: usize) -> Option<String> {
    said(getrlimit(Resource::Nofile).maximum, connections)
}

/// `hard` is none if there is no limit.
fn said(hard: Option<u64>, connections: usize) -> Option<String> {
    let needed = connections as u64 + BESIDE_CONNECTIONS;
    let hard = hard.filter(|hard| *hard < needed)?;
    Some(format!("{hard} may be open at once and {needed} are needed: set LimitNOFILE=16384 in the unit"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_below_the_connections_is_told() {
        assert!(said(Some(1_024), 4_096).unwrap().contains("LimitNOFILE"));
        assert_eq!((said(Some(16_384), 4_096), said(None, 4_096)), (None, None));
    }

    #[test]
    fn the_program_takes_as_many_files_as_it_may() {
        raise();
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }
}
