//! The demo: the agencies and communes of Sơn La with rooms, role-named people, two years of meetings, papers that it
//! sets itself, and a conference under way today. Everything is written through the ports, as people would.
//! Not for service: all its people share one password, which it gives back to be printed.

mod history;
mod letters;
mod people;
mod recent;
mod scenes;
mod tree;

use chrono::{DateTime, Utc};
use domain::access::Caller;
use domain::agencies::{Agencies, HoursInput};
use domain::error::{Failure, Refusal};
use domain::imports::{ImportKind, ImportMode, ImportReport, Imports};
use rand::SeedableRng;
use rand::rngs::StdRng;
use reports::Faces;

use self::people::Cast;
use crate::Backend;
use crate::stop::{Done, Stop};

/// The one password of all demo people. Printed at every start of the demo; worthless anywhere else.
pub const PASSWORD: &str = "hop-khong-giay";
/// The same demo every time: only the dates follow the clock.
const SEED: u64 = 226;

/// What to print once the demo stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demo {
    /// User names worth trying: the name, and who that is.
    pub sign_ins: Vec<(String, String)>,
    /// Meetings in all.
    pub meetings: u64,
}

impl Backend {
    /// Fills an empty database with the demo as of `now`.
    ///
    /// # Errors
    /// `AlreadyThere` when there are agencies; whatever the ports refuse otherwise.
    pub async fn fill_with_demo(&self, faces: &Faces, now: DateTime<Utc>) -> Result<Demo, Stop> {
        let (agencies,): (i64,) =
            crate::db::q("SELECT CAST(COUNT(*) AS BIGINT) FROM agency").one(self.db()).await?;
        if agencies > 0 {
            return Err(Refusal::AlreadyThere { name: "agency".into() }.into());
        }
        let mut rng = StdRng::seed_from_u64(SEED);
        let program = self.system_caller(now);
        import(self, &program, ImportKind::Agencies, &tree::agencies()).await?;
        import(self, &program, ImportKind::Rooms, &tree::rooms()).await?;
        let cast = people::cast(self, now).await?;
        let history = history::meetings(self, &program, &mut rng, now).await?;
        let report = import(self, &program, ImportKind::Meetings, &history).await?;
        import(self, &program, ImportKind::Baseline, &history::baselines(now)).await?;
        keep_free(self, &program, &cast).await?;
        let recent = recent::meetings(self, &cast, faces, now).await?;
        Ok(Demo { sign_ins: cast.sign_ins(), meetings: report.added + recent })
    }
}

/// On the 25th these agencies receive citizens and hold no meetings.
const RECEIVING: [&str; 3] = ["UBND", "VPUB", "SNV"];
const RECEPTION_DAY: &str = "25";

async fn keep_free(backend: &Backend, program: &Caller, cast: &Cast) -> Done<()> {
    for code in RECEIVING {
        let agency = cast.agency(code)?;
        let hours = expected("settings", backend.settings(program, agency).await)?.hours;
        let input = HoursInput { blocked_days: RECEPTION_DAY.into(), ..HoursInput::of(&hours, &[]) };
        expected("hours", backend.set_hours(program, agency, input).await)?;
    }
    Ok(())
}

/// Imports a file that the demo made itself, so that a bad row is a fault of the demo.
async fn import(backend: &Backend, caller: &Caller, kind: ImportKind, csv: &str) -> Done<ImportReport> {
    let report = backend.import(caller, kind, csv.as_bytes().to_vec(), ImportMode::Write).await?;
    match report.bad.first() {
        None if report.warnings_count > 0 => {
            Err(Stop::Stored(format!("demo {}: {:?}", kind.code(), report.warnings.first())))
        }
        None => Ok(report),
        Some(row) => Err(Stop::Stored(format!("demo {}: {row:?}", kind.code()))),
    }
}

/// Turns what a port refuses the demo into a fault with a name.
fn expected<T>(what: &str, outcome: Result<T, Failure>) -> Done<T> {
    outcome.map_err(|failure| Stop::Stored(format!("demo: {what}: {failure:?}")))
}
