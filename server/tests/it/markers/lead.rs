//! Takes a meeting to its stage: papers, changes, a roll, reasons for absence, each with a word of its own.

use domain::access::{Caller, Role, Stage};
use domain::attendance::Presence;
use domain::ids::{AgendaItemId, PaperId};
use domain::imports::{ImportKind, ImportMode};
use domain::live::{Direction, ShownPaper};
use domain::papers::Level;

use super::office::{Office, TestMeeting};
use super::oracle::{Clearance, MeetingView};

/// The number of nobody in the office: a guest has no account.
const NOBODY: usize = usize::MAX;

impl Office {
    pub(super) async fn paper(&mut self, caller: &Caller, number: usize, item: AgendaItemId) -> PaperId {
        let title = self.mark(number, "title of the paper", Clearance::Sees(number, MeetingView::Papers));
        let content = self.mark(number, "content of the paper", Clearance::Sees(number, MeetingView::Papers));
        let file = format!(
            "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
             3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n% {content} {}\n\
             trailer<</Root 1 0 R>>\n%%EOF\n",
            "filling ".repeat(300)
        );
        let backend = &self.world.site.backend;
        let mut upload = backend.begin_upload(caller, item, &title, Level::Open).await.unwrap();
        upload.write(file.as_bytes()).await.unwrap();
        upload.answer(backend::Answers { is_declared: true, is_again: true });
        upload.finish().await.unwrap()
    }

    /// Takes a meeting to its stage, with everything that is written on the way.
    pub(super) async fn lead(&mut self, number: usize, writer: usize) {
        let services = self.world.site.services.clone();
        let (id, stage) = (self.meetings[number].id, self.meetings[number].stage);
        let caller = self.as_of(writer, "06:35");
        if matches!(stage, Stage::Scheduled | Stage::UnderWay) && number < 6 {
            self.name_somebody(number).await;
        }
        match stage {
            Stage::Draft => {}
            Stage::Scheduled => {
                // One change that is published, whose previous value is for people who may open the meeting,
                // and one that is only typed.
                let (mut input, saved, _) = services.meetings.input(&caller, id).await.unwrap();
                let place = self.mark(number, "new place", Clearance::Sees(number, MeetingView::Title));
                input.place = place;
                let saved =
                    services.meetings.save(&caller, Some((id, saved.rev)), input.clone()).await.unwrap();
                let saved = services.meetings.publish(&caller, id, saved.rev).await.unwrap();
                input.title = self.mark(number, "typed title", Clearance::Writes(number));
                services.meetings.save(&caller, Some((id, saved.rev)), input).await.unwrap();
            }
            Stage::UnderWay | Stage::Held => self.hold(number, writer).await,
            Stage::Cancelled | Stage::Postponed => {
                let reason =
                    self.mark(number, "reason of calling off", Clearance::Sees(number, MeetingView::Opened));
                let is_postponed = stage == Stage::Postponed;
                services.meetings.call_off(&caller, id, is_postponed, &reason).await.unwrap();
            }
        }
    }

    async fn name_somebody(&mut self, number: usize) {
        let agency = self.meetings[number].waiting[0];
        let speaker = self.holder(Role::Secretary, agency);
        let taken: Vec<usize> = self.meetings[number].everybody().collect();
        let is_free = |p: &usize| !taken.contains(p) && self.is_below(self.people[*p].agency, agency);
        let Some(person) = (1..self.people.len()).find(is_free) else { return };
        let named = vec![self.people[person].caller.person];
        let (caller, agency_id) = (self.as_of(speaker, "06:40"), self.agency(agency));
        let id = self.meetings[number].id;
        self.world.site.services.attendance.name_delegates(&caller, id, agency_id, named).await.unwrap();
        self.meetings[number].waiting.clear();
        self.meetings[number].named.push((agency, person));
    }

    async fn hold(&mut self, number: usize, writer: usize) {
        let services = self.world.site.services.clone();
        let TestMeeting { id, stage, paper, participant, ref delegates, .. } = self.meetings[number];
        let absent = delegates[0];
        let caller = self.as_of(writer, "07:05");
        services.meetings.open(&caller, id).await.unwrap();
        let reason = self.mark(number, "reason of an absence", Clearance::Reason(number, absent));
        services.attendance.mark(&caller, id, participant, Presence::Absent { reason }).await.unwrap();
        let guest = services.meetings.get(&caller, id).await.unwrap().guests[0].id;
        let reason = self.mark(number, "reason of a guest's absence", Clearance::Reason(number, NOBODY));
        services.attendance.mark(&caller, id, guest, Presence::Absent { reason }).await.unwrap();
        let shown = Direction::Paper(Some(ShownPaper { paper, page: 1 }));
        services.live.direct(&caller, id, None, shown).await.unwrap();
        if stage == Stage::Held {
            let reason =
                self.mark(number, "reason of the overrun", Clearance::Sees(number, MeetingView::Opened));
            services.meetings.close(&self.as_of(writer, "09:00"), id, None, &reason, true).await.unwrap();
        }
    }

    /// Imports a file as the first system administrator, with a word in a bad cell.
    pub(super) async fn import(&mut self) {
        let cell = self.words.add("cell of an imported file".into(), Clearance::Is(0));
        let file = format!("agency,year,base,held,source\nKHONGCO,{cell},all,12,Báo cáo\n");
        let caller = self.people[0].caller.clone();
        let site = &self.world.site;
        let outcome = site
            .services
            .imports
            .import(&caller, ImportKind::Baseline, file.as_bytes().to_vec(), ImportMode::DryRun)
            .await
            .unwrap();
        let report = app::context::Report::Import {
            kind: "baseline".into(),
            file: "a.csv".into(),
            outcome: Box::new(outcome),
        };
        self.report = site.reports.0.put(&caller, report);
    }
}
