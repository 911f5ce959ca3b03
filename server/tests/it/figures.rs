//! The shape in which figures are printed is a contract with those who read them.

use domain::agencies::AgencyRef;
use domain::count::{Counterpart, CounterpartTally, HybridCounts, Tally};
use domain::figures::{BaseFigures, Figures, Previous, PreviousSource, Reach};
use domain::period::{Period, Window};
use domain::targets::{Fraction, Targets};
use server::figures_json::Printed;

fn report() -> Figures {
    let window = Window { from: "2026-01-01".parse().unwrap(), to: "2026-12-31".parse().unwrap() };
    let conferences = BaseFigures {
        tally: Tally {
            held: 5,
            in_person: 2,
            online: 2,
            hybrid: 1,
            hybrid_online: 1,
            counted_online: 3,
            exceeded: 1,
            cancelled: 2,
            postponed: 3,
        },
        share: Fraction::new(3, 5),
        share_strict: Fraction::new(2, 5),
        share_met: Some(true),
        previous: Previous {
            held: 4,
            source: PreviousSource::Mixed,
            held_own: 0,
            missing: vec!["03646".into()],
            documents: vec!["Báo cáo năm 2025".into()],
        },
        held_compared: 5,
        reduction: Fraction::new(-1, 4),
        reduction_met: Some(false),
        ceiling: Some(3),
        in_person_left: 0,
        online_needed: 0,
    };
    let nothing = BaseFigures {
        tally: Tally::default(),
        share: None,
        share_strict: None,
        share_met: None,
        previous: Previous {
            held: 0,
            held_own: 0,
            source: PreviousSource::None,
            missing: vec![],
            documents: vec![],
        },
        held_compared: 0,
        reduction: None,
        reduction_met: None,
        ceiling: None,
        in_person_left: 0,
        online_needed: 0,
    };
    Figures {
        has_ended: true,
        agency: AgencyRef {
            id: "0190f0c0-0000-7000-8000-000000000001".parse().unwrap(),
            code: "SNV".into(),
            short_name: "Sở Nội vụ".into(),
        },
        agency_name: "Sở Nội vụ".into(),
        reach: Reach::Subtree,
        period: Period::CalendarYear(2026),
        window,
        hybrid: HybridCounts::OnlineWhenConnected,
        targets: Targets::default(),
        conferences,
        all: nothing,
        by_counterpart: vec![(
            Counterpart::Communes,
            CounterpartTally { organised_online: 8, attended: 7, attended_online: 6 },
        )],
        by_part: vec![],
        by_agency: vec![],
    }
}

#[test]
fn figures_are_printed_in_the_agreed_shape() {
    let expected = r#"{
  "agency": "SNV",
  "scope": "subtree",
  "from": "2026-01-01",
  "to": "2026-12-31",
  "conferences": {
    "held": 5,
    "in_person": 2,
    "online": 2,
    "hybrid": 1,
    "hybrid_online": 1,
    "counted_online": 3,
    "share": {
      "num": 3,
      "den": 5
    },
    "share_strict": {
      "num": 2,
      "den": 5
    },
    "share_met": true,
    "previous": {
      "held": 4,
      "source": "mixed",
      "missing": [
        "03646"
      ]
    },
    "reduction": {
      "num": -1,
      "den": 4
    },
    "reduction_met": false,
    "ceiling": 3,
    "exceeded": 1,
    "cancelled": 2,
    "postponed": 3
  },
  "all": {
    "held": 0,
    "in_person": 0,
    "online": 0,
    "hybrid": 0,
    "hybrid_online": 0,
    "counted_online": 0,
    "share": null,
    "share_strict": null,
    "share_met": null,
    "previous": {
      "held": 0,
      "source": "none",
      "missing": []
    },
    "reduction": null,
    "reduction_met": null,
    "ceiling": null,
    "exceeded": 0,
    "cancelled": 0,
    "postponed": 0
  },
  "by_counterpart": {
    "communes": {
      "organised_online": 8,
      "attended": 7,
      "attended_online": 6
    }
  }
}"#;
    assert_eq!(serde_json::to_string_pretty(&Printed::of(&report())).unwrap(), expected);
}
