//! A network of its own for the journeys, with an address that is not the loopback's: Firefox sends pictures over no other.
//! Nothing that listens there is reached from outside, and nothing inside reaches out.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::setup;

/// The address of the network.
pub(crate) const ADDRESS: &str = "10.78.0.1";
/// One that stands for an address of the internet: at another Chromium takes no picture and sound over port 443.
pub(crate) const PUBLIC: &str = "203.0.113.1";

/// Brings the network up, then becomes the command that follows. Firefox takes the address by which it would leave, so there is a
/// way out; it leads nowhere.
const ENTER: &str = "ip link set lo up && ip link add journeys0 type veth peer name journeys1 \
    && ip address add 10.78.0.1/24 dev journeys0 && ip address add 203.0.113.1/24 dev journeys0 && ip link set journeys0 up && ip link set journeys1 up \
    && ip route add default via 10.78.0.2 dev journeys0 && exec \"$@\"";

/// A command that runs within the network what `program` names, with the arguments that are added to it.
pub(crate) fn command(program: &Command) -> Result<Command> {
    setup::iproute()?;
    // Who is not root is made so within a space of their own, where that is allowed.
    let own_space = if setup::is_root()? { &["--net"][..] } else { &["--net", "--map-root-user"] };
    let mut entered = Command::new("unshare");
    entered.args(own_space).args(["--", "sh", "-c", ENTER, "sh"]);
    let mut probe = Command::new("unshare");
    probe.args(own_space).args(["--", "sh", "-c", ENTER, "sh", "true"]);
    if !probe.stdin(Stdio::null()).status().is_ok_and(|status| status.success()) {
        bail!("the journeys need a network of their own: run them as root, or allow user namespaces");
    }
    entered.arg(program.get_program()).args(program.get_args());
    if let Some(folder) = program.get_current_dir() {
        entered.current_dir(folder);
    }
    entered.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Ok(entered)
}
