//! Drains the rest of a request body after the answer. Closing a connection with unread bytes resets it, and
//! the client would lose the answer that explains the refusal.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};

/// Most bytes drained: what a client on a fast line sends in a second, before it reads the answer.
const BYTES_AT_MOST: u64 = 16 * 1024 * 1024;
/// Longest time to drain a body. The client has read the answer by then.
const SECONDS_AT_MOST: Duration = Duration::from_secs(5);

/// A request body. If it is dropped before its end, a task drains the rest.
#[derive(Debug)]
pub(crate) struct DrainedBody(Option<Incoming>);

impl DrainedBody {
    pub(crate) fn new(body: Incoming) -> DrainedBody {
        DrainedBody(Some(body))
    }
}

impl Body for DrainedBody {
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

impl Drop for DrainedBody {
    fn drop(&mut self) {
        let Some(body) = self.0.take().filter(|body| !body.is_end_stream()) else { return };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(tokio::time::timeout(SECONDS_AT_MOST, drain(body)));
        }
    }
}

async fn drain(mut body: Incoming) {
    let mut left = BYTES_AT_MOST;
    while let Some(Ok(frame)) = body.frame().await {
        let bytes = frame.data_ref().map_or(0, Bytes::len) as u64;
        left = left.saturating_sub(bytes);
        if left == 0 {
            return;
        }
    }
}
