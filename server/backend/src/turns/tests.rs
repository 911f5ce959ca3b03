use std::pin::Pin;

use chrono::DateTime;
use domain::agencies::AgencyRef;
use domain::ids::SessionId;
use futures::poll;
use uuid::Uuid;

use super::*;
use crate::stop::Stop;

const ROOT: u128 = 1;

/// A person of an agency, by their numbers; the agency's line begins at the root.
fn caller(person: u128, line: &[u128]) -> Caller {
    let line: Vec<AgencyId> = line.iter().map(|id| AgencyId(Uuid::from_u128(*id))).collect();
    Caller {
        person: PersonId(Uuid::from_u128(person)),
        name: String::new(),
        position: String::new(),
        agency: AgencyRef { id: line[line.len() - 1], code: String::new(), short_name: String::new() },
        line,
        grants: Vec::new(),
        session: SessionId(Uuid::nil()),
        now: DateTime::UNIX_EPOCH,
    }
}

type Work<'t> = Pin<Box<dyn Future<Output = Done<()>> + 't>>;

/// Work that begins when its turn comes, says so, and lasts until it is dropped.
struct Asked<'t> {
    work: Work<'t>,
    begun: std::rc::Rc<std::cell::Cell<bool>>,
}

impl<'t> Asked<'t> {
    async fn new(turns: &'t Turns, caller: &'t Caller) -> Asked<'t> {
        let begun = std::rc::Rc::new(std::cell::Cell::new(false));
        let begins = begun.clone();
        let work = Box::pin(turns.take(caller, async move {
            begins.set(true);
            std::future::pending().await
        }));
        let mut asked = Asked { work, begun };
        asked.has_begun().await;
        asked
    }

    async fn has_begun(&mut self) -> bool {
        assert!(poll!(&mut self.work).is_pending());
        self.begun.get()
    }
}

async fn many<'t>(turns: &'t Turns, caller: &'t Caller, count: usize) -> Vec<Asked<'t>> {
    let mut asked = Vec::new();
    for _ in 0..count {
        asked.push(Asked::new(turns, caller).await);
    }
    asked
}

/// Ends what has begun, and tells how many there were. Those who come next begin only afterwards.
async fn end_begun(asked: &mut Vec<Asked<'_>>) -> usize {
    for one in asked.iter_mut() {
        one.has_begun().await;
    }
    let (begun, rest): (Vec<_>, Vec<_>) = std::mem::take(asked).into_iter().partition(|one| one.begun.get());
    *asked = rest;
    begun.len()
}

#[tokio::test]
async fn one_person_has_few_turns_and_others_do_not_wait_for_them() {
    let turns = Turns::new(3);
    let (one, other) = (caller(11, &[ROOT, 2]), caller(12, &[ROOT, 3]));
    let mut held = many(&turns, &one, AT_ONCE + WAITING_AT_MOST).await;
    let refused = turns.take(&one, async { Ok(()) }).await;
    assert!(matches!(refused, Err(Stop::Failure(Failure::Unavailable))), "{refused:?}");
    turns.take(&other, async { Ok(()) }).await.unwrap();
    // Whoever waited goes away, and makes place for the next one, who waits for a turn.
    held.pop();
    let mut next = Asked::new(&turns, &one).await;
    assert!(!next.has_begun().await);
    held.clear();
    assert!(next.has_begun().await);
    drop(next);
    let state = turns.state();
    assert!(state.held.is_empty() && state.waiting.is_empty());
    assert!(state.uses.values().all(|of| (of.asked, of.held) == (0, 0)), "{:?}", state.uses);
}

