//! See [`sim_antom::cli`].

fn main() -> std::process::ExitCode {
    sim_antom::cli::main()
}
