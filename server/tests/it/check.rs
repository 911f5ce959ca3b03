//! `phien check` looks and leaves everything as it is.

use server::cli::check::installation;

use crate::world::World;

#[tokio::test]
async fn a_look_at_an_installation_in_service_touches_nothing() {
    let (world, _) = World::claimed().await;
    let data = world.site.config.data_dir.clone();
    let coming = data.join("papers/incoming/coming");
    std::fs::write(&coming, "an upload on its way").unwrap();
    let checked = installation(&world.site.config).await;
    assert_eq!(checked.notes, ["The database is up to date."]);
    assert!(checked.wrong.iter().all(|mistake| mistake.place == "listen"), "{:?}", checked.wrong);
    assert!(coming.exists());
}
