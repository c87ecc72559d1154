//! See [`sim_edc::cli`].

fn main() -> std::process::ExitCode {
    sim_edc::cli::main()
}
