//! How the allocator returns freed memory to the system.

/// Blocks from this size on get a mapping of their own, which goes back to the system when the block is freed.
#[cfg(target_env = "gnu")]
const OWN_MAPPING_BYTES: libc::c_int = 1024 * 1024;

/// Keeps freed large blocks from staying with the program: a password hash takes 19 MiB, an import file up to 32 MiB.
///
/// By default glibc raises its threshold to the size of each large block that is freed. Later blocks of that size then
/// come from the arena of the thread that asks, and stay there: with a dozen threads this was 300 MiB that nothing used.
/// Call it before the first thread starts.
pub(crate) fn return_large_blocks() {
    #[cfg(target_env = "gnu")]
    // SAFETY: mallopt takes two integers by value and only sets a parameter of the allocator.
    let is_set = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, OWN_MAPPING_BYTES) } == 1;
    #[cfg(target_env = "gnu")]
    debug_assert!(is_set, "the allocator takes a threshold of 1 MiB");
}
