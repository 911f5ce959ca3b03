//! The people of the demo: roles, never persons.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::access::{Caller, Grant};
use domain::agencies::AgencyRef;
use domain::error::Failure;
use domain::ids::{AgencyId, PersonId, SessionId};
use domain::people::PersonInput;

use super::{PASSWORD, tree};
use crate::accounts::password::StoredPassword;
use crate::db::{Tx, q};
use crate::people::{self, Held};
use crate::stop::{Done, Stop};
use crate::{Backend, stored};

/// Everybody, by user name.
pub(super) struct Cast {
    people: HashMap<String, Actor>,
    agencies: HashMap<String, AgencyRef>,
}

struct Actor {
    id: PersonId,
    name: String,
    position: String,
    agency: AgencyRef,
    grants: Vec<Grant>,
}

impl Cast {
    /// A person as the caller of an operation at some time.
    pub(super) fn caller(&self, user_name: &str, now: DateTime<Utc>) -> Done<Caller> {
        let actor =
            self.people.get(user_name).ok_or_else(|| Stop::Stored(format!("demo person {user_name}")))?;
        Ok(Caller {
            person: actor.id,
            name: actor.name.clone(),
            position: actor.position.clone(),
            agency: actor.agency.clone(),
            line: vec![actor.agency.id],
            grants: actor.grants.clone(),
            session: SessionId(uuid::Uuid::nil()),
            now,
        })
    }

    /// A person's identifier.
    pub(super) fn id(&self, user_name: &str) -> Done<PersonId> {
        self.people
            .get(user_name)
            .map(|a| a.id)
            .ok_or_else(|| Stop::Stored(format!("demo person {user_name}")))
    }

    /// An agency's identifier.
    pub(super) fn agency(&self, code: &str) -> Done<AgencyId> {
        self.agencies.get(code).map(|a| a.id).ok_or_else(|| Stop::Stored(format!("demo agency {code}")))
    }

    /// User names worth trying, one a role.
    pub(super) fn sign_ins(&self) -> Vec<(String, String)> {
        [
            "thuky1.vpub",
            "pct1.ubnd",
            "giamdoc.snv",
            "chutich.03646",
            "thuky.03646",
            "baocao.snv",
            "quantri.snv",
            "quantri",
        ]
        .into_iter()
        .filter_map(|user| {
            let actor = self.people.get(user)?;
            Some((user.to_owned(), format!("{}, {}", actor.name, actor.agency.short_name)))
        })
        .collect()
    }
}

/// Who is in an agency: user name before the dot, name, position, roles as typed.
type Part = (&'static str, &'static str, &'static str, &'static str);

const PROVINCE: &[Part] = &[
    ("chutich", "Chủ tịch UBND tỉnh", "Chủ tịch", "leader delegate"),
    ("pct1", "Phó Chủ tịch UBND tỉnh", "Phó Chủ tịch", "leader delegate"),
    ("pct2", "Phó Chủ tịch UBND tỉnh phụ trách kinh tế", "Phó Chủ tịch", "leader delegate"),
    ("pct3", "Phó Chủ tịch UBND tỉnh phụ trách văn xã", "Phó Chủ tịch", "leader delegate"),
];
/// The office of the province prepares the province's own meetings, so its secretaries hold their role there.
const OFFICE: &[Part] = &[
    ("chanhvp", "Chánh Văn phòng UBND tỉnh", "Chánh Văn phòng", "leader delegate"),
    ("phocvp", "Phó Chánh Văn phòng UBND tỉnh", "Phó Chánh Văn phòng", "leader delegate"),
    ("thuky1", "Thư ký 1", "Chuyên viên", "secretary@UBND delegate"),
    ("thuky2", "Thư ký 2", "Chuyên viên", "secretary@UBND delegate"),
    ("kythuat", "Kỹ thuật viên 1", "Kỹ thuật viên", "delegate"),
];
const DEPARTMENT: &[Part] = &[
    ("giamdoc", "Giám đốc", "Giám đốc", "leader delegate"),
    ("phogiamdoc", "Phó Giám đốc", "Phó Giám đốc", "leader delegate"),
    ("thuky1", "Thư ký 1", "Chuyên viên", "secretary delegate"),
    ("chuyenvien1", "Chuyên viên 1", "Chuyên viên", "delegate"),
];
const COMMUNE: &[Part] = &[
    ("chutich", "Chủ tịch UBND", "Chủ tịch", "leader delegate"),
    ("thuky", "Thư ký", "Công chức Văn phòng", "secretary delegate"),
];

