//! Keeps the program's files private to its user, from the first file on. `phien check` names files that an
//! older program, or a copy, left readable by others.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::Mode;

/// Permission bits of everyone except the owner.
const OF_OTHERS: u32 = 0o077;
/// The same without the owner's group: a key often belongs to the group that renews it.
const OF_EVERYBODY: u32 = 0o007;
/// Files that are named; the others are only counted, because one command fixes all of them.
const NAMED_AT_MOST: usize = 10;

/// Makes everything that this process and its children create from now on accessible only to its user. The
/// program does this first.
pub fn keep_to_the_user() {
    rustix::process::umask(Mode::from_raw_mode(OF_OTHERS));
}

/// What others can read in the data folder, and the command that fixes it.
pub fn open_to_others(data: &Path) -> Option<String> {
    let is_closed = !is_open(data, OF_OTHERS);
    // If the folder is closed, nobody can reach what is in it.
    if is_closed {
        return None;
    }
    let mut open = vec![data.to_owned()];
    let mut folders = vec![data.to_owned()];
    let mut more = 0_usize;
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for path in entries {
            let Ok(meta) = path.symlink_metadata() else { continue };
            if meta.is_symlink() {
                continue;
            }
            if has(&meta, OF_OTHERS) {
                if open.len() < NAMED_AT_MOST {
                    open.push(path.clone());
                } else {
                    more += 1;
                }
            }
            if meta.is_dir() {
                folders.push(path);
            }
        }
    }
    let named: Vec<String> = open.iter().map(|path| path.display().to_string()).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(format!(
        "other users of this machine can read {}{more}: chmod -R go= {}",
        named.join(", "),
        data.display()
    ))
}

/// Whether everyone can read a certificate's key, and the command that fixes it.
pub fn open_key(key: &Path) -> Option<String> {
    is_open(key, OF_EVERYBODY)
        .then(|| format!("every user of this machine can read {}: chmod o= {0}", key.display()))
}

fn is_open(path: &Path, bits: u32) -> bool {
    path.metadata().is_ok_and(|meta| has(&meta, bits))
}

fn has(meta: &Metadata, bits: u32) -> bool {
    meta.mode() & bits != 0
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, create_dir, set_permissions, write};
    use std::os::unix::fs::PermissionsExt;

    use super::{open_key, open_to_others};

    #[test]
    fn what_others_can_read_is_named_with_the_command_that_mends_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let (data, papers) = (folder.path().join("data"), folder.path().join("data/papers"));
        create_dir(&data).expect("a folder");
        create_dir(&papers).expect("a folder");
        let set = |path: &std::path::Path, mode| {
            set_permissions(path, Permissions::from_mode(mode)).expect("its own file");
        };
        for (name, mode) in [("data/phien.db", 0o644), ("data/papers/closed", 0o600)] {
            write(folder.path().join(name), "x").expect("a file");
            set(&folder.path().join(name), mode);
        }
        set(&papers, 0o700);
        set(&data, 0o750);
        let found = open_to_others(&data).expect("something is open");
        assert!(found.contains("phien.db") && !found.contains("closed"), "{found}");
        assert!(found.ends_with(&format!("chmod -R go= {}", data.display())), "{found}");
        for number in 0..20 {
            write(data.join(format!("{number}")), "x").expect("a file");
            set(&data.join(format!("{number}")), 0o604);
        }
        let found = open_to_others(&data).expect("more is open");
        assert!(found.contains(" and 12 more"), "{found}");
        set(&data, 0o700);
        assert_eq!(open_to_others(&data), None, "nobody gets past a closed folder");
    }

    #[test]
    fn a_key_may_be_its_groups_and_nobody_elses() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = folder.path().join("hop.key");
        write(&key, "x").expect("a file");
        for (mode, is_open) in [(0o600, false), (0o640, false), (0o644, true)] {
            set_permissions(&key, Permissions::from_mode(mode)).expect("its own file");
            assert_eq!(open_key(&key).is_some(), is_open, "{mode:o}");
        }
        assert_eq!(open_key(&folder.path().join("missing")), None);
    }
}
