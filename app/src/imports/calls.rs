//! What the page of imports asks the server.

use leptos::prelude::*;

use crate::context::Report;
use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::{context::Reports, session::asked};

/// The report of an import that this session made some minutes ago.
#[server(name = ImportReportOf, prefix = "/api", endpoint = "imports/report")]
pub async fn import_report(
    /// Name of the report; empty when there is none to show.
    #[server(default)]
    name: String,
) -> Result<Option<Report>, CallError> {
    let (_, caller) = asked()?;
    if name.is_empty() {
        return Ok(None);
    }
    let Some(Reports(store)) = use_context::<Reports>() else {
        return Ok(None);
    };
    Ok(Some(store.get(caller.session, &name).ok_or(domain::error::Failure::NotFound)?))
}
