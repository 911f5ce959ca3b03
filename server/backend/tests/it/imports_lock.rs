//! Files are prepared beside the database's lock: nobody's writing waits for that, and what changes meanwhile is read
//! again.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use backend::{Backend, Entropy, SeededEntropy, q};
use chrono::{Days, NaiveDate};
use domain::access::{Role, Stage};
use domain::error::{Failure, Outcome, Problem, Refusal};
use domain::imports::{ImportKind, ImportMode, ImportReport, Imports};
use domain::meetings::{MEETINGS_A_YEAR_AT_MOST, Meetings};
use tokio::sync::oneshot;

use crate::bounds::fill_year;
use crate::imports::{TREE, cells, import, meetings, named, written};
use crate::support::{World, each_busy_database, embedded};

const ONE: &str = "SNV,Họp A,working,online,2026-05-04T08:00/09:00,held,organised,internal,0";
const OTHER: &str = "SNV,Họp B,working,online,2026-05-05T08:00/09:00,held,organised,internal,0";

#[tokio::test]
async fn a_file_with_bad_rows_is_reported_while_somebody_else_writes() {
    each_busy_database(async |world| {
        let chair = world.person("SNV").await;
        world
            .meeting("SNV")
            .title("Họp A")
            .stage(Stage::Scheduled)
            .at("2026-06-18T07:30/11:30")
            .chair(&chair)
            .store()
            .await;
        let held = world.backend.db().begin().await.unwrap();
        let planned =
            meetings(&["SNV,Họp A,working,online,2026-06-18T07:30/11:30,cancelled,organised,internal,0"]);
        let files = [
            (ImportKind::Meetings, planned.as_str(), (2, "title", Problem::PlannedHere)),
            (
                ImportKind::Rooms,
                "code,name,agency,capacity\nP1,P1,NONE,1\n",
                (2, "agency", Problem::NoSuchCode { like: String::new() }),
            ),
            (
                ImportKind::Baseline,
                "agency,year,base,held,source\nNONE,2024,all,1,x\n",
                (2, "agency", Problem::NoSuchCode { like: String::new() }),
            ),
            (
                ImportKind::People,
                "user_name,name,position,agency,roles\na,A,,SNV,delegate@NONE\n",
                (2, "roles", Problem::NoSuchCode { like: String::new() }),
            ),
            (
                ImportKind::Agencies,
                "code,parent,level,name,short_name\nA,NONE,unit,A,A\n",
                (2, "parent", Problem::NoSuchCode { like: String::new() }),
            ),
        ];
        for (kind, file, expected) in files {
            // If it waited for the writer, it would be told to try again.
            let report = import(world, &world.system(), kind, file).await.unwrap();
            assert_eq!(cells(report), named(&[expected]), "{}: {kind:?}", world.engine);
        }
        drop(held);
    })
    .await;
}

/// Randomness that stops the thread that asks for it, once, until the test lets it go on. A file with a new meeting asks
/// for an identifier while it is prepared.
#[derive(Clone, Debug)]
struct GatedEntropy {
    gate: Arc<Mutex<Option<Gate>>>,
    entropy: Arc<SeededEntropy>,
    /// How often it was asked.
    asked: Arc<AtomicUsize>,
}

type Gate = (oneshot::Sender<()>, mpsc::Receiver<()>);

impl GatedEntropy {
    /// Closes the gate. Gives the sign that somebody is there, and the key.
    fn close(&self) -> (oneshot::Receiver<()>, mpsc::Sender<()>) {
        let (arrives, arrival) = oneshot::channel();
        let (key, opened) = mpsc::channel();
        *self.gate.lock().unwrap() = Some((arrives, opened));
        (arrival, key)
    }
}

impl Entropy for GatedEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let gate = self.gate.lock().unwrap().take();
        if let Some((arrives, opened)) = gate {
            let _ = arrives.send(());
            let _ = opened.recv();
        }
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.entropy.fill(bytes);
    }
}

/// Another node of the same database, which imports a file. While it has prepared it, `meanwhile` changes something;
/// as often as `times` says. Also gives how often the node needed randomness.
async fn import_on_other_node(
    world: &World,
    file: &str,
    times: usize,
    meanwhile: impl AsyncFn(usize),
) -> (Outcome<ImportReport>, usize) {
    let gate = GatedEntropy {
        gate: Arc::default(),
        entropy: Arc::new(SeededEntropy::new(13)),
        asked: Arc::default(),
    };
    let node = Backend::open(world.config.clone(), Box::new(gate.clone())).await.unwrap();
    gate.asked.store(0, Ordering::Relaxed);
    let mut closed = Some(gate.close());
    let changing = async {
        for time in 0..times {
            let (arrival, key) = closed.take().unwrap();
            arrival.await.unwrap();
            meanwhile(time).await;
            if time + 1 < times {
                closed = Some(gate.close());
            }
            key.send(()).unwrap();
        }
    };
    let system = world.system();
    let importing =
        Imports::import(&node, &system, ImportKind::Meetings, file.as_bytes().to_vec(), ImportMode::Write);
    let (report, ()) = futures::join!(importing, changing);
    node.db().close().await;
    (report, gate.asked.load(Ordering::Relaxed))
}

