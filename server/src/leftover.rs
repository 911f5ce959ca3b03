//! What is left of a request's body when its answer is already written: read on for a little and thrown away. A connection
//! that is closed while bytes wait on it is reset, and the sender never sees the answer that was to tell them why.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};

/// What a sender has on the way before it can have read an answer: a second of a fast line.
const BYTES_AT_MOST: u64 = 16 * 1024 * 1024;
/// How long a sender has to notice the answer.
const SECONDS_AT_MOST: Duration = Duration::from_secs(5);

/// A body that is read on when whoever it was for has seen enough.
#[derive(Debug)]
pub(crate) struct Heard(Option<Incoming>);

impl Heard {
    /// The body of a request.
    pub(crate) fn new(body: Incoming) -> Heard {
        Heard(Some(body))
    }
}

impl Body for Heard {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(body) = &mut self.0 else { return Poll::Ready(None) };
        let frame = std::task::ready!(Pin::new(body).poll_frame(context));
        if !matches!(frame, Some(Ok(_))) {
            self.0 = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.0.as_ref().map_or(SizeHint::with_exact(0), Incoming::size_hint)
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        let Some(body) = self.0.take().filter(|body| !body.is_end_stream()) else { return };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(tokio::time::timeout(SECONDS_AT_MOST, throw_away(body)));
        }
    }
}

async fn throw_away(mut body: Incoming) {
    let mut left = BYTES_AT_MOST;
    while let Some(Ok(frame)) = body.frame().await {
        let bytes = frame.data_ref().map_or(0, Bytes::len) as u64;
        left = left.saturating_sub(bytes);
        if left == 0 {
            return;
        }
    }
}
