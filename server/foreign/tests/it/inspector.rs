//! The room with children that misbehave, and children that try what they must not be able to do.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::Path;

use foreign::{Inspection, Inspector, LOOKS_AT_ONCE, Program, Sender, Unseen};

/// A sender, for tests in which it does not matter which.
const SENDER: u128 = 7;

/// A sender of an office of their own.
pub(crate) fn one(number: u128) -> Sender {
    Sender { person: number, office: 1_000_000 + number }
}

/// A room whose children run a line of shell.
fn shell(line: &str) -> Inspector {
    let arguments = ["-c", line].map(OsString::from).to_vec();
    Inspector::new(Program { path: "/bin/sh".into(), arguments })
}

/// A room whose children try one action under their limits, and report whether it was refused.
fn attempt(what: &str) -> Inspector {
    let path = env!("CARGO_BIN_EXE_foreign-child").into();
    Inspector::new(Program { path, arguments: vec![what.into()] })
}

/// A file with this content, opened for reading.
pub(crate) fn file(content: &[u8]) -> std::fs::File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(content).unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    file
}

async fn unseen(line: &str) -> Unseen {
    let room = shell(line);
    let unseen = room.inspect(file(b""), one(SENDER)).await.expect_err("no answer");
    assert_eq!(room.free_slots(), LOOKS_AT_ONCE, "the slot is free again");
    unseen
}

#[tokio::test]
async fn a_child_that_fails_is_an_answer() {
    assert!(matches!(unseen("kill -9 $$").await, Unseen::Died(_)));
    assert!(matches!(unseen("exit 1").await, Unseen::Died(_)));
    assert!(matches!(unseen("true").await, Unseen::Died(_)));
    assert!(matches!(unseen("echo nonsense").await, Unseen::SaidNonsense));
    assert!(matches!(unseen("echo '{\"pages\":-1}'").await, Unseen::SaidNonsense));
    assert!(matches!(unseen("exec cat /dev/zero").await, Unseen::SaidTooMuch));
    let none = Inspector::new(Program::at("/nowhere/at/all"));
    assert!(matches!(none.inspect(file(b""), one(SENDER)).await, Err(Unseen::NotStarted(_))));
    assert_eq!(none.free_slots(), LOOKS_AT_ONCE);
}

/// The clock is paused and jumps to the next timeout as soon as nothing else can run.
#[tokio::test(start_paused = true)]
async fn a_child_that_never_ends_is_ended_with_all_that_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let born = Fifo::new(folder.path());
    let line = format!("sleep 600 & echo $! > {}; exit 0", born.path());
    let room = shell(&line);
    let look = tokio::spawn(async move { room.inspect(file(b""), one(SENDER)).await });
    let grandchild = tokio::task::spawn_blocking(move || born.pid()).await.unwrap();
    assert!(matches!(look.await.unwrap(), Err(Unseen::TookTooLong)), "it keeps the output open");
    assert_ended(grandchild);
}

#[tokio::test]
async fn a_sender_who_hangs_up_ends_the_child_and_then_frees_its_slot() {
    let folder = tempfile::tempdir().unwrap();
    let born = Fifo::new(folder.path());
    let room = shell(&format!("echo $$ > {}; exec sleep 600", born.path()));
    let look = {
        let room = room.clone();
        tokio::spawn(async move { room.inspect(file(b""), one(SENDER)).await.is_ok() })
    };
    let child = tokio::task::spawn_blocking(move || born.pid()).await.unwrap();
    assert_eq!(room.free_slots(), LOOKS_AT_ONCE - 1);
    look.abort();
    while room.free_slots() < LOOKS_AT_ONCE {
        tokio::task::yield_now().await;
    }
    let pid = rustix::process::Pid::from_raw(child).unwrap();
    assert!(
        rustix::process::test_kill_process(pid).is_err(),
        "the slot is free once the child is gone, not before"
    );
}

#[tokio::test]
async fn those_who_wait_for_a_slot_get_it_in_their_order() {
    let room = shell("cat > /dev/null");
    // Children that read from a pipe into which nobody writes take every slot.
    let (reader, _writer) = std::io::pipe().unwrap();
    let mut taken = Vec::new();
    for sender in 0..LOOKS_AT_ONCE as u128 {
        let input = std::fs::File::from(std::os::fd::OwnedFd::from(reader.try_clone().unwrap()));
        let room = room.clone();
        taken.push(tokio::spawn(async move { room.inspect(input, one(sender)).await.is_ok() }));
    }
    while room.free_slots() > 0 {
        tokio::task::yield_now().await;
    }
    let order = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let mut waiters = Vec::new();
    for number in 0..3 {
        let (room, order) = (room.clone(), std::sync::Arc::clone(&order));
        waiters.push(tokio::spawn(async move {
            let _ = room.inspect(file(b"x"), one(100 + number)).await;
            order.lock().unwrap().push(number);
        }));
        // It is polled once, so it is in the queue before the next one comes.
        tokio::task::yield_now().await;
    }
    assert!(order.lock().unwrap().is_empty());
    // One slot becomes free; all three go through it, one after the other.
    taken.remove(0).abort();
    for waiter in waiters {
        waiter.await.unwrap();
    }
    assert_eq!(*order.lock().unwrap(), [0, 1, 2]);
    taken.into_iter().for_each(|look| look.abort());
}

