//! See [`conformance::cli`].

/// In memory both sides of every message are this program's, and most of what they do is to ask for memory: see
/// docs/performance.md.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    conformance::cli::main()
}
