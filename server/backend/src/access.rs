//! The backend's side of permission: the one question every use case asks, and the agencies a list may reach.
//! Knows no rule of its own; `domain::access` decides.

use chrono::{DateTime, Utc};
use domain::access::{Action, Caller, Grant, Role, Scope, permits};
use domain::agencies::AgencyRef;
use domain::error::Failure;
use domain::ids::{AgencyId, PersonId, SessionId};
use uuid::Uuid;

use crate::Backend;
use crate::agencies::subtree_pattern;
use crate::db::Q;
use crate::stop::{Done, Stop};

/// Refuses with `Forbidden` unless the caller may do this.
pub(crate) fn permit(caller: &Caller, action: Action, scope: Scope<'_>) -> Done<()> {
    if caller.may(action, scope) { Ok(()) } else { Err(Stop::Failure(Failure::Forbidden)) }
}

/// Refuses with `Forbidden` who may do this nowhere: before work that waits for a turn.
pub(crate) fn permit_somewhere(caller: &Caller, action: Action) -> Done<()> {
    let nowhere = Within::Subtrees(Vec::new());
    if Within::of(caller, action) == nowhere { Err(Stop::Failure(Failure::Forbidden)) } else { Ok(()) }
}

/// Whose file is looked into.
pub(crate) fn sender(caller: &Caller) -> foreign::Sender {
    foreign::Sender { person: caller.person.0.as_u128(), office: caller.office().0.as_u128() }
}

/// The caller as a row that other rows point to; none for the program itself.
pub(crate) fn person(caller: &Caller) -> Option<PersonId> {
    (!caller.person.0.is_nil()).then_some(caller.person)
}

/// The agencies in which a caller may do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Within {
    /// All of them.
    Everywhere,
    /// These and all below them; nowhere when empty.
    Subtrees(Vec<AgencyId>),
    /// Some with all below them, and some by themselves.
    Mixed {
        /// Those with all below them.
        subtrees: Vec<AgencyId>,
        /// Those by themselves.
        alone: Vec<AgencyId>,
    },
}

impl Within {
    /// Where the caller's roles allow an action.
    pub(crate) fn of(caller: &Caller, action: Action) -> Within {
        let allows = |grant: &Grant, path: &[AgencyId]| permits(&[*grant], action, Scope::Agency(path));
        if caller.grants.iter().any(|grant| allows(grant, &[])) {
            return Within::Everywhere;
        }
        let granted = caller.grants.iter().filter(|grant| allows(grant, &[grant.agency]));
        let any_below = AgencyId(Uuid::max());
        let (subtrees, alone): (Vec<&Grant>, Vec<&Grant>) =
            granted.partition(|grant| allows(grant, &[grant.agency, any_below]));
        let agencies = |grants: Vec<&Grant>| {
            let mut agencies: Vec<AgencyId> = grants.into_iter().map(|grant| grant.agency).collect();
            agencies.sort();
            agencies.dedup();
            agencies
        };
        match (agencies(subtrees), agencies(alone)) {
            (subtrees, alone) if alone.is_empty() => Within::Subtrees(subtrees),
            (subtrees, alone) => Within::Mixed { subtrees, alone },
        }
    }

    /// Whether an agency of this path lies within.
    pub(crate) fn holds(&self, path: &[AgencyId]) -> bool {
        match self {
            Within::Everywhere => true,
            Within::Subtrees(agencies) => agencies.iter().any(|agency| path.contains(agency)),
            Within::Mixed { subtrees, alone } => {
                subtrees.iter().any(|agency| path.contains(agency))
                    || path.last().is_some_and(|agency| alone.contains(agency))
            }
        }
    }

    /// A condition on a column of agency identifiers; the values are bound to the statement.
    pub(crate) fn condition(&self, q: &mut Q, column: &str) -> String {
        match self {
            Within::Everywhere => "1 = 1".into(),
            Within::Subtrees(agencies) if agencies.is_empty() => "1 = 0".into(),
            Within::Subtrees(agencies) => {
                let paths: Vec<String> = agencies
                    .iter()
                    .map(|agency| format!("path LIKE {}", q.place(subtree_pattern(*agency))))
                    .collect();
                format!("{column} IN (SELECT id FROM agency WHERE {})", paths.join(" OR "))
            }
            Within::Mixed { subtrees, alone } => {
                let below = Within::Subtrees(subtrees.clone()).condition(q, column);
                let alone: Vec<String> = alone.iter().map(|agency| q.place(*agency)).collect();
                format!("({below} OR {column} IN ({}))", alone.join(", "))
            }
        }
    }
}

impl Backend {
    /// The program itself as a caller: for the command line on the machine, which needs no sign-in.
    pub fn system_caller(&self, now: DateTime<Utc>) -> Caller {
        let nobody = AgencyId(Uuid::nil());
        Caller {
            person: PersonId(Uuid::nil()),
            name: "Phiên".into(),
            position: String::new(),
            agency: AgencyRef { id: nobody, code: String::new(), short_name: String::new() },
            line: Vec::new(),
            grants: vec![Grant { role: Role::SystemAdministrator, agency: nobody }],
            session: SessionId(Uuid::nil()),
            now,
        }
    }
}
