//! The child for the tests: it looks into papers like the program itself when it is started for that.

fn main() -> std::process::ExitCode {
    foreign::child::run()
}
