//! The meetings of these weeks, with people, papers and a roll: some in every state, and today's conference under way.
//! Each step is taken through the ports by the person who would take it, at the time it would be taken.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use domain::attendance::{Attendance, Presence};
use domain::ids::{AgendaItemId, MeetingId};
use domain::meetings::{AgendaInput, Meeting, MeetingInput, Meetings, Saved, SittingInput};
use domain::papers::{Level, Papers};
use domain::time::Sitting;
use reports::{Faces, pdf};

use super::people::Cast;
use super::scenes::{Fate, HEADS, PaperOf, REVIEW, SCENES, Scene};
use super::{expected, letters, tree};
use crate::Backend;
use crate::db::q;
use crate::stop::{Done, Stop};

/// Makes them all; gives their number.
pub(super) async fn meetings(backend: &Backend, cast: &Cast, faces: &Faces, now: DateTime<Utc>) -> Done<u64> {
    let director =
        Director { backend, cast, faces, now, today: backend.zone().date(now), set: Mutex::default() };
    for scene in SCENES {
        let date = director.working_day(scene.day).await?;
        let sitting = sitting(date, scene.from, scene.to)?;
        director.play(scene, sitting).await?;
    }
    director.play_today().await?;
    Ok(SCENES.len() as u64 + 1)
}

fn sitting(date: NaiveDate, from: (u32, u32), to: (u32, u32)) -> Done<Sitting> {
    let at = |(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0);
    at(from)
        .zip(at(to))
        .and_then(|(from, to)| Sitting::new(date, from, to))
        .ok_or_else(|| Stop::Stored("demo sitting".to_owned()))
}

struct Director<'a> {
    backend: &'a Backend,
    cast: &'a Cast,
    faces: &'a Faces,
    now: DateTime<Utc>,
    today: NaiveDate,
    /// Papers set already, by title: setting one takes longer than everything else of a meeting.
    set: Mutex<HashMap<&'static str, Vec<u8>>>,
}

