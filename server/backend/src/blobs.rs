//! Files by the hash of their content. Acknowledged means on the disk: temporary file, fsync, rename, fsync the folder.
//! Knows no paper and no meeting.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;

/// What was written to more recently may belong to an upload that is still on its way, here or on another machine.
pub(crate) const SETTLED_AFTER: Duration = Duration::from_secs(24 * 3600);

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
    /// A store in a folder, made when missing. Touches nothing that is there: another program may be writing it.
    pub(crate) async fn open(root: PathBuf) -> std::io::Result<Blobs> {
        make_folder(&root.join("incoming")).await?;
        Ok(Blobs { root })
    }

    /// Removes what interrupted uploads left behind, and gives how many files that were.
    pub(crate) async fn sweep_incoming(&self, now: SystemTime) -> std::io::Result<u64> {
        let mut removed = 0;
        for (_, path) in settled(&self.root.join("incoming"), now).await? {
            fs::remove_file(path).await?;
            removed += 1;
        }
        Ok(removed)
    }

    /// The hashes of kept files that were last written more than a day ago.
    pub(crate) async fn settled(&self, now: SystemTime) -> std::io::Result<Vec<String>> {
        let mut hashes = Vec::new();
        let mut shelves = fs::read_dir(&self.root).await?;
        while let Some(shelf) = shelves.next_entry().await? {
            let name = shelf.file_name();
            let Some(name) = name.to_str().filter(|name| name.len() == 2) else { continue };
            let kept = settled(&shelf.path(), now).await?.into_iter().map(|(file, _)| file);
            hashes.extend(kept.filter(|hash| hash.len() == 64 && hash.starts_with(name)));
        }
        Ok(hashes)
    }

    /// Removes a kept file unless it was written anew in the meantime.
    pub(crate) async fn remove_settled(&self, hash: &str, now: SystemTime) -> std::io::Result<bool> {
        let path = self.path(hash);
        let is_settled = is_settled(&fs::metadata(&path).await?, now);
        if is_settled {
            fs::remove_file(path).await?;
        }
        Ok(is_settled)
    }

    /// Whether a file is there.
    pub(crate) async fn holds(&self, hash: &str) -> std::io::Result<bool> {
        fs::try_exists(self.path(hash)).await
    }

    /// Begins a file under a name nobody else uses.
    pub(crate) async fn begin(&self, unique: &str) -> std::io::Result<Incoming> {
        let path = self.root.join("incoming").join(unique);
        let file = File::create_new(&path).await?;
        Ok(Incoming { file, path, hasher: Sha256::new(), bytes: 0, is_kept: false })
    }

    /// Bytes that the program may still write to the disk.
    pub(crate) async fn free_space(&self) -> std::io::Result<u64> {
        let root = self.root.clone();
        let told = tokio::task::spawn_blocking(move || rustix::fs::statvfs(&root)).await;
        let told = told.map_err(std::io::Error::other)??;
        Ok(told.f_bavail.saturating_mul(told.f_frsize))
    }

    /// Where a file lies.
    pub(crate) fn path(&self, hash: &str) -> PathBuf {
        let shelf = hash.get(..2).unwrap_or("00");
        self.root.join(shelf).join(hash)
    }
}

/// Creates a folder and its parents, accessible only to the program's user. An existing folder is unchanged.
pub(crate) async fn make_folder(folder: &Path) -> std::io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).await
}

/// The files of a folder that nobody is writing any more: name and place.
async fn settled(folder: &Path, now: SystemTime) -> std::io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let mut files = fs::read_dir(folder).await?;
    while let Some(file) = files.next_entry().await? {
        let meta = file.metadata().await?;
        if let (true, true, Ok(name)) =
            (meta.is_file(), is_settled(&meta, now), file.file_name().into_string())
        {
            found.push((name, file.path()));
        }
    }
    Ok(found)
}

fn is_settled(meta: &std::fs::Metadata, now: SystemTime) -> bool {
    let age = meta.modified().ok().and_then(|written| now.duration_since(written).ok());
    age.is_some_and(|age| age > SETTLED_AFTER)
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

    /// SHA-256 of what was written so far, hex.
    pub(crate) fn hash(&self) -> String {
        hex::encode(self.hasher.clone().finalize())
    }

    /// All that was written so far.
    pub(crate) async fn read(&mut self) -> std::io::Result<Vec<u8>> {
        self.file.flush().await?;
        fs::read(&self.path).await
    }

    /// Puts the file in its place; when this returns it survives a power cut.
    pub(crate) async fn keep(mut self, blobs: &Blobs) -> std::io::Result<Blob> {
        self.settle().await?;
        let hash = self.hash();
        let place = blobs.path(&hash);
        let shelf = place.parent().unwrap_or(&blobs.root).to_owned();
        make_folder(&shelf).await?;
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
            // Best effort: what stays behind is swept at a later start.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
