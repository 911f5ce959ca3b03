//! `phien admin`: what an administrator does at the machine itself, when nobody can sign in.

use clap::Subcommand;
use domain::access::Caller;
use domain::error::Outcome;
use domain::ids::PersonId;
use domain::services::Services;

use super::{Ending, line, open};
use crate::clock::Clock;
use crate::config::Config;

/// The commands.
#[derive(Subcommand)]
pub enum Admin {
    /// Give a person a new password and end their sessions.
    ResetPassword {
        /// User name.
        user: String,
    },
    /// Turn a person's second factor off, such as after they lost the phone.
    TurnOffSecondFactor {
        /// User name.
        user: String,
    },
    /// Print a new code for the first administrator of an empty database; an older code ends.
    FirstCode,
}

/// Runs one of them.
pub async fn admin(config: &Config, clock: &Clock, what: Admin) -> Ending {
    let backend = open(config).await?;
    match what {
        Admin::ResetPassword { user } => {
            let (services, caller) = (backend.services(), backend.system_caller(clock.now()));
            let person = person(&services, &caller, &user).await?;
            let password = services.people.reset_password(&caller, person).await;
            println!("New password of {user}, shown once: {}", password.map_err(|failure| line(&failure))?);
        }
        Admin::TurnOffSecondFactor { user } => {
            let (services, caller) = (backend.services(), backend.system_caller(clock.now()));
            let person = person(&services, &caller, &user).await?;
            let off = services.people.turn_off_second_factor(&caller, person).await;
            off.map_err(|failure| line(&failure))?;
            println!("{user} signs in with the password alone.");
        }
        Admin::FirstCode => match backend.first_code().await.map_err(|failure| line(&failure))? {
            Some(code) => println!("Open {}/first and enter this code: {code}", config.address()),
            None => {
                return Err("there is an administrator already; use `phien admin reset-password`".to_owned());
            }
        },
    }
    Ok(())
}

/// Finds the person with a user name, or says why there is none.
async fn person(services: &Services, caller: &Caller, user: &str) -> Result<PersonId, String> {
    let found = find(services, caller, user).await.map_err(|failure| line(&failure))?;
    found.ok_or_else(|| format!("nobody has the user name {user}"))
}

/// Reads the list page by page, because it can be searched by name but not by user name.
async fn find(services: &Services, caller: &Caller, user: &str) -> Outcome<Option<PersonId>> {
    let mut number = 1;
    loop {
        let page = services.people.list(caller, None, "", number).await?;
        if let Some(person) = page.rows.iter().find(|person| person.user_name == user) {
            return Ok(Some(person.id));
        }
        if number >= page.pages() {
            return Ok(None);
        }
        number += 1;
    }
}