/// Creates all people. They share one password and one hash of it: hashing three hundred times would take a
/// minute. The password is public, so it is not judged and need not be changed. No other people are ever
/// added like this.
pub(super) async fn cast(backend: &Backend, now: DateTime<Utc>) -> Done<Cast> {
    let first = StoredPassword::chosen(backend.hashing().hash(backend.entropy(), PASSWORD).await?);
    let rows: Vec<(String, String, String, String)> =
        q("SELECT id, code, short_name, level FROM agency ORDER BY code").all(backend.db()).await?;
    let mut agencies = HashMap::new();
    let mut levels = HashMap::new();
    for (id, code, short_name, level) in rows {
        levels.insert(code.clone(), level);
        agencies.insert(code.clone(), AgencyRef { id: stored::id(&id)?, code, short_name });
    }
    let program = backend.system_caller(now);
    let mut stage =
        Stage { backend, program, tx: backend.db().begin().await?, first, people: HashMap::new() };
    for part in PROVINCE {
        stage.enter(*part, &format!("{}.ubnd", part.0), part.1, &agencies["UBND"]).await?;
    }
    for part in OFFICE {
        stage.enter(*part, &format!("{}.vpub", part.0), part.1, &agencies["VPUB"]).await?;
    }
    for (code, short_name) in tree::departments().iter().filter(|(code, _)| code != "VPUB") {
        for part in DEPARTMENT {
            let is_head = matches!(part.0, "giamdoc" | "phogiamdoc");
            let name = if is_head { format!("{} {short_name}", part.1) } else { part.1.to_owned() };
            let agency = &agencies[code];
            stage.enter(*part, &format!("{}.{}", part.0, code.to_lowercase()), &name, agency).await?;
        }
    }
    for commune in tree::communes() {
        for part in COMMUNE {
            let name = match part.0 {
                "chutich" => format!("{} {}", part.1, commune.in_sentence()),
                _ => part.1.to_owned(),
            };
            let agency = &agencies[&commune.code];
            stage.enter(*part, &format!("{}.{}", part.0, commune.code), &name, agency).await?;
        }
    }
    let officer: Part =
        ("baocao", "Cán bộ tổng hợp báo cáo", "Chuyên viên", "reporting_officer@UBND delegate");
    stage.enter(officer, "baocao.snv", officer.1, &agencies["SNV"]).await?;
    let keeper: Part = ("quantri", "Quản trị cơ quan", "Chuyên viên", "agency_administrator");
    stage.enter(keeper, "quantri.snv", keeper.1, &agencies["SNV"]).await?;
    let admin: Part = ("quantri", "Quản trị hệ thống", "Chuyên viên", "system_administrator@UBND");
    stage.enter(admin, "quantri", admin.1, &agencies["VPUB-TTTT"]).await?;
    let Stage { tx, people, .. } = stage;
    tx.commit().await?;
    Ok(Cast { people, agencies })
}

struct Stage<'a> {
    backend: &'a Backend,
    program: Caller,
    tx: Tx,
    first: StoredPassword,
    people: HashMap<String, Actor>,
}

impl Stage<'_> {
    async fn enter(&mut self, part: Part, user_name: &str, name: &str, agency: &AgencyRef) -> Done<()> {
        let (_, _, position, roles) = part;
        let input = PersonInput {
            user_name: user_name.to_owned(),
            name: name.to_owned(),
            position: position.to_owned(),
            agency: agency.code.clone(),
            roles: roles.to_owned(),
            password: String::new(),
        };
        let parsed = people::parse(&input).map_err(Failure::Invalid)?;
        let (backend, program) = (self.backend, &self.program);
        let (id, kept) =
            people::enter(&mut self.tx, backend, program, &parsed, &agency.code, &self.first).await?;
        let grant = |held: &Held| Grant { role: held.role, agency: held.place.id };
        let grants = kept.roles.iter().map(grant).collect();
        let actor = Actor {
            id,
            name: kept.name.into(),
            position: kept.position.into(),
            agency: agency.clone(),
            grants,
        };
        self.people.insert(kept.user_name, actor);
        Ok(())
    }
}
