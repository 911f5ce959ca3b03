//! Files by the hash of their content. Acknowledged means on the disk: temporary file, fsync, rename, fsync the folder.
//! Knows no paper and no meeting.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;

/// The store.
#[derive(Clone, Debug)]
pub(crate) struct Blobs {
    root: PathBuf,
}

/// A file being written. Removed when dropped before [`Incoming::keep`].
#[derive(Debug)]
pub(crate) struct Incoming {
    file: File,
    path: PathBuf,
    hasher: Sha256,
    bytes: u64,
    is_kept: bool,
}

/// A file that is safe on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blob {
    /// SHA-256 of the content, hex.
    pub(crate) hash: String,
    /// Size.
    pub(crate) bytes: u64,
}

impl Blobs {
    /// A store in a folder, made when missing. Leftovers of interrupted uploads are removed.
    pub(crate) async fn open(root: PathBuf) -> std::io::Result<Blobs> {
        let incoming = root.join("incoming");
        if fs::try_exists(&incoming).await? {
            fs::remove_dir_all(&incoming).await?;
        }
        fs::create_dir_all(&incoming).await?;
        Ok(Blobs { root })
    }

    /// Begins a file under a name nobody else uses.
    pub(crate) async fn begin(&self, unique: &str) -> std::io::Result<Incoming> {
        let path = self.root.join("incoming").join(unique);
        let file = File::create_new(&path).await?;
        Ok(Incoming { file, path, hasher: Sha256::new(), bytes: 0, is_kept: false })
    }

    /// Where a file lies.
    pub(crate) fn path(&self, hash: &str) -> PathBuf {
        let shelf = hash.get(..2).unwrap_or("00");
        self.root.join(shelf).join(hash)
    }
}

impl Incoming {
    /// Appends to the file.
    pub(crate) async fn write(&mut self, chunk: &[u8]) -> std::io::Result<()> {
        self.hasher.update(chunk);
        self.bytes += chunk.len() as u64;
        self.file.write_all(chunk).await
    }

    /// Bytes so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Flushes what was written, so that the file can be looked at before it is kept.
    pub(crate) async fn settle(&mut self) -> std::io::Result<&Path> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        Ok(&self.path)
    }

    /// Puts the file in its place; when this returns it survives a power cut.
    pub(crate) async fn keep(mut self, blobs: &Blobs) -> std::io::Result<Blob> {
        self.settle().await?;
        let hash: String = self.hasher.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let place = blobs.path(&hash);
        let shelf = place.parent().unwrap_or(&blobs.root).to_owned();
        fs::create_dir_all(&shelf).await?;
        fs::rename(&self.path, &place).await?;
        self.is_kept = true;
        File::open(&shelf).await?.sync_all().await?;
        File::open(&blobs.root).await?.sync_all().await?;
        Ok(Blob { hash, bytes: self.bytes })
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.is_kept {
            // Best effort: what stays behind is swept at the next start.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
