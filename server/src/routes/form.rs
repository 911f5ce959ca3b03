//! A form with files, read piece by piece. Limits what the form parser does not: the sender's speed, the
//! number of fields, and how much may come before a field begins. Small pieces are joined first, because the
//! parser searches everything that it holds again with each piece.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::multipart::{Field, MultipartRejection};
use axum::extract::{FromRequest, Multipart, Request};
use bytes::{Bytes, BytesMut};
use domain::error::{Failure, FieldProblem, Problem};
use domain::papers::PAPERS_AT_MOST;
use futures::{Stream, TryStreamExt};
use tokio::time::{Instant, timeout};

use super::papers::in_time;
use crate::places::Pace;
use crate::site::Site;

/// The head of a field takes some hundred bytes; the last block may also hold the beginning of its file.
const BEFORE_A_FIELD_BYTES_AT_MOST: u64 = 16 * 1024;
/// Pieces are joined to blocks of at least this size: half of what may come before a field.
const BLOCK_BYTES: usize = 8 * 1024;
/// Item, level, title, declaration and the name of a file that waits for the declaration.
const TEXT_FIELDS: usize = 5;
/// The largest form has its text fields and the files of one agenda item. One file more is refused with
/// words, and the end of the form is looked for once more.
const FIELDS_AT_MOST: usize = TEXT_FIELDS + PAPERS_AT_MOST + 2;

/// The form of a request.
pub struct Form {
    fields: Multipart,
    /// What may still come in until the next field has begun.
    allowance: Arc<AtomicU64>,
    begun: usize,
}

impl FromRequest<Site> for Form {
    type Rejection = MultipartRejection;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Self::Rejection> {
        let allowance = Arc::new(AtomicU64::new(BEFORE_A_FIELD_BYTES_AT_MOST));
        let pace = site.config.limits.pace;
        let counted = Arc::clone(&allowance);
        let request = request.map(|body| {
            let pieces = body.into_data_stream().map_err(std::io::Error::other);
            let blocks = blocks(paced(pieces, pace));
            Body::from_stream(blocks.and_then(move |block| {
                let left = counted.load(Ordering::Relaxed);
                // One block may hold more than the head of a field, so what counts is whether another block
                // is needed.
                counted.store(left.saturating_sub(block.len() as u64), Ordering::Relaxed);
                let taken = if left == 0 { Err(std::io::Error::other("no field begins")) } else { Ok(block) };
                std::future::ready(taken)
            }))
        });
        Ok(Form { fields: Multipart::from_request(request, site).await?, allowance, begun: 0 })
    }
}

impl Form {
    /// The next field, or none at the end of the form.
    ///
    /// # Errors
    /// When the form is broken, has too many fields, its sender is silent, or no field begins for too long.
    pub async fn next_field(&mut self) -> Result<Option<Field<'_>>, Failure> {
        self.allowance.store(BEFORE_A_FIELD_BYTES_AT_MOST, Ordering::Relaxed);
        self.next(u64::MAX).await
    }

    /// The next field after one that was not read to its end; at most `rest` bytes of that one are read and
    /// discarded.
    ///
    /// # Errors
    /// As for [`Form::next_field`].
    pub async fn next_field_after(&mut self, rest: u64) -> Result<Option<Field<'_>>, Failure> {
        self.allowance.store(rest, Ordering::Relaxed);
        self.next(u64::MAX).await
    }

    async fn next(&mut self, within_the_field: u64) -> Result<Option<Field<'_>>, Failure> {
        if self.begun == FIELDS_AT_MOST {
            let problem = Problem::TooMany(PAPERS_AT_MOST as u32);
            return Err(Failure::Invalid(vec![FieldProblem::new("file", problem)]));
        }
        self.begun += 1;
        let field = in_time(self.fields.next_field()).await;
        self.allowance.store(within_the_field, Ordering::Relaxed);
        field
    }
}

/// Stops with an error when the sender is slower than the pace.
fn paced(
    pieces: impl Stream<Item = std::io::Result<Bytes>> + Send + 'static,
    pace: Pace,
) -> impl Stream<Item = std::io::Result<Bytes>> + Send + 'static {
    let begun = (Box::pin(pieces), 0u64, Duration::ZERO);
    futures::stream::try_unfold(begun, move |(mut pieces, bytes, waited)| async move {
        let began = Instant::now();
        let Ok(piece) = timeout(pace.next_within(bytes, waited), pieces.try_next()).await else {
            return Err(std::io::Error::new(std::io::ErrorKind::TimedOut, "the sender is too slow"));
        };
        let waited = waited + began.elapsed();
        Ok(piece?.map(|piece| {
            let bytes = bytes + piece.len() as u64;
            (piece, (pieces, bytes, waited))
        }))
    })
}

/// Joins small pieces to blocks. A large piece is passed on unchanged.
fn blocks(
    pieces: impl Stream<Item = std::io::Result<Bytes>> + Send + 'static,
) -> impl Stream<Item = std::io::Result<Bytes>> + Send + 'static {
    futures::stream::try_unfold(Some(Box::pin(pieces)), |pieces| async move {
        let Some(mut pieces) = pieces else { return Ok(None) };
        let mut block = BytesMut::new();
        while let Some(piece) = pieces.try_next().await? {
            if block.is_empty() && piece.len() >= BLOCK_BYTES {
                return Ok(Some((piece, Some(pieces))));
            }
            block.extend_from_slice(&piece);
            if block.len() >= BLOCK_BYTES {
                return Ok(Some((block.freeze(), Some(pieces))));
            }
        }
        Ok((!block.is_empty()).then(|| (block.freeze(), None)))
    })
}

#[cfg(test)]
mod tests {
    use futures::{StreamExt, stream};

    use super::*;

    fn pieces(count: usize, bytes: usize) -> impl Stream<Item = std::io::Result<Bytes>> + Send + 'static {
        stream::repeat_with(move || Ok(Bytes::from(vec![b'x'; bytes]))).take(count)
    }

    #[tokio::test]
    async fn the_reader_of_forms_is_handed_few_blocks_however_small_the_pieces() {
        let handed: Vec<Bytes> = blocks(pieces(40_000, 1)).try_collect().await.unwrap();
        assert_eq!(handed.iter().map(Bytes::len).sum::<usize>(), 40_000);
        assert_eq!(handed.len(), 5);
        let large: Vec<Bytes> = blocks(pieces(3, 100_000)).try_collect().await.unwrap();
        assert_eq!(large.len(), 3, "large pieces are not copied together");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_sends_a_byte_a_minute_is_not_waited_for() {
        let every = |seconds, bytes: usize| {
            pieces(1_000, bytes).then(move |piece| async move {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                piece
            })
        };
        let began = Instant::now();
        let idle: std::io::Result<Vec<Bytes>> = paced(every(50, 1), Pace::default()).try_collect().await;
        assert!(idle.is_err());
        assert_eq!(began.elapsed(), Duration::from_secs(60), "its minute is over");
        let weak: Vec<Bytes> = paced(every(10, 25_000), Pace::default()).try_collect().await.unwrap();
        assert_eq!(weak.len(), 1_000, "20 kbit/s is a weak line");
    }
}
