//! What the reader asks the server. The pages themselves come from a streaming route.

use domain::ids::PaperId;
use domain::papers::Reading;
use leptos::prelude::*;

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::session::asked;

/// Opens a paper.
#[server(prefix = "/api", endpoint = "papers/read")]
pub async fn read_paper(
    /// The paper.
    paper: PaperId,
) -> Result<Reading, CallError> {
    let (services, caller) = asked()?;
    Ok(services.papers.read(&caller, paper).await?)
}
