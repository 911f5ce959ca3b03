//! What the child gives up before it reads a foreign byte: memory, time, files, children, the network.
//! Knows nothing of what it will read.

use std::io;

use rustix::process::{
    DumpableBehavior, Resource, Rlimit, Signal, set_dumpable_behavior, set_parent_process_death_signal,
    setrlimit,
};
use rustix::thread::set_no_new_privs;
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

/// All memory that the child may use. The largest paper is 200 MiB and is held whole; an uncompressed page
/// takes a few more.
const MEMORY_MIB: u64 = 512;
/// Processor time. The first page of a large drawing takes one second on a slow machine.
const PROCESSOR_SECONDS: u64 = 10;
/// Input, output and the error stream, which is discarded. No other file can be opened.
const DESCRIPTORS: u64 = 3;

/// The system calls that a program without files, network, threads and children still needs. Every other call
/// fails with "not permitted".
const CALLS: [libc::c_long; 32] = [
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_lseek,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_mmap,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_tgkill,
    libc::SYS_getrandom,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_membarrier,
    libc::SYS_rseq,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// Sets every limit. Returns whether the kernel also took away all other system calls; some kernels cannot.
///
/// # Errors
/// When a limit cannot be set. Then nothing foreign may be read.
pub(crate) fn seal() -> io::Result<bool> {
    close_inherited();
    // If the machine runs out of memory, the kernel kills this process and not the server. Some kernels do
    // not support it.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    // Pages and conferences come first.
    let _ = rustix::process::nice(10);
    for (resource, most) in [
        (Resource::As, MEMORY_MIB << 20),
        (Resource::Cpu, PROCESSOR_SECONDS),
        (Resource::Nofile, DESCRIPTORS),
        (Resource::Nproc, 0),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
    ] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    // Another process of the same user cannot inspect this one, and this process does not outlive its parent.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    set_parent_process_death_signal(Some(Signal::KILL))?;
    set_no_new_privs(true)?;
    Ok(allow_only(&CALLS).is_ok())
}

fn allow_only(calls: &[libc::c_long]) -> Result<(), seccompiler::Error> {
    let filter = SeccompFilter::new(
        calls.iter().map(|call| (*call, Vec::new())).collect(),
        SeccompAction::Errno(libc::EPERM.cast_unsigned()),
        SeccompAction::Allow,
        std::env::consts::ARCH.try_into()?,
    )?;
    let program: BpfProgram = filter.try_into()?;
    seccompiler::apply_filter(&program)
}

/// Closes every descriptor except the three standard ones. The parent marks its own as not inherited; this is
/// for libraries that forget to.
#[expect(unsafe_code, reason = "no safe library closes a range of descriptors")]
fn close_inherited() {
    // SAFETY: nothing in this process owns a descriptor above 2, because the process has only just started.
    unsafe {
        libc::syscall(libc::SYS_close_range, 3_u32, u32::MAX, 0_u32);
    }
}
