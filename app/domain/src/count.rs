//! Counting: which meetings a figure counts. One predicate serves the totals and the lists behind them, so a
//! number and the list it opens cannot disagree. Source: domain rules on counting; S3 I.2 and II.4; S0.
//! Knows nothing of dates: the window is chosen by the caller, by the local date of the first sitting.

use serde::{Deserialize, Serialize};

/// The two bases that are always reported together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// Conferences only (S3 I.2).
    Conferences,
    /// Conferences and meetings (S3 II.4).
    All,
}

impl Base {
    /// Both, conferences first.
    pub const BOTH: [Base; 2] = [Base::Conferences, Base::All];
}

/// What a kind of meeting counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Hội nghị: the narrow thing that the targets count.
    Conference,
    /// Cuộc họp: everything else that meets.
    Meeting,
}

/// How people take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Trực tiếp.
    InPerson,
    /// Trực tuyến.
    Online,
    /// Kết hợp.
    Hybrid,
}

/// Whether the agency held the meeting or only took part (S0: six with the ministries).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Held by the agency; enters the share and the reduction.
    Organised,
    /// Only attended; reported apart.
    Attended,
}

/// With whom the agency meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counterpart {
    /// Within the agency.
    Internal,
    /// With communes and wards.
    Communes,
    /// With departments of the province.
    Departments,
    /// With central ministries.
    Ministries,
    /// With the People.
    People,
}

impl Counterpart {
    /// In the order of reports.
    pub const ALL: [Counterpart; 5] =
        [Self::Internal, Self::Communes, Self::Departments, Self::Ministries, Self::People];
}

/// What became of a meeting, as far as counting cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Draft, scheduled or under way: counted nowhere yet.
    Pending,
    /// It was held.
    Held,
    /// It was cancelled.
    Cancelled,
    /// It was postponed and has no new date yet.
    Postponed,
}

macro_rules! codes {
    ($($ty:ident { $($variant:ident = $code:literal),+ $(,)? })+) => {$(
        impl $ty {
            /// The code in tables, links and files.
            pub const fn code(self) -> &'static str { match self { $(Self::$variant => $code),+ } }
            /// Reads a code; `None` for any other word.
            pub fn parse(code: &str) -> Option<Self> { match code { $($code => Some(Self::$variant),)+ _ => None } }
        }
    )+};
}

codes! {
    Base { Conferences = "conferences", All = "all" }
    Scope { Conference = "conference", Meeting = "meeting" }
    Form { InPerson = "in_person", Online = "online", Hybrid = "hybrid" }
    Side { Organised = "organised", Attended = "attended" }
    HybridCounts { OnlineWhenConnected = "online_when_connected", InPerson = "in_person" }
    Counterpart { Internal = "internal", Communes = "communes", Departments = "departments", Ministries = "ministries", People = "people" }
    Outcome { Pending = "pending", Held = "held", Cancelled = "cancelled", Postponed = "postponed" }
}

/// All that counting needs to know of one meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Facts {
    /// Conference or meeting, by its kind.
    pub scope: Scope,
    /// In person, online or hybrid.
    pub form: Form,
    /// At least one site outside the main one was really connected.
    pub is_connected: bool,
    /// Organised or attended.
    pub side: Side,
    /// With whom.
    pub counterpart: Counterpart,
    /// Held, cancelled, postponed or none of them yet.
    pub outcome: Outcome,
    /// Its actual length went over the limit of its kind.
    pub has_exceeded: bool,
}

/// The setting that says how a hybrid meeting counts. Shown beside every figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HybridCounts {
    /// As online once at least one outside site was really connected.
    OnlineWhenConnected,
    /// Always as in person.
    InPerson,
}

/// A number that a report shows, and the name of the list behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Held and organised.
    Held,
    /// … in person.
    InPerson,
    /// … online.
    Online,
    /// … hybrid.
    Hybrid,
    /// … hybrid, with an outside site connected.
    HybridOnline,
    /// … counted as online under the setting.
    CountedOnline,
    /// … over the limit of its kind.
    Exceeded,
    /// Organised and cancelled.
    Cancelled,
    /// Organised and postponed.
    Postponed,
    /// Held, organised, counted as online, with this counterpart.
    OrganisedOnline(Counterpart),
    /// Held and attended, with this counterpart.
    Attended(Counterpart),
    /// Held and attended online, with this counterpart.
    AttendedOnline(Counterpart),
}