impl Director<'_> {
    /// The date so many working days from today; today itself is left to the conference.
    async fn working_day(&self, steps: i64) -> Done<NaiveDate> {
        let calendar = crate::work_days::calendar(self.backend.db(), self.cast.agency("UBND")?).await?;
        let (mut day, mut left) = (self.today, steps.abs());
        while left > 0 {
            let next = if steps > 0 {
                day.checked_add_days(Days::new(1))
            } else {
                day.checked_sub_days(Days::new(1))
            };
            day = next.unwrap_or(day);
            left -= i64::from(calendar.is_working(day) && !calendar.is_blocked(day));
        }
        Ok(day)
    }

    fn input(&self, scene: &Scene, sitting: &Sitting, room: &str) -> Done<MeetingInput> {
        let person = |user: &str| Ok::<_, Stop>(format!("p-{}", self.cast.id(user)?));
        let mut delegates = scene.delegates.iter().map(|user| person(user)).collect::<Done<Vec<_>>>()?;
        let mut sites = Vec::new();
        for commune in tree::communes().iter().take(scene.communes) {
            let agency = self.cast.agency(&commune.code)?;
            sites.push(agency.to_string());
            delegates.push(person(&format!("chutich.{}", commune.code))?);
        }
        Ok(MeetingInput {
            title: scene.title.to_owned(),
            agency: self.cast.agency(scene.agency)?.to_string(),
            kind: scene.kind.to_owned(),
            form: scene.form.to_owned(),
            counterpart: scene.counterpart.to_owned(),
            sittings: vec![SittingInput::of(sitting)],
            rooms: if room.is_empty() { Vec::new() } else { vec![room.to_owned()] },
            sites: if scene.form == "in_person" { Vec::new() } else { sites },
            chair: self.cast.id(scene.chair)?.to_string(),
            secretary: self.cast.id(scene.secretary)?.to_string(),
            delegates,
            agenda: scene
                .agenda
                .iter()
                .map(|item| AgendaInput {
                    title: item.title.to_owned(),
                    minutes: item.minutes.to_string(),
                    presenter: item.presenter.to_owned(),
                    discussion: if item.is_discussion { "on".to_owned() } else { String::new() },
                    ..AgendaInput::default()
                })
                .collect(),
            ..MeetingInput::default()
        })
    }

    async fn room(&self, code: &str) -> Done<String> {
        if code.is_empty() {
            return Ok(String::new());
        }
        let (id,): (String,) =
            q("SELECT id FROM room WHERE code = $1").bind(code).one(self.backend.db()).await?;
        Ok(id)
    }

    /// When the invitations of a sitting went out: five working days or so before, never after now.
    fn invited(&self, sitting: &Sitting) -> DateTime<Utc> {
        let start = self.backend.zone().instant(sitting.start());
        (start - Duration::days(8)).min(self.now - Duration::hours(20))
    }

    async fn save(&self, scene: &Scene, sitting: &Sitting) -> Done<Saved> {
        let room = self.room(scene.room).await?;
        let caller = self.cast.caller(scene.secretary, self.invited(sitting))?;
        expected(scene.title, self.backend.save(&caller, None, self.input(scene, sitting, &room)?).await)
    }

    async fn play(&self, scene: &Scene, sitting: Sitting) -> Done<()> {
        let saved = self.save(scene, &sitting).await?;
        if scene.fate == Fate::Draft {
            return Ok(());
        }
        let meeting = self.publish(scene, &sitting, saved).await?;
        let backend = self.backend;
        match scene.fate {
            Fate::Draft | Fate::Scheduled => Ok(()),
            Fate::Held => self.hold(scene, &sitting, &meeting).await,
            Fate::Cancelled(reason) | Fate::Postponed(reason) => {
                let caller = self.cast.caller(scene.secretary, self.now - Duration::hours(3))?;
                let is_postponed = matches!(scene.fate, Fate::Postponed(_));
                expected("call off", backend.call_off(&caller, meeting.id, is_postponed, reason).await)
            }
        }
    }

    async fn publish(&self, scene: &Scene, sitting: &Sitting, saved: Saved) -> Done<Meeting> {
        let caller = self.cast.caller(scene.secretary, self.invited(sitting))?;
        let saved = expected(scene.title, self.backend.publish(&caller, saved.id, saved.rev).await)?;
        let meeting = expected("get", self.backend.get(&caller, saved.id).await)?;
        for (item, stored) in scene.agenda.iter().zip(&meeting.agenda) {
            for paper in item.papers {
                self.add_paper(scene, sitting, stored.id, paper).await?;
            }
        }
        Ok(meeting)
    }

    async fn add_paper(
        &self,
        scene: &Scene,
        sitting: &Sitting,
        item: AgendaItemId,
        paper: &'static PaperOf,
    ) -> Done<()> {
        let when = self.invited(sitting) + Duration::hours(2);
        let caller = self.cast.caller(scene.secretary, when)?;
        let PaperOf::Pdf(title, agency, sign, pages) = paper else {
            expected("neutral line", self.backend.leave_neutral_line(&caller, item).await)?;
            return Ok(());
        };
        let bytes = self.paper(title, agency, sign, *pages)?;
        let mut upload =
            expected("upload", self.backend.begin_upload(&caller, item, title, Level::Open).await)?;
        expected("upload", upload.write(&bytes).await)?;
        // The program made this paper itself, so it is declared even on a machine that is too busy to look
        // into it in time.
        upload.answer(crate::Answers { is_declared: true, is_again: true });
        expected("upload", upload.finish().await)?;
        Ok(())
    }

    /// A paper as a PDF, its number and day left to the clerk.
    fn paper(&self, title: &'static str, agency: &str, sign: &str, pages: usize) -> Done<Vec<u8>> {
        let mut set = self.set.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = set.get(title) {
            return Ok(bytes.clone());
        }
        let date = format!("ngày      tháng      năm {}", self.today.year());
        let letter = letters::report(agency, sign, "Báo cáo", &[title], &date, pages);
        let bytes = pdf(&letter, self.faces).map_err(|error| Stop::Stored(format!("demo paper: {error}")))?;
        set.insert(title, bytes.clone());
        Ok(bytes)
    }

    /// Opens the meeting, calls its roll, connects its sites and closes it, at the hours planned.
    async fn hold(&self, scene: &Scene, sitting: &Sitting, meeting: &Meeting) -> Done<()> {
        let zone = self.backend.zone();
        let start = zone.instant(sitting.start()) + Duration::minutes(2);
        let end = zone.instant(sitting.end()) - Duration::minutes(5);
        self.begin(scene, meeting, start).await?;
        let caller = self.cast.caller(scene.secretary, end)?;
        let rest = expected("roll", self.backend.mark_rest(&caller, meeting.id, Presence::InRoom).await)?;
        tracing::debug!(rest, "demo roll called");
        expected("close", self.backend.close(&caller, meeting.id, None, "", true).await)
    }

    /// Opens it and calls most of the roll; every site but a few is connected.
    async fn begin(&self, scene: &Scene, meeting: &Meeting, start: DateTime<Utc>) -> Done<()> {
        let caller = self.cast.caller(scene.secretary, start)?;
        expected("open", self.backend.open(&caller, meeting.id).await)?;
        let sites: Vec<String> = meeting.sites.iter().map(|site| site.agency.short_name.clone()).collect();
        for (index, site) in meeting.sites.iter().enumerate() {
            if index % 25 != 24 {
                expected("site", self.backend.mark_site(&caller, meeting.id, site.agency.id, true).await)?;
            }
        }
        let named = meeting.participants.iter().filter(|participant| participant.person.is_some());
        for (index, participant) in named.enumerate() {
            let is_remote = scene.form == "online" || sites.contains(&participant.agency.short_name);
            let presence = match index {
                5 | 23 | 61 => Presence::Absent { reason: "Đi công tác cơ sở".to_owned() },
                i if i % 17 == 16 => continue,
                _ if is_remote => Presence::Online,
                _ => Presence::InRoom,
            };
            expected("roll", self.backend.mark(&caller, meeting.id, participant.id, presence).await)?;
        }
        Ok(())
    }

    /// Today's conference: begun fifty minutes ago, its second item under discussion.
    async fn play_today(&self) -> Done<()> {
        let (date, from, to) = around(self.backend.zone().local(self.now));
        let sitting = sitting(date, from, to)?;
        let scene = Scene {
            title: "Hội nghị sơ kết công tác cải cách hành chính, chuyển đổi số tỉnh Sơn La",
            agency: "UBND",
            secretary: "thuky1.vpub",
            chair: "pct1.ubnd",
            kind: "review",
            form: "hybrid",
            counterpart: "communes",
            room: "P1",
            day: 0,
            from,
            to,
            delegates: HEADS,
            communes: 75,
            agenda: REVIEW,
            fate: Fate::Scheduled,
        };
        let saved = self.save(&scene, &sitting).await?;
        let meeting = self.publish(&scene, &sitting, saved).await?;
        let opened = (self.backend.zone().instant(sitting.start()) + Duration::minutes(3)).min(self.now);
        self.begin(&scene, &meeting, opened).await?;
        self.discuss(&scene, meeting.id, &meeting, 0, opened).await?;
        self.discuss(&scene, meeting.id, &meeting, 1, (opened + Duration::minutes(14)).min(self.now)).await
    }

    async fn discuss(
        &self,
        scene: &Scene,
        id: MeetingId,
        meeting: &Meeting,
        index: usize,
        at: DateTime<Utc>,
    ) -> Done<()> {
        let caller = self.cast.caller(scene.secretary, at)?;
        let item = meeting.agenda.get(index).map(|item| item.id);
        expected("discuss", self.backend.discuss(&caller, id, item).await)
    }
}

/// Hour and minute.
type Clock = (u32, u32);

/// Three and a half hours around a local time that have begun most of an hour ago, or at midnight when the day is
/// younger, and end before the next midnight.
fn around(local: NaiveDateTime) -> (NaiveDate, Clock, Clock) {
    let since_midnight = i64::from(local.hour() * 60 + local.minute());
    let from = (since_midnight - 50).max(0) / 30 * 30;
    let to = (from + 210).min(24 * 60 - 1);
    let clock =
        |minute: i64| (u32::try_from(minute / 60).unwrap_or(0), u32::try_from(minute % 60).unwrap_or(0));
    (local.date(), clock(from), clock(to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn todays_conference_is_under_way_at_every_hour() {
        // No sitting goes past midnight, so the day's last minute has none around it.
        for minute in 0..24 * 60 - 1 {
            let date = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
            let local = date.and_hms_opt(minute / 60, minute % 60, 30).unwrap();
            let (day, from, to) = around(local);
            let sitting = sitting(day, from, to).unwrap();
            assert!(sitting.start() <= local && local < sitting.end(), "{local}");
        }
    }
}
