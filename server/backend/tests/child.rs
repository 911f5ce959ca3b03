//! The child of the tests: it looks into papers as the program itself does when it is started for that.

fn main() -> std::process::ExitCode {
    foreign::child::run()
}
