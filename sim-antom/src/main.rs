//! See [`sim_antom::cli`].

/// A call asks for memory some two hundred times: with the system's allocator it takes 48 µs, with this one 27
/// (docs/performance.md).
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    sim_antom::cli::main()
}