#[tokio::test]
async fn the_files_of_one_sender_leave_a_place_for_others() {
    let folder = tempfile::tempdir().unwrap();
    let born = Fifo::new(folder.path());
    let room = shell(&format!("echo $$ > {}; exec cat", born.path()));
    // A child that reads from a pipe into which nobody writes.
    let (reader, _writer) = std::io::pipe().unwrap();
    let look = |sender| {
        let input = std::fs::File::from(std::os::fd::OwnedFd::from(reader.try_clone().unwrap()));
        let room = room.clone();
        tokio::spawn(async move { room.inspect(input, one(sender)).await.is_ok() })
    };
    let all: Vec<_> = (0..5).map(|_| look(SENDER)).collect();
    let pid = born.path().to_owned();
    let first = tokio::task::spawn_blocking(move || Fifo(pid.into()).pid()).await.unwrap();
    assert_eq!(room.free_slots(), LOOKS_AT_ONCE - 1, "one at a time");
    let other = look(SENDER + 1);
    let second = tokio::task::spawn_blocking(move || born.pid()).await.unwrap();
    assert_ne!(first, second);
    assert_eq!(room.free_slots(), LOOKS_AT_ONCE - 2);
    all.iter().chain([&other]).for_each(tokio::task::JoinHandle::abort);
    while room.free_slots() < LOOKS_AT_ONCE {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_files_of_one_office_leave_a_place_for_others() {
    let room = shell("cat > /dev/null");
    // Children that read from a pipe into which nobody writes, for people of one office.
    let (reader, _writer) = std::io::pipe().unwrap();
    let look = |person| {
        let input = std::fs::File::from(std::os::fd::OwnedFd::from(reader.try_clone().unwrap()));
        let room = room.clone();
        tokio::spawn(async move { room.inspect(input, Sender { person, office: 1_000 }).await.is_ok() })
    };
    let all: Vec<_> = (0..8).map(look).collect();
    while room.free_slots() == LOOKS_AT_ONCE {
        tokio::task::yield_now().await;
    }
    let unseen = room.inspect(file(b"x"), one(9)).await.expect_err("it says nothing");
    assert!(matches!(unseen, Unseen::Died(_)), "{unseen}");
    assert!(all.iter().all(|look| !look.is_finished()), "it waited for one of theirs");
    all.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn a_child_that_takes_long_in_the_kept_slot_begins_anew_in_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let begun = folder.path().join("begun");
    let answer = serde_json::to_string(&Inspection::given_up()).unwrap();
    // Of the files that say `once` the first child hangs, and those after it answer.
    let room = shell(&format!(
        "read what; if [ $what = once ] && [ -e {at} ]; then echo '{answer}'; else [ $what = once ] && : > {at}; \
         exec sleep 1000; fi",
        at = begun.display()
    ));
    let look = |what: &'static [u8], person| {
        let room = room.clone();
        tokio::spawn(async move { room.inspect(file(what), one(person)).await })
    };
    let hard = look(b"hard\n", 1);
    while room.free_slots() == LOOKS_AT_ONCE {
        tokio::task::yield_now().await;
    }
    let long = look(b"once\n", 2);
    while !begun.exists() {
        tokio::task::yield_now().await;
    }
    // Somebody else waits for it as long as a short file may take, and not for its end.
    assert_eq!(look(b"once\n", 3).await.unwrap().unwrap(), Inspection::given_up());
    assert!(!long.is_finished() && !hard.is_finished());
    hard.abort();
    assert_eq!(long.await.unwrap().unwrap(), Inspection::given_up());
}

#[tokio::test]
async fn a_child_can_neither_reach_the_network_nor_files_nor_start_another() {
    for what in ["connects", "listens", "opens", "forks", "writes", "allocates", "signals"] {
        let look = attempt(what).inspect(file(b""), one(SENDER)).await.unwrap();
        assert_eq!(look.pages, Some(1), "{what}: refused");
    }
}

#[tokio::test]
async fn a_child_that_computes_without_end_is_ended_by_the_kernel() {
    let unseen = attempt("spins").inspect(file(b""), one(SENDER)).await.expect_err("it never answers");
    assert!(matches!(unseen, Unseen::Died(_) | Unseen::TookTooLong), "{unseen}");
}

#[tokio::test]
async fn a_child_inherits_no_file_of_the_program() {
    // Every child inherits both ends, like descriptors of careless libraries.
    let (reader, writer) = rustix::pipe::pipe().unwrap();
    let room = attempt("waits");
    let look = tokio::spawn(async move { room.inspect(file(b""), one(SENDER)).await.is_ok() });
    let ended = tokio::task::spawn_blocking(move || {
        let mut reader = std::fs::File::from(reader);
        let mut begun = [0];
        // The child reports through this pipe that it has started, before it is limited.
        reader.read_exact(&mut begun).unwrap();
        drop(writer);
        reader.read(&mut begun).unwrap()
    });
    assert_eq!(ended.await.unwrap(), 0, "the last writer is gone");
    assert!(!look.is_finished(), "while the child still waits");
    look.abort();
}

/// A named pipe through which a child sends its process ID.
struct Fifo(std::path::PathBuf);

impl Fifo {
    fn new(folder: &Path) -> Fifo {
        let path = folder.join("born");
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RWXU).unwrap();
        Fifo(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }

    /// Waits for the child's process ID.
    fn pid(&self) -> i32 {
        std::fs::read_to_string(&self.0).unwrap().trim().parse().unwrap()
    }
}

/// Checks that a process ends. It is not a child of this one, so it ends at some moment after its signal.
fn assert_ended(pid: i32) {
    let stat = format!("/proc/{pid}/stat");
    let runs = || std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z "));
    while runs() {
        std::thread::yield_now();
    }
}
