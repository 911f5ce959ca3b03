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

#[tokio::test]
async fn a_node_that_others_reach_is_told_whom_else_to_keep_out() {
    let world = World::with(|config| {
        config.listen = "0.0.0.0:0".parse().unwrap();
        config.trust_proxy = true;
    })
    .await;
    let mut config = world.site.config.clone();
    let alone = installation(&config).await;
    assert!(alone.wrong.iter().any(|mistake| mistake.place == "trust_proxy"), "{:?}", alone.wrong);
    config.node_url = Some("http://10.1.2.3:3000".parse().unwrap());
    let node = installation(&config).await;
    assert_eq!(node.wrong, []);
    assert!(node.notes[0].contains("the other nodes"), "{:?}", node.notes);
}
