//! The people of the demo: roles, never persons.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::access::{Caller, Grant, Role};
use domain::agencies::AgencyRef;
use domain::ids::{AgencyId, PersonId, SessionId};
use domain::text::fold;

use super::{PASSWORD, tree};
use crate::db::{Tx, q};
use crate::stop::{Done, Stop};
use crate::{Backend, people, stored};

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

/// Who is in an agency: user name before the dot, name, position, roles.
type Part = (&'static str, &'static str, &'static str, &'static [Role]);

const PROVINCE: &[Part] = &[
    ("chutich", "Chủ tịch UBND tỉnh", "Chủ tịch", &[Role::Leader, Role::Delegate]),
    ("pct1", "Phó Chủ tịch UBND tỉnh", "Phó Chủ tịch", &[Role::Leader, Role::Delegate]),
    ("pct2", "Phó Chủ tịch UBND tỉnh phụ trách kinh tế", "Phó Chủ tịch", &[Role::Leader, Role::Delegate]),
    ("pct3", "Phó Chủ tịch UBND tỉnh phụ trách văn xã", "Phó Chủ tịch", &[Role::Leader, Role::Delegate]),
];
const OFFICE: &[Part] = &[
    ("chanhvp", "Chánh Văn phòng UBND tỉnh", "Chánh Văn phòng", &[Role::Leader, Role::Delegate]),
    ("phocvp", "Phó Chánh Văn phòng UBND tỉnh", "Phó Chánh Văn phòng", &[Role::Leader, Role::Delegate]),
    ("thuky1", "Thư ký 1", "Chuyên viên", &[Role::Secretary, Role::Delegate]),
    ("thuky2", "Thư ký 2", "Chuyên viên", &[Role::Secretary, Role::Delegate]),
    ("kythuat", "Kỹ thuật viên 1", "Kỹ thuật viên", &[Role::Delegate]),
];
const DEPARTMENT: &[Part] = &[
    ("giamdoc", "Giám đốc", "Giám đốc", &[Role::Leader, Role::Delegate]),
    ("phogiamdoc", "Phó Giám đốc", "Phó Giám đốc", &[Role::Leader, Role::Delegate]),
    ("thuky1", "Thư ký 1", "Chuyên viên", &[Role::Secretary, Role::Delegate]),
    ("chuyenvien1", "Chuyên viên 1", "Chuyên viên", &[Role::Delegate]),
];
const COMMUNE: &[Part] = &[
    ("chutich", "Chủ tịch UBND", "Chủ tịch", &[Role::Leader, Role::Delegate]),
    ("thuky", "Thư ký", "Công chức Văn phòng", &[Role::Secretary, Role::Delegate]),
];

/// Makes everybody. They share one password and one hash of it: hashing three hundred times would take a minute.
pub(super) async fn cast(backend: &Backend, now: DateTime<Utc>) -> Done<Cast> {
    let hash = backend.hashing().hash(backend.entropy(), PASSWORD).await?;
    let rows: Vec<(String, String, String, String)> =
        q("SELECT id, code, short_name, level FROM agency ORDER BY code").all(backend.db()).await?;
    let mut agencies = HashMap::new();
    let mut levels = HashMap::new();
    for (id, code, short_name, level) in rows {
        levels.insert(code.clone(), level);
        agencies.insert(code.clone(), AgencyRef { id: stored::id(&id)?, code, short_name });
    }
    let mut stage = Stage { backend, tx: backend.db().begin().await?, hash, now, people: HashMap::new() };
    let root = &agencies["UBND"];
    for part in PROVINCE {
        stage.enter(*part, &format!("{}.ubnd", part.0), part.1, root, root.id).await?;
    }
    for part in OFFICE {
        // The office of the province prepares the province's own meetings, so its secretaries reach from the root.
        let reach = if part.3.contains(&Role::Secretary) { root.id } else { agencies["VPUB"].id };
        stage.enter(*part, &format!("{}.vpub", part.0), part.1, &agencies["VPUB"], reach).await?;
    }
    for (code, short_name) in tree::departments().iter().filter(|(code, _)| code != "VPUB") {
        for part in DEPARTMENT {
            let is_head = matches!(part.0, "giamdoc" | "phogiamdoc");
            let name = if is_head { format!("{} {short_name}", part.1) } else { part.1.to_owned() };
            let agency = &agencies[code];
            stage
                .enter(*part, &format!("{}.{}", part.0, code.to_lowercase()), &name, agency, agency.id)
                .await?;
        }
    }
    for commune in tree::communes() {
        for part in COMMUNE {
            let name = match part.0 {
                "chutich" => format!("{} {}", part.1, commune.in_sentence()),
                _ => part.1.to_owned(),
            };
            let agency = &agencies[&commune.code];
            stage.enter(*part, &format!("{}.{}", part.0, commune.code), &name, agency, agency.id).await?;
        }
    }
    let officer: Part =
        ("baocao", "Cán bộ tổng hợp báo cáo", "Chuyên viên", &[Role::ReportingOfficer, Role::Delegate]);
    stage.enter(officer, "baocao.snv", officer.1, &agencies["SNV"], root.id).await?;
    let keeper: Part = ("quantri", "Quản trị cơ quan", "Chuyên viên", &[Role::AgencyAdministrator]);
    stage.enter(keeper, "quantri.snv", keeper.1, &agencies["SNV"], agencies["SNV"].id).await?;
    let admin: Part = ("quantri", "Quản trị hệ thống", "Chuyên viên", &[Role::SystemAdministrator]);
    stage.enter(admin, "quantri", admin.1, &agencies["VPUB-TTTT"], root.id).await?;
    let Stage { tx, people, .. } = stage;
    tx.commit().await?;
    Ok(Cast { people, agencies })
}

struct Stage<'a> {
    backend: &'a Backend,
    tx: Tx,
    hash: String,
    now: DateTime<Utc>,
    people: HashMap<String, Actor>,
}

impl Stage<'_> {
    async fn enter(
        &mut self,
        part: Part,
        user_name: &str,
        name: &str,
        agency: &AgencyRef,
        reach: AgencyId,
    ) -> Done<()> {
        let (_, _, position, roles) = part;
        let id = PersonId(self.backend.entropy().id(self.now));
        let words = people::agency_words(&mut self.tx, agency.id).await?;
        q("INSERT INTO person (id, user_name, name, position, agency_id, password_hash, is_active, folded, created_at) \
           VALUES ($1, $2, $3, $4, $5, $6, TRUE, $7, $8)")
        .bind(id)
        .bind(user_name)
        .bind(name)
        .bind(position)
        .bind(agency.id)
        .bind(&self.hash)
        .bind(fold(&format!("{name} {position} {words} {user_name}")))
        .bind(self.now)
        .run(&mut self.tx)
        .await?;
        for role in roles {
            q("INSERT INTO role_grant (person_id, role, agency_id) VALUES ($1, $2, $3)")
                .bind(id)
                .bind(role.code())
                .bind(reach)
                .run(&mut self.tx)
                .await?;
        }
        let grants = roles.iter().map(|role| Grant { role: *role, agency: reach }).collect();
        let actor = Actor {
            id,
            name: name.to_owned(),
            position: position.to_owned(),
            agency: agency.clone(),
            grants,
        };
        self.people.insert(user_name.to_owned(), actor);
        Ok(())
    }
}
