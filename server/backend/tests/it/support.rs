//! A fresh database of either engine for every test, a clock that stands still, and builders for what a test needs.
//! The same seed every time: what one run makes, every run makes.

use std::sync::atomic::{AtomicU64, Ordering};

use backend::{Backend, BackendConfig, Entropy, SeededEntropy, q};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use domain::access::{Caller, Grant, Role, Stage};
use domain::agencies::{Agencies, AgencyInput, AgencyRef};
use domain::count::{Counterpart, Form, Side};
use domain::ids::{AgencyId, MeetingId, ParticipantId, PersonId, RoomId, SessionId};
use domain::period::Period;
use domain::rules::{Rules, rule_on};
use domain::text::{fold, name_key};
use domain::time::{DayTime, Hours, Sitting, Zone};
use foreign::Program;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// The root agency of every world.
pub(crate) const ROOT: &str = "UBND";

/// Databases made by this run: their names must differ.
static MADE: AtomicU64 = AtomicU64::new(0);

/// Runs a test on a fresh SQLite file and, when `PHIEN_TEST_POSTGRES` names a server, on a fresh database there.
///
/// There is one connection: a use case that asks for a second one while it holds the first waits for itself, and the
/// test fails with `Unavailable`. With many connections it would fail in service, on the busiest day.
pub(crate) async fn each_database(test: impl AsyncFn(&World)) {
    each_database_over(1, test).await;
}

/// The same over as many connections as in service, for what is done by many at once.
pub(crate) async fn each_busy_database(test: impl AsyncFn(&World)) {
    each_database_over(BackendConfig::embedded("").connections, test).await;
}

/// The same over so many connections.
pub(crate) async fn each_database_over(connections: u32, test: impl AsyncFn(&World)) {
    each_database_with(|config| BackendConfig { connections, ..config }, test).await;
}

