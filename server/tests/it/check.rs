//! `phien check` looks and leaves everything as it is.

use foreign::Program;
use server::cli::check::{Checked, installation};
use server::cli::serve::serve;
use server::clock::Clock;
use server::config::Config;

use crate::world::{World, now};

/// Checks with the real program as the one that looks into papers.
async fn look(config: &Config) -> Checked {
    installation(config, Program::at(env!("CARGO_BIN_EXE_phien"))).await
}

#[tokio::test]
async fn a_machine_on_which_no_paper_can_be_read_is_told() {
    let (world, _) = World::claimed().await;
    let checked = installation(&world.site.config, Program::at("/nowhere/at/all")).await;
    let papers = checked.wrong.iter().find(|mistake| mistake.place == "papers").expect("it is told");
    assert!(papers.what.starts_with("none could be looked into: the process"), "{}", papers.what);
}

#[tokio::test]
async fn a_look_at_an_installation_in_service_touches_nothing() {
    let (world, _) = World::claimed().await;
    let data = world.site.config.data_dir.clone();
    let coming = data.join("papers/incoming/coming");
    std::fs::write(&coming, "an upload on its way").unwrap();
    let checked = look(&world.site.config).await;
    let [database, trail] = &checked.notes[..] else { panic!("{:?}", checked.notes) };
    assert_eq!(database, "The database is up to date.");
    assert!(trail.starts_with("The audit trail is whole. Its last line is number "), "{trail}");
    let (_, hash) = trail.rsplit_once(": 1:").expect("the last line's hash, to be kept elsewhere");
    assert_eq!(hash.len(), 64, "{trail}");
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
    let alone = look(&config).await;
    assert!(alone.wrong.iter().any(|mistake| mistake.place == "trust_proxy"), "{:?}", alone.wrong);
    config.node_url = Some("http://10.1.2.3:3000".parse().unwrap());
    let node = look(&config).await;
    assert_eq!(node.wrong, []);
    assert!(node.notes[0].contains("the other nodes"), "{:?}", node.notes);
}

#[tokio::test]
async fn a_trail_that_was_rewritten_is_wrong_and_its_line_named() {
    let (world, _) = World::claimed().await;
    let mut tx = world.site.backend.db().begin().await.unwrap();
    for sql in ["DROP TRIGGER audit_keeps", "UPDATE audit SET who = 'Ai khác' WHERE seq = 1"] {
        backend::q(sql).run(&mut tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    let checked = look(&world.site.config).await;
    let trail = checked.wrong.iter().find(|mistake| mistake.place == "audit trail").expect("it is told");
    assert!(trail.what.starts_with("line 1 "), "{}", trail.what);
}

#[tokio::test]
async fn a_database_that_others_can_read_is_wrong() {
    use std::os::unix::fs::PermissionsExt;

    let (world, _) = World::claimed().await;
    let data = world.site.config.data_dir.clone();
    for (path, mode) in [(data.join("phien.db"), 0o644), (data.clone(), 0o755)] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let checked = look(&world.site.config).await;
    let told = checked.wrong.iter().find(|mistake| mistake.place == "data_dir").expect("it is told");
    assert!(told.what.contains("phien.db") && told.what.contains("chmod"), "{}", told.what);
}

#[tokio::test]
async fn a_program_that_believes_a_proxy_does_not_start_where_others_can_write_its_headers() {
    let world = World::with(|config| {
        config.listen = "0.0.0.0:0".parse().unwrap();
        config.trust_proxy = true;
    })
    .await;
    let refused = serve(world.site.config.clone(), Clock::of(now)).await.unwrap_err();
    assert!(refused.contains("trust_proxy"), "{refused}");
}
