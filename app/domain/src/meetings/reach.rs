//! Whom an invitation reaches. Knows no form of invitation and no database.

use std::collections::BTreeSet;

use super::{Delegation, Meeting, MeetingInput};
use crate::count::Form;
use crate::ids::AgencyId;

/// How many an invitation reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// People invited by name, chair and secretary included.
    pub people: usize,
    /// Agencies that name a delegate later or join as a site; one that does both counts once.
    pub agencies: usize,
}

impl Reach {
    fn of(invited: impl Iterator<Item = Delegation>, sites: impl Iterator<Item = AgencyId>) -> Reach {
        let (mut people, mut agencies) = (BTreeSet::new(), sites.collect::<BTreeSet<AgencyId>>());
        for delegation in invited {
            match delegation {
                Delegation::Person(person) => people.insert(person),
                Delegation::Agency(agency) => agencies.insert(agency),
            };
        }
        Reach { people: people.len(), agencies: agencies.len() }
    }
}

impl MeetingInput {
    /// Whom the invitation of this form would reach.
    pub fn reach(&self) -> Reach {
        let leaders = [&self.chair, &self.secretary].into_iter();
        let leaders = leaders.filter_map(|id| id.parse().ok()).map(Delegation::Person);
        let delegates = self.delegates.iter().filter_map(|code| Delegation::parse(code));
        let has_sites = self.form != Form::InPerson.code();
        let sites = self.sites.iter().filter_map(|id| id.parse().ok()).filter(|_| has_sites);
        Reach::of(leaders.chain(delegates), sites)
    }
}

impl Meeting {
    /// Whom the invitation of this meeting reaches.
    pub fn reach(&self) -> Reach {
        let invited = self.participants.iter().map(|of| match &of.person {
            Some(person) => Delegation::Person(person.id),
            None => Delegation::Agency(of.agency.id),
        });
        Reach::of(invited, self.sites.iter().map(|site| site.agency.id))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn everybody_is_reached_once_however_they_are_invited() {
        let [one, two, office] = [1, 2, 3].map(|n| Uuid::from_u128(n).to_string());
        let input = MeetingInput {
            form: "hybrid".into(),
            chair: one.clone(),
            secretary: String::new(),
            delegates: vec![
                format!("p-{one}"),
                format!("p-{two}"),
                format!("a-{office}"),
                format!("a-{office}"),
                "x".into(),
            ],
            sites: vec![office, two],
            ..MeetingInput::default()
        };
        assert_eq!(input.reach(), Reach { people: 2, agencies: 2 });
        let in_person = MeetingInput { form: "in_person".into(), ..input };
        assert_eq!(in_person.reach(), Reach { people: 2, agencies: 1 }, "nobody joins a room online");
    }
}