#[tokio::test]
async fn what_another_node_imported_meanwhile_is_read_again() {
    each_busy_database(async |world| {
        written(world, ImportKind::Agencies, TREE).await;
        let file = meetings(&[ONE]);
        let report = import_on_other_node(world, &file, 1, async |_| {
            assert_eq!(written(world, ImportKind::Meetings, &file).await, [1, 1, 0, 0]);
        });
        let report = report.await.0.unwrap();
        assert_eq!((report.is_written, report.added, report.unchanged), (true, 0, 1), "{}", world.engine);
        assert_eq!(world.count("meeting").await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_changes_in_other_agencies_does_not_matter() {
    each_busy_database(async |world| {
        written(world, ImportKind::Agencies, TREE).await;
        let elsewhere = "UBND,Họp C,working,online,2026-06-18T08:00/09:00,scheduled,organised,internal,0";
        written(world, ImportKind::Meetings, &meetings(&[elsewhere])).await;
        let (id,): (String,) = q("SELECT id FROM meeting").one(world.backend.db()).await.unwrap();
        let secretary = world.caller(Role::Secretary, "UBND").await;
        let file = meetings(&[ONE]);
        let report = import_on_other_node(world, &file, 1, async |_| {
            let id = id.parse().unwrap();
            Meetings::call_off(&world.backend, &secretary, id, false, "Bão").await.unwrap();
        });
        let (report, asked) = report.await;
        // For the meeting and for the line of the trail: the file was prepared once.
        assert_eq!((report.unwrap().added, asked), (1, 2), "{}", world.engine);
    })
    .await;
}

#[tokio::test]
async fn a_meeting_that_was_opened_meanwhile_is_not_overwritten() {
    each_busy_database(async |world| {
        written(world, ImportKind::Agencies, TREE).await;
        written(world, ImportKind::Meetings, &meetings(&[ONE])).await;
        let changed = meetings(&[&ONE.replace("internal,0", "internal,3"), OTHER]);
        let report = import_on_other_node(world, &changed, 1, async |_| {
            // Without a line in the trail: the meeting's own revision tells.
            let mut tx = world.backend.db().begin().await.unwrap();
            q("UPDATE meeting SET rev = rev + 1, stage = 'under_way'").run(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
        });
        let found = cells(report.await.0.unwrap());
        assert_eq!(found, named(&[(2, "title", Problem::LedHere)]), "{}", world.engine);
        assert_eq!(world.count("meeting").await, 1, "all or nothing");
    })
    .await;
}

#[tokio::test]
async fn a_year_that_became_full_meanwhile_takes_nothing_more() {
    each_busy_database(async |world| {
        written(world, ImportKind::Agencies, TREE).await;
        let snv = world.agency("SNV").await;
        fill_year(world, snv, 2026, MEETINGS_A_YEAR_AT_MOST - 1).await;
        let file = meetings(&[ONE]);
        let report = import_on_other_node(world, &file, 1, async |_| {
            // Without a line in the trail: the count before the commit tells.
            fill_year(world, snv, 2026, 1).await;
        });
        let found = cells(report.await.0.unwrap());
        let full = Problem::YearFull { year: 2026, at_most: MEETINGS_A_YEAR_AT_MOST };
        assert_eq!(found, named(&[(2, "sittings", full)]), "{}", world.engine);
        assert_eq!(world.count("meeting").await, i64::from(MEETINGS_A_YEAR_AT_MOST));
    })
    .await;
}

#[tokio::test]
async fn a_check_ends_before_the_end_of_its_rows_when_nobody_waits_for_it() {
    each_busy_database(async |world| {
        written(world, ImportKind::Agencies, TREE).await;
        let row = |n| ONE.replace("Họp A", &format!("Họp {n}")).replace("held", "cancelled");
        let rows: Vec<String> = (0..200).map(row).collect();
        let file = meetings(&rows.iter().map(String::as_str).collect::<Vec<_>>());
        let gate = GatedEntropy {
            gate: Arc::default(),
            entropy: Arc::new(SeededEntropy::new(13)),
            asked: Arc::default(),
        };
        let node = Backend::open(world.config.clone(), Box::new(gate.clone())).await.unwrap();
        let check = |file: &str| {
            let (node, system, file) = (node.clone(), world.system(), file.as_bytes().to_vec());
            async move { Imports::import(&node, &system, ImportKind::Meetings, file, ImportMode::DryRun).await }
        };
        gate.asked.store(0, Ordering::Relaxed);
        let (arrival, key) = gate.close();
        let asking = tokio::spawn(check(&file));
        arrival.await.unwrap();
        asking.abort();
        assert!(asking.await.unwrap_err().is_cancelled());
        key.send(()).unwrap();
        let one = meetings(&[ONE]);
        let next = loop {
            match check(&one).await {
                Err(Failure::Refused(Refusal::ImportUnderWay)) => tokio::task::yield_now().await,
                done => break done.unwrap(),
            }
        };
        assert_eq!(next.added, 1, "{}", world.engine);
        // One row of the file that nobody waits for, and the one of the next.
        assert_eq!(gate.asked.load(Ordering::Relaxed), 2, "{}", world.engine);
        node.db().close().await;
    })
    .await;
}

#[tokio::test]
async fn a_file_whose_agency_is_changed_again_and_again_is_refused() {
    each_busy_database(async |world| {
        written(world, ImportKind::Agencies, TREE).await;
        let file = meetings(&[ONE]);
        let report = import_on_other_node(world, &file, 4, async |time| {
            let more = meetings(&[&OTHER.replace("Họp B", &format!("Họp B{time}"))]);
            written(world, ImportKind::Meetings, &more).await;
        });
        assert_eq!(report.await.0, Err(Failure::Refused(Refusal::ImportOvertaken)), "{}", world.engine);
        assert_eq!(world.count("meeting").await, 4, "nothing of the file was written");
    })
    .await;
}

/// Prints how long the largest files hold the embedded database: the longest time that another writer waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures; run it with a release build"]
async fn the_largest_files_are_measured() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::open(embedded(folder.path()), "SQLite").await;
    written(&world, ImportKind::Agencies, TREE).await;
    // Thirteen begin a day, and half of them go on the next day: no day and no year is full.
    let sittings = |round: usize, number: usize| {
        let first: NaiveDate = "2010-01-01".parse().unwrap();
        let begin = (round * 10_000 + number) / 13;
        let sitting = |day: usize| format!("{}T08:00/09:00", first + Days::new((begin + day) as u64));
        (0..=number % 2).map(sitting).collect::<Vec<_>>().join(" ")
    };
    let file = |round: usize, hour: &str, sites: usize| {
        let row = |n: usize| {
            let sittings = sittings(round, n).replace("08:00", hour);
            format!("SNV,Hội nghị {round} số {n},working,hybrid,{sittings},held,organised,internal,{sites}")
        };
        let rows: Vec<String> = (0..10_000).map(row).collect();
        meetings(&rows.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let mut files = vec![("new, nothing stored", file(0, "08:00", 0))];
    for round in 1..6 {
        files.push(("new, more stored", file(round, "08:00", 0)));
    }
    files.push(("unchanged", file(0, "08:00", 0)));
    files.push(("connected", file(0, "08:00", 3)));
    files.push(("connected again", file(0, "08:00", 0)));
    files.push(("ends moved", file(0, "08:00", 0).replace("09:00", "10:00")));
    let others: [(&str, ImportKind, String); 2] = [
        ("people", ImportKind::People, {
            let row = |n: usize| format!("nguoi.{n},Người {n},Chuyên viên,SNV,secretary|delegate|leader\n");
            format!("user_name,name,position,agency,roles\n{}", (0..2_000).map(row).collect::<String>())
        }),
        ("rooms", ImportKind::Rooms, {
            let row = |n: usize| format!("P{n},Phòng {n},SNV,20\n");
            format!("code,name,agency,capacity\n{}", (0..200).map(row).collect::<String>())
        }),
    ];
    let files = files.into_iter().map(|(what, file)| (what, ImportKind::Meetings, file)).chain(others);
    for (what, kind, file) in files {
        let db = world.backend.db().clone();
        let waiting = tokio::spawn(async move {
            let mut longest = Duration::ZERO;
            loop {
                let begin = Instant::now();
                drop(db.begin().await.unwrap());
                longest = longest.max(begin.elapsed());
                if STOP.swap(false, Ordering::Relaxed) {
                    return longest;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        let begin = Instant::now();
        let report = import(&world, &world.system(), kind, &file).await.unwrap();
        let took = begin.elapsed();
        STOP.store(true, Ordering::Relaxed);
        let longest = waiting.await.unwrap();
        println!(
            "{what}: {took:?}, the lock {longest:?}; added {}, changed {}, unchanged {}, written {}",
            report.added, report.changed, report.unchanged, report.is_written
        );
    }
}

static STOP: AtomicBool = AtomicBool::new(false);
