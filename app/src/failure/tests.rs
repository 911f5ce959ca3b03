use super::*;

#[test]
fn a_failure_survives_the_wire() {
    let failure = CallError(Failure::Refused(Refusal::WaitBeforeSignIn { seconds: 8 }));
    assert_eq!(CallError::de(failure.ser()), failure);
}

#[test]
fn an_over_long_meeting_is_told_its_limit_and_what_fits() {
    let morning = domain::time::Sitting::new(
        "2026-06-16".parse().unwrap(),
        "07:30:00".parse().unwrap(),
        "11:30:00".parse::<chrono::NaiveTime>().unwrap(),
    )
    .unwrap();
    let refusal = Refusal::TooLong {
        kind_vi: "Hội nghị quán triệt, triển khai".into(),
        kind_en: "Dissemination conference".into(),
        sessions: 2,
        limit: 1,
        source: "KL 226".into(),
        fits: vec![vec![morning]],
    };
    let Described { title, body, fits } = describe(&refusal.into());
    assert!(title.contains("quán triệt") && body.contains("2 buổi") && body.contains("KL 226"), "{body}");
    assert_eq!(fits, ["Thứ Ba, 16/6, 07:30–11:30"]);
}
