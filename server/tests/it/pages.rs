//! Pages while many ask for them.

use std::sync::Arc;

use http::StatusCode;

use crate::world::World;

/// As many at once as a server of four cores draws side by side.
const READERS: usize = 8;
/// Each asks so often.
const TIMES: usize = 25;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_meeting_asked_for_by_many_at_once_is_shown_to_all() {
    let (world, _) = World::claimed().await;
    let (secretary, caller) = world.person("thuky1", "secretary").await;
    let (meeting, _) = world.meeting(&caller).await;
    let (world, path) = (Arc::new(world), format!("/meetings/{meeting}"));
    let readers = (0..READERS).map(|_| {
        let (world, path, secretary) = (Arc::clone(&world), path.clone(), secretary.clone());
        tokio::spawn(async move {
            for _ in 0..TIMES {
                let answer = world.page(&path).signed_in(&secretary).send().await;
                assert_eq!(answer.status, StatusCode::OK);
                assert!(answer.text().contains("<title>Họp giao ban tuần"), "{}", answer.text());
            }
        })
    });
    for reader in readers.collect::<Vec<_>>() {
        reader.await.unwrap();
    }
}

#[tokio::test]
async fn a_title_with_tags_in_it_stays_text() {
    let (world, _) = World::claimed().await;
    let (secretary, caller) = world.person("thuky1", "secretary").await;
    let title = "</title><meta http-equiv=refresh content=0> & </script><b>";
    let (meeting, _) = world.meeting_called(&caller, title).await;
    for page in [format!("/meetings/{meeting}"), format!("/meetings/{meeting}/hall")] {
        let answer = world.page(&page).signed_in(&secretary).send().await;
        assert_eq!(answer.status, StatusCode::OK, "{page}");
        let text = answer.text();
        assert!(text.contains("<title>&lt;/title&gt;&lt;meta http-equiv=refresh"), "{page}");
        assert_eq!(text.matches("</title>").count(), 1, "{page}");
        assert!(
            !text.contains("<meta http-equiv=refresh content=0>") && !text.contains("</script><b>"),
            "{page}"
        );
    }
}

#[tokio::test]
async fn no_page_gives_two_elements_the_same_id() {
    let (world, administrator) = World::claimed().await;
    let (secretary, caller) = world.person("thuky1", "secretary").await;
    let (meeting, _) = world.meeting(&caller).await;
    let (meeting, edit) = (format!("/meetings/{meeting}"), format!("/meetings/{meeting}/edit"));
    let pages =
        ["/", "/meetings/new", &meeting, &edit, "/meetings", "/calendar", "/search", "/account", "/papers"];
    let of_administrators =
        ["/admin/people", "/admin/rooms", "/admin/agencies", "/admin/imports", "/admin/rules"];
    let asked = pages.map(|path| (path, &secretary)).into_iter();
    for (path, cookie) in asked.chain(of_administrators.map(|path| (path, &administrator))) {
        let answer = world.page(path).signed_in(cookie).send().await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let text = answer.text();
        let ids = text.split(" id=\"").skip(1).filter_map(|rest| rest.split_once('"'));
        let mut seen = std::collections::HashSet::new();
        for (id, _) in ids {
            assert!(seen.insert(id), "{path}: two elements are #{id}");
        }
    }
}
