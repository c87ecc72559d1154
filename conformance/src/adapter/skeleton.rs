//! Skeletons of adapters: they speak the driver protocol, and say where the author's own code belongs.

use clap::ValueEnum;

/// A language that there is a skeleton in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Python 3, nothing but its library.
    Python,
    /// Node, nothing but its library.
    Node,
    /// Java 17, one file, run from its source.
    Java,
    /// Rust, with `serde_json`.
    Rust,
}

/// A file of a skeleton.
#[derive(Debug, Clone, Copy)]
pub struct SkeletonFile {
    /// Its path in the folder.
    pub path: &'static str,
    /// What is in it.
    pub text: &'static str,
}

impl Language {
    /// Its files.
    #[must_use]
    pub const fn files(self) -> &'static [SkeletonFile] {
        match self {
            Self::Python => &[SkeletonFile { path: "driver.py", text: include_str!("skeletons/python/driver.py") }],
            Self::Node => &[SkeletonFile { path: "driver.mjs", text: include_str!("skeletons/node/driver.mjs") }],
            Self::Java => &[SkeletonFile { path: "Driver.java", text: include_str!("skeletons/java/Driver.java") }],
            Self::Rust => &[
                SkeletonFile { path: "Cargo.toml", text: include_str!("skeletons/rust/manifest.toml") },
                SkeletonFile { path: "src/main.rs", text: include_str!("skeletons/rust/main.rs.txt") },
            ],
        }
    }

    /// The command that starts it, with the folder in place of `DIR`.
    #[must_use]
    pub const fn command(self) -> &'static str {
        match self {
            Self::Python => "python3 DIR/driver.py",
            Self::Node => "node DIR/driver.mjs",
            Self::Java => "java DIR/Driver.java",
            Self::Rust => "cargo run --quiet --manifest-path DIR/Cargo.toml",
        }
    }
}
