//! What the reader asks the server. The pages themselves come from a streaming route.

use domain::ids::PaperId;
use domain::papers::Reading;
use leptos::prelude::*;

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::session::asked;

/// What stands around the pages of a paper.
#[server(prefix = "/api", endpoint = "papers/read")]
pub async fn read_paper(
    /// The paper.
    paper: PaperId,
) -> Result<Reading, CallError> {
    let (services, caller) = asked()?;
    Ok(services.papers.read(&caller, paper).await?)
}

/// The caller sees the first page of a paper.
#[server(prefix = "/api", endpoint = "papers/opened")]
pub async fn mark_paper_read(
    /// The paper.
    paper: PaperId,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    Ok(services.papers.mark_read(&caller, paper).await?)
}
