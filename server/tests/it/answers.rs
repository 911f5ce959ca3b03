//! Pages count for their readers until they are taken.

use domain::meetings::{GuestInput, MeetingInput, Meetings};
use http::{Request, StatusCode, header};
use server::places::ANSWER_PIECE;
use tower::ServiceExt;

use crate::world::World;

#[tokio::test]
async fn a_page_counts_for_its_reader_until_it_is_taken_whole() {
    let (world, _) = World::claimed().await;
    let (cookie, caller) = world.person("thuky1", "secretary").await;
    let guest = |number| GuestInput { name: format!("Khách {number}"), ..GuestInput::default() };
    let input = MeetingInput { guests: (0..200).map(guest).collect(), ..MeetingInput::default() };
    let draft = world.site.backend.save(&caller, None, input).await.unwrap();
    let request = Request::get(format!("/meetings/{}/edit", draft.id)).header(header::COOKIE, &cookie);
    let request = request.body(axum::body::Body::empty()).unwrap();
    let response = world.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let places = &world.site.places;
    let pieces = places.answers.of_people.taken();
    assert!(pieces > 0);
    assert_eq!((places.requests.taken(), places.pages.taken()), (0, 0), "it is made");
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert_eq!((bytes.len().div_ceil(ANSWER_PIECE), places.answers.of_people.taken()), (pieces, 0));
}
