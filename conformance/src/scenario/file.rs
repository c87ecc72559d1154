//! The two kinds of file, as they are written: a scenario, and a part that scenarios include.

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::expect::Expectation;
use super::head::{Cells, Table};
use super::model::{Given, Role};
use super::step::Step;

/// A scenario file.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScenarioFile {
    /// What happens, as a fact.
    #[schemars(with = "String")]
    pub title: Spanned<String>,
    /// Which roles the integration must play.
    pub roles: Vec<Role>,
    /// Which requirements it exercises on purpose.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub covers: Vec<Spanned<String>>,
    /// Files whose variables, givens, steps and expectations come before these: paths from this file's folder.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub include: Vec<Spanned<String>>,
    /// Values with names: `${name}` stands for one in every text and number below.
    #[serde(default)]
    pub vars: Cells,
    /// One case for each row; a column's name is a variable.
    #[serde(default)]
    pub table: Option<Table>,
    /// What the simulators shall do.
    #[serde(default)]
    pub given: Given,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// What must hold in the end, beside every rule.
    #[serde(default)]
    #[schemars(with = "Vec<Expectation>")]
    pub expect: Vec<Spanned<Expectation>>,
}

/// A part: a file for others to include, which is no case by itself.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PartFile {
    /// What it is about, as a fact.
    #[schemars(with = "String")]
    pub part: Spanned<String>,
    /// Files that come before this one: paths from this file's folder.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub include: Vec<Spanned<String>>,
    /// Values with names, unless whoever includes this gives them others.
    #[serde(default)]
    pub vars: Cells,
    /// What the simulators shall do, before what whoever includes this says.
    #[serde(default)]
    pub given: Given,
    /// Steps that come before those of whoever includes this.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// What must hold in the end.
    #[serde(default)]
    #[schemars(with = "Vec<Expectation>")]
    pub expect: Vec<Spanned<Expectation>>,
}
