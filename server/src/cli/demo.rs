//! `phien demo`: fills an empty installation with the demo office and says who can sign in.

use std::path::Path;

use backend::{DEMO_PASSWORD, Faces};

use super::{Ending, open};
use crate::clock::Clock;
use crate::config::Config;

/// Where in the data folder it stands who can sign in to the demo.
const NOTE: &str = "demo.txt";

/// Fills the database and prints the sign-ins. Refuses a database that holds anything.
pub async fn demo(config: &Config, clock: &Clock) -> Ending {
    let faces = faces(&config.site_dir())?;
    let backend = open(config).await?;
    let demo = backend.fill_with_demo(&faces, clock.now()).await.map_err(|stop| stop.to_string())?;
    let mut sign_ins = format!("Sign in with the password {DEMO_PASSWORD} as one of:\n");
    for (user_name, who) in &demo.sign_ins {
        sign_ins.push_str(&format!("  {user_name:<15} {who}\n"));
    }
    println!("The demo is in: {} meetings, one of them under way today.", demo.meetings);
    println!("Serving it at {}:", config.address());
    print!("{sign_ins}");
    // For later starts, which fill nothing and still have to say who can sign in.
    let note = config.data_dir.join(NOTE);
    std::fs::write(&note, sign_ins).map_err(|cause| format!("{}: {cause}", note.display()))?;
    backend.db().close().await;
    Ok(())
}

/// The faces that official documents are set in, from the site's folder.
fn faces(site: &Path) -> Result<Faces, String> {
    let folder = site.join("documents");
    let face = |name: &str| {
        let file = folder.join(name);
        std::fs::read(&file).map_err(|cause| format!("{}: {cause}", file.display()))
    };
    Faces::new(face("Tinos-Regular.ttf")?, face("Tinos-Bold.ttf")?, face("Tinos-Italic.ttf")?)
        .map_err(|error| format!("{}: {error}", folder.display()))
}
