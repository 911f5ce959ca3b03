//! Where several nodes share the database, all pages of a meeting meet at one of them: the one that says so in the
//! database, from its first page to its last. Without an address of its own a node is the only one and asks nobody.

use std::sync::OnceLock;

use backend::{Host, Lost};
use domain::error::Failure;
use domain::ids::MeetingId;
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio_rustls::TlsConnector;
use url::Url;

use super::{Hub, Visit};
use crate::outward;

/// This program among the others of its database.
pub(super) struct Node {
    /// Where the others reach it.
    address: String,
    /// Held while a meeting is asked for, kept or given up, so that what the database says and the open rooms agree.
    turn: Mutex<()>,
    tls: OnceLock<Result<TlsConnector, String>>,
}

impl Node {
    pub(super) fn new(url: &Url) -> Node {
        let address = url.as_str().trim_end_matches('/').to_owned();
        Node { address, turn: Mutex::default(), tls: OnceLock::new() }
    }

    /// What encrypts the way to another node, where its address asks for that.
    pub(super) fn tls(&self, other: &Url) -> Result<Option<&TlsConnector>, String> {
        if other.scheme() != "https" {
            return Ok(None);
        }
        self.tls.get_or_init(outward::connector).as_ref().map(Some).map_err(Clone::clone)
    }
}

/// Where a page meets the others.
pub(super) enum Meets {
    /// Here; it has entered.
    Here(Visit),
    /// At another node's address.
    At(String),
}

impl Hub {
    pub(super) fn node(&self) -> Option<&Node> {
        self.0.node.as_ref()
    }

    /// A page wants to look at a meeting: where that is done. A host that was found `lost` may be replaced.
    pub(super) async fn meet(&self, meeting: MeetingId, lost: Option<Lost<'_>>) -> Result<Meets, Failure> {
        let Some(node) = self.node() else { return Ok(Meets::Here(self.enter(meeting))) };
        if let Some(visit) = self.enter_open(meeting) {
            return Ok(Meets::Here(visit));
        }
        let _turn = node.turn.lock().await;
        let now = self.0.clock.now();
        Ok(match self.0.backend.host(meeting, &node.address, lost, now).await? {
            Host::Here => Meets::Here(self.enter(meeting)),
            Host::At(other) => Meets::At(other),
        })
    }

    /// Says again which meetings are hosted here. Pages of one that another node hosts meanwhile are told to come back:
    /// they meet there.
    pub async fn go_on_hosting(&self) {
        let Some(node) = self.node() else { return };
        let _turn = node.turn.lock().await;
        let hosted: Vec<MeetingId> = self.rooms().keys().copied().collect();
        match self.0.backend.go_on_hosting(&hosted, &node.address, self.0.clock.now()).await {
            Ok(lost) => lost.into_iter().for_each(|meeting| self.move_away(meeting)),
            Err(failure) => tracing::warn!(?failure, "it was not said which meetings are hosted here"),
        }
    }

    fn move_away(&self, meeting: MeetingId) {
        let room = self.rooms().remove(&meeting);
        if let Some(room) = room {
            tracing::warn!("another node hosts a meeting that was hosted here; its pages are sent there");
            room.move_away();
        }
    }

    /// Nobody here looks at a meeting any more.
    pub(super) fn left(&self, meeting: MeetingId) {
        // Without a runtime the program has ended, and has given up everything.
        let (Some(_), Ok(runtime)) = (self.node(), Handle::try_current()) else { return };
        let hub = self.clone();
        runtime.spawn(async move {
            let Some(node) = hub.node() else { return };
            let _turn = node.turn.lock().await;
            if !hub.rooms().contains_key(&meeting) {
                hub.stop_hosting(node, Some(meeting)).await;
            }
        });
    }

    /// The program ends: whoever comes back meets elsewhere.
    pub(super) async fn host_nothing(&self) {
        let Some(node) = self.node() else { return };
        let _turn = node.turn.lock().await;
        self.stop_hosting(node, None).await;
    }

    async fn stop_hosting(&self, node: &Node, meeting: Option<MeetingId>) {
        if let Err(failure) = self.0.backend.stop_hosting(meeting, &node.address).await {
            // The others find out when nobody answers here.
            tracing::warn!(?failure, "it was not said that a meeting is hosted here no more");
        }
    }
}
