//! What the page of imports asks the server.

use domain::rules::KindRef;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::context::Report;
use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::{context::Reports, session::asked};

/// What the page shows besides its form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The report of an import, when there is one.
    pub report: Option<Report>,
    /// The kinds of meetings that a file may name, each once.
    pub kinds: Vec<KindRef>,
}

/// The report of an import that this session made some minutes ago, and the words that files take.
#[server(name = ImportReportOf, prefix = "/api", endpoint = "imports/report")]
pub async fn import_report(
    /// Name of the report; empty when there is none to show.
    #[server(default)]
    name: String,
) -> Result<Told, CallError> {
    let (services, caller) = asked()?;
    let rules = services.rules.list(&caller).await?;
    let kinds: Vec<KindRef> = domain::rules::kinds(&rules).into_iter().cloned().collect();
    if name.is_empty() {
        return Ok(Told { report: None, kinds });
    }
    let Some(Reports(store)) = use_context::<Reports>() else {
        return Ok(Told { report: None, kinds });
    };
    let report = store.get(caller.session, &name).ok_or(domain::error::Failure::NotFound)?;
    Ok(Told { report: Some(report), kinds })
}
