//! The vendor's SDK, from where the user has it: never in this repository, and never from the vendor's host.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Contract;

/// The package.
const PACKAGE: &str = "@alipay/ams-checkout";
/// The version on which what is said of its quirks was measured.
pub const VERSION: &str = "1.47.2";
/// The bundle for browsers in it.
const BUNDLE: &str = "dist/umd/ams-checkout.min.js";

/// Its own tables of messages and codes.
const TABLES: [&str; 2] = ["esm/constant/index.js", "esm/types/index.js"];

/// A bundle, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sdk {
    /// Where it was found.
    pub path: PathBuf,
    /// Its version; none for a bundle alone.
    pub version: Option<String>,
    /// What its package names; none for a bundle alone.
    pub contract: Option<Contract>,
    /// The bundle.
    pub(super) script: Vec<u8>,
}

/// Why there is no SDK.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SdkError {
    /// It is not there.
    #[error(
        "{} holds no {PACKAGE}: install it there by `npm install {PACKAGE}@{VERSION}`, or name the folder that has it in \
         node_modules, or the bundle itself",
        path.display()
    )]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// It cannot be read.
    #[error("read {}: {reason}", path.display())]
    Unread {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

impl Sdk {
    /// Finds it: a bundle, the package's folder, node_modules, or the folder that has them.
    ///
    /// # Errors
    /// It is not there.
    pub fn find(path: &Path) -> Result<Self, SdkError> {
        let read = |path: &Path| {
            fs::read(path).map_err(|error| SdkError::Unread { path: path.to_owned(), reason: error.to_string() })
        };
        if path.is_file() {
            return Ok(Self { path: path.to_owned(), version: None, contract: None, script: read(path)? });
        }
        let candidates = [path.to_owned(), path.join(PACKAGE), path.join("node_modules").join(PACKAGE)];
        let folder = candidates.into_iter().find(|folder| folder.join(BUNDLE).is_file());
        let folder = folder.ok_or_else(|| SdkError::Missing { path: path.to_owned() })?;
        let about = read(&folder.join("package.json")).ok();
        let about: Option<Value> = about.and_then(|text| serde_json::from_slice(&text).ok());
        let version = about.and_then(|about| about["version"].as_str().map(str::to_owned));
        let tables: Option<Vec<String>> =
            TABLES.iter().map(|file| fs::read_to_string(folder.join(file)).ok()).collect();
        let contract = tables.map(|texts| Contract::read(&texts.concat()));
        let path = folder.join(BUNDLE);
        Ok(Self { script: read(&path)?, version, contract, path })
    }

    /// What is to be known when it is not the version that was measured.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let version = self.version.as_deref()?;
        let differs = self.contract.as_ref().map(|own| own.differences(&Contract::measured())).unwrap_or_default();
        (version != VERSION || !differs.is_empty()).then(|| {
            let named = if differs.is_empty() { String::new() } else { format!(" ({})", differs.join("; ")) };
            format!(
                "the SDK is version {version}; what is said of its quirks was measured on {VERSION}, so a finding that \
                 rests on one may be wrong here{named}"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_in_a_project_in_node_modules_in_its_own_folder_and_as_a_file() {
        let project = tempfile::tempdir().unwrap();
        let package = project.path().join("node_modules").join(PACKAGE);
        fs::create_dir_all(package.join("dist/umd")).unwrap();
        fs::write(package.join(BUNDLE), "bundle").unwrap();
        fs::write(package.join("package.json"), r#"{"version": "1.48.0"}"#).unwrap();
        for folder in [project.path().to_owned(), project.path().join("node_modules"), package.clone()] {
            let sdk = Sdk::find(&folder).unwrap();
            assert_eq!((sdk.script.as_slice(), sdk.version.as_deref()), (&b"bundle"[..], Some("1.48.0")));
            assert!(sdk.warning().unwrap().contains("1.48.0"));
        }
        assert_eq!(Sdk::find(&package.join(BUNDLE)).unwrap().warning(), None);
        let error = Sdk::find(&package.join("dist")).unwrap_err().to_string();
        assert!(error.contains("npm install @alipay/ams-checkout@1.47.2"), "{error}");
    }
}