#[tokio::test(start_paused = true)]
async fn an_army_of_one_agency_leaves_others_a_turn_that_is_free() {
    let turns = Turns::new(3);
    // Some sit in units that were made for it.
    let army: Vec<Caller> = (0..40).map(|n| caller(100 + n, &[ROOT, 2, 20 + n % 5])).collect();
    let mut asked = Vec::new();
    for soldier in &army {
        asked.extend(many(&turns, soldier, AT_ONCE + WAITING_AT_MOST).await);
    }
    for _ in 0..20 {
        let clerk = caller(12, &[ROOT, 3]);
        let mut page = Asked::new(&turns, &clerk).await;
        assert!(page.has_begun().await, "nobody waits behind another agency");
        drop(page);
        tokio::time::advance(Duration::from_millis(200)).await;
        assert_eq!(end_begun(&mut asked).await, 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_few_people_of_many_agencies_delay_a_page_by_one_turn_alone() {
    let turns = Turns::new(3);
    let few: Vec<Caller> = (0..8).map(|n| caller(100 + n, &[ROOT, 2 + n])).collect();
    let mut asked = Vec::new();
    for one in &few {
        asked.extend(many(&turns, one, AT_ONCE + WAITING_AT_MOST).await);
    }
    // One of their colleagues, and somebody of another agency.
    for line in [[ROOT, 2], [ROOT, 50]] {
        for _ in 0..5 {
            tokio::time::advance(Duration::from_millis(200)).await;
            end_begun(&mut asked).await;
            let clerk = caller(12, &line);
            let mut page = Asked::new(&turns, &clerk).await;
            let mut waited = 0;
            while !page.has_begun().await {
                tokio::time::advance(Duration::from_millis(200)).await;
                for one in asked.iter_mut() {
                    one.has_begun().await;
                }
                let one = asked.iter().position(|one| one.begun.get()).unwrap();
                drop(asked.remove(one));
                waited += 1;
            }
            let of_own = line == [ROOT, 2];
            assert!(waited <= if of_own { 8 } else { 1 }, "{waited} turns of others");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_colleague_comes_before_those_who_have_used_more() {
    let turns = Turns::new(2);
    let few: Vec<Caller> = (0..8).map(|n| caller(100 + n, &[ROOT, 2])).collect();
    let mut asked = Vec::new();
    for _ in 0..2 {
        for one in &few {
            asked.extend(many(&turns, one, 1).await);
        }
    }
    // Each of them has had a turn; all of them ask again before the colleague does.
    for _ in 0..few.len() {
        tokio::time::advance(Duration::from_millis(200)).await;
        assert_eq!(end_begun(&mut asked).await, 1);
    }
    let clerk = caller(12, &[ROOT, 2]);
    let mut page = Asked::new(&turns, &clerk).await;
    assert!(!page.has_begun().await);
    end_begun(&mut asked).await;
    assert!(page.has_begun().await, "whoever has used nothing comes first");
}

#[tokio::test(start_paused = true)]
async fn people_of_the_topmost_agency_are_an_office_like_any_other() {
    let turns = Turns::new(3);
    let few: Vec<Caller> = (0..8).map(|n| caller(100 + n, &[ROOT, 2 + n])).collect();
    let mut asked = Vec::new();
    for one in &few {
        asked.extend(many(&turns, one, AT_ONCE + WAITING_AT_MOST).await);
    }
    let chairman = caller(12, &[ROOT]);
    for _ in 0..5 {
        let mut page = Asked::new(&turns, &chairman).await;
        assert!(!page.has_begun().await, "all turns are held");
        let mut rounds = 0;
        while !page.has_begun().await {
            tokio::time::advance(Duration::from_millis(200)).await;
            end_begun(&mut asked).await;
            rounds += 1;
        }
        // Those who asked before and have had no turn yet come first, each once.
        assert!(rounds <= 3, "{rounds}");
    }
    // An army of its own people leaves others a turn, as that of any office does.
    drop(asked);
    let own: Vec<Caller> = (0..8).map(|n| caller(200 + n, &[ROOT])).collect();
    let mut asked = Vec::new();
    for one in &own {
        asked.extend(many(&turns, one, AT_ONCE + WAITING_AT_MOST).await);
    }
    let clerk = caller(13, &[ROOT, 3]);
    assert!(Asked::new(&turns, &clerk).await.has_begun().await);
    assert_eq!(end_begun(&mut asked).await, 2);
}

/// Turns of others that end before `page` begins, each of so many milliseconds.
async fn turns_waited(page: &mut Asked<'_>, asked: &mut Vec<Asked<'_>>, milliseconds: u64) -> usize {
    let mut waited = 0;
    while !page.has_begun().await {
        tokio::time::advance(Duration::from_millis(milliseconds)).await;
        waited += end_begun(asked).await;
        assert!(waited < 100, "never");
    }
    waited
}

#[tokio::test(start_paused = true)]
async fn the_colleagues_of_one_who_floods_in_each_of_many_offices_wait_for_two_turns_alone() {
    let turns = Turns::new(1);
    let few: Vec<Caller> = (0..12).map(|n| caller(100 + n, &[ROOT, 2 + n])).collect();
    let mut asked = Vec::new();
    for one in &few {
        asked.extend(many(&turns, one, AT_ONCE + WAITING_AT_MOST).await);
    }
    // Each of them has had a turn.
    for _ in 0..few.len() {
        tokio::time::advance(Duration::from_millis(1_200)).await;
        assert_eq!(end_begun(&mut asked).await, 1);
    }
    for n in 0..3 {
        let colleague = caller(200 + n, &[ROOT, 2 + n]);
        let mut page = Asked::new(&turns, &colleague).await;
        let waited = turns_waited(&mut page, &mut asked, 400).await;
        assert!(waited <= 2, "{waited} turns of others");
    }
}

#[tokio::test(start_paused = true)]
async fn somebody_new_of_an_office_that_has_used_much_is_not_passed_by_others_who_are_new() {
    let turns = Turns::new(1);
    let floods = caller(100, &[ROOT, 2]);
    let others: Vec<Caller> = (0..20).map(|n| caller(300 + n, &[ROOT, 40 + n])).collect();
    let mut asked = many(&turns, &floods, AT_ONCE + WAITING_AT_MOST).await;
    for _ in 0..4 {
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(end_begun(&mut asked).await, 1);
    }
    let colleague = caller(200, &[ROOT, 2]);
    let mut page = Asked::new(&turns, &colleague).await;
    // Each turn, another one of an office that has used nothing asks too.
    let mut waited = 0;
    for other in &others {
        asked.push(Asked::new(&turns, other).await);
        if page.has_begun().await {
            break;
        }
        tokio::time::advance(Duration::from_millis(300)).await;
        waited += end_begun(&mut asked).await;
    }
    // Of two turns for somebody new the second is theirs, as the last one was of their office.
    assert!(waited <= 4, "{waited} turns of others");
}

#[tokio::test(start_paused = true)]
async fn a_crowd_of_new_people_keeps_nobody_of_another_office_out() {
    let turns = Turns::new(1);
    let clerk = caller(12, &[ROOT, 3]);
    let worked = Asked::new(&turns, &clerk).await;
    tokio::time::advance(Duration::from_secs(2)).await;
    drop(worked);
    // Their office has used more than the clerk's by then.
    let crowd: Vec<Caller> = (0..60).map(|n| caller(100 + n, &[ROOT, 2])).collect();
    let mut asked = Vec::new();
    for one in &crowd {
        asked.extend(many(&turns, one, 1).await);
    }
    for _ in 0..20 {
        tokio::time::advance(Duration::from_millis(400)).await;
        assert_eq!(end_begun(&mut asked).await, 1);
    }
    let mut page = Asked::new(&turns, &clerk).await;
    let waited = turns_waited(&mut page, &mut asked, 400).await;
    assert!(waited <= 2, "{waited} turns of others");
}

#[tokio::test(start_paused = true)]
async fn what_was_used_is_forgotten_within_minutes() {
    let turns = Turns::new(1);
    let one = caller(11, &[ROOT, 2]);
    let held = Asked::new(&turns, &one).await;
    tokio::time::advance(Duration::from_secs(8)).await;
    drop(held);
    let used = |sharer| turns.state().uses[&sharer].used(Instant::now()).as_millis();
    assert_eq!(used(Sharer::Person(one.person)), 8000);
    tokio::time::advance(HALVED_AFTER * 2).await;
    assert_eq!(used(Sharer::Person(one.person)), 2000);
    assert_eq!(used(Sharer::Office(one.office())), 2000);
    tokio::time::advance(HALVED_AFTER * 11).await;
    assert!(turns.state().uses.values().all(|of| of.is_forgotten(Instant::now())));
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_ever() {
    let turns = Turns::new(1);
    let (one, other) = (caller(11, &[ROOT, 2]), caller(12, &[ROOT, 3]));
    let _held = Asked::new(&turns, &one).await;
    let late = turns.take(&other, async { Ok(()) }).await;
    assert!(matches!(late, Err(Stop::Failure(Failure::Unavailable))), "{late:?}");
    assert!(turns.state().waiting.is_empty());
}

#[tokio::test(start_paused = true)]
async fn where_there_is_one_turn_another_office_waits_for_one_of_those_who_ask_without_end() {
    let turns = Turns::new(1);
    let office: Vec<Caller> = (11..21).map(|person| caller(person, &[ROOT, 2])).collect();
    let mut asked = Vec::new();
    for of in &office {
        asked.extend(many(&turns, of, 1).await);
    }
    // Each of them has had a turn, and asks again.
    for _ in 0..office.len() {
        tokio::time::advance(Duration::from_millis(1500)).await;
        assert_eq!(end_begun(&mut asked).await, 1);
        let next = &office[(asked.len() + 1) % office.len()];
        asked.extend(many(&turns, next, 1).await);
    }
    let other = caller(30, &[ROOT, 3]);
    let mut late = Asked::new(&turns, &other).await;
    assert!(!late.has_begun().await);
    let mut ended = 0;
    while !late.has_begun().await {
        tokio::time::advance(Duration::from_millis(1500)).await;
        ended += end_begun(&mut asked).await;
    }
    assert!(ended <= 2, "{ended}");
}
