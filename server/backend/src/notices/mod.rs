//! Notices in the database: what people are shown until they acknowledge it.
//! Knows no page. A feature writes a notice in the same transaction as the change that the notice reports.

mod account;
mod roles;

use async_trait::async_trait;
use domain::access::Caller;
use domain::error::Outcome;
use domain::ids::{AccountEventId, RoleGivenId};
use domain::notices::{AccountEvent, Notices, RoleGiven};

use crate::Backend;

pub(crate) use account::tell_owner;
pub(crate) use roles::{show_leaders, show_naming};

#[async_trait]
impl Notices for Backend {
    async fn roles_given(&self, caller: &Caller) -> Outcome<Vec<RoleGiven>> {
        self.outcome(roles::given(self, caller).await)
    }

    async fn acknowledge_role(&self, caller: &Caller, id: RoleGivenId) -> Outcome<()> {
        self.outcome(roles::acknowledge(self, caller, id).await)
    }

    async fn account_events(&self, caller: &Caller) -> Outcome<Vec<AccountEvent>> {
        self.outcome(account::events(self, caller).await)
    }

    async fn acknowledge_account(&self, caller: &Caller, newest: AccountEventId) -> Outcome<()> {
        self.outcome(account::acknowledge(self, caller, newest).await)
    }
}
