//! [`throughput`] once more, with the gateway's allocator in the handlers beside it too: what is left is what the gateway does.
//! `cargo bench -p sim-antom --bench throughput_same_allocator [-- SECONDS]`

#[path = "throughput.rs"]
mod throughput;

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    throughput::main()
}
