//! The child for the tests: the real one, and variants that try under its limits what a child must not be
//! able to do.

use std::io::Write;
use std::process::ExitCode;

use foreign::{Inspection, child};
use rustix::process::{Pid, Signal, kill_process};

fn main() -> ExitCode {
    let verb = std::env::args().nth(1).unwrap_or_default();
    let parent = rustix::process::getppid();
    match verb.as_str() {
        child::VERB => child::run(),
        "waits" => waits(),
        verb => child::answer(|| Some(told(is_refused(verb, parent)))),
    }
}

/// Tries an action, and returns whether it was refused.
fn is_refused(verb: &str, parent: Option<Pid>) -> bool {
    match verb {
        "connects" => {
            std::net::TcpStream::connect("127.0.0.1:9").is_err_and(|error| is_not_permitted(&error))
        }
        "listens" => std::net::TcpListener::bind("127.0.0.1:0").is_err_and(|error| is_not_permitted(&error)),
        "opens" => std::fs::File::open("/etc/hostname").is_err(),
        "forks" => std::process::Command::new("/bin/true").spawn().is_err(),
        "writes" => std::fs::write(std::env::temp_dir().join("phien-child"), "x").is_err(),
        "signals" => parent.is_some_and(|parent| kill_process(parent, Signal::CONT).is_err()),
        "allocates" => Vec::<u8>::new().try_reserve_exact(600 << 20).is_err(),
        "spins" => loop {
            std::hint::spin_loop();
        },
        _ => false,
    }
}

fn is_not_permitted(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::PermissionDenied
}

fn told(is_refused: bool) -> Inspection {
    let mut look = Inspection::default();
    look.pages = Some(u32::from(is_refused));
    look
}

/// Reports through an inherited pipe that it has started, and waits under its limits.
fn waits() -> ExitCode {
    // The pipe's descriptor is not known; its write end is one of the next free numbers.
    for number in 3..64 {
        let path = format!("/proc/self/fd/{number}");
        let is_pipe = std::fs::read_link(&path).is_ok_and(|to| to.to_string_lossy().starts_with("pipe:"));
        if is_pipe && let Ok(mut pipe) = std::fs::OpenOptions::new().write(true).open(&path) {
            // Either end of a pipe can be opened for writing.
            let _ = pipe.write_all(b"!");
            break;
        }
    }
    child::answer(|| {
        std::thread::sleep(std::time::Duration::from_secs(600));
        None
    })
}
