//! A form with files, read piece by piece. Bounds what the reader of forms does not: how much may come before the next
//! field begins, for it searches all that it holds anew with every piece.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::extract::multipart::{Field, MultipartRejection};
use axum::extract::{FromRequest, Multipart, Request};
use domain::error::Failure;
use futures::{StreamExt, TryStreamExt};

use super::papers::in_time;

/// The head of a field takes some hundred bytes; a piece of the line may hold the beginning of its file as well.
const BEFORE_A_FIELD_BYTES_AT_MOST: u64 = 1024 * 1024;

/// The form of a request.
pub struct Form {
    fields: Multipart,
    /// What may still come in until the next field has begun.
    allowance: Arc<AtomicU64>,
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = MultipartRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let allowance = Arc::new(AtomicU64::new(BEFORE_A_FIELD_BYTES_AT_MOST));
        let counted = Arc::clone(&allowance);
        let request = request.map(|body| {
            let pieces = body.into_data_stream().map_err(std::io::Error::other);
            Body::from_stream(pieces.map(move |piece| {
                let (piece, left) = (piece?, counted.load(Ordering::Relaxed));
                if left == 0 {
                    return Err(std::io::Error::other("no field begins"));
                }
                // One piece may hold more than the head of a field: what counts is whether another is needed.
                counted.store(left.saturating_sub(piece.len() as u64), Ordering::Relaxed);
                Ok(piece)
            }))
        });
        Ok(Form { fields: Multipart::from_request(request, state).await?, allowance })
    }
}

impl Form {
    /// The next field, or none at the end of the form.
    ///
    /// # Errors
    /// When the form is broken, its sender silent, or no field begins for too long.
    pub async fn next_field(&mut self) -> Result<Option<Field<'_>>, Failure> {
        self.allowance.store(BEFORE_A_FIELD_BYTES_AT_MOST, Ordering::Relaxed);
        self.next(u64::MAX).await
    }

    /// The next field after one that was not read to its end; so many bytes of that one are read and thrown away.
    ///
    /// # Errors
    /// As for [`Form::next_field`].
    pub async fn next_field_after(&mut self, rest: u64) -> Result<Option<Field<'_>>, Failure> {
        self.allowance.store(rest, Ordering::Relaxed);
        self.next(u64::MAX).await
    }

    async fn next(&mut self, within_the_field: u64) -> Result<Option<Field<'_>>, Failure> {
        let field = in_time(self.fields.next_field()).await;
        self.allowance.store(within_the_field, Ordering::Relaxed);
        field
    }
}
