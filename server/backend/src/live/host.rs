//! Which of several nodes hosts a meeting while it is looked at, so that all its pages meet there. A node says so for a
//! while, and says it again before that is over. Knows nodes by their addresses and connects to none.

use chrono::{DateTime, TimeDelta, Utc};
use domain::error::{Failure, Outcome};
use domain::ids::MeetingId;

use crate::Backend;
use crate::db::{BINDS_AT_MOST, Tx, places, q};
use crate::stop::Done;

/// A node that has not said for so long that it hosts a meeting does so no more: three turns of saying it.
const HOSTED_FOR: TimeDelta = TimeDelta::seconds(45);

/// A host that does not answer another node, and has not said for so long that it goes on, is gone: three turns of saying it.
/// One that has said it lately is only slow, and keeps its meetings.
const UNHEARD_FOR: TimeDelta = TimeDelta::seconds(15);

/// How a node found the host that it could not pass a page on to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost<'n> {
    /// Nothing listens at its address.
    Gone(&'n str),
    /// It did not answer, which may only be slowness.
    Silent(&'n str),
}

/// Who hosts a meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// The node that asked.
    Here,
    /// Another one, at its address.
    At(String),
}

impl Backend {
    /// A node wants to host a meeting. It does when nobody else does any more, or when who does is `lost`, as this node has
    /// found: gone, or silent and not heard of for fifteen seconds. Of several that want to at once exactly one does.
    ///
    /// # Errors
    /// `NotFound` when there is no such meeting.
    pub async fn host(
        &self,
        meeting: MeetingId,
        node: &str,
        lost: Option<Lost<'_>>,
        now: DateTime<Utc>,
    ) -> Outcome<Host> {
        self.outcome(host(self, meeting, node, lost, now).await)
    }

    /// A node goes on hosting meetings; gives those that another one hosts meanwhile.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn go_on_hosting(
        &self,
        meetings: &[MeetingId],
        node: &str,
        now: DateTime<Utc>,
    ) -> Outcome<Vec<MeetingId>> {
        self.outcome(go_on(self, meetings, node, now).await)
    }

    /// A node hosts a meeting no more, or none at all.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn stop_hosting(&self, meeting: Option<MeetingId>, node: &str) -> Outcome<()> {
        self.outcome(stop(self, meeting, node).await)
    }
}

async fn host(
    backend: &Backend,
    meeting: MeetingId,
    node: &str,
    lost: Option<Lost<'_>>,
    now: DateTime<Utc>,
) -> Done<Host> {
    let mut tx = backend.db().begin().await?;
    let host = claim(&mut tx, meeting, node, lost, now).await?;
    tx.commit().await?;
    Ok(host.ok_or(Failure::NotFound)?)
}

/// None when there is no such meeting. Whoever comes second waits for the row, and then finds it taken.
async fn claim(
    tx: &mut Tx,
    meeting: MeetingId,
    node: &str,
    lost: Option<Lost<'_>>,
    now: DateTime<Utc>,
) -> Done<Option<Host>> {
    let (gone, silent) = match lost {
        Some(Lost::Gone(other)) => (other, node),
        Some(Lost::Silent(other)) => (node, other),
        None => (node, node),
    };
    let is_here =
        q("INSERT INTO live_host (meeting_id, node, until) SELECT id, $2, $3 FROM meeting WHERE id = $1 \
                     ON CONFLICT (meeting_id) DO UPDATE SET node = excluded.node, until = excluded.until \
                     WHERE live_host.node IN (excluded.node, $5) OR live_host.until < $4 \
                       OR (live_host.node = $6 AND live_host.until < $7)")
        .bind(meeting)
        .bind(node)
        .bind(now + HOSTED_FOR)
        .bind(now)
        .bind(gone)
        .bind(silent)
        .bind(now + HOSTED_FOR - UNHEARD_FOR)
        .run(&mut *tx)
        .await?
            == 1;
    if is_here {
        return Ok(Some(Host::Here));
    }
    let other: Option<(String,)> =
        q("SELECT node FROM live_host WHERE meeting_id = $1").bind(meeting).optional(tx).await?;
    Ok(other.map(|(node,)| Host::At(node)))
}

async fn go_on(
    backend: &Backend,
    meetings: &[MeetingId],
    node: &str,
    now: DateTime<Utc>,
) -> Done<Vec<MeetingId>> {
    let mut lost = Vec::new();
    for some in meetings.chunks(BINDS_AT_MOST - 2) {
        let mut tx = backend.db().begin().await?;
        let list = places(3, some.len());
        let kept = q(format!("UPDATE live_host SET until = $2 WHERE node = $1 AND meeting_id IN ({list})"))
            .bind(node)
            .bind(now + HOSTED_FOR)
            .bind_all(some.iter().copied())
            .run(&mut tx)
            .await?;
        tx.commit().await?;
        if usize::try_from(kept).is_ok_and(|kept| kept == some.len()) {
            continue;
        }
        // Each by itself: of two nodes that ask for the same ones, neither holds what the other waits for.
        for meeting in some {
            let mut tx = backend.db().begin().await?;
            if let Some(Host::At(_)) = claim(&mut tx, *meeting, node, None, now).await? {
                lost.push(*meeting);
            }
            tx.commit().await?;
        }
    }
    Ok(lost)
}

async fn stop(backend: &Backend, meeting: Option<MeetingId>, node: &str) -> Done<()> {
    let mut tx = backend.db().begin().await?;
    let mut statement = q("DELETE FROM live_host WHERE node = $1").bind(node);
    if let Some(meeting) = meeting {
        let place = statement.place(meeting);
        statement.push(&format!(" AND meeting_id = {place}"));
    }
    statement.run(&mut tx).await?;
    Ok(tx.commit().await?)
}