impl What {
    /// The code used in links: `held`, `counted_online`, `attended-communes`.
    pub fn code(self) -> String {
        match self {
            What::Held => "held".into(),
            What::InPerson => "in_person".into(),
            What::Online => "online".into(),
            What::Hybrid => "hybrid".into(),
            What::HybridOnline => "hybrid_online".into(),
            What::CountedOnline => "counted_online".into(),
            What::Exceeded => "exceeded".into(),
            What::Cancelled => "cancelled".into(),
            What::Postponed => "postponed".into(),
            What::OrganisedOnline(c) => format!("organised_online-{}", c.code()),
            What::Attended(c) => format!("attended-{}", c.code()),
            What::AttendedOnline(c) => format!("attended_online-{}", c.code()),
        }
    }

    /// Every number a report shows.
    pub fn all() -> Vec<What> {
        let mut all = vec![
            What::Held,
            What::InPerson,
            What::Online,
            What::Hybrid,
            What::HybridOnline,
            What::CountedOnline,
            What::Exceeded,
            What::Cancelled,
            What::Postponed,
        ];
        for c in Counterpart::ALL {
            all.extend([What::OrganisedOnline(c), What::Attended(c), What::AttendedOnline(c)]);
        }
        all
    }

    /// Reads a [`What::code`].
    pub fn parse(code: &str) -> Option<What> {
        What::all().into_iter().find(|what| what.code() == code)
    }
}

impl Facts {
    /// Whether the meeting belongs to a base. `All` takes everything.
    pub fn is_in(&self, base: Base) -> bool {
        base == Base::All || self.scope == Scope::Conference
    }

    /// Whether the meeting counts as online under the setting.
    pub fn counts_online(&self, hybrid: HybridCounts) -> bool {
        match self.form {
            Form::Online => true,
            Form::InPerson => false,
            Form::Hybrid => self.is_connected && hybrid == HybridCounts::OnlineWhenConnected,
        }
    }

    /// Whether a number of a report counts this meeting.
    pub fn count_in(&self, what: What, hybrid: HybridCounts) -> bool {
        let organised = self.side == Side::Organised;
        let held = self.outcome == Outcome::Held;
        match what {
            What::Held => organised && held,
            What::InPerson => organised && held && self.form == Form::InPerson,
            What::Online => organised && held && self.form == Form::Online,
            What::Hybrid => organised && held && self.form == Form::Hybrid,
            What::HybridOnline => organised && held && self.form == Form::Hybrid && self.is_connected,
            What::CountedOnline => organised && held && self.counts_online(hybrid),
            What::Exceeded => organised && held && self.has_exceeded,
            What::Cancelled => organised && self.outcome == Outcome::Cancelled,
            What::Postponed => organised && self.outcome == Outcome::Postponed,
            What::OrganisedOnline(c) => {
                organised && held && self.counts_online(hybrid) && self.counterpart == c
            }
            What::Attended(c) => !organised && held && self.counterpart == c,
            What::AttendedOnline(c) => {
                !organised && held && self.counts_online(hybrid) && self.counterpart == c
            }
        }
    }
}

/// Counts of one base in one window.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Held and organised.
    pub held: i64,
    /// … in person.
    pub in_person: i64,
    /// … online.
    pub online: i64,
    /// … hybrid.
    pub hybrid: i64,
    /// … hybrid with an outside site connected.
    pub hybrid_online: i64,
    /// … counted as online.
    pub counted_online: i64,
    /// … over the limit.
    pub exceeded: i64,
    /// Organised and cancelled.
    pub cancelled: i64,
    /// Organised and postponed.
    pub postponed: i64,
}