/// The same opened in another way.
pub(crate) async fn each_database_with(
    change: impl Fn(BackendConfig) -> BackendConfig,
    test: impl AsyncFn(&World),
) {
    let folder = tempfile::tempdir().unwrap();
    let config = change(embedded(folder.path()));
    let world = World::open(config, "SQLite").await;
    test(&world).await;
    world.backend.db().close().await;
    let Ok(server) = std::env::var("PHIEN_TEST_POSTGRES") else { return };
    let name = format!("phien_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    run_on_server(&server, format!("CREATE DATABASE {name}")).await;
    let (before, _) = server.rsplit_once('/').unwrap();
    let folder = tempfile::tempdir().unwrap();
    let database_url = format!("{before}/{name}");
    let config = change(BackendConfig { database_url, ..embedded(folder.path()) });
    let world = World::open(config, "PostgreSQL").await;
    test(&world).await;
    world.backend.db().close().await;
    run_on_server(&server, format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

/// The embedded database in a folder; the child for the tests looks into papers.
pub(crate) fn embedded(folder: &std::path::Path) -> BackendConfig {
    let looker = Program::at(env!("CARGO_BIN_EXE_backend-child"));
    BackendConfig { looker, ..BackendConfig::embedded(folder) }
}

async fn run_on_server(server: &str, sql: String) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    connection.execute(AssertSqlSafe(sql)).await.unwrap();
    connection.close().await.unwrap();
}

/// A database with its root agency, at nine in the morning of Tuesday 16 June 2026.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) backend: Backend,
    /// How it was opened: to open it again.
    pub(crate) config: BackendConfig,
    /// What every caller says the time is.
    pub(crate) now: DateTime<Utc>,
    /// `SQLite` or `PostgreSQL`, for messages.
    pub(crate) engine: &'static str,
    entropy: SeededEntropy,
    made: AtomicU64,
}

impl World {
    pub(crate) async fn open(config: BackendConfig, engine: &'static str) -> World {
        let backend = Backend::open(config.clone(), Box::new(SeededEntropy::new(7))).await.unwrap();
        let now = instant("2026-06-16T09:00");
        let made = AtomicU64::new(0);
        World { backend, config, now, engine, entropy: SeededEntropy::new(11), made }
    }

    /// An embedded database without any agency.
    pub(crate) async fn open_empty(folder: &std::path::Path) -> Backend {
        Backend::open(embedded(folder), Box::new(SeededEntropy::new(7))).await.unwrap()
    }

    /// The program itself.
    pub(crate) fn system(&self) -> Caller {
        self.backend.system_caller(self.now)
    }

    /// The agency of a code; made under the root when it is new.
    pub(crate) async fn agency(&self, code: &str) -> AgencyId {
        if code == ROOT {
            return self.agency_below(code, "", "province").await;
        }
        Box::pin(self.agency(ROOT)).await;
        self.agency_below(code, ROOT, "department").await
    }

    /// The agency of a code; made under another one, which is there, when it is new.
    pub(crate) async fn agency_below(&self, code: &str, parent: &str, level: &str) -> AgencyId {
        let found: Option<(String,)> =
            q("SELECT id FROM agency WHERE code = $1").bind(code).optional(self.backend.db()).await.unwrap();
        if let Some((id,)) = found {
            return id.parse().unwrap();
        }
        let input = AgencyInput {
            code: code.into(),
            parent: parent.into(),
            level: level.into(),
            name: format!("Cơ quan {code}"),
            short_name: code.into(),
            aliases: String::new(),
        };
        Agencies::add(&self.backend, &self.system(), input).await.unwrap()
    }

    /// Somebody new with a role in an agency, who asks now.
    pub(crate) async fn caller(&self, role: Role, agency: &str) -> Caller {
        let mut caller = self.person(agency).await;
        let grant = Grant { role, agency: caller.agency.id };
        let mut tx = self.backend.db().begin().await.unwrap();
        q("INSERT INTO role_grant (person_id, role, agency_id) VALUES ($1, $2, $3)")
            .bind(caller.person)
            .bind(role.code())
            .bind(grant.agency)
            .run(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        caller.grants.push(grant);
        caller
    }

    /// Somebody new without any role, who asks now. Cannot sign in: has no password.
    pub(crate) async fn person(&self, agency: &str) -> Caller {
        let id = self.agency(agency).await;
        let person = PersonId(self.id());
        let number = self.made.fetch_add(1, Ordering::Relaxed) + 1;
        let name = format!("Người {number}");
        let mut tx = self.backend.db().begin().await.unwrap();
        q("INSERT INTO person (id, user_name, name, position, agency_id, password_hash, is_active, folded, created_at, name_key) \
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
            .bind(person)
            .bind(format!("nguoi{number}"))
            .bind(&name)
            .bind("Chuyên viên")
            .bind(id)
            .bind("")
            .bind(true)
            .bind(fold(&format!("{name} Chuyên viên {agency}")))
            .bind(self.now)
            .bind(name_key(&name))
            .run(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        Caller {
            person,
            name,
            position: "Chuyên viên".into(),
            agency: AgencyRef { id, code: agency.into(), short_name: agency.into() },
            line: self.line(id).await,
            grants: Vec::new(),
            session: SessionId(self.id()),
            now: self.now,
        }
    }

    /// An agency and those above it, topmost first.
    async fn line(&self, agency: AgencyId) -> Vec<AgencyId> {
        let path = q("SELECT path FROM agency WHERE id = $1").bind(agency);
        let (path,): (String,) = path.one(self.backend.db()).await.unwrap();
        path.split('/').filter(|id| !id.is_empty()).map(|id| id.parse().unwrap()).collect()
    }

    /// A new room of an agency.
    pub(crate) async fn room(&self, code: &str, agency: &str) -> RoomId {
        let (room, agency) = (RoomId(self.id()), self.agency(agency).await);
        let mut tx = self.backend.db().begin().await.unwrap();
        q("INSERT INTO room (id, code, name, agency_id, capacity, has_video, equipment, folded) \
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(room)
        .bind(code)
        .bind(format!("Phòng {code}"))
        .bind(agency)
        .bind(40i64)
        .bind(true)
        .bind("")
        .bind(fold(code))
        .run(&mut tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        room
    }

    /// A meeting of an agency, stored as it is: held, in person, a working meeting of this morning, unless said
    /// otherwise.
    pub(crate) fn meeting(&self, agency: &str) -> MeetingSeed<'_> {
        MeetingSeed {
            world: self,
            agency: agency.into(),
            title: "Họp giải quyết công việc".into(),
            kind: "working".into(),
            form: Form::InPerson,
            side: Side::Organised,
            counterpart: Counterpart::Internal,
            stage: Stage::Held,
            sittings: vec![sitting("2026-06-16T07:30/11:30")],
            sites: Vec::new(),
            people: Vec::new(),
            rooms: Vec::new(),
        }
    }

    /// A new identifier.
    pub(crate) fn id(&self) -> uuid::Uuid {
        (&self.entropy as &dyn Entropy).id(self.now)
    }

    /// Runs a statement on the database, for changes that no use case makes.
    pub(crate) async fn run(&self, sql: &str) {
        let mut tx = self.backend.db().begin().await.unwrap();
        q(sql).run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Writes the words that are due since names have changed, as the running program does beside the requests, and gives
    /// in how many turns.
    pub(crate) async fn write_due_words(&self) -> usize {
        let mut turns = 0;
        while self.backend.write_due_words().await.unwrap() {
            turns += 1;
            assert!(turns < 1_000, "it ends");
        }
        turns
    }

    /// Rows of a table.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        let sql = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {table}");
        q(sql).one::<(i64,)>(self.backend.db()).await.unwrap().0
    }
}

/// A meeting to be stored as it is, past every rule: for lists and counting.
#[derive(Debug)]
pub(crate) struct MeetingSeed<'w> {
    world: &'w World,
    agency: String,
    title: String,
    kind: String,
    form: Form,
    side: Side,
    counterpart: Counterpart,
    stage: Stage,
    sittings: Vec<Sitting>,
    sites: Vec<(String, bool)>,
    people: Vec<(PersonId, AgencyId, &'static str)>,
    rooms: Vec<RoomId>,
}

impl MeetingSeed<'_> {
    pub(crate) fn title(mut self, title: &str) -> Self {
        self.title = title.into();
        self
    }

    pub(crate) fn kind(mut self, kind: &str) -> Self {
        self.kind = kind.into();
        self
    }

    pub(crate) fn form(mut self, form: Form) -> Self {
        self.form = form;
        self
    }

    pub(crate) fn side(mut self, side: Side) -> Self {
        self.side = side;
        self
    }

    pub(crate) fn counterpart(mut self, counterpart: Counterpart) -> Self {
        self.counterpart = counterpart;
        self
    }

    pub(crate) fn stage(mut self, stage: Stage) -> Self {
        self.stage = stage;
        self
    }

    /// Sittings as in `2026-06-16T07:30/11:30`, parted by spaces.
    pub(crate) fn at(mut self, sittings: &str) -> Self {
        self.sittings = sittings.split(' ').map(sitting).collect();
        self
    }

    /// A site that is connected.
    pub(crate) fn connected(mut self, agency: &str) -> Self {
        self.sites.push((agency.into(), true));
        self
    }

    /// A site that is not connected yet.
    pub(crate) fn site(mut self, agency: &str) -> Self {
        self.sites.push((agency.into(), false));
        self
    }

    pub(crate) fn chair(mut self, person: &Caller) -> Self {
        self.people.push((person.person, person.agency.id, "chair"));
        self
    }

    pub(crate) fn delegate(mut self, person: &Caller) -> Self {
        self.people.push((person.person, person.agency.id, "delegate"));
        self
    }

    pub(crate) fn room(mut self, room: RoomId) -> Self {
        self.rooms.push(room);
        self
    }

    /// Stores it.
    pub(crate) async fn store(self) -> MeetingId {
        let world = self.world;
        let id = MeetingId(world.id());
        let agency = world.agency(&self.agency).await;
        let mut sites = Vec::new();
        for (code, is_connected) in &self.sites {
            sites.push((world.agency(code).await, *is_connected));
        }
        let rules = Rules::list(&world.backend, &world.system()).await.unwrap();
        let mut tx = world.backend.db().begin().await.unwrap();
        self.store_meeting(id, agency, &rules).run(&mut tx).await.unwrap();
        for (position, s) in (0i64..).zip(&self.sittings) {
            let minute = |time: DayTime| i64::from(time.minute());
            q("INSERT INTO sitting (meeting_id, position, date, from_minute, to_minute) VALUES ($1, $2, $3, $4, $5)")
                .bind(id)
                .bind(position)
                .bind(s.date)
                .bind(minute(s.from.into()))
                .bind(minute(s.to))
                .run(&mut tx)
                .await
                .unwrap();
        }
        for (position, (site, is_connected)) in (0i64..).zip(sites) {
            q("INSERT INTO site (meeting_id, agency_id, position, is_connected) VALUES ($1, $2, $3, $4)")
                .bind(id)
                .bind(site)
                .bind(position)
                .bind(is_connected)
                .run(&mut tx)
                .await
                .unwrap();
        }
        for (position, (person, agency, part)) in (0i64..).zip(self.people) {
            q("INSERT INTO participant (id, meeting_id, part, person_id, agency_id, position) \
               VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(ParticipantId(world.id()))
            .bind(id)
            .bind(part)
            .bind(person)
            .bind(agency)
            .bind(position)
            .run(&mut tx)
            .await
            .unwrap();
        }
        for (position, room) in (0i64..).zip(self.rooms) {
            q("INSERT INTO meeting_room (meeting_id, room_id, position) VALUES ($1, $2, $3)")
                .bind(id)
                .bind(room)
                .bind(position)
                .run(&mut tx)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        id
    }

    fn store_meeting(
        &self,
        id: MeetingId,
        agency: AgencyId,
        rules: &[domain::rules::KindRule],
    ) -> backend::Q {
        let (first, last) = (self.sittings.iter().min().unwrap(), self.sittings.iter().max().unwrap());
        let (is_held, was_opened) = (self.stage == Stage::Held, self.stage >= Stage::UnderWay);
        let rule = rule_on(rules, &self.kind, first.date).or(rules.iter().find(|r| r.kind.code == self.kind));
        let rule = rule.expect("a kind of the rules");
        let exceeded = is_held
            && rule.valid_from <= first.date
            && !domain::duration::is_within(&self.sittings, &Hours::default(), rule.limit_sessions);
        let Period::Month(year, month) = Period::month_of(first.date) else { unreachable!() };
        let civil = first.date.format("%Y-%m").to_string();
        let (y, m) = civil.split_once('-').unwrap();
        let instant = |local| Zone::VIETNAM.instant(local);
        let called_off = matches!(self.stage, Stage::Cancelled | Stage::Postponed);
        let opened = (was_opened && !called_off).then(|| instant(first.start()).timestamp_millis());
        let invited = (self.stage != Stage::Draft).then(|| self.world.now.timestamp_millis());
        q("INSERT INTO meeting (id, rev, agency_id, title, kind, form, side, counterpart, is_unexpected, place, stage, \
           invited_at, opened_at, closed_at, called_off_at, created_at, scope, first_date, last_date, month_civil, \
           month_report, is_connected, has_exceeded) VALUES ($1, 1, $2, $3, $4, $5, $6, $7, FALSE, '', $8, $9, $10, \
           $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)")
        .bind(id)
        .bind(agency)
        .bind(&self.title)
        .bind(&self.kind)
        .bind(self.form.code())
        .bind(self.side.code())
        .bind(self.counterpart.code())
        .bind(self.stage.code())
        .bind(invited)
        .bind(opened)
        .bind(is_held.then(|| instant(last.end()).timestamp_millis()))
        .bind(called_off.then(|| self.world.now.timestamp_millis()))
        .bind(self.world.now)
        .bind(rule.kind.scope.code())
        .bind(first.date)
        .bind(last.date)
        .bind(y.parse::<i64>().unwrap() * 12 + m.parse::<i64>().unwrap() - 1)
        .bind(i64::from(year) * 12 + i64::from(month) - 1)
        .bind(self.sites.iter().any(|(_, is_connected)| *is_connected))
        .bind(exceeded)
    }
}

/// A sitting as in `2026-06-16T07:30/11:30`.
pub(crate) fn sitting(text: &str) -> Sitting {
    let (date, times) = text.split_once('T').unwrap();
    let (from, to) = times.split_once('/').unwrap();
    let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").unwrap();
    Sitting::new(date.parse::<NaiveDate>().unwrap(), time(from), time(to)).unwrap()
}

/// An instant from a local reading, as in `2026-06-16T09:00`.
pub(crate) fn instant(local: &str) -> DateTime<Utc> {
    Zone::VIETNAM.instant(chrono::NaiveDateTime::parse_from_str(local, "%Y-%m-%dT%H:%M").unwrap())
}
