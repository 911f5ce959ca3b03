//! A file of rows on its way in. It is written to the disk piece by piece and read into memory only when its turn has come, so
//! that slow senders hold neither memory nor the turn of others.

use domain::access::Caller;
use domain::error::{Outcome, Refusal};
use domain::imports::{IMPORT_MIB_AT_MOST, ImportKind};

use super::permit_somewhere;
use crate::Backend;
use crate::blobs::Incoming;
use crate::stop::Done;

/// A file of rows that is being sent. Dropping it leaves nothing behind.
#[derive(Debug)]
pub struct ArrivingRows {
    backend: Backend,
    incoming: Incoming,
}

impl Backend {
    /// Begins to take in a file of rows.
    ///
    /// # Errors
    /// `Forbidden`; `Refused(DiskFull)`.
    pub async fn begin_rows(&self, caller: &Caller, kind: ImportKind) -> Outcome<ArrivingRows> {
        self.outcome(begin(self, caller, kind).await)
    }
}

async fn begin(backend: &Backend, caller: &Caller, kind: ImportKind) -> Done<ArrivingRows> {
    permit_somewhere(caller, kind)?;
    backend.keep_reserve().await?;
    let incoming = backend.blobs().begin(&backend.entropy().id(caller.now).to_string()).await?;
    Ok(ArrivingRows { backend: backend.clone(), incoming })
}

impl ArrivingRows {
    /// Takes the next bytes.
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

    /// The whole file.
    ///
    /// # Errors
    /// `Refused(EmptyFile)`.
    pub async fn read(mut self) -> Outcome<Vec<u8>> {
        let read = self.incoming.read().await;
        let bytes = self.backend.outcome(read.map_err(Into::into))?;
        if bytes.is_empty() { Err(Refusal::EmptyFile.into()) } else { Ok(bytes) }
    }
}