impl Tally {
    /// Adds `count` meetings with the same facts.
    pub fn add(&mut self, facts: &Facts, count: i64, base: Base, hybrid: HybridCounts) {
        if !facts.is_in(base) {
            return;
        }
        let put = |slot: &mut i64, what| {
            if facts.count_in(what, hybrid) {
                *slot += count;
            }
        };
        put(&mut self.held, What::Held);
        put(&mut self.in_person, What::InPerson);
        put(&mut self.online, What::Online);
        put(&mut self.hybrid, What::Hybrid);
        put(&mut self.hybrid_online, What::HybridOnline);
        put(&mut self.counted_online, What::CountedOnline);
        put(&mut self.exceeded, What::Exceeded);
        put(&mut self.cancelled, What::Cancelled);
        put(&mut self.postponed, What::Postponed);
    }

    /// Adds groups of meetings with the same facts.
    pub fn of<'a>(
        groups: impl IntoIterator<Item = &'a (Facts, i64)>,
        base: Base,
        hybrid: HybridCounts,
    ) -> Tally {
        let mut tally = Tally::default();
        for (facts, count) in groups {
            tally.add(facts, *count, base, hybrid);
        }
        tally
    }
}

/// Counts with one counterpart, over both bases together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounterpartTally {
    /// Held, organised and counted as online.
    pub organised_online: i64,
    /// Held and only attended.
    pub attended: i64,
    /// … of which online.
    pub attended_online: i64,
}

impl CounterpartTally {
    /// Adds groups of meetings with the same facts.
    pub fn of(groups: &[(Facts, i64)], counterpart: Counterpart, base: Base, hybrid: HybridCounts) -> Self {
        let sum = |what| {
            groups.iter().filter(|(f, _)| f.is_in(base) && f.count_in(what, hybrid)).map(|(_, n)| n).sum()
        };
        Self {
            organised_online: sum(What::OrganisedOnline(counterpart)),
            attended: sum(What::Attended(counterpart)),
            attended_online: sum(What::AttendedOnline(counterpart)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(form: Form, connected: bool) -> Facts {
        Facts {
            scope: Scope::Conference,
            form,
            is_connected: connected,
            side: Side::Organised,
            counterpart: Counterpart::Communes,
            outcome: Outcome::Held,
            has_exceeded: false,
        }
    }

    #[test]
    fn hybrid_counts_as_online_only_with_a_connected_site() {
        let rule = HybridCounts::OnlineWhenConnected;
        assert!(held(Form::Hybrid, true).counts_online(rule));
        assert!(!held(Form::Hybrid, false).counts_online(rule));
        assert!(!held(Form::Hybrid, true).counts_online(HybridCounts::InPerson));
        assert!(held(Form::Online, false).counts_online(rule));
    }

    #[test]
    fn attended_meetings_never_enter_the_share() {
        let attended = Facts { side: Side::Attended, ..held(Form::Online, false) };
        let tally = Tally::of(&[(attended, 6)], Base::All, HybridCounts::OnlineWhenConnected);
        assert_eq!(tally, Tally::default());
        let by = CounterpartTally::of(
            &[(attended, 6)],
            Counterpart::Communes,
            Base::All,
            HybridCounts::OnlineWhenConnected,
        );
        assert_eq!(by, CounterpartTally { organised_online: 0, attended: 6, attended_online: 6 });
    }

    #[test]
    fn meetings_stay_out_of_the_conference_base() {
        let meeting = Facts { scope: Scope::Meeting, ..held(Form::Online, false) };
        let groups = [(held(Form::InPerson, false), 2), (meeting, 3)];
        assert_eq!(Tally::of(&groups, Base::Conferences, HybridCounts::OnlineWhenConnected).held, 2);
        assert_eq!(Tally::of(&groups, Base::All, HybridCounts::OnlineWhenConnected).held, 5);
    }

    #[test]
    fn the_three_forms_add_up_to_held() {
        for outcome in [Outcome::Held, Outcome::Cancelled, Outcome::Pending] {
            for form in [Form::InPerson, Form::Online, Form::Hybrid] {
                let tally = Tally::of(
                    &[(Facts { outcome, ..held(form, true) }, 4)],
                    Base::All,
                    HybridCounts::OnlineWhenConnected,
                );
                assert_eq!(tally.held, tally.in_person + tally.online + tally.hybrid);
            }
        }
    }

    #[test]
    fn codes_read_back() {
        for what in What::all() {
            assert_eq!(What::parse(&what.code()), Some(what));
        }
        assert_eq!(What::parse("everything"), None);
    }
}
