//! A PostgreSQL of the tests' own: made in a temporary folder, gone when the tests are.
//!
//! It is watched over by a shell that waits for the end of its input. That end comes when the guard is dropped and
//! just as well when this tool is killed, so no server and no folder is ever left behind.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::setup;
use crate::workspace::{output, say};

/// `$1` is the folder of PostgreSQL's programs, `$2` the port. Durability is off: the data outlives nobody.
const WATCH: &str = r#"
trap '' INT
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
"$1/initdb" --pgdata "$folder/data" --username phien --auth trust --encoding UTF8 --locale C.UTF-8 --no-sync \
    >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
"$1/pg_ctl" --pgdata "$folder/data" --log "$folder/log" --silent --wait start --options "\
    -p $2 -k $folder -c listen_addresses=127.0.0.1 -c max_connections=300 -c shared_buffers=128MB \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off" </dev/null >/dev/null 2>&1 \
    || { cat "$folder/log"; exit 1; }
echo ready
read -r _
"$1/pg_ctl" --pgdata "$folder/data" --silent --wait --mode immediate stop >/dev/null 2>&1
exit 0
"#;

/// A running server; dropping it stops it and removes its folder.
pub(crate) struct Postgres {
    watch: Child,
    url: String,
    /// Held open: the shell may still have something to say.
    _said: BufReader<ChildStdout>,
}

impl Postgres {
    /// Starts the server and waits until it takes connections.
    pub(crate) fn start() -> Result<Self> {
        let programs = setup::postgresql()?;
        let port = free_port()?;
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", WATCH, "postgres"]).arg(programs).arg(port.to_string());
        shell.current_dir("/").env_remove("TMPDIR").stdin(Stdio::piped()).stdout(Stdio::piped());
        if setup::is_root()? {
            // PostgreSQL refuses to run as root; Debian's package made this account for it.
            let id = |which| -> Result<u32> {
                let id =
                    output(Command::new("id").args([which, "postgres"])).context("no user `postgres`")?;
                id.trim().parse().context("the id of the user `postgres`")
            };
            shell.uid(id("-u")?).gid(id("-g")?);
        }
        let mut watch = shell.spawn().context("starting PostgreSQL")?;
        let mut said = BufReader::new(watch.stdout.take().context("the shell has no output")?);
        let mut told = String::new();
        while said.read_line(&mut told)? > 0 && !told.ends_with("ready\n") {}
        if !told.ends_with("ready\n") {
            bail!("PostgreSQL did not start:\n{told}");
        }
        say(&format!("PostgreSQL of the tests' own on port {port}"));
        Ok(Self { watch, url: format!("postgres://phien@127.0.0.1:{port}/postgres"), _said: said })
    }

    /// The address that tests connect to, as the superuser.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        if let Err(failure) = self.watch.wait() {
            say(&format!("PostgreSQL of the tests did not stop: {failure}"));
        }
    }
}

/// A port that nobody listens on at this moment.
pub(crate) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("looking for a free port")?;
    Ok(listener.local_addr().context("looking for a free port")?.port())
}
