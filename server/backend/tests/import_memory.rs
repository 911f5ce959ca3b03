//! How much memory a file of the largest size takes, whatever it holds. This is a separate program because it
//! counts everything that is allocated.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has nothing to say")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use backend::{Backend, BackendConfig, SeededEntropy};
use domain::agencies::{Agencies, AgencyInput};
use domain::imports::{IMPORT_MIB_AT_MOST, ImportKind, ImportMode, Imports};

/// What an import may take besides the file itself, which the test holds too.
const BYTES_AT_MOST: usize = 168 * 1024 * 1024;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, with counting.
struct CountingAllocator;

// SAFETY: every call is passed on as it came.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(now, Ordering::Relaxed);
        // SAFETY: as for this function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as for this function.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// A file of the largest size that repeats one line.
fn filled(head: &str, line: impl Fn(usize) -> String) -> Vec<u8> {
    let most = (IMPORT_MIB_AT_MOST as usize) << 20;
    let mut file = Vec::with_capacity(most);
    file.extend_from_slice(head.as_bytes());
    for number in 0.. {
        let line = line(number);
        if file.len() + line.len() > most {
            break;
        }
        file.extend_from_slice(line.as_bytes());
    }
    file
}

/// As much of a text in UTF-16 as a file of the largest size holds.
fn utf_16(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let units = std::iter::once(0xfeff).chain(text.chars().cycle().map(|letter| letter as u16));
    units.take((IMPORT_MIB_AT_MOST as usize) << 19).flat_map(u16::to_le_bytes).collect()
}

#[tokio::test]
async fn a_file_of_the_largest_size_takes_less_than_two_hundred_mebibytes() {
    const PEOPLE: &str = "user_name,name,position,agency,roles,password\n";
    let folder = tempfile::tempdir().unwrap();
    let config = BackendConfig::embedded(folder.path());
    let backend = Backend::open(config, Box::new(SeededEntropy::new(7))).await.unwrap();
    let system = backend.system_caller("2026-06-16T02:00:00Z".parse().unwrap());
    let root = AgencyInput {
        code: "UBND".into(),
        level: "province".into(),
        name: "Ủy ban nhân dân tỉnh".into(),
        short_name: "UBND".into(),
        ..AgencyInput::default()
    };
    Agencies::add(&backend, &system, root).await.unwrap();
    let files = [
        ("rows of one cell", ImportKind::Meetings, filled(MEETINGS, |_| "x\n".to_owned())),
        ("quotes without end", ImportKind::Meetings, filled(MEETINGS, |_| "\"x\n".to_owned())),
        ("codes that nobody has", ImportKind::Meetings, filled(MEETINGS, |n| format!("A{n},x,,,,,,,\n"))),
        (
            "UTF-16 of letters that take three bytes",
            ImportKind::Meetings,
            utf_16(&filled("", |_| "ệ,ờ\n".to_owned())),
        ),
        ("one row of empty cells", ImportKind::Meetings, filled(MEETINGS, |_| ",".repeat(1_000))),
        ("one cell", ImportKind::People, filled(&format!("{PEOPLE}\""), |_| "x\n".repeat(500))),
        ("a header without end", ImportKind::Baseline, filled("", |n| format!("c{n},"))),
        (
            "meetings that are right",
            ImportKind::Meetings,
            filled(MEETINGS, |n| {
                let (year, month, day) = (2015 + n / 336 % 10, 1 + n / 28 % 12, 1 + n % 28);
                format!(
                    "UBND,Họp {n},working,online,{year}-{month:02}-{day:02}T07:30/11:30,held,organised,internal,0\n"
                )
            }),
        ),
        (
            "people who are new",
            ImportKind::People,
            filled(PEOPLE, |n| format!("nguoi.{n},Người {n},{},UBND,delegate,\n", "Chuyên viên ".repeat(3))),
        ),
    ];
    for (what, kind, file) in files {
        hold(&backend, what, (kind, file, ImportMode::DryRun), BYTES_AT_MOST).await;
    }
    // Two rows load the meetings of their own days, and none of the many between them.
    let many = (0..MANY).map(|n| row(&format!("2025-{:02}-{:02}", 1 + n / 28 % 12, 1 + n % 28), n));
    let many = format!("{MEETINGS}{}", many.collect::<String>());
    hold(&backend, "many meetings", (ImportKind::Meetings, many.into(), ImportMode::Write), BYTES_AT_MOST)
        .await;
    let two = format!("{MEETINGS}{}{}", row("2024-01-02", 0), row("2026-01-06", 0));
    hold(&backend, "two rows", (ImportKind::Meetings, two.into(), ImportMode::DryRun), TWO_ROWS_AT_MOST)
        .await;
}

const MEETINGS: &str = "agency,title,kind,form,sittings,status,role,counterpart,sites_connected\n";

/// Meetings that are stored before the last file is checked.
const MANY: usize = 10_000;
/// Loading all of them takes 5 MiB.
const TWO_ROWS_AT_MOST: usize = 2 << 20;

fn row(date: &str, number: usize) -> String {
    format!("UBND,Họp {number},working,online,{date}T07:30/11:30,held,organised,internal,0\n")
}

/// Imports a file, and holds the memory it takes beside the file against the limit.
async fn hold(
    backend: &Backend,
    what: &str,
    (kind, file, mode): (ImportKind, Vec<u8>, ImportMode),
    at_most: usize,
) {
    let system = backend.system_caller("2026-06-16T02:00:00Z".parse().unwrap());
    let before = NOW.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let report = backend.import(&system, kind, file, mode).await.unwrap();
    let most = MOST.load(Ordering::Relaxed).saturating_sub(before);
    println!("{what}: {} KiB, {} rows, {} bad cells", most >> 10, report.rows, report.bad_cells);
    assert!(most < at_most, "{what}: {} KiB", most >> 10);
}
