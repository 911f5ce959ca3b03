//! What stands in the form and is nobody yet: a draft keeps it, and it stands in the way of sending.

use domain::access::Role;
use domain::error::{Failure, FieldProblem, Problem};
use domain::meetings::{MeetingInput, Meetings, UNPLACED_BYTES_AT_MOST};

use crate::meetings::briefing;
use crate::support::each_database;

fn unplaced(fields: &[(&str, &str)]) -> MeetingInput {
    let unplaced = fields.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned()));
    MeetingInput { unplaced: unplaced.collect(), ..MeetingInput::default() }
}

#[tokio::test]
async fn a_draft_keeps_what_is_nobody_yet_and_is_not_sent_with_it() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let meetings: &dyn Meetings = &world.backend;
        let typed =
            [("add_list", "Lò Văn Lạ\u{200b}\r\nHai"), ("add", " "), ("title", "Khác"), ("add_chair", "Ai")];
        let input =
            MeetingInput { unplaced: unplaced(&typed).unplaced, ..briefing(&secretary, &secretary, &[]) };
        let saved = meetings.save(&secretary, None, input.clone()).await.unwrap();
        let (kept, ..) = meetings.input(&secretary, saved.id).await.unwrap();
        let expected = unplaced(&[("add_list", "Lò Văn Lạ\nHai"), ("add_chair", "Ai")]);
        assert_eq!(kept.unplaced, expected.unplaced, "clean, and of the form's fields: {}", world.engine);

        let refused = ["add_chair", "add_list"].map(|field| FieldProblem::new(field, Problem::Unplaced));
        let sent = meetings.publish(&secretary, saved.id, saved.rev).await;
        assert_eq!(sent, Err(Failure::Invalid(refused.into())));
        let told: Vec<(String,)> =
            backend::q("SELECT after_json FROM audit").all(world.backend.db()).await.unwrap();
        assert!(told.iter().all(|(line,)| !line.contains("Lạ")), "the trail tells who was invited: {told:?}");

        let settled = MeetingInput { unplaced: MeetingInput::default().unplaced, ..input };
        let saved = meetings.save(&secretary, Some((saved.id, saved.rev)), settled).await.unwrap();
        meetings.publish(&secretary, saved.id, saved.rev).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn more_than_an_office_pastes_is_refused_and_nothing_is_cut() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let most = "a ".repeat(UNPLACED_BYTES_AT_MOST as usize / 2);
        let save =
            async |text: &str| world.backend.save(&secretary, None, unplaced(&[("add_list", text)])).await;
        save(&most).await.unwrap();
        let field = FieldProblem::new("add_list", Problem::TooLong(UNPLACED_BYTES_AT_MOST));
        assert_eq!(save(&format!("{most}bb")).await, Err(Failure::Invalid(vec![field])), "{}", world.engine);
    })
    .await;
}
