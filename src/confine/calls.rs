//! Seccomp (seccomp(2)): the system calls that a gate makes, and no others.

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter,
};
use std::collections::BTreeMap;

/// System calls that may be made with whatever arguments. What is not named here fails with EPERM.
const CALLS: &[libc::c_long] = &[
    // files: which of them, Landlock says
    libc::SYS_openat,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_close,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_readlinkat,
    libc::SYS_getdents64,
    libc::SYS_getcwd,
    libc::SYS_dup,
    libc::SYS_renameat,
    libc::SYS_renameat2,
    libc::SYS_unlinkat,
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    SYS_FCHMODAT2,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_umask,
    // sockets: which families, ARGUMENTS says
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept4,
    libc::SYS_connect,
    libc::SYS_shutdown,
    libc::SYS_getsockname,
    libc::SYS_getpeername,
    libc::SYS_getsockopt,
    libc::SYS_setsockopt,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    // waiting
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_eventfd2,
    libc::SYS_ppoll,
    libc::SYS_nanosleep,
    libc::SYS_clock_nanosleep,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_gettimeofday,
    // memory that cannot be run, as ARGUMENTS says
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    // threads
    libc::SYS_clone3,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_membarrier,
    // signals to itself, and how they are taken
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_tgkill,
    // itself and its peers
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_pidfd_open,
    libc::SYS_getrandom,
    libc::SYS_uname,
    libc::SYS_sysinfo,
];

/// The same under their older names, which other processors do not have.
#[cfg(target_arch = "x86_64")]
const OLDER: &[libc::c_long] = &[
    libc::SYS_open,
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_access,
    libc::SYS_readlink,
    libc::SYS_rename,
    libc::SYS_unlink,
    libc::SYS_chmod,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_poll,
    libc::SYS_epoll_wait,
    libc::SYS_time,
];
#[cfg(not(target_arch = "x86_64"))]
const OLDER: &[libc::c_long] = &[];

/// `fchmodat2`, one number on every processor; newer than the table of the crate on some.
const SYS_FCHMODAT2: libc::c_long = 452;

/// What an argument must be: its place, the bits that count, and what they must be.
type Must = (u8, libc::c_int, libc::c_int);

/// The bits of a socket's type that are no flags.
const TYPE: libc::c_int = 0xf;
const ALL: libc::c_int = -1;

/// System calls that may be made with some arguments only; one line for each way.
const ARGUMENTS: &[(libc::c_long, &[Must])] = &[
    // pages are never both written by somebody and run
    (libc::SYS_mmap, &[(2, libc::PROT_EXEC, 0)]),
    (libc::SYS_mprotect, &[(2, libc::PROT_EXEC, 0)]),
    // threads, not processes
    (libc::SYS_clone, &[(0, libc::CLONE_THREAD, libc::CLONE_THREAD)]),
    // no datagrams, no raw packets, nothing of the kernel's own
    (libc::SYS_socket, &[(0, ALL, libc::AF_UNIX)]),
    // and of TCP only what Landlock watches: no multipath, no data with the first packet
    (libc::SYS_socket, &[(0, ALL, libc::AF_INET), (1, TYPE, libc::SOCK_STREAM), (2, ALL, 0)]),
    (libc::SYS_socket, &[(0, ALL, libc::AF_INET), (1, TYPE, libc::SOCK_STREAM), (2, ALL, libc::IPPROTO_TCP)]),
    (libc::SYS_socket, &[(0, ALL, libc::AF_INET6), (1, TYPE, libc::SOCK_STREAM), (2, ALL, 0)]),
    (libc::SYS_socket, &[(0, ALL, libc::AF_INET6), (1, TYPE, libc::SOCK_STREAM), (2, ALL, libc::IPPROTO_TCP)]),
    (libc::SYS_sendto, &[(3, libc::MSG_FASTOPEN, 0)]),
    (libc::SYS_sendmsg, &[(2, libc::MSG_FASTOPEN, 0)]),
    // flags of descriptors; no leases on files, no signals to others
    (libc::SYS_fcntl, &[(1, ALL, libc::F_GETFD)]),
    (libc::SYS_fcntl, &[(1, ALL, libc::F_SETFD)]),
    (libc::SYS_fcntl, &[(1, ALL, libc::F_GETFL)]),
    (libc::SYS_fcntl, &[(1, ALL, libc::F_SETFL)]),
    (libc::SYS_fcntl, &[(1, ALL, libc::F_DUPFD_CLOEXEC)]),
    // names of threads
    (libc::SYS_prctl, &[(0, ALL, libc::PR_SET_NAME)]),
    (libc::SYS_socketpair, &[(0, ALL, libc::AF_UNIX)]),
    // questions to terminals and sockets; nothing is typed into a terminal
    (libc::SYS_ioctl, &[(1, ALL, FIONBIO)]),
    (libc::SYS_ioctl, &[(1, ALL, TCGETS)]),
    (libc::SYS_ioctl, &[(1, ALL, TIOCGWINSZ)]),
    // its own limits
    (libc::SYS_prlimit64, &[(0, ALL, 0)]),
];

const FIONBIO: libc::c_int = 0x5421;
const TCGETS: libc::c_int = 0x5401;
const TIOCGWINSZ: libc::c_int = 0x5413;

/// Allows the system calls of the tables.
///
/// # Errors
/// The kernel has no seccomp.
pub(super) fn filter() -> Result<String, String> {
    let apply = |program: BpfProgram| apply_filter(&program).map_err(|error| error.to_string());
    // glibc asks for threads by `clone3`, whose flags a filter cannot see, and by `clone` where it
    // is told that there is none.
    let no_clone3 = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    let none = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
    apply(compile(no_clone3, SeccompAction::Allow, none)?)?;
    let rules = rules()?;
    let count = rules.len();
    apply(compile(rules, SeccompAction::Errno(libc::EPERM.unsigned_abs()), SeccompAction::Allow)?)?;
    Ok(format!("{count} system calls; no new processes, no other program, no memory that is made to run"))
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

fn rules() -> Result<Rules, String> {
    let mut rules: Rules = CALLS.iter().chain(OLDER).map(|call| (*call, Vec::new())).collect();
    for (call, must) in ARGUMENTS {
        rules.entry(*call).or_default().push(rule(must)?);
    }
    Ok(rules)
}

fn rule(must: &[Must]) -> Result<SeccompRule, String> {
    let condition = |(argument, bits, value): &Must| {
        let masked = SeccompCmpOp::MaskedEq(u64::from(bits.cast_unsigned()));
        SeccompCondition::new(*argument, SeccompCmpArgLen::Dword, masked, u64::from(value.cast_unsigned()))
    };
    let conditions: Result<_, _> = must.iter().map(condition).collect();
    conditions.and_then(SeccompRule::new).map_err(|error| error.to_string())
}

fn compile(rules: Rules, otherwise: SeccompAction, matched: SeccompAction) -> Result<BpfProgram, String> {
    let arch = std::env::consts::ARCH.try_into().map_err(|_| "this processor is not known".to_owned())?;
    let filter = SeccompFilter::new(rules, otherwise, matched, arch).map_err(|error| error.to_string())?;
    filter.try_into().map_err(|error: seccompiler::BackendError| error.to_string())
}
