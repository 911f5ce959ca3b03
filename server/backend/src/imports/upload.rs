//! Receives an import file. It is written to the disk piece by piece and read into memory only when the
//! import begins, so that a slow sender uses neither memory nor the import turn.

use domain::access::Caller;
use domain::error::{Outcome, Refusal};
use domain::imports::{IMPORT_MIB_AT_MOST, ImportKind};

use super::permit_somewhere;
use crate::Backend;
use crate::blobs::Incoming;
use crate::stop::Done;

/// An import file that is still being sent. Dropping it removes the file.
#[derive(Debug)]
pub struct ImportUpload {
    backend: Backend,
    incoming: Incoming,
}

impl Backend {
    /// Begins to receive an import file.
    ///
    /// # Errors
    /// `Forbidden`; `Refused(DiskFull)`.
    pub async fn begin_import_upload(&self, caller: &Caller, kind: ImportKind) -> Outcome<ImportUpload> {
        self.outcome(begin(self, caller, kind).await)
    }
}

async fn begin(backend: &Backend, caller: &Caller, kind: ImportKind) -> Done<ImportUpload> {
    permit_somewhere(caller, kind)?;
    backend.keep_reserve().await?;
    let incoming = backend.blobs().begin(&backend.entropy().id(caller.now).to_string()).await?;
    Ok(ImportUpload { backend: backend.clone(), incoming })
}

impl ImportUpload {
    /// Appends bytes to the file.
    ///
    /// # Errors
    /// `Refused(TooLarge)` as soon as the limit is passed.
    pub async fn write(&mut self, chunk: &[u8]) -> Outcome<()> {
        if self.incoming.bytes() + chunk.len() as u64 > IMPORT_MIB_AT_MOST * 1024 * 1024 {
            return Err(Refusal::TooLarge { limit_mib: IMPORT_MIB_AT_MOST }.into());
        }
        let written = self.incoming.write(chunk).await;
        self.backend.outcome(written.map_err(Into::into))
    }

    /// Reads the whole file into memory.
    ///
    /// # Errors
    /// `Refused(EmptyFile)`.
    pub async fn read(mut self) -> Outcome<Vec<u8>> {
        let read = self.incoming.read().await;
        let bytes = self.backend.outcome(read.map_err(Into::into))?;
        if bytes.is_empty() { Err(Refusal::EmptyFile.into()) } else { Ok(bytes) }
    }
}
